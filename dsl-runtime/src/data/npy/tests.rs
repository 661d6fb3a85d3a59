//! The files of `recorded` were written by NumPy 2.4, by the script beside them.

use super::*;
use crate::testing::Folder;

const COLUMNS: &[u8] = include_bytes!("recorded/columns.npy");

fn recorded(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/data/npy/recorded")
        .join(name)
}

fn parsed(mut bytes: &[u8]) -> Result<(Vec<usize>, Elements), DataProblem> {
    parse(&mut bytes).unwrap()
}

/// A file of version 1 with this header and these elements.
fn file(header: &str, elements: &[u8]) -> Vec<u8> {
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), elements].concat()
}

fn refused(header: &str) -> String {
    parsed(&file(header, &[0; 8])).unwrap_err().to_string()
}

#[test]
fn archives_of_numpy_are_read() {
    let arrays = read_npz(recorded("compressed.npz")).unwrap();
    let names: Vec<&str> = arrays.keys().map(|name| &**name).collect();
    assert_eq!(names, ["big", "columns", "none", "rows", "single", "yes"]);
    let counting: Vec<f64> = (0..24).map(f64::from).collect();
    for name in ["big", "columns", "rows"] {
        let array = &arrays[name];
        assert_eq!((array.shape(), array.width()), (&[2, 3, 4][..], 12));
        assert_eq!(array.reals::<f64>().unwrap(), counting, "{name}");
        assert_eq!(array.indices(24).unwrap()[23], 23);
    }
    assert!(matches!(arrays["rows"].elements(), Elements::I32(_)));
    assert_eq!(
        (arrays["single"].shape(), arrays["single"].reals::<f32>().unwrap()),
        (&[][..], vec![2.5])
    );
    assert_eq!(
        (arrays["none"].shape(), arrays["none"].is_empty()),
        (&[0, 3][..], true)
    );
    assert_eq!(arrays["yes"].indices(2).unwrap()[..4], [0, 1, 0, 1]);
    let arrays = read_npz(recorded("plain.npz")).unwrap();
    assert_eq!(arrays["rows"].reals::<f64>().unwrap(), counting);
    let Elements::I64(wide) = arrays["wide"].elements() else {
        panic!("it is of 64 bits");
    };
    assert_eq!(wide[23], 23 - (1 << 62));
    let text = arrays["wide"].indices(5).unwrap_err().to_string();
    assert!(text.contains("plain.npz/wide`: element 0 is -46"), "{text}");
}

#[test]
fn either_order_of_axes_and_every_version_is_read() {
    let array = read(recorded("columns.npy")).unwrap();
    assert_eq!((array.shape(), array.len()), (&[2, 3][..], 6));
    assert_eq!(array.elements(), &Elements::I16(vec![0, 1, 2, 3, 4, 5]));
    for version in [2, 3] {
        let bytes = [
            &COLUMNS[..6],
            &[version, 0],
            &COLUMNS[8..10],
            &[0, 0],
            &COLUMNS[10..],
        ]
        .concat();
        assert_eq!(parsed(&bytes), parsed(COLUMNS));
    }
    let header = "{\"shape\":( 2 ,2,),'descr':'|u1' , 'fortran_order':False}";
    assert_eq!(
        parsed(&file(header, b"abcd")).unwrap(),
        (vec![2, 2], Elements::U8(b"abcd".to_vec()))
    );
    // An axis of no size among others, in either order.
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 0, 2), }";
    assert_eq!(parsed(&file(header, b"")).unwrap().0, [3, 0, 2]);
}

#[test]
fn every_cut_and_what_follows_is_noticed() {
    for cut in 6..COLUMNS.len() {
        let problem = parsed(&COLUMNS[..cut]).unwrap_err();
        assert!(
            matches!(problem, DataProblem::Truncated { found, .. } if found == cut as u64),
            "{cut}: {problem}"
        );
    }
    let longer = [COLUMNS, b"x"].concat();
    assert_eq!(parsed(&longer), Err(DataProblem::Trailing { expected: 140 }));
    for (name, inside) in [("compressed.npz", 80), ("plain.npz", 190)] {
        let whole = fs::read(recorded(name)).unwrap();
        let folder = Folder::new("npz-cut");
        for cut in 0..whole.len() {
            fs::write(folder.join(name), &whole[..cut]).unwrap();
            assert!(read_npz(folder.join(name)).is_err(), "{name} cut at {cut}");
        }
        // A bit of the elements, which the archive's checksum covers.
        let mut changed = whole.clone();
        changed[inside] ^= 1;
        fs::write(folder.join(name), &changed).unwrap();
        assert!(read_npz(folder.join(name)).is_err(), "{name}");
    }
}

