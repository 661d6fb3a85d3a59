// Recurrent cells: one step in time. Held, `let cell = lstm_cell(HIDDEN);`, and applied in a loop they share their
// parameters, which are PyTorch's in name, shape, order of gates and initial values. The product with `x` stands alone,
// for it does not depend on the state: a loop over time computes it for all steps at once.

/// `activation(W_ih x + b_ih + W_hh h + b_hh)`, the next state (Elman, 1990): `weight_ih` [hidden, in], `weight_hh`
/// [hidden, hidden], `bias_ih` and `bias_hh` [hidden].
///
/// ```text
/// (x: Tensor<2>, h: Tensor<3>) -> Tensor<3> { x.rnn_cell(h, 3) }
/// [1.0, 2.0], [0.0; 3]
/// ```
fn rnn_cell(
    x: Tensor<_>,
    h: Tensor<_>,
    hidden: usize,
    bias: bool = true,
    activation: Layer = tanh,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> Tensor<_> {
    require(h.size(0) == hidden, "a state as wide as it is hidden", h, hidden);
    let weight_ih = param([hidden, x.size(0)], init);
    let weight_hh = param([hidden, hidden], init);
    let mut input = x.matmul(weight_ih.t());
    let mut state = h.matmul(weight_hh.t());
    if bias {
        let bias_ih = param([hidden], init);
        let bias_hh = param([hidden], init);
        input += bias_ih;
        state += bias_hh;
    }
    activation(input + state)
}

/// Long short-term memory (Hochreiter and Schmidhuber, 1997; Gers et al., 2000): with `i, f, g, o` the four parts of
/// `W_ih x + b_ih + W_hh h + b_hh`, the next cell is `c' = σ(f) · c + σ(i) · tanh(g)` and the next state `σ(o) · tanh(c')`;
/// the result is the two, `(h, c)`. `weight_ih` [4 · hidden, in], `weight_hh` [4 · hidden, hidden], `bias_ih` and
/// `bias_hh` [4 · hidden].
///
/// ```text
/// (x: Tensor<2>, h: Tensor<3>, c: Tensor<3>) -> (Tensor<3>, Tensor<3>) { x.lstm_cell(h, c, 3) }
/// [1.0, 2.0], [0.0; 3], [0.0; 3]
/// ```
fn lstm_cell(
    x: Tensor<_>,
    h: Tensor<_>,
    c: Tensor<_>,
    hidden: usize,
    bias: bool = true,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> (Tensor<_>, Tensor<_>) {
    require(h.size(0) == hidden, "a state as wide as it is hidden", h, hidden);
    require(c.size(0) == hidden, "a cell as wide as it is hidden", c, hidden);
    let weight_ih = param([4 * hidden, x.size(0)], init);
    let weight_hh = param([4 * hidden, hidden], init);
    let mut input = x.matmul(weight_ih.t());
    let mut state = h.matmul(weight_hh.t());
    if bias {
        let bias_ih = param([4 * hidden], init);
        let bias_hh = param([4 * hidden], init);
        input += bias_ih;
        state += bias_hh;
    }
    (input + state).lstm_step(c)
}

/// The next `(h, c)` of an LSTM from its gates `i, f, g, o`, one behind the other, and its cell.
///
/// ```text
/// (gates: Tensor<4>, c: Tensor<1>) -> (Tensor<1>, Tensor<1>) { gates.lstm_step(c) }
/// [0.0; 4], [1.0]
/// ```
fn lstm_step(gates: Tensor<_>, c: Tensor<_>) -> (Tensor<_>, Tensor<_>) {
    require(gates.size(0) == 4 * c.size(0), "four gates for each number of the cell", gates, c);
    let [i, f, g, o] = gates.split(4);
    let next = f.sigmoid() * c + i.sigmoid() * g.tanh();
    (o.sigmoid() * next.tanh(), next)
}

/// Gated recurrent unit (Cho et al., 2014): with `r, z, n` the three parts of `W_ih x + b_ih`, and of `W_hh h + b_hh`, reset
/// `r = σ(r_x + r_h)`, update `z = σ(z_x + z_h)`, proposal `n = tanh(n_x + r · n_h)`, the next state is
/// `(1 − z) · n + z · h`. `weight_ih` [3 · hidden, in], `weight_hh` [3 · hidden, hidden], `bias_ih` and `bias_hh`
/// [3 · hidden].
///
/// ```text
/// (x: Tensor<2>, h: Tensor<3>) -> Tensor<3> { x.gru_cell(h, 3) }
/// [1.0, 2.0], [0.0; 3]
/// ```
fn gru_cell(
    x: Tensor<_>,
    h: Tensor<_>,
    hidden: usize,
    bias: bool = true,
    init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
) -> Tensor<_> {
    require(h.size(0) == hidden, "a state as wide as it is hidden", h, hidden);
    let weight_ih = param([3 * hidden, x.size(0)], init);
    let weight_hh = param([3 * hidden, hidden], init);
    let mut input = x.matmul(weight_ih.t());
    let mut state = h.matmul(weight_hh.t());
    if bias {
        let bias_ih = param([3 * hidden], init);
        let bias_hh = param([3 * hidden], init);
        input += bias_ih;
        state += bias_hh;
    }
    gru_step(input, state, h)
}

/// The next state of a GRU from the parts `r, z, n` of its input and of its state, one behind the other.
///
/// ```text
/// (input: Tensor<3>, state: Tensor<3>, h: Tensor<1>) -> Tensor<1> { gru_step(input, state, h) }
/// [0.0; 3], [0.0; 3], [1.0]
/// ```
fn gru_step(input: Tensor<_>, state: Tensor<_>, h: Tensor<_>) -> Tensor<_> {
    require(input.size(0) == 3 * h.size(0), "three parts of input for each number of the state", input, h);
    require(state.size(0) == 3 * h.size(0), "three parts of state for each of its numbers", state, h);
    let [r_input, z_input, n_input] = input.split(3);
    let [r_state, z_state, n_state] = state.split(3);
    let r = (r_input + r_state).sigmoid();
    let z = (z_input + z_state).sigmoid();
    let n = (n_input + r * n_state).tanh();
    n + z * (h - n)
}
