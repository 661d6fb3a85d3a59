//! Attention, its masks and the layers of a Transformer against PyTorch (2.x, f64), filled as in `blocks`.

use super::blocks::{check, cosines};
use super::sound;
use super::values::run;
use crate::elaborate::Model;
use crate::ops::Op;

const ATTENDED: [f64; 12] = [
    -0.17724720900219243,
    0.7597566089139819,
    -0.017253528156069287,
    0.5915088196455289,
    -0.1787501718822886,
    0.7576127061527906,
    -0.011710499120341833,
    0.5832071908218454,
    -0.2026122926789447,
    0.7809736991498419,
    -0.03187087732773736,
    0.5978373153114692,
];

#[test]
fn attention_of_several_heads() {
    let x = cosines(12, 0.0);
    let argument = "x: Tensor<3, 4>";
    let body = "let block = multi_head_attention(2); block(x)";
    let names = check(
        argument,
        "Tensor<3, 4>",
        body,
        std::slice::from_ref(&x),
        &[&ATTENDED],
    );
    let expected = [
        "in_proj_weight",
        "in_proj_bias",
        "out_proj.weight",
        "out_proj.bias",
    ];
    assert_eq!(names, expected);
    let mut causal = ATTENDED;
    causal[..8].copy_from_slice(&[
        -0.1859449866089513,
        0.7790040513416504,
        -0.044826491061476514,
        0.624221100513666,
        -0.22772348352964666,
        0.8170551566642307,
        -0.07475319718492379,
        0.6425652173753609,
    ]);
    let body = "let block = multi_head_attention(2, causal = true); block(x)";
    check(
        argument,
        "Tensor<3, 4>",
        body,
        std::slice::from_ref(&x),
        &[&causal],
    );
    // The last position is padding.
    let padded = [
        -0.2247441438071121,
        0.8142621729616132,
        -0.072469313623999,
        0.6410543488488001,
        -0.22772348352964666,
        0.8170551566642307,
        -0.07475319718492379,
        0.6425652173753609,
        -0.2285112245060505,
        0.8193025065076457,
        -0.07820046266804753,
        0.6468140486367764,
    ];
    check(
        "x: Tensor<3, 4>, mask: Tensor<3>",
        "Tensor<3, 4>",
        "let block = multi_head_attention(2); block(x, mask)",
        &[x.clone(), vec![1.0, 1.0, 0.0]],
        &[&padded],
    );
    let crossed = [
        -0.1775184973084079,
        0.7679106584205891,
        -0.032348095073940986,
        0.6117996464843951,
        -0.17731698872328555,
        0.7663438644295077,
        -0.029597067055818715,
        0.608182280358516,
        -0.17365234279685204,
        0.7633009033090732,
        -0.02752742108333317,
        0.6073251081338489,
    ];
    let names = check(
        "x: Tensor<3, 4>, memory: Tensor<2, 4>",
        "Tensor<3, 4>",
        "let block = cross_attention(2); block(x, memory)",
        &[x, cosines(8, 0.5)],
        &[&crossed],
    );
    assert_eq!(names, expected);
}

