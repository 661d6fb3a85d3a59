//! Recurrent layers and their cells against PyTorch (2.x, f64), filled as in `blocks`.

use super::blocks::{check, cosines};
use super::loops::agrees;

#[test]
fn recurrent_cells() {
    let (x, h, c) = (cosines(2, 0.0), cosines(3, 1.0), cosines(3, 2.0));
    let names = check(
        "x: Tensor<2>, h: Tensor<3>",
        "Tensor<3>",
        "let block = rnn_cell(3); block(x, h)",
        &[x.clone(), h.clone()],
        &[&[0.8074983010892043, 0.3334148126868417, -0.052833325903933005]],
    );
    assert_eq!(names, ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]);
    check(
        "x: Tensor<2>, h: Tensor<3>, c: Tensor<3>",
        "(Tensor<3>, Tensor<3>)",
        "let block = lstm_cell(3); block(x, h, c)",
        &[x.clone(), h.clone(), c],
        &[
            &[-0.5031042801726195, -0.37562885969771526, 0.0053081090981048915],
            &[-0.8038275076205517, -0.7748287445634932, 0.010790609047402016],
        ],
    );
    check(
        "x: Tensor<2>, h: Tensor<3>",
        "Tensor<3>",
        "let block = gru_cell(3); block(x, h)",
        &[x, h],
        &[&[0.2294543099476708, -0.5136320427738145, 0.04040426777259151]],
    );
}

#[test]
fn recurrent_layers_over_a_sequence() {
    let (x, h, c) = (cosines(8, 0.0), cosines(3, 1.0), cosines(3, 2.0));
    let argument = "x: Tensor<4, 2>";
    let body = "let block = rnn(3); block(x)";
    let names = check(
        argument,
        "Tensor<4, 3>",
        body,
        std::slice::from_ref(&x),
        &[&[
            0.5792667211464622,
            0.3390222025556275,
            0.3792408532789836,
            0.37678254880432904,
            0.7733118180390456,
            0.872959253692145,
            0.18354578045749448,
            -0.13976679893771904,
            0.8426216341408068,
            0.38331303064009525,
            0.7980040898798394,
            0.7550368524392521,
        ]],
    );
    assert_eq!(names, ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]);
    let lstm: [&[f64]; 3] = [
        &[
            -0.5031042801726195,
            -0.37562885969771526,
            0.005308109098104905,
            -0.28966358300085765,
            -0.44829074108127515,
            -0.27607881709001586,
            -0.4557435007511546,
            -0.21072166129886485,
            0.014891675290513632,
            -0.4115949394366022,
            -0.3843249059033112,
            -0.16194087094279197,
        ],
        &[-0.4115949394366022, -0.3843249059033112, -0.16194087094279197],
        &[-0.7485266170366169, -0.5236682685780583, -0.26822642992945966],
    ];
    let arguments = "x: Tensor<4, 2>, h: Tensor<3>, c: Tensor<3>";
    let inputs = [x.clone(), h.clone(), c];
    let body = "let block = lstm(3); block(x, h, c)";
    check(arguments, "Tensor<4, 3>", body, &inputs, &lstm[..1]);
    let body = "let block = lstm_with_state(3); block(x, h, c)";
    check(
        arguments,
        "(Tensor<4, 3>, Tensor<3>, Tensor<3>)",
        body,
        &inputs,
        &lstm,
    );
    let body = "let block = gru(3); block(x, h)";
    check(
        "x: Tensor<4, 2>, h: Tensor<3>",
        "Tensor<4, 3>",
        body,
        &[x.clone(), h],
        &[&[
            0.2294543099476708,
            -0.5136320427738145,
            0.04040426777259151,
            0.08030146790509651,
            -0.5137913344131052,
            -0.3434336130287885,
            -0.15463453359209967,
            -0.322101765778981,
            0.22330385657332222,
            -0.29628149875080834,
            -0.427316074726471,
            -0.12131976463245092,
        ]],
    );
    let body = "let block = bidirectional(lstm(3), lstm(3, reverse = true)); block(x)";
    let names = check(
        argument,
        "Tensor<4, 6>",
        body,
        std::slice::from_ref(&x),
        &[&[
            0.11090800463082935,
            0.1698881738055108,
            0.14250860255991216,
            0.12975381787197018,
            0.19393571577666874,
            0.006686814043161066,
            -0.05729984754215739,
            0.17365415651202018,
            0.08459337223620823,
            0.11488806582322654,
            0.1017130635935231,
            0.030210546325196777,
            0.10844399323587335,
            0.2554497619226988,
            0.17543367757222506,
            0.14583044688121785,
            0.1634632777502819,
            0.0009951570060590497,
            -0.042356516964732804,
            0.2463210938844962,
            0.1098927018390777,
            0.0844847818544892,
            0.04609681364088765,
            0.04514238477097211,
        ]],
    );
    assert_eq!(names[3..5], ["forward.bias_hh", "backward.weight_ih"]);
    let body = "let block = bidirectional(gru(3), gru(3, reverse = true)); block(x)";
    check(
        argument,
        "Tensor<4, 6>",
        body,
        std::slice::from_ref(&x),
        &[&[
            0.23642628327105375,
            0.5547700195502054,
            0.33217767748425864,
            0.5698714956736317,
            0.5631351099684558,
            0.01802425297416882,
            -0.21194060912194687,
            0.39576029844029337,
            0.4385754015315819,
            0.16579967978372506,
            0.42562569082945606,
            0.27286335935867206,
            0.2524520448574136,
            0.6998013076974533,
            0.33299758884555797,
            0.6019838991207366,
            0.410746398477399,
            -0.0058906275771693495,
            -0.1880585325697095,
            0.5941215892709604,
            0.48898490405675,
            0.13131105641880864,
            0.22083040915959995,
            0.21771207451563018,
        ]],
    );
}

