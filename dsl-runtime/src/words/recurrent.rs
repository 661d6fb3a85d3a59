// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Recurrent layers over a sequence, and the cells that are one step of them. Their parameters are PyTorch's in name,
//! shape, order of gates and initial values.

/// The states of an [`rnn_cell`](fn@super::recurrent::rnn_cell) over a sequence.
///
/// ```text
/// fn rnn(
///     x: Tensor<_, _>,
///     h: Tensor<..> = 0.0,
///     hidden: usize,
///     bias: bool = true,
///     reverse: bool = false,
///     activation: Layer = tanh,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<5, 2>) -> Tensor<5, 3> {
///         x.rnn(3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 10])?.len(), 15);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.rnn1.weight_ih", &[3, 2][..]),
///     ("f.rnn1.weight_hh", &[3, 3][..]),
///     ("f.rnn1.bias_ih", &[3][..]),
///     ("f.rnn1.bias_hh", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn rnn() {}

/// The states of an [`lstm_cell`](fn@super::recurrent::lstm_cell) over a sequence.
///
/// ```text
/// fn lstm(
///     x: Tensor<_, _>,
///     h: Tensor<..> = 0.0,
///     c: Tensor<..> = 0.0,
///     hidden: usize,
///     bias: bool = true,
///     reverse: bool = false,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<5, 2>) -> Tensor<3> {
///         x.lstm(3).at(-1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 10])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.lstm1.weight_ih", &[12, 2][..]),
///     ("f.lstm1.weight_hh", &[12, 3][..]),
///     ("f.lstm1.bias_ih", &[12][..]),
///     ("f.lstm1.bias_hh", &[12][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn lstm() {}

/// [`lstm`](fn@super::recurrent::lstm) with what it ends in: the states of all steps, the state and the cell behind the
/// last one.
///
/// ```text
/// fn lstm_with_state(
///     x: Tensor<_, _>,
///     h: Tensor<..> = 0.0,
///     c: Tensor<..> = 0.0,
///     hidden: usize,
///     bias: bool = true,
///     reverse: bool = false,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> (Tensor<_, _>, Tensor<_>, Tensor<_>)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<5, 2>) -> Tensor<3> {
///         let (_, last, _) = x.lstm_with_state(3);
///         last
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 10])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.lstm_with_state1.weight_ih", &[12, 2][..]),
///     ("f.lstm_with_state1.weight_hh", &[12, 3][..]),
///     ("f.lstm_with_state1.bias_ih", &[12][..]),
///     ("f.lstm_with_state1.bias_hh", &[12][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn lstm_with_state() {}

/// The states of a [`gru_cell`](fn@super::recurrent::gru_cell) over a sequence.
///
/// ```text
/// fn gru(
///     x: Tensor<_, _>,
///     h: Tensor<..> = 0.0,
///     hidden: usize,
///     bias: bool = true,
///     reverse: bool = false,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<5, 2>) -> Tensor<3> {
///         x.gru(3).at(-1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 10])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.gru1.weight_ih", &[9, 2][..]),
///     ("f.gru1.weight_hh", &[9, 3][..]),
///     ("f.gru1.bias_ih", &[9][..]),
///     ("f.gru1.bias_hh", &[9][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn gru() {}

/// What two layers make of a sequence, side by side (Schuster and Paliwal, 1997):
/// `x.bidirectional(lstm(64), lstm(64, reverse = true))`. Their parameters stand under `forward` and `backward`.
///
/// ```text
/// fn bidirectional(x: Tensor<_, _>, forward: Layer, backward: Layer) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<5, 2>) -> Tensor<5, 6> {
///         x.bidirectional(lstm(3), lstm(3, reverse = true))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 10])?.len(), 30);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.bidirectional1.forward.weight_ih", &[12, 2][..]),
///     ("f.bidirectional1.forward.weight_hh", &[12, 3][..]),
///     ("f.bidirectional1.forward.bias_ih", &[12][..]),
///     ("f.bidirectional1.forward.bias_hh", &[12][..]),
///     ("f.bidirectional1.backward.weight_ih", &[12, 2][..]),
///     ("f.bidirectional1.backward.weight_hh", &[12, 3][..]),
///     ("f.bidirectional1.backward.bias_ih", &[12][..]),
///     ("f.bidirectional1.backward.bias_hh", &[12][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn bidirectional() {}

/// `activation(W_ih x + b_ih + W_hh h + b_hh)`, the next state (Elman, 1990): `weight_ih` `[hidden, in]`, `weight_hh`
/// `[hidden, hidden]`, `bias_ih` and `bias_hh` `[hidden]`.
///
/// ```text
/// fn rnn_cell(
///     x: Tensor<_>,
///     h: Tensor<_>,
///     hidden: usize,
///     bias: bool = true,
///     activation: Layer = tanh,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> Tensor<_>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, h: Tensor<3>) -> Tensor<3> {
///         x.rnn_cell(h, 3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[0.0; 3])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.rnn_cell1.weight_ih", &[3, 2][..]),
///     ("f.rnn_cell1.weight_hh", &[3, 3][..]),
///     ("f.rnn_cell1.bias_ih", &[3][..]),
///     ("f.rnn_cell1.bias_hh", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn rnn_cell() {}

