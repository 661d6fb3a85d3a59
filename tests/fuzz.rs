//! The fuzz targets that read files, on recorded files and on thousands of mutations of them: values or errors, no panic.
//!
//! `tests/fuzz.sh SECONDS` searches on with the same functions. The compiler's own target has its like in
//! `dsl-macros/compiler/src/compile/tests/mutation.rs`, where `PROPTEST_CASES=100000` asks for more.

#![forbid(unsafe_code)]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

/// Bytes and texts that break readers: ends of ranges, and what the formats are made of.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0\0\0\0\0",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\0\0\xc0\x7f",
    b"\0\0\x80\xff",
    b"\x1f\x8b\x08\0",
    b"\0\0\x08\x01",
    b"18446744073709551615",
    b"9223372036854775807",
    b"4294967296",
    b"-1",
    b"1e999",
    b"null",
    b"[",
    b"]",
    b"{",
    b"}",
    b"\"",
    b",",
    b":",
    b"F64",
    b"F32",
    b"I64",
    b"/",
    b"__metadata__",
    b"\xf0\x9f\x98\x80",
    b"\n",
    b"'descr': '>u2'",
    b"True",
    b"(2, 3)",
    b"input one-hot ",
];

fn seeds(target: &str) -> Vec<Vec<u8>> {
    // What is a checkpoint to one is one to the other.
    let folder = folder(if target == "import" { "checkpoint" } else { target });
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a recorded file"))
        .collect()
}

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target)
}

/// A number below `limit`, or 0.
fn below(stream: &mut Stream, limit: usize) -> usize {
    (stream.uniform() * limit as f64) as usize
}

/// A few changes to a file.
fn mutate(bytes: &mut Vec<u8>, all: &[Vec<u8>], stream: &mut Stream) {
    for _ in 0..=below(stream, 4) {
        let len = bytes.len();
        let at = below(stream, len + 1);
        let end = (at + below(stream, 9)).min(len);
        match below(stream, 7) {
            0 if at < len => bytes[at] ^= 1 << below(stream, 8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.truncate(at),
            3 => {
                let piece = PIECES[below(stream, PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            4 => {
                let piece = PIECES[below(stream, PIECES.len())];
                let end = (at + piece.len()).min(len);
                bytes.splice(at..end, piece.iter().copied());
            }
            5 => {
                let copy = bytes[at..end].to_vec();
                let place = below(stream, len + 1);
                bytes.splice(place..place, copy);
            }
            _ => {
                let other = &all[below(stream, all.len())];
                let from = below(stream, other.len() + 1);
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
        }
    }
}

/// Hands every recorded file, and so many mutations, to a target.
fn search(target: &str, mutations: u64, run: fn(&[u8])) {
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| run(seed));
    for number in 0..mutations {
        let mut stream = Stream::indexed(1, target, number);
        let mut bytes = seeds[below(&mut stream, seeds.len())].clone();
        mutate(&mut bytes, &seeds, &mut stream);
        let outcome = std::panic::catch_unwind(|| run(&bytes));
        assert!(
            outcome.is_ok(),
            "mutation {number} of {target}: {}",
            bytes.escape_ascii()
        );
    }
    // What it has written; a folder left behind fails no test.
    let _ = fs::remove_dir_all(targets::folder(target));
}

#[test]
fn checkpoints_are_loaded_or_refused() {
    search("checkpoint", 10_000, targets::checkpoint);
}

#[test]
fn checkpoints_are_imported_or_refused() {
    search("import", 3000, targets::import);
}

#[test]
fn trainings_are_taken_up_or_refused() {
    search("training", 2000, targets::training);
}

#[test]
fn idx_files_are_read_or_refused() {
    search("idx", 2000, targets::idx);
}

#[test]
fn cifar_files_are_read_or_refused() {
    search("cifar", 200, targets::cifar);
}

#[test]
fn tables_are_read_or_refused() {
    search("csv", 5000, targets::csv);
}

#[test]
fn arrays_are_read_or_refused() {
    search("npy", 5000, targets::npy);
}

/// Recorded files are of both kinds, or mutations would not reach far.
#[test]
fn recorded_files_are_good_and_bad_ones() {
    let loads = |bytes: &[u8]| checkpoint::decode(&mut targets::Target::new(2), bytes).is_ok();
    let recorded = seeds("checkpoint");
    let good = recorded.iter().filter(|bytes| loads(bytes)).count();
    assert!(good >= 3 && good < recorded.len(), "{good} of {}", recorded.len());
    assert!(seeds("training").iter().any(|bytes| loads(bytes)));
}

#[test]
#[ignore = "writes the files of `fuzz/seeds` anew"]
fn record() {
    let (model, optimizer, work) = targets::trained();
    let whole = checkpoint::encode(&model).expect("finite values");
    // Without a checksum that agrees mutations reach what lies behind its check.
    let unchecked = |bytes: &[u8]| {
        let key = b"contents_xxh64";
        let place = bytes.windows(key.len()).position(|part| part == key);
        let place = place.expect("it has a checksum");
        let mut bytes = bytes.to_vec();
        bytes[place..place + key.len()].copy_from_slice(b"something_else");
        bytes
    };
    let named = |target: &str, name: &str| {
        fs::create_dir_all(folder(target)).expect("a folder of the repository");
        folder(target).join(name)
    };
    let write = |target: &str, name: &str, bytes: &[u8]| {
        fs::write(named(target, name), bytes).expect("it can be written");
    };
    write("checkpoint", "whole", &whole);
    write("checkpoint", "unchecked", &unchecked(&whole));
    write(
        "checkpoint",
        "double",
        &unchecked(&checkpoint::encode(&<targets::Target<f64> as Network>::new(1)).expect("finite values")),
    );
    write(
        "checkpoint",
        "pointer",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
    );
    write(
        "checkpoint",
        "about-nothing",
        b"\x15\0\0\0\0\0\0\0{\"__metadata__\":null}",
    );
    let training = named("training", "whole");
    checkpoint::save_training(&model, &optimizer, &work, 1, &training).expect("it can be written");
    let bytes = fs::read(&training).expect("it was just written");
    write("training", "unchecked", &unchecked(&bytes));
    write("idx", "labels", b"\0\0\x08\x01\0\0\0\x03\x07\x02\x01");
    write(
        "idx",
        "images",
        b"\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x02\x01\x02\x03\x04",
    );
    write("idx", "page", b"<!DOCTYPE html><html>");
    let compressed = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\x63\x60\xe0\x60\x64\x60\x60\x60\x66\x67\x62\x04\0\x15\xf8\x3e\x4e\x0b\0\0\0";
    write("idx", "labels.gz", compressed);
    write("idx", "padded.gz", &[&compressed[..], &[0; 100]].concat());
    write("cifar", "record", &[3; 3073]);
    write(
        "csv",
        "homes",
        b"size,street,price\n80,Elm,low\n95.5,\"Oak, upper\",high\n1e2,Elm,low\n",
    );
    write("csv", "missing", b"a,b\r\n1,\r\n,\"x\"\"y\"\r\n");
    write(
        "csv",
        "encoding",
        b"table encoding 1\ninput number a\nfill 1.5\ninput one-hot b\ncategory x\ncategory y\nfill 0\nclass index c\n",
    );
    write("csv", "page", b"<!DOCTYPE html><html>");
    for name in ["columns.npy", "records.npy", "compressed.npz", "plain.npz"] {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("dsl-runtime/src/data/npy/recorded");
        write(
            "npy",
            name,
            &fs::read(recorded.join(name)).expect("a recorded file"),
        );
    }
}