#[test]
fn steps_of_recurrent_cells() {
    let state = vec![0.5];
    let (closed, open) = (-1e3, 1e3);
    // Forgetting all and writing tanh(x); keeping all and writing nothing.
    for (gates, expected) in [
        ([open, closed, 1.0, open], 1f64.tanh()),
        ([closed, open, 1.0, open], 0.5),
    ] {
        check(
            "gates: Tensor<4>, c: Tensor<1>",
            "(Tensor<1>, Tensor<1>)",
            "lstm_step(gates, c)",
            &[gates.to_vec(), state.clone()],
            &[&[expected.tanh()], &[expected]],
        );
    }
    for (z, expected) in [(closed, 3f64.tanh()), (open, 0.5)] {
        check(
            "x: Tensor<3>, s: Tensor<3>, h: Tensor<1>",
            "Tensor<1>",
            "gru_step(x, s, h)",
            &[vec![open, z, 1.0], vec![0.0, 0.0, 2.0], state.clone()],
            &[&[expected]],
        );
    }
    check(
        "x: Tensor<2, 4>, w: Tensor<4, 1>, h: Tensor<1>",
        "(Tensor<2, 1>, Tensor<1>)",
        "lstm_states(x, w, h, h, true)",
        &[
            vec![open, closed, 1.0, open, closed, open, 1.0, open],
            vec![0.0; 4],
            state,
        ],
        &[&[1f64.tanh().tanh(), 0.5f64.tanh()], &[1f64.tanh()]],
    );
}

/// Rolled into one node each, forward and reverse loops keep the meaning they have unrolled.
#[test]
fn a_layer_over_a_sequence_is_one_loop() {
    for (layer, count) in [
        ("rnn(4)", 1),
        ("rnn(4, activation = relu, reverse = true)", 1),
        ("lstm(4)", 1),
        ("lstm(4, bias = false, reverse = true).lstm(4)", 2),
        ("gru(4, reverse = true)", 1),
        ("bidirectional(lstm(2), lstm(2, reverse = true))", 2),
    ] {
        agrees(
            &format!("pub fn loss(&self, x: Tensor<5, 3>) -> Scalar {{ x.{layer}.square().sum() }}"),
            count,
        );
    }
    agrees(
        "pub fn loss(&self, x: Tensor<5, 3>) -> Scalar {
            let cell = lstm_cell(2);
            let (mut h, mut c) = (zeros([2]), zeros([2]));
            for t in 0..5 {
                (h, c) = cell(x.at(t), h, c);
            }
            h.l2() + c.sum()
        }",
        1,
    );
}
