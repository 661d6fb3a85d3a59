//! What `network!` emits raises no warning, whatever a user's crate denies.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    clippy::all
)]
#![allow(dead_code)]

macro_rules! networks {
    ($($name:ident),* $(,)?) => {
        $(
            #[allow(unreachable_pub)]
            mod $name {
                use dsl_runtime::prelude::*;

                include!(concat!("networks/", stringify!($name), ".rs"));
            }
        )*
    };
}

networks!(
    batch_statistics,
    conv_strided,
    decoder,
    hinge,
    lenet,
    lenet_small,
    mlp,
    mlp_small_parity,
    naive_sigmoid,
    regression,
    residual,
    soft_targets,
    two_inputs_two_outputs,
    xor,
);

/// Names a user may have taken, around a network inside a function.
#[test]
fn a_network_compiles_inside_a_function_beside_any_names() {
    use dsl_runtime::Network;

    struct Ok;
    struct Result;
    struct Option;
    mod core {}
    mod mlp {}
    let (_, _, _) = (Ok, Result, Option);
    mod inside {
        use dsl_runtime::network;
        include!("networks/mlp.rs");
        pub(super) const NAME: &str = <Mlp as dsl_runtime::Network>::NAME;
    }
    assert_eq!(inside::NAME, "Mlp");
    assert_eq!(<xor::Xor as Network>::NAME, "Xor");
}