/// Long short-term memory (Hochreiter and Schmidhuber, 1997; Gers et al., 2000): with `i, f, g, o` the four parts of
/// `W_ih x + b_ih + W_hh h + b_hh`, the next cell is `c' = σ(f) · c + σ(i) · tanh(g)` and the next state `σ(o) · tanh(c')`;
/// the result is the two, `(h, c)`. `weight_ih` `[4 · hidden, in]`, `weight_hh` `[4 · hidden, hidden]`, `bias_ih` and
/// `bias_hh` `[4 · hidden]`.
///
/// ```text
/// fn lstm_cell(
///     x: Tensor<_>,
///     h: Tensor<_>,
///     c: Tensor<_>,
///     hidden: usize,
///     bias: bool = true,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> (Tensor<_>, Tensor<_>)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, h: Tensor<3>, c: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
///         x.lstm_cell(h, c, 3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// let (y1, y2) = net.f(&mut work, &[1.0, 2.0], &[0.0; 3], &[0.0; 3])?;
/// assert_eq!(y1.len(), 3);
/// assert_eq!(y2.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.lstm_cell1.weight_ih", &[12, 2][..]),
///     ("f.lstm_cell1.weight_hh", &[12, 3][..]),
///     ("f.lstm_cell1.bias_ih", &[12][..]),
///     ("f.lstm_cell1.bias_hh", &[12][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn lstm_cell() {}

/// Gated recurrent unit (Cho et al., 2014): with `r, z, n` the three parts of `W_ih x + b_ih`, and of `W_hh h + b_hh`,
/// reset `r = σ(r_x + r_h)`, update `z = σ(z_x + z_h)`, proposal `n = tanh(n_x + r · n_h)`, the next state is
/// `(1 − z) · n + z · h`. `weight_ih` `[3 · hidden, in]`, `weight_hh` `[3 · hidden, hidden]`, `bias_ih` and `bias_hh`
/// `[3 · hidden]`.
///
/// ```text
/// fn gru_cell(
///     x: Tensor<_>,
///     h: Tensor<_>,
///     hidden: usize,
///     bias: bool = true,
///     init: Initializer = uniform(-1.0 / sqrt(hidden), 1.0 / sqrt(hidden)),
/// ) -> Tensor<_>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, h: Tensor<3>) -> Tensor<3> {
///         x.gru_cell(h, 3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[0.0; 3])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.gru_cell1.weight_ih", &[9, 2][..]),
///     ("f.gru_cell1.weight_hh", &[9, 3][..]),
///     ("f.gru_cell1.bias_ih", &[9][..]),
///     ("f.gru_cell1.bias_hh", &[9][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn gru_cell() {}

/// The next `(h, c)` of an LSTM from its gates `i, f, g, o`, one behind the other, and its cell.
///
/// ```text
/// fn lstm_step(gates: Tensor<_>, c: Tensor<_>) -> (Tensor<_>, Tensor<_>)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, gates: Tensor<4>, c: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
///         gates.lstm_step(c)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// let (y1, y2) = net.f(&mut work, &[0.0; 4], &[1.0])?;
/// assert_close(y1, &[0.2311]);
/// assert_eq!(y2, [0.5]);
/// # Ok(())
/// # }
/// ```
pub const fn lstm_step() {}

/// The next state of a GRU from the parts `r, z, n` of its input and of its state, one behind the other.
///
/// ```text
/// fn gru_step(input: Tensor<_>, state: Tensor<_>, h: Tensor<_>) -> Tensor<_>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, input: Tensor<3>, state: Tensor<3>, h: Tensor<1>) -> Tensor<1> {
///         gru_step(input, state, h)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.0; 3], &[0.0; 3], &[1.0])?, [0.5]);
/// # Ok(())
/// # }
/// ```
pub const fn gru_step() {}

/// The states of an LSTM over what its `inputs` `[time, 4 · hidden]` add to the gates, and its last cell.
///
/// ```text
/// fn lstm_states(
///     inputs: Tensor<_, _>,
///     weight_hh: Tensor<_, _>,
///     h: Tensor<_>,
///     c: Tensor<_>,
///     reverse: bool,
/// ) -> (Tensor<_, _>, Tensor<_>)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, inputs: Tensor<2, 4>) -> Tensor<2, 1> {
///         let weight_hh = param([4, 1], constant(0.5));
///         let (states, _) = lstm_states(inputs, weight_hh, zeros([1]), zeros([1]), false);
///         states
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[0.5; 8])?, &[0.1743, 0.3091]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.weight_hh", &[4, 1][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn lstm_states() {}