#[test]
fn layers_of_a_transformer() {
    let (x, memory) = (cosines(12, 0.0), cosines(8, 0.5));
    let encoded: [&[f64]; 2] = [
        &[
            -0.11468633361072615,
            0.8709606958175434,
            -2.416668718285294,
            0.18344122790001127,
            -0.5978044638861233,
            1.4246454359428744,
            -1.3957592725264318,
            -0.7938055386564632,
            -1.5080299946611497,
            0.5916882573069009,
            -0.29850557998505184,
            0.750425510190742,
        ],
        &[
            -0.33947440959733866,
            0.8817349162171819,
            -1.4550902835214048,
            -0.1636805626154339,
            -0.7566277982764189,
            1.451062644785071,
            -0.5228651030442585,
            -0.2652418225956692,
            -1.629912648140206,
            1.1070696064247718,
            0.18884317435572232,
            0.6761986890804053,
        ],
    ];
    let decoded: [&[f64]; 2] = [
        &[
            -0.2022089072584775,
            0.7698209463620033,
            -2.443428307844572,
            0.5027307567539976,
            -0.49508383051866983,
            1.359180025985165,
            -1.7081970436027696,
            -0.5524775786251085,
            -1.2561221090361294,
            0.7474320031100115,
            -1.1537898805801754,
            1.0181242434678524,
        ],
        &[
            -0.42259611875370384,
            1.0915041940809629,
            -2.214778862511309,
            -0.2635565729246615,
            -0.9526632103587545,
            1.6980905752342017,
            -1.2232006812018137,
            -0.4464506428274605,
            -1.6392483417647745,
            1.21029790800207,
            -0.4945169440318524,
            0.5383570825422732,
        ],
    ];
    for (norm_first, (encoded, decoded)) in [false, true].into_iter().zip(encoded.into_iter().zip(decoded)) {
        let names = check(
            "x: Tensor<3, 4>, mask: Tensor<3>",
            "Tensor<3, 4>",
            &format!(
                "let block = encoder_layer(2, 6, norm_first = {norm_first}, activation = gelu); block(x, mask)"
            ),
            &[x.clone(), vec![1.0, 1.0, 0.0]],
            &[encoded],
        );
        assert_eq!(names[..2], ["self_attn.in_proj_weight", "self_attn.in_proj_bias"]);
        assert_eq!(names[names.len() - 2..], ["norm2.weight", "norm2.bias"]);
        check(
            "x: Tensor<3, 4>, memory: Tensor<2, 4>, mask: Tensor<2>",
            "Tensor<3, 4>",
            &format!(
                "let block = decoder_layer(2, 6, norm_first = {norm_first}); block(x, memory, memory_mask = mask)"
            ),
            &[x.clone(), memory.clone(), vec![1.0, 0.0]],
            &[decoded],
        );
    }
    let model = sound("pub struct N; pub fn f(&self, x: Tensor<3, 4>) -> Tensor<3, 4> { x.feed_forward(6) }");
    let names: Vec<&str> = model
        .parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "f.feed_forward1.linear1.weight",
            "f.feed_forward1.linear1.bias",
            "f.feed_forward1.linear2.weight",
            "f.feed_forward1.linear2.bias"
        ]
    );
}

/// Evaluation drops nothing, training drops at the same positions as PyTorch, and without a rate there is
/// only one mode.
#[test]
fn dropout_belongs_to_training() {
    for (layer, memory, places) in [
        ("multi_head_attention(2", false, 1),
        ("cross_attention(2", true, 1),
        ("feed_forward(6", false, 1),
        ("encoder_layer(2, 6", false, 4),
        ("encoder_layer(2, 6, norm_first = true", false, 4),
        ("decoder_layer(2, 6", true, 6),
        ("decoder_layer(2, 6, norm_first = true", true, 6),
    ] {
        let network = |rate: &str| {
            let given = if memory { "x, memory" } else { "x" };
            let text = format!(
                "pub struct N; pub fn f(&self, x: Tensor<3, 4>, memory: Tensor<2, 4>) -> Tensor<3, 4> {{
                     let block = {layer}{rate}); block({given})
                 }}"
            );
            sound(&text)
        };
        let (x, memory) = (cosines(12, 0.0), cosines(8, 0.5));
        let value = |model: &Model| {
            let parameters: Vec<(&str, Vec<f64>)> = model
                .parameters
                .iter()
                .map(|one| (one.name.as_str(), cosines(one.shape.count(), 1.0)))
                .collect();
            let parameters: Vec<(&str, &[f64])> = parameters
                .iter()
                .map(|(name, data)| (*name, data.as_slice()))
                .collect();
            let result = run(model, &model.entries[0], &[&[&x], &[&memory]], &parameters).remove(0);
            result.of(0).data.clone()
        };
        let (without, mut with) = (network(""), network(", dropout = 0.4"));
        assert!(without.entries[0].training.is_none(), "{layer}");
        assert!(
            network(", dropout = 0.0").entries[0].training.is_none(),
            "{layer}"
        );
        let expected = value(&without);
        assert_eq!(value(&with), expected, "{layer}");
        let training = with.entries[0].training.take().expect("it asks for the mode");
        let graph = &training.function.graph;
        let noises = graph.live(&training.function.outputs).into_iter();
        let noises = noises
            .filter(|&val| matches!(graph.node(val).op, Op::Noise(_)))
            .count();
        assert_eq!(noises, places, "{layer}");
        with.entries[0].function = training.function;
        let trained = value(&with);
        assert!(
            trained.iter().all(|x| x.is_finite()) && trained != expected,
            "{layer}"
        );
    }
}

