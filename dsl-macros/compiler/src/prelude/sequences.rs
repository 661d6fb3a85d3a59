// Recurrent layers over a sequence [time, in]: the states of all steps, [time, hidden]. The last one is `.at(-1)`, or
// `.at(0)` where the layer runs in `reverse`, from the last step to the first. Stacked, `x.lstm(64).lstm(64)`, each has
// parameters of its own, named as those of the cells and as PyTorch's but for its suffixes `_l0`. `h` and `c` are what
// is there before the first step, 0 unless given. What the input adds to all steps is one product before the loop.

/// The states of an `rnn_cell` over a sequence.
///
/// ```text
/// (x: Tensor<5, 2>) -> Tensor<5, 3> { x.rnn(3) }
/// [0.5; 10]
/// ```
fn rnn(
    x: Tensor<_, _>,
    h: Tensor<..> = 0.0,
    hidden: usize,
    bias: bool = true,
    reverse: bool = false,
    activation: Layer = tanh,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> Tensor<_, _> {
    require(h.rank() == 0 || (h.rank() == 1 && h.size(0) == hidden), "a state as wide as it is hidden", h, hidden);
    let weight_ih = param([hidden, x.size(1)], init);
    let weight_hh = param([hidden, hidden], init);
    let mut inputs = x.matmul(weight_ih.t());
    if bias {
        let bias_ih = param([hidden], init);
        let bias_hh = param([hidden], init);
        inputs += bias_ih + bias_hh;
    }
    let mut state = zeros([hidden]) + h;
    let mut states = zeros([x.size(0), hidden]);
    if reverse {
        for t in (0..x.size(0)).rev() {
            state = activation(inputs.at(t) + state.matmul(weight_hh.t()));
            states[t] = state;
        }
    } else {
        for t in 0..x.size(0) {
            state = activation(inputs.at(t) + state.matmul(weight_hh.t()));
            states[t] = state;
        }
    }
    states
}

/// The states of an `lstm_cell` over a sequence.
///
/// ```text
/// (x: Tensor<5, 2>) -> Tensor<3> { x.lstm(3).at(-1) }
/// [0.5; 10]
/// ```
fn lstm(
    x: Tensor<_, _>,
    h: Tensor<..> = 0.0,
    c: Tensor<..> = 0.0,
    hidden: usize,
    bias: bool = true,
    reverse: bool = false,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> Tensor<_, _> {
    require(h.rank() == 0 || (h.rank() == 1 && h.size(0) == hidden), "a state as wide as it is hidden", h, hidden);
    require(c.rank() == 0 || (c.rank() == 1 && c.size(0) == hidden), "a cell as wide as it is hidden", c, hidden);
    let weight_ih = param([4 * hidden, x.size(1)], init);
    let weight_hh = param([4 * hidden, hidden], init);
    let mut inputs = x.matmul(weight_ih.t());
    if bias {
        let bias_ih = param([4 * hidden], init);
        let bias_hh = param([4 * hidden], init);
        inputs += bias_ih + bias_hh;
    }
    let (states, _) = lstm_states(inputs, weight_hh, zeros([hidden]) + h, zeros([hidden]) + c, reverse);
    states
}

/// `lstm` with what it ends in: the states of all steps, the state and the cell behind the last one.
///
/// ```text
/// (x: Tensor<5, 2>) -> Tensor<3> { let (_, last, _) = x.lstm_with_state(3); last }
/// [0.5; 10]
/// ```
fn lstm_with_state(
    x: Tensor<_, _>,
    h: Tensor<..> = 0.0,
    c: Tensor<..> = 0.0,
    hidden: usize,
    bias: bool = true,
    reverse: bool = false,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> (Tensor<_, _>, Tensor<_>, Tensor<_>) {
    require(h.rank() == 0 || (h.rank() == 1 && h.size(0) == hidden), "a state as wide as it is hidden", h, hidden);
    require(c.rank() == 0 || (c.rank() == 1 && c.size(0) == hidden), "a cell as wide as it is hidden", c, hidden);
    let weight_ih = param([4 * hidden, x.size(1)], init);
    let weight_hh = param([4 * hidden, hidden], init);
    let mut inputs = x.matmul(weight_ih.t());
    if bias {
        let bias_ih = param([4 * hidden], init);
        let bias_hh = param([4 * hidden], init);
        inputs += bias_ih + bias_hh;
    }
    let (states, cell) = lstm_states(inputs, weight_hh, zeros([hidden]) + h, zeros([hidden]) + c, reverse);
    let last = if reverse { states.at(0) } else { states.at(-1) };
    (states, last, cell)
}

/// The states of an LSTM over what its `inputs` [time, 4 · hidden] add to the gates, and its last cell.
///
/// ```text
/// (inputs: Tensor<2, 4>) -> Tensor<2, 1> { let weight_hh = param([4, 1], constant(0.5)); let (states, _) = lstm_states(inputs, weight_hh, zeros([1]), zeros([1]), false); states }
/// [0.5; 8]
/// ```
fn lstm_states(
    inputs: Tensor<_, _>,
    weight_hh: Tensor<_, _>,
    h: Tensor<_>,
    c: Tensor<_>,
    reverse: bool,
) -> (Tensor<_, _>, Tensor<_>) {
    let (mut state, mut cell) = (h, c);
    let mut states = zeros([inputs.size(0), h.size(0)]);
    if reverse {
        for t in (0..inputs.size(0)).rev() {
            (state, cell) = lstm_step(inputs.at(t) + state.matmul(weight_hh.t()), cell);
            states[t] = state;
        }
    } else {
        for t in 0..inputs.size(0) {
            (state, cell) = lstm_step(inputs.at(t) + state.matmul(weight_hh.t()), cell);
            states[t] = state;
        }
    }
    (states, cell)
}

/// The states of a `gru_cell` over a sequence.
///
/// ```text
/// (x: Tensor<5, 2>) -> Tensor<3> { x.gru(3).at(-1) }
/// [0.5; 10]
/// ```
fn gru(
    x: Tensor<_, _>,
    h: Tensor<..> = 0.0,
    hidden: usize,
    bias: bool = true,
    reverse: bool = false,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> Tensor<_, _> {
    require(h.rank() == 0 || (h.rank() == 1 && h.size(0) == hidden), "a state as wide as it is hidden", h, hidden);
    let weight_ih = param([3 * hidden, x.size(1)], init);
    let weight_hh = param([3 * hidden, hidden], init);
    let mut inputs = x.matmul(weight_ih.t());
    let mut own = zeros([3 * hidden]);
    if bias {
        let bias_ih = param([3 * hidden], init);
        let bias_hh = param([3 * hidden], init);
        inputs += bias_ih;
        own = bias_hh;
    }
    let mut state = zeros([hidden]) + h;
    let mut states = zeros([x.size(0), hidden]);
    if reverse {
        for t in (0..x.size(0)).rev() {
            state = gru_step(inputs.at(t), state.matmul(weight_hh.t()) + own, state);
            states[t] = state;
        }
    } else {
        for t in 0..x.size(0) {
            state = gru_step(inputs.at(t), state.matmul(weight_hh.t()) + own, state);
            states[t] = state;
        }
    }
    states
}

/// What two layers make of a sequence, side by side (Schuster and Paliwal, 1997):
/// `x.bidirectional(lstm(64), lstm(64, reverse = true))`. Their parameters stand under `forward` and `backward`.
///
/// ```text
/// (x: Tensor<5, 2>) -> Tensor<5, 6> { x.bidirectional(lstm(3), lstm(3, reverse = true)) }
/// [0.5; 10]
/// ```
fn bidirectional(x: Tensor<_, _>, forward: Layer, backward: Layer) -> Tensor<_, _> {
    concat([forward(x), backward(x)], axis = 1)
}