#[test]
fn lying_headers_are_refused_without_the_memory_they_promise() {
    let of = |shape: &str| format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    assert!(refused(&of("(18446744073709551615,)")).contains("more than memory can hold"));
    assert!(
        refused(&of("(4294967296, 4294967296)")).contains("promises an array of [4294967296, 4294967296]")
    );
    assert!(refused(&of("(1000000000000,)")).contains("is truncated"));
    for shape in [
        "5",
        "(-1,)",
        "(1.5,)",
        "(1",
        "(x,)",
        "[1]",
        &format!("({})", "1,".repeat(65)),
    ] {
        assert!(refused(&of(shape)).contains("`shape` is no tuple"), "{shape}");
    }
    let long = [b"\x93NUMPY\x02\0", &u32::MAX.to_le_bytes()[..]].concat();
    assert!(
        parsed(&long)
            .unwrap_err()
            .to_string()
            .contains("longer than 65,536 bytes")
    );
}

#[test]
fn broken_headers_are_told_apart() {
    let whole = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }";
    assert!(parsed(&file(whole, &[0; 8])).is_ok());
    for (from, to, fault) in [
        ("{", "", "does not begin with a brace"),
        (", }", "", "does not end with a brace"),
        (", }", "} x", "goes on after"),
        ("'descr': '<f8', ", "", "`descr` is missing"),
        ("'fortran_order': False, ", "", "`fortran_order` is missing"),
        ("'shape': (1,), ", "", "`shape` is missing"),
        ("False", "None", "`fortran_order` is neither"),
        ("shape", "form", "unknown key"),
        ("'descr'", "descr", "a key is no text"),
        ("':", "'", "has no value"),
        ("'<f8'", "[('a', '<f4')]", "are records"),
    ] {
        let text = refused(&whole.replacen(from, to, 1));
        assert!(text.contains(fault), "{from}: {text}");
    }
    for kind in [
        "<f2", "<c8", "|O", "<U5", "<M8[ns]", "|f8", "<f9", "f8", "", "<i\u{e9}",
    ] {
        let text = refused(&whole.replace("<f8", kind));
        assert!(text.contains("has elements of type"), "{kind}: {text}");
    }
    assert!(
        parsed(b"\x93NUMPY\x04\0")
            .unwrap_err()
            .to_string()
            .contains("a version after 3")
    );
}

#[test]
fn what_is_no_array_is_named() {
    let message = |result: Result<Array, Error>| result.unwrap_err().to_string();
    assert!(message(read(recorded("objects.npy"))).contains("objects.npy`: has elements of type `|O`"));
    assert!(message(read(recorded("records.npy"))).contains("are records"));
    assert!(message(read("no such.npy")).contains("cannot open `no such.npy`"));
    let folder = Folder::new("npy-foreign");
    for (bytes, fault) in [
        (&b""[..], "is not a NumPy array"),
        (b"1,2,3\n", "is not a NumPy array"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"<html>", "is a page of the web"),
    ] {
        fs::write(folder.join("x"), bytes).unwrap();
        assert!(message(read(folder.join("x"))).contains(fault));
        assert!(read_npz(folder.join("x")).is_err());
    }
    let refused = read_npz(recorded("columns.npy")).unwrap_err().to_string();
    assert!(refused.contains("is a NumPy array"), "{refused}");
    // An archive without entries.
    fs::write(folder.join("x"), [b"PK\x05\x06", &[0; 18][..]].concat()).unwrap();
    assert!(
        read_npz(folder.join("x"))
            .unwrap_err()
            .to_string()
            .contains("holds no item")
    );
}
