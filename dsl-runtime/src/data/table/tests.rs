use super::*;
use crate::testing::Folder;

fn table(text: &str) -> Table {
    Table::parse(text.as_bytes(), "t.csv").unwrap()
}

fn refused(text: &str) -> String {
    Table::parse(text.as_bytes(), "t.csv").unwrap_err().to_string()
}

fn message<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}

const HOMES: &str = "\
id,size,street,rooms,price
1,80,Elm,3,250.5
2,,Oak,4,300
3,120,Elm,,410
4,100,Ash,4,1e2
";

fn homes() -> TableEncoder {
    TableEncoder::new()
        .ignore("id")
        .fill("size", Fill::Mean)
        .fill("rooms", Fill::MostFrequent)
        .target("price")
}

#[test]
fn cells_are_read_in_every_customary_form() {
    let plain = table("a,b\n1,x\n2,y\n");
    assert_eq!(
        (plain.len(), plain.columns()),
        (2, &["a".to_owned(), "b".to_owned()][..])
    );
    for text in [
        "a,b\r\n1,x\r\n2,y",
        "a,b\r1,x\r2,y\r",
        "\u{feff}a,b\n1,x\n2,y\n",
        " a , b\n1 , x\n\n2,y \n\n",
        "\"a\",\"b\"\n\"1\",x\n2,\"y\"\n",
    ] {
        let read = table(text);
        assert_eq!(read.columns(), plain.columns(), "{text:?}");
        for row in 0..2 {
            for column in ["a", "b"] {
                assert_eq!(
                    read.cell(row, column).unwrap(),
                    plain.cell(row, column).unwrap(),
                    "{text:?}"
                );
            }
        }
    }
    let quoted = table("a,b\n\"say \"\"no\"\"\",\"1,2\n3\"\n5\" pipe,NA\n");
    assert_eq!(quoted.cell(0, "a").unwrap(), Some("say \"no\""));
    assert_eq!(quoted.cell(0, "b").unwrap(), Some("1,2\n3"));
    assert_eq!(quoted.cell(1, "a").unwrap(), Some("5\" pipe"));
    assert_eq!(quoted.cell(1, "b").unwrap(), None);
    assert!(message(quoted.cell(0, "c")).contains("there is no column `c`; there are `a`, `b`"));
}

#[test]
fn other_separators_and_no_header_are_declared() {
    let reader = TableReader::new().separator('\t').header(false).missing(["-"]);
    let read = reader.parse("1\t-\nNA\t2\n".as_bytes(), "t.tsv").unwrap();
    assert_eq!(read.columns(), ["column1", "column2"]);
    assert_eq!((read.len(), read.cell(0, "column2").unwrap()), (2, None));
    assert_eq!(read.cell(1, "column1").unwrap(), Some("NA"));
    for separator in ['"', '\n', 'é', '\0'] {
        let result = TableReader::new()
            .separator(separator)
            .parse("a\n1\n".as_bytes(), "t.csv");
        assert!(message(result).contains("cannot separate cells"));
    }
}

#[test]
fn bad_files_are_refused_with_the_line() {
    assert_eq!(
        refused("a,b\n1,2\n3\n"),
        "`t.csv`: line 3 has 1 cells, but 2 were expected; is `,` the separator?"
    );
    assert!(refused("a,b\n1,2\n3,4,5\n").contains("line 3 has 3 cells"));
    assert!(refused("a,b\n1,2\n3,\"x\n4,5\n").contains("mark in line 3 is never closed"));
    assert!(refused("a,b\n1,\"x\"y\n").contains("line 2 goes on after a closing quotation mark"));
    assert!(refused("a,b,a\n1,2,3\n").contains("two columns are named `a`"));
    for empty in ["", "\n\n", "a,b\n", "a,b"] {
        assert!(refused(empty).contains("holds no item"), "{empty:?}");
    }
    assert!(refused("<!DOCTYPE html><html>").contains("is a page of the web"));
    assert!(refused("version https://git-lfs.github.com/spec/v1\n").contains("is a Git LFS pointer"));
    let bytes = b"a,b\n1,2\n3,\xff\n";
    assert!(message(Table::parse(&bytes[..], "t.csv")).contains("line 3 is no text in UTF-8"));
    let wide = b"\xff\xfea\0,\0b\0";
    assert!(message(Table::parse(&wide[..], "t.csv")).contains("no text in UTF-8"));
    assert!(message(Table::read("no such file.csv")).contains("cannot open `no such file.csv`"));
}

