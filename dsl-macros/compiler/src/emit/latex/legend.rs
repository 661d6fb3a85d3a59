//! What a reader may have to look up: said once, below the formulas that use it.

/// Notation that is explained where it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Legend {
    Where,
    Relu,
    Sigmoid,
    Softplus,
    Erf,
    Softmax,
    Concat,
    Pad,
    Reshape,
    Convolution,
    ConvolutionAdjoints,
    MaxPool,
    MeanPool,
    Derivative,
    Adjoint,
}

impl Legend {
    /// The explanation, a formula.
    pub fn text(self) -> &'static str {
        match self {
            Legend::Where => {
                r"m \rhd x = \begin{cases} x & \text{if } m \neq 0 \\ 0 & \text{otherwise} \end{cases} \text{, whatever } x \text{ is}"
            }
            Legend::Relu => r"\operatorname{relu}(x) = \max(x, 0)",
            Legend::Sigmoid => r"\sigma(x) = \frac{1}{1 + \exp(-x)}",
            Legend::Softplus => r"\operatorname{softplus}(x) = \log(1 + \exp(x))",
            Legend::Erf => r"\operatorname{erf}(x) = \frac{2}{\sqrt{\pi}} \int_0^x \exp(-t^2) \, \mathrm{d}t",
            Legend::Softmax => {
                r"\operatorname{softmax}(x)_{\ldots, i} = \frac{\exp(x_{\ldots, i})}{\sum_j \exp(x_{\ldots, j})} \text{, over the last axis}"
            }
            Legend::Concat => {
                r"\operatorname{concat}_a \text{ joins its arguments along axis } a \text{, counted from } 0"
            }
            Legend::Pad => {
                r"\operatorname{pad}_{(p, q), \ldots}(x) \text{ has } p \text{ zeros before and } q \text{ behind } x \text{, along each axis}"
            }
            Legend::Reshape => {
                r"\operatorname{reshape} \text{ keeps the order of the elements, the last axis fastest}"
            }
            Legend::Convolution => {
                r"(w \ast x)_{o, y, x} = \sum_{c, i, j} w_{o, c, i, j} \, x_{c, s_1 y + d_1 i - p_1, s_2 x + d_2 j - p_2} \text{ with stride } s \text{, dilation } d \text{, padding } p \text{, in each group of channels}"
            }
            Legend::ConvolutionAdjoints => {
                r"\langle y, w \ast x \rangle = \langle w \ast^{\top} y, x \rangle = \langle x \star y, w \rangle \text{ for all } w, x, y"
            }
            Legend::MaxPool => {
                r"\operatorname{maxpool}(x)_{\ldots, y, x} \text{ is the largest element of the window that begins at } (s_1 y - p_1, s_2 x - p_2)"
            }
            Legend::MeanPool => {
                r"\operatorname{meanpool}(x)_{\ldots, y, x} \text{ is the mean of the window that begins at } (s_1 y - p_1, s_2 x - p_2) \text{, zeros around } x"
            }
            Legend::Derivative => {
                r"\mathrm{D} f(x)[v] \text{ is the derivative of } f \text{ at } x \text{ along } v"
            }
            Legend::Adjoint => {
                r"\langle f^{\top}[y], x \rangle = \langle y, f[x] \rangle \text{ for all } x, y"
            }
        }
    }
}