/// All four weights are equal, and the kept ones count twice: with values of 1, a row is half the number
/// kept.
#[test]
fn dropped_weights_of_attention_are_made_up_for() {
    let mut model = sound(
        "pub struct N; pub fn f(&self, q: Tensor<2, 1>, k: Tensor<4, 1>) -> Tensor<2, 1> {
             q.scaled_dot_product_attention(0.0 * k, 0.0 * k + 1.0, dropout = 0.5)
         }",
    );
    model.entries[0].function = model.entries[0].training.take().expect("it asks").function;
    let (q, k): (&[f64], &[f64]) = (&[1.0, 2.0], &[1.0; 4]);
    let examples = 200;
    let drawn = run(
        &model,
        &model.entries[0],
        &[&vec![q; examples], &vec![k; examples]],
        &[],
    )
    .remove(0);
    let rows: Vec<f64> = (0..examples).flat_map(|one| drawn.of(one).data.clone()).collect();
    assert!(
        rows.iter()
            .all(|row| (2.0 * row).fract() == 0.0 && (0.0..=2.0).contains(row)),
        "{rows:?}"
    );
    let mean = rows.iter().sum::<f64>() / rows.len() as f64;
    assert!((0.9..1.1).contains(&mean), "{mean}");
}

#[test]
fn heads_are_columns() {
    let x: Vec<f64> = (0..8).map(f64::from).collect();
    let split = [0.0, 1.0, 4.0, 5.0, 2.0, 3.0, 6.0, 7.0];
    check(
        "x: Tensor<2, 4>",
        "Tensor<2, 2, 2>",
        "split_heads(x, 2)",
        std::slice::from_ref(&x),
        &[&split],
    );
    check(
        "x: Tensor<2, 4>",
        "Tensor<2, 4>",
        "join_heads(split_heads(x, 2))",
        std::slice::from_ref(&x),
        &[&x],
    );
}

#[test]
fn what_is_masked_has_no_weight() {
    let scores = vec![2f64.ln(), 0.0, 0.0, 0.0];
    let arguments = "x: Tensor<2, 2>, mask: Tensor<2, 2>";
    let result = "Tensor<2, 2>";
    // A fully masked row is 0.
    let both = [scores.clone(), vec![1.0, 1.0, 0.0, 0.0]];
    check(
        arguments,
        result,
        "x.mask(mask).softmax()",
        &both,
        &[&[2.0 / 3.0, 1.0 / 3.0, 0.0, 0.0]],
    );
    let both = [scores.clone(), vec![1.0, 1.0, 0.0, 1.0]];
    check(
        arguments,
        result,
        "x.mask(mask).causal_mask().softmax()",
        &both,
        &[&[1.0, 0.0, 0.0, 1.0]],
    );
    check(
        "x: Tensor<2, 2>",
        result,
        "x.causal_mask().softmax()",
        std::slice::from_ref(&scores),
        &[&[1.0, 0.0, 0.5, 0.5]],
    );
    check(
        "q: Tensor<2, 2>, k: Tensor<3, 2>, v: Tensor<3, 1>, mask: Tensor<3>",
        "Tensor<2, 1>",
        "q.scaled_dot_product_attention(k, v, mask)",
        &[
            vec![0.0; 4],
            vec![1.0; 6],
            vec![1.0, 2.0, 4.0],
            vec![1.0, 0.0, 1.0],
        ],
        &[&[2.5, 2.5]],
    );
    check("", "Tensor<4>", "arange(4)", &[], &[&[0.0, 1.0, 2.0, 3.0]]);
}