#[test]
fn every_cut_is_refused_or_a_table_of_whole_rows() {
    for cut in 0..HOMES.len() {
        if let Ok(read) = Table::parse(&HOMES.as_bytes()[..cut], "t.csv") {
            assert!(read.len() <= 4 && read.columns().len() == 5);
        }
    }
}

#[test]
#[cfg(feature = "gzip")]
fn compressed_files_are_read() {
    use std::io::Write as _;

    let folder = Folder::new("table-gzip");
    let path = folder.join("t.csv.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(HOMES.as_bytes()).unwrap();
    let bytes = encoder.finish().unwrap();
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(Table::read(&path).unwrap().len(), 4);
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    assert!(message(Table::read(&path)).contains("cannot read"));
}

#[test]
fn columns_become_inputs_and_targets() {
    let table = table(HOMES);
    let encoding = homes().fit(&table).unwrap();
    assert_eq!(
        encoding.input_names(),
        ["size", "street=Ash", "street=Elm", "street=Oak", "rooms"]
    );
    assert_eq!(encoding.width(), 5);
    assert_eq!(encoding.target_names().collect::<Vec<_>>(), ["price"]);
    assert_eq!(encoding.kind("street"), Some(ColumnKind::Category));
    assert_eq!(encoding.categories("street"), ["Ash", "Elm", "Oak"]);
    let data = encoding.regression::<f64>(&table).unwrap();
    let expected = [
        [80.0, 0.0, 1.0, 0.0, 3.0],
        [100.0, 0.0, 0.0, 1.0, 4.0],
        [120.0, 0.0, 1.0, 0.0, 4.0],
        [100.0, 1.0, 0.0, 0.0, 4.0],
    ];
    assert_eq!(data.inputs(), expected.as_flattened());
    assert_eq!(data.targets(), [250.5, 300.0, 410.0, 100.0]);
    // Another order of columns, others between, and no targets.
    let asked = super::tests::table("new,rooms,street,size\nx,2,Oak,\n");
    assert_eq!(
        encoding.inputs::<f32>(&asked).unwrap(),
        [100.0, 0.0, 0.0, 1.0, 2.0]
    );
    assert!(message(encoding.regression::<f32>(&asked)).contains("there is no column `price`"));
}

#[test]
fn a_column_becomes_classes_and_categories_have_numbers() {
    let table = table("x,shape,kind\n1,round,10\n2,flat,9\n3,round,2\n");
    let encoding = TableEncoder::new()
        .coding("shape", Coding::Index)
        .class("kind")
        .fit(&table)
        .unwrap();
    // Categories that are numbers are in the order of numbers.
    assert_eq!(encoding.classes(), ["2", "9", "10"]);
    let data = encoding.classification::<f32>(&table).unwrap();
    assert_eq!((data.labels(), data.classes()), (&[2, 1, 0][..], 3));
    assert_eq!(data.inputs(), [1.0, 1.0, 2.0, 0.0, 3.0, 1.0]);
    let apart = TableEncoder::new().coding("shape", Coding::Apart).class("kind");
    let apart = apart.fit(&table).unwrap();
    assert_eq!((apart.width(), apart.input_names()), (1, vec!["x".to_owned()]));
    assert_eq!(apart.indices(&table, "shape").unwrap(), [1, 0, 1]);
    assert!(message(apart.indices(&table, "x")).contains("`x` is no column of the inputs that holds"));
    let other = super::tests::table("x,shape,kind\n1,round,7\n");
    assert!(
        message(encoding.classification::<f32>(&other)).contains("`kind` is `7`, which is none of the 3")
    );
}

#[test]
fn missing_values_are_named_or_filled() {
    let table = table("a,b\n1,x\nNA,\n4,y\n,y\n");
    let encoder = TableEncoder::new().fill("b", Fill::MostFrequent);
    assert_eq!(
        message(encoder.fit(&table)),
        "`t.csv`: line 3 has no value for `a`; drop the row, or say how to fill the column"
    );
    let filled = |fill| {
        let encoding = encoder.clone().fill("a", fill).fit(&table)?;
        Ok::<f64, Error>(encoding.inputs::<f64>(&table)?[3])
    };
    assert_eq!(filled(Fill::Mean).unwrap(), 2.5);
    assert_eq!(filled(Fill::Median).unwrap(), 2.5);
    assert_eq!(filled(Fill::MostFrequent).unwrap(), 1.0);
    assert_eq!(filled(Fill::Number(-7.0)).unwrap(), -7.0);
    assert!(message(filled(Fill::Number(f64::NAN))).contains("by a number: it is not finite"));
    assert!(message(filled(Fill::Category("x".into()))).contains("the column holds numbers"));
    let encoder = TableEncoder::new().fill("a", Fill::Mean);
    let encoding = encoder
        .clone()
        .fill("b", Fill::Category("none".into()))
        .fit(&table)
        .unwrap();
    assert_eq!(encoding.categories("b"), ["none", "x", "y"]);
    assert_eq!(
        encoding.inputs::<f32>(&table).unwrap()[4..8],
        [2.5, 1.0, 0.0, 0.0]
    );
    assert!(message(encoder.fill("b", Fill::Median).fit(&table)).contains("the column holds categories"));
    // What is not filled in training is missing in a second table, too.
    let whole = super::tests::table("a\n1\n2\n");
    let encoding = TableEncoder::new().fit(&whole).unwrap();
    let holes = super::tests::table("a,b\n,1\n");
    assert!(message(encoding.inputs::<f32>(&holes)).contains("line 2 has no value for `a`"));
    let empty = super::tests::table("a,b\n,1\n,2\n");
    for fill in [Fill::Mean, Fill::Median, Fill::MostFrequent] {
        assert!(message(TableEncoder::new().fill("a", fill).fit(&empty)).contains("holds no value"));
    }
    assert!(
        TableEncoder::new()
            .fill("a", Fill::Number(0.0))
            .fit(&empty)
            .is_ok()
    );
}

#[test]
fn medians_of_odd_numbers_of_values_are_one_of_them() {
    let table = table("a,b\n9,1\n,1\n1,1\n2,1\n");
    let encoding = TableEncoder::new().fill("a", Fill::Median).fit(&table).unwrap();
    assert_eq!(encoding.inputs::<f64>(&table).unwrap()[2], 2.0);
}

#[test]
fn what_is_neither_is_not_guessed() {
    let mixed = table("a,b\n1,x\n2,y\n3+,3\n");
    assert_eq!(
        message(TableEncoder::new().fit(&mixed)),
        "`t.csv`: in line 4 `a` is `3+`, but in line 2 it is a number; correct it, or declare whether the column \
         holds numbers or categories"
    );
    let declared = TableEncoder::new()
        .kind("a", ColumnKind::Category)
        .kind("b", ColumnKind::Category);
    assert_eq!(declared.fit(&mixed).unwrap().width(), 6);
    let numbers = TableEncoder::new().kind("a", ColumnKind::Number).ignore("b");
    assert!(message(numbers.fit(&mixed)).contains("in line 4 `a` is `3+`, which is no finite number"));
    let reversed = table("a\nx\n1\n");
    assert!(message(TableEncoder::new().fit(&reversed)).contains("in line 2 it is no number"));
    for (text, cell) in [("a\n1\ninf\n", "inf"), ("a\n1e999\n", "1e999")] {
        let result = TableEncoder::new().fit(&table(text));
        assert!(message(result).contains(&format!("`{cell}`, which is no finite number")));
    }
    // A number of `f64` that `f32` does not hold.
    let large = table("a\n1e300\n");
    let encoding = TableEncoder::new().fit(&large).unwrap();
    assert!(encoding.inputs::<f64>(&large).is_ok());
    assert!(message(encoding.inputs::<f32>(&large)).contains("no finite number"));
    let long = table(&format!("a\n1\n{}\n", "y".repeat(1000)));
    assert!(message(TableEncoder::new().fit(&long)).len() < 300);
}

#[test]
fn columns_that_do_not_exist_or_do_not_serve_are_named() {
    let table = table("a,b\n1,x\n");
    let wrong = |encoder: TableEncoder| message(encoder.fit(&table));
    let new = TableEncoder::new;
    for encoder in [
        new().target("c"),
        new().class("c"),
        new().ignore("c"),
        new().fill("c", Fill::Mean),
        new().kind("c", ColumnKind::Number),
        new().coding("c", Coding::Index),
    ] {
        assert!(wrong(encoder).contains("there is no column `c`; there are `a`, `b`"));
    }
    assert!(wrong(new().target("b")).contains("`b` is `x`, which is no finite number"));
    assert!(wrong(new().target("b").kind("b", ColumnKind::Category)).contains("so it is no target"));
    assert!(wrong(new().coding("a", Coding::Index)).contains("holds numbers, which have no coding"));
    assert!(wrong(new().target("a").ignore("b")).contains("no column is left"));
    let encoding = new().fit(&table).unwrap();
    assert!(message(encoding.classification::<f32>(&table)).contains("no example"));
    assert!(encoding.regression::<f32>(&table).is_err());
}

#[test]
fn an_encoding_comes_back_from_its_text() {
    let table = table("a\\b,\"c\nd\",e,kind\n1,\" x\\n\ny\",u,A\n,z,v,B\n3,z,u,B\n0.1,z,v,C\n");
    let encoding = TableEncoder::new()
        .fill("a\\b", Fill::Mean)
        .fill("c\nd", Fill::Category("none".into()))
        .coding("e", Coding::Index)
        .class("kind")
        .fit(&table)
        .unwrap();
    let text = encoding.to_string();
    let again: TableEncoding = text.parse().unwrap();
    assert_eq!(again, encoding);
    assert_eq!(
        again.inputs::<f64>(&table).unwrap(),
        encoding.inputs::<f64>(&table).unwrap()
    );
    // Every line matters, and no change of it is a panic.
    let lines: Vec<&str> = text.lines().collect();
    for number in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(number);
        if let Ok(other) = fewer.join("\n").parse::<TableEncoding>() {
            assert_ne!(other, encoding, "without line {number}");
        }
    }
    for cut in (0..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
        let _ = text[..cut].parse::<TableEncoding>();
    }
}

