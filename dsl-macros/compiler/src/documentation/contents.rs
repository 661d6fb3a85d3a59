//! The themes: the modules of `dsl_runtime::words`, in the order of the reference, and the words of each.

/// A module of words.
pub struct Theme {
    /// The name of its module.
    pub module: &'static str,
    /// Its title in the table of words of `docs/language.md`.
    pub title: &'static str,
    pub about: &'static str,
    /// The words, in the order of that table.
    pub words: &'static str,
}

/// Every theme.
pub const THEMES: &[Theme] = &[
    Theme {
        module: "layers",
        title: "layers",
        about: "Layers: functions with parameters. Each call makes its own; held by `let layer = dense(10);` and applied more \
                than once, it shares them.",
        words: "dense conv conv1d depthwise_conv conv_transpose embedding",
    },
    Theme {
        module: "activations",
        title: "activations",
        about: "Activations. None overflows into NaN, however large its input.",
        words: "relu leaky_relu prelu relu6 elu selu gelu gelu_tanh silu mish sigmoid log_sigmoid tanh softplus softsign \
                hard_sigmoid hard_swish hard_tanh glu softmax log_softmax",
    },
    Theme {
        module: "normalisation",
        title: "normalisation",
        about: "Normalisation, by the statistics of the batch or of each example.",
        words: "batch_norm layer_norm rms_norm group_norm instance_norm standardise",
    },
    Theme {
        module: "recurrent",
        title: "recurrent",
        about: "Recurrent layers over a sequence, and the cells that are one step of them. Their parameters are PyTorch's in name, \
                shape, order of gates and initial values.",
        words: "rnn lstm lstm_with_state gru bidirectional rnn_cell lstm_cell gru_cell lstm_step gru_step lstm_states",
    },
    Theme {
        module: "attention",
        title: "attention",
        about: "Attention and the layers of a Transformer. Rows of a matrix are places in time, columns are features. A mask is a \
                tensor of 0 and 1 that repeats to `[query, key]`: 1 where a query may look.",
        words: "multi_head_attention cross_attention scaled_dot_product_attention causal_mask mask split_heads join_heads \
                encoder_layer decoder_layer feed_forward sinusoidal_positions learned_positions",
    },
    Theme {
        module: "losses",
        title: "losses",
        about: "Losses of one example; what an entry point returns is the mean over the batch. Those that take a class also take a \
                distribution, or a tensor.",
        words: "softmax_cross_entropy cross_entropy negative_log_likelihood mean_of_others binary_cross_entropy \
                binary_cross_entropy_with_logits squared_error mean_squared_error absolute_error mean_absolute_error hinge huber \
                smooth_l1 kl_divergence gaussian_kl_divergence gaussian_negative_log_likelihood",
    },
    Theme {
        module: "images",
        title: "images",
        about: "What images `[channels, height, width]` and sequences `[channels, time]` are convolved, pooled and resized by.",
        words: "convolve convolve_transpose max_pool mean_pool max_pool1d mean_pool1d global_max_pool global_mean_pool \
                adaptive_max_pool adaptive_mean_pool upsample_nearest upsample_bilinear pixel_shuffle pixel_unshuffle pair \
                per_group",
    },
    Theme {
        module: "elementwise",
        title: "element by element",
        about: "Functions of each element. `+ - * /` are written as operators; shapes broadcast as NumPy's do.",
        words: "exp log clamped_log sqrt square pow sin cos erf erfinv abs sign neg max min clamp multiply_no_nan logistic_loss \
                absolute_difference",
    },
    Theme {
        module: "choices",
        title: "choices",
        about: "Comparisons, which yield 0 and 1, and the choice by them.",
        words: "less less_equal greater greater_equal equal select",
    },
    Theme {
        module: "sums",
        title: "sums",
        about: "Sums, means and extremes over axes or the batch, and products of matrices.",
        words: "sum mean max_over min_over cumsum matmul batch_sum batch_size",
    },
    Theme {
        module: "shapes",
        title: "shapes",
        about: "What moves elements, and what asks for sizes or refuses them while compiling.",
        words: "reshape flatten t transpose at slice split pad concat stack size sizes rank require same_shape same_classes takes",
    },
    Theme {
        module: "state",
        title: "state and chance",
        about: "State that is saved but not trained, the mode, and chance.",
        words: "buffer update training noise dropout drop_rate",
    },
    Theme {
        module: "indices",
        title: "indices",
        about: "What an `Index` is used by.",
        words: "one_hot gather number limit",
    },
    Theme {
        module: "parameters",
        title: "parameters",
        about: "Parameters of one's own, and regularisers of those of the whole network.",
        words: "param parameters l1 l2 norm from_start",
    },
    Theme {
        module: "derivatives",
        title: "derivatives",
        about: "Derivatives, which are expressions like any other: derived while compiling, of any order.",
        words: "grad per_example_grad vjp jvp jacobian hessian laplacian divergence stop_gradient custom_gradient opaque",
    },
    Theme {
        module: "values",
        title: "values and initialisers",
        about: "Tensors of given numbers, and the initial values of parameters.",
        words: "zeros ones full arange constant uniform normal xavier_uniform xavier_normal he_uniform he_normal lecun_uniform \
                lecun_normal truncated_normal orthogonal sparse",
    },
    Theme {
        module: "types",
        title: "types",
        about: "The types of values. `usize`, `f64` and `bool` are Rust's, and known while compiling.",
        words: "Tensor Index Scalar Shared Layer Initializer",
    },
    Theme {
        module: "attributes",
        title: "attributes",
        about: "Attributes of the type and of functions.",
        words: "instantiate products document initialize name recompute gradient derive_also",
    },
];

impl Theme {
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split_whitespace()
    }
}
