use super::*;
use crate::Packing;

const LAYOUT: Layout = Layout {
    parameters: &[
        Parameter {
            name: "logits.dense1.weight",
            shape: &[2, 3],
            order: &[1, 0],
            range: 0..6,
            initializer: Initializer::HeNormal,
        },
        Parameter {
            name: "logits.dense1.bias",
            shape: &[2],
            order: &[0],
            range: 16..18,
            initializer: Initializer::Zeros,
        },
    ],
    len: 32,
    packed: &[],
}
.verified();

#[test]
fn gaps_are_not_counted() {
    assert_eq!(LAYOUT.count(), 8);
}

#[test]
fn places_follow_the_order_in_memory() {
    // Memory is [in, out]: element (o, i) lies at i·2 + o.
    let places: Vec<_> = LAYOUT.parameters[0].places().collect();
    assert_eq!(places, [0, 2, 4, 1, 3, 5]);
    // Kernel [out, in, y, x] kept as [y, x, in, out].
    let kernel = Parameter {
        name: "kernel",
        shape: &[2, 3, 2, 1],
        order: &[2, 3, 1, 0],
        range: 0..12,
        initializer: Initializer::Zeros,
    };
    let mut at = 0;
    let places: Vec<_> = kernel.places().collect();
    for o in 0..2 {
        for i in 0..3 {
            for y in 0..2 {
                assert_eq!(places[at], (y * 3 + i) * 2 + o);
                at += 1;
            }
        }
    }
    let scalar = Parameter {
        name: "s",
        shape: &[],
        order: &[],
        range: 0..1,
        initializer: Initializer::Zeros,
    };
    assert_eq!(scalar.places().collect::<Vec<_>>(), [0]);
}

#[test]
fn parameters_are_found_by_name_and_by_pattern() {
    assert_eq!(LAYOUT.find("logits.dense1.bias").unwrap().range, 16..18);
    assert!(LAYOUT.find("bias").is_none());
    let names = |pattern| LAYOUT.matching(pattern).map(|p| p.name).collect::<Vec<_>>();
    assert_eq!(names("*.weight"), ["logits.dense1.weight"]);
    assert_eq!(names("logits.dense?.*").len(), 2);
    assert_eq!(names("*").len(), 2);
    assert!(names("").is_empty() && names("*.weigh").is_empty() && names("dense1.*").is_empty());
    assert_eq!(names("*1*b*s*"), ["logits.dense1.bias"]);
}

#[test]
fn it_prints_as_a_table() {
    let table = LAYOUT.to_string();
    assert_eq!(table.lines().count(), 4);
    assert!(
        table.contains("logits.dense1.weight            [2, 3]           6  0..6"),
        "{table}"
    );
}

#[test]
#[should_panic(expected = "overlap")]
fn overlapping_ranges_are_refused() {
    const ONE: Parameter = Parameter {
        name: "a",
        shape: &[2],
        order: &[0],
        range: 0..2,
        initializer: Initializer::Zeros,
    };
    Layout {
        parameters: &[ONE, ONE],
        len: 32,
        packed: &[],
    }
    .verified();
}

#[test]
#[should_panic(expected = "what is packed does not cover its parameter")]
fn a_right_factor_that_is_part_of_a_parameter_is_refused() {
    const FACTOR: PackedParameter = PackedParameter {
        start: 0,
        packing: Packing::RightFactor {
            sizes: [2, 3],
            strides: [3, 1],
        },
    };
    const WEIGHT: Parameter = Parameter {
        name: "weight",
        shape: &[3, 3],
        order: &[1, 0],
        range: 0..9,
        initializer: Initializer::Zeros,
    };
    Layout {
        parameters: &[WEIGHT],
        len: 16,
        packed: &[FACTOR],
    }
    .verified();
}

#[test]
#[should_panic(expected = "what is packed is no parameter or stands out of order")]
fn a_right_factor_twice_is_refused() {
    const FACTOR: PackedParameter = PackedParameter {
        start: 0,
        packing: Packing::RightFactor {
            sizes: [3, 2],
            strides: [2, 1],
        },
    };
    Layout {
        packed: &[FACTOR, FACTOR],
        ..LAYOUT
    }
    .verified();
}