#[test]
fn texts_that_are_no_encoding_are_refused_with_the_line() {
    let refused = |text: &str| text.parse::<TableEncoding>().unwrap_err().to_string();
    assert_eq!(refused(""), "line 1 is not `table encoding 1`");
    for (lines, fault) in [
        ("input", "line 2"),
        ("input digit a", "line 2"),
        ("output number a", "line 2"),
        ("target one-hot a", "line 2"),
        ("class number a", "line 2"),
        ("input number a\nfill inf", "line 3"),
        ("input number a\nfill x", "line 3"),
        ("input number a\nfill 1\nfill 1", "line 4"),
        ("input number a\ncategory x", "line 3"),
        ("input one-hot a\ncategory x\nfill 1", "line 4"),
        ("input one-hot a\ncategory x\ncategory x", "line 2"),
        ("class one-hot a\ncategory x\nclass one-hot b", "line 4"),
    ] {
        let text = refused(&format!("table encoding 1\n{lines}"));
        assert!(text.starts_with(fault), "{lines}: {text}");
    }
}

#[test]
fn rows_are_encoded_one_by_one() {
    let folder = Folder::new("table-rows");
    let path = folder.join("homes.csv");
    std::fs::write(&path, HOMES).unwrap();
    let table = Table::read(&path).unwrap();
    let encoding = homes().fit(&table).unwrap();
    let rows = TableReader::new().rows(&path).unwrap();
    let all: Vec<EncodedRow<f32>> = encoding
        .encode_rows(rows)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let data = encoding.regression::<f32>(&table).unwrap();
    let inputs: Vec<f32> = all.iter().flat_map(|row| row.inputs.clone()).collect();
    let targets: Vec<f32> = all.iter().flat_map(|row| row.targets.clone()).collect();
    assert_eq!((&inputs[..], &targets[..]), (data.inputs(), data.targets()));
    // The first fault ends it.
    std::fs::write(&path, format!("{HOMES}5,1,Fir,1,1\n6,1,Elm,1,1\n")).unwrap();
    let rows = TableReader::new().rows(&path).unwrap();
    let mut rows = encoding.encode_rows::<f32, _>(rows).unwrap();
    assert_eq!(rows.by_ref().take(4).filter(Result::is_ok).count(), 4);
    assert!(message(rows.next().unwrap()).contains("in line 6 `street` is `Fir`"));
    assert!(rows.next().is_none());
}
