use std::fs;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::*;
use crate::checkpoint::{encode, load};
use crate::error::{Mismatch, NamedShape};
use crate::testing::{Folder, Points};

const WEIGHT: &str = "logits.dense1.weight";
const BIAS: &str = "logits.dense1.bias";

/// The canonical `[3, 2]` weight of the tests, and the bias.
const ROWS: [f32; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
const BIASES: [f32; 3] = [7.0, 8.0, 9.0];

/// A tensor of a file: name, type, shape, bytes.
type Part<'n> = (&'n str, Dtype, Vec<usize>, Vec<u8>);

fn part<'n>(name: &'n str, shape: &[usize], values: &[f32]) -> Part<'n> {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    (name, Dtype::F32, shape.to_vec(), bytes)
}

fn file(parts: &[Part<'_>]) -> Vec<u8> {
    let views = parts
        .iter()
        .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

/// Weight and bias as they are saved.
fn canonical(model: &Points<f32>) -> (Vec<f32>, Vec<f32>) {
    let bytes = encode(model).unwrap();
    let saved = SafeTensors::deserialize(&bytes).unwrap();
    let read = |name| {
        let data = saved.tensor(name).unwrap().data().to_vec();
        data.as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect()
    };
    (read(WEIGHT), read(BIAS))
}

/// Loads, and checks that the network then holds the numbers of the tests.
fn loaded(import: &Import, parts: &[Part<'_>]) -> Imported {
    let mut model = Points::<f32>::new(1);
    let report = import.decode(&mut model, &file(parts)).unwrap();
    assert_eq!(canonical(&model), (ROWS.to_vec(), BIASES.to_vec()));
    report
}

/// The problem with a file, after which the network is what it was.
fn refused(import: &Import, bytes: &[u8]) -> CheckpointProblem {
    let mut model = Points::<f32>::new(1);
    let before = model.parameters().to_vec();
    let problem = import.decode(&mut model, bytes).unwrap_err();
    assert_eq!(before, model.parameters().to_vec());
    problem
}

fn mismatch(problem: CheckpointProblem) -> Mismatch {
    match problem {
        CheckpointProblem::Mismatch(mismatch) => *mismatch,
        other => panic!("{other}"),
    }
}

#[test]
fn names_are_mapped() {
    let import = Import::new()
        .strip_prefix("model.")
        .ignore("*position_ids")
        .rename("fc{i}.gamma", "fc{i}.weight")
        .rename("fc{i}.*", "logits.dense{i}.*");
    let ids = ("model.position_ids", Dtype::I64, vec![1, 2], vec![0; 16]);
    let (weight, bias) = (
        part("model.fc1.gamma", &[3, 2], &ROWS),
        part("fc1.bias", &[3], &BIASES),
    );
    let report = loaded(&import, &[weight, bias, ids]);
    assert_eq!(report.loaded, [WEIGHT, BIAS]);
    assert_eq!(report.skipped, ["model.position_ids"]);
    assert_eq!(report.kept, [""; 0]);
    assert_eq!(
        report.to_string(),
        "2 tensors loaded; skipped `model.position_ids`"
    );
}

#[test]
fn matrices_are_transposed() {
    let turned = [1.0, 3.0, 5.0, 2.0, 4.0, 6.0];
    let parts = [part(WEIGHT, &[2, 3], &turned), part(BIAS, &[3], &BIASES)];
    loaded(&Import::new().transpose("*.weight"), &parts);
    let of_vector = refused(&Import::new().transpose("*.bias"), &file(&parts)).to_string();
    assert!(
        of_vector.contains("has the shape [3], and one of two axes"),
        "{of_vector}"
    );
    let nothing = refused(&Import::new().transpose("*.weigth"), &file(&parts)).to_string();
    let expected =
        format!("no tensor matches `*.weigth`, which is to be transposed; the nearest names are `{WEIGHT}`");
    assert!(nothing.starts_with(&expected), "{nothing}");
}

#[test]
fn tensors_are_joined_and_cut() {
    // By rows, then by columns.
    let parts = [
        part("q.weight", &[1, 2], &ROWS[..2]),
        part("k.weight", &[2, 2], &ROWS[2..]),
        part("q.bias", &[1], &BIASES[..1]),
        part("k.bias", &[2], &BIASES[1..]),
    ];
    let import = Import::new().concat(&["q.{what}", "k.{what}"], 0, "logits.dense1.{what}");
    assert_eq!(loaded(&import, &parts).loaded, [WEIGHT, BIAS]);
    let parts = [
        part("left", &[3, 1], &[1.0, 3.0, 5.0]),
        part("right", &[3, 1], &[2.0, 4.0, 6.0]),
        part(BIAS, &[3], &BIASES),
    ];
    loaded(&Import::new().concat(&["left", "right"], 1, WEIGHT), &parts);
    // A matrix whose columns are those of the weight and another two.
    let wide = [1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 5.0, 6.0, 0.0, 0.0];
    let parts = [part("wide", &[3, 4], &wide), part(BIAS, &[3], &BIASES)];
    let report = loaded(
        &Import::new().split("wide", 1, &[WEIGHT, "rest"]).ignore("rest"),
        &parts,
    );
    assert_eq!(report.skipped, ["wide"]);
    let high = [ROWS, [0.0; 6]].concat();
    let parts = [part("high", &[6, 2], &high), part(BIAS, &[3], &BIASES)];
    loaded(
        &Import::new().split("high", 0, &[WEIGHT, "rest"]).ignore("rest"),
        &parts,
    );
}

#[test]
fn what_cannot_be_joined_or_cut_is_named() {
    let parts = [part("q", &[1, 2], &ROWS[..2]), part("k", &[4], &ROWS[2..])];
    let text = |import: Import| refused(&import, &file(&parts)).to_string();
    let shapes = text(Import::new().concat(&["q", "k"], 0, "w"));
    assert!(
        shapes.contains("`k` cannot be joined: it has the shape [4]"),
        "{shapes}"
    );
    let axis = text(Import::new().concat(&["k", "q"], 1, "w"));
    assert!(axis.contains("`k` cannot be joined"), "{axis}");
    let absent = text(Import::new().concat(&["q", "v"], 0, "w"));
    assert!(
        absent.contains("`q` is to be joined with `v`, which there is not"),
        "{absent}"
    );
    let parts_of_four = text(Import::new().split("k", 0, &["a", "b", "c"]));
    assert!(
        parts_of_four.contains("`k` cannot be split: it has the shape [4]"),
        "{parts_of_four}"
    );
    let no_axis = text(Import::new().split("k", 1, &["a", "b"]));
    assert!(no_axis.contains("`k` cannot be split"), "{no_axis}");
    let clash = text(Import::new().rename("q", "k"));
    assert!(
        clash.contains("two tensors would be called `k` after `q`"),
        "{clash}"
    );
    for malformed in [
        Import::new().rename("a.{i", "b"),
        Import::new().rename("a", "b.{i}"),
        Import::new().concat(&[], 0, "w"),
        Import::new().split("k", 0, &[]),
        Import::new().allow_missing("}"),
        Import::new().ignore("{i}.{i}").ignore("fine"),
    ] {
        let problem = text(malformed);
        assert!(problem.contains("is malformed"), "{problem}");
    }
}

#[test]
fn every_difference_is_in_one_error() {
    let parts = [
        part("fc.bias", &[3], &BIASES),
        part(WEIGHT, &[2, 3], &ROWS),
        part("a\x1b[31m", &[1], &[0.0]),
    ];
    let mismatch = mismatch(refused(&Import::new(), &file(&parts)));
    let shape = |name: &str, shape: &[usize]| NamedShape {
        name: name.to_owned(),
        shape: shape.to_vec(),
    };
    assert_eq!(mismatch.held, 3);
    assert_eq!(mismatch.missing[0].wanted, shape(BIAS, &[3]));
    assert_eq!(mismatch.missing[0].nearest, Some(shape("fc.bias", &[3])));
    assert_eq!(mismatch.misshapen[0].wanted, shape(WEIGHT, &[3, 2]));
    assert_eq!(mismatch.misshapen[0].found, [2, 3]);
    assert_eq!(
        mismatch.unexpected,
        [shape("a\x1b[31m", &[1]), shape("fc.bias", &[3])]
    );
    assert_eq!(
        mismatch.to_string(),
        "its 3 tensors are not those of `Points`\
         \n  1 missing:\
         \n    `logits.dense1.bias` [3] (the nearest there is: `fc.bias` [3])\
         \n  1 of another shape:\
         \n    `logits.dense1.weight` [3, 2], there it is [2, 3]\
         \n  2 not in the network:\
         \n    `a\\u{1b}[31m` [1]\
         \n    `fc.bias` [3]"
    );
}

#[test]
fn the_text_of_an_error_is_bounded() {
    let names: Vec<String> = (0..5000).map(|i| format!("{i}.{}", "x".repeat(300))).collect();
    let parts: Vec<_> = names.iter().map(|name| part(name, &[], &[1.0])).collect();
    let problem = refused(&Import::new(), &file(&parts));
    let text = problem.to_string();
    assert!(text.len() < 2000 && text.ends_with("and 4992 more"), "{text}");
    assert_eq!(mismatch(problem).unexpected.len(), 5000);
}

#[test]
fn what_may_be_missing_keeps_what_it_is() {
    let mut model = Points::<f32>::new(1);
    let before = canonical(&model).0;
    let bytes = file(&[part(BIAS, &[3], &BIASES), part("old.head", &[1], &[0.0])]);
    let import = Import::new().allow_missing("*.weight").ignore("old.*");
    let report = import.decode(&mut model, &bytes).unwrap();
    assert_eq!((report.loaded, report.kept), (vec![BIAS], vec![WEIGHT]));
    assert_eq!(canonical(&model), (before.clone(), BIASES.to_vec()));

    let mut model = Points::<f32>::new(1);
    let report = Import::new().strict(false).decode(&mut model, &bytes).unwrap();
    assert_eq!(
        (report.skipped, report.kept),
        (vec!["old.head".to_owned()], vec![WEIGHT])
    );
    assert_eq!(canonical(&model), (before, BIASES.to_vec()));
}

#[test]
fn leniency_has_limits() {
    let lenient = Import::new().strict(false);
    let nothing = mismatch(refused(&lenient, &file(&[part("x", &[3], &BIASES)])));
    assert_eq!((nothing.missing.len(), nothing.unexpected.len()), (2, 1));
    let misshapen = [part(BIAS, &[3], &BIASES), part(WEIGHT, &[2, 3], &ROWS)];
    assert_eq!(mismatch(refused(&lenient, &file(&misshapen))).misshapen.len(), 1);
}

#[test]
fn narrow_types_are_widened_and_wide_ones_narrowed_if_finite() {
    let bytes = |numbers: &[u16]| {
        numbers
            .iter()
            .flat_map(|bits| bits.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    // 1 to 6 in binary16, 7 to 9 in bfloat16.
    let weight = bytes(&[0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600]);
    let bias = bytes(&[0x40e0, 0x4100, 0x4110]);
    let halves = [
        (WEIGHT, Dtype::F16, vec![3, 2], weight),
        (BIAS, Dtype::BF16, vec![3], bias),
    ];
    loaded(&Import::new(), &halves);
    let weight: Vec<u8> = (1..=6_i64).flat_map(i64::to_le_bytes).collect();
    let integers = [
        (WEIGHT, Dtype::I64, vec![3, 2], weight),
        (BIAS, Dtype::U8, vec![3], vec![7, 8, 9]),
    ];
    loaded(&Import::new(), &integers);
    // Also where rules compute with them.
    loaded(
        &Import::new().transpose("*.weight").transpose("*.weight"),
        &integers,
    );
    let large: Vec<u8> = [7.0, 1e39, 9.0]
        .iter()
        .flat_map(|value: &f64| value.to_le_bytes())
        .collect();
    let [weight, _] = integers;
    let problem = refused(
        &Import::new(),
        &file(&[weight.clone(), (BIAS, Dtype::F64, vec![3], large)]),
    );
    assert!(
        matches!(
            problem,
            CheckpointProblem::Overflow {
                name: BIAS,
                position: 1,
                ..
            }
        ),
        "{problem}"
    );
    let infinite = bytes(&[0x40e0, 0x7f80, 0x4110]);
    let problem = refused(
        &Import::new(),
        &file(&[weight.clone(), (BIAS, Dtype::BF16, vec![3], infinite)]),
    );
    assert!(
        matches!(&problem, CheckpointProblem::NonFinite { position: 1, .. }),
        "{problem}"
    );
    let problem = refused(
        &Import::new(),
        &file(&[weight, (BIAS, Dtype::F8_E4M3, vec![3], vec![0; 3])]),
    );
    assert!(
        problem.to_string().contains("elements of type F8_E4M3"),
        "{problem}"
    );
}

/// A header that does not tell the truth, before so many bytes.
fn lying(header: &str, bytes: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(vec![0; bytes]);
    file
}

#[test]
fn files_that_lie_are_refused() {
    let entry = |name: &str, dtype: &str, shape: &str, offsets: &str| {
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
    };
    let of = |entries: &[String], bytes| lying(&format!("{{{}}}", entries.join(",")), bytes);
    let weight = entry(WEIGHT, "F16", "[3,2]", "[0,12]");
    let huge = "[4294967295,4294967295,4294967295]";
    for bytes in [
        // Fewer bytes than the shape needs, in types of each width.
        of(&[entry(WEIGHT, "F16", "[3,3]", "[0,12]")], 12),
        of(&[entry(WEIGHT, "BOOL", "[13]", "[0,12]")], 12),
        of(&[entry(WEIGHT, "I64", huge, "[0,12]")], 12),
        // Overlapping tensors, gaps, what the file does not have.
        of(&[weight.clone(), entry(BIAS, "F16", "[3]", "[6,12]")], 12),
        of(&[weight.clone(), entry(BIAS, "F16", "[3]", "[14,20]")], 20),
        of(&[weight.clone(), entry(BIAS, "F16", "[3]", "[12,18]")], 12),
        of(&[weight.clone(), entry(BIAS, "F16", "[3]", "[18,12]")], 18),
        of(std::slice::from_ref(&weight), 14),
        of(&[weight.clone(), weight], 12),
    ] {
        let problem = refused(&Import::new().strict(false), &bytes);
        assert!(matches!(problem, CheckpointProblem::Format(_)), "{problem}");
    }
    // Tensors without elements are none of the network's, whatever is done to them.
    let vast = "[0,9223372036854775807,9223372036854775807]";
    let empty = [
        ("a", "F32", "[0,7]"),
        ("b", "F32", "[7,0]"),
        ("c", "F32", vast),
        ("d", "F8_E4M3", huge),
    ];
    let empty = of(
        &empty.map(|(name, dtype, shape)| entry(name, dtype, shape, "[0,0]")),
        0,
    );
    for import in [
        Import::new().transpose("?"),
        Import::new().split("a", 1, &["e", "f", "g", "h", "i", "j", "k"]),
        Import::new().split("a", 0, &["e", "f"]),
        Import::new().concat(&["a", "a"], 0, "e"),
        Import::new().concat(&["a"], 0, "e"),
        Import::new().transpose("c"),
        Import::new().transpose("d"),
        Import::new().split("c", 0, &["e", "f"]),
        Import::new().split("d", 0, &["e", "f"]),
        Import::new().concat(&["c", "d"], 0, "e"),
        Import::new().concat(&["d", "c"], 1, "e"),
    ] {
        refused(&import, &empty);
    }
}

/// Writes a checkpoint in two files, and returns the path of an index with this text.
fn sharded(folder: &Folder, index: &str) -> std::path::PathBuf {
    fs::write(
        folder.join("1.safetensors"),
        file(&[part(WEIGHT, &[3, 2], &ROWS)]),
    )
    .unwrap();
    fs::write(folder.join("2.safetensors"), file(&[part(BIAS, &[3], &BIASES)])).unwrap();
    let path = folder.join("model.safetensors.index.json");
    fs::write(&path, index).unwrap();
    path
}

fn index(weight: &str, bias: &str) -> String {
    format!(r#"{{"metadata":{{"total_size":36}},"weight_map":{{"{WEIGHT}":{weight},"{BIAS}":{bias}}}}}"#)
}

#[test]
fn several_files_are_one_checkpoint() {
    let folder = Folder::new("import-shards");
    let path = sharded(&folder, &index(r#""1.safetensors""#, r#""2.safetensors""#));
    let mut model = Points::<f32>::new(1);
    let report = Import::new().load(&mut model, &path).unwrap();
    assert_eq!(report.loaded, [WEIGHT, BIAS]);
    assert_eq!(canonical(&model), (ROWS.to_vec(), BIASES.to_vec()));
    let mut model = Points::<f32>::new(1);
    load(&mut model, folder.join("1.safetensors")).unwrap_err();
    load(&mut model, &path).unwrap();
    assert_eq!(canonical(&model), (ROWS.to_vec(), BIASES.to_vec()));
}

#[test]
fn indices_that_lie_are_refused() {
    let folder = Folder::new("import-bad-shards");
    let refused = |text: &str, expected: &str| {
        let path = sharded(&folder, text);
        let mut model = Points::<f32>::new(1);
        let before = model.parameters().to_vec();
        let error = Import::new()
            .strict(false)
            .load(&mut model, &path)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(before, model.parameters().to_vec());
    };
    let good = r#""1.safetensors""#;
    for outside in [
        r#""../2.safetensors""#,
        r#""/etc/passwd""#,
        r#""folder/2.safetensors""#,
        r#""..\\2.safetensors""#,
        r#""c:2.safetensors""#,
        r#""2.safetensors/""#,
        r#""./2.safetensors""#,
        r#""..""#,
        r#""""#,
    ] {
        refused(&index(good, outside), "which does not lie beside it");
    }
    refused(&index(good, r#""3.safetensors""#), "cannot read");
    refused(&index(good, "3"), "no index");
    refused(&index(good, good), "holds `logits.dense1.bias`, which it lacks");
    let swapped = index(r#""2.safetensors""#, good);
    refused(
        &swapped,
        "says that `1.safetensors` holds `logits.dense1.bias`, which it lacks",
    );
    let both = file(&[part(WEIGHT, &[3, 2], &ROWS), part(BIAS, &[3], &BIASES)]);
    fs::write(folder.join("both.safetensors"), both).unwrap();
    let twofold = index(r#""both.safetensors""#, r#""2.safetensors""#);
    refused(
        &twofold,
        "does not say that `both.safetensors` holds `logits.dense1.bias`, which it does",
    );
    let short = format!(r#"{{"weight_map":{{"{WEIGHT}":{good}}}}}"#);
    let twice = format!(r#"{{"weight_map":{{"{WEIGHT}":{good},"{WEIGHT}":{good}}}}}"#);
    refused(&twice, "a second tensor of this name");
    for malformed in ["", "{", "[]", "{}", r#"{"weight_map":[]}"#, &"[".repeat(100_000)] {
        refused(malformed, "no index of a checkpoint");
    }
    // A shard that is cut, or the index itself.
    let path = sharded(&folder, &short);
    let shard = folder.join("1.safetensors");
    let bytes = fs::read(&shard).unwrap();
    let mut model = Points::<f32>::new(1);
    for cut in 0..bytes.len() {
        fs::write(&shard, &bytes[..cut]).unwrap();
        let error = Import::new().strict(false).load(&mut model, &path).unwrap_err();
        let named =
            matches!(&error, Error::Checkpoint { path, .. } if Path::ends_with(path, "1.safetensors"));
        assert!(named, "{error}");
    }
    for cut in 0..short.len() {
        fs::write(&path, &short[..cut]).unwrap();
        Import::new().strict(false).load(&mut model, &path).unwrap_err();
    }
}
