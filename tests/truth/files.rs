//! Files of numpy and pandas, read as numpy and pandas read them: `reference_files.py` wrote both the files and the numbers.
//! And what they and others write that has to be refused, or said.
use flate2::read::GzDecoder;
use gflow::io::{self, Column, Labels, Loaded, Wanted};
use serde_json::Value;
use std::io::{Cursor, Read};
use std::path::PathBuf;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/files").join(name)
}

fn unpacked(name: &str) -> String {
    let mut out = String::new();
    GzDecoder::new(std::fs::File::open(data(name)).unwrap()).read_to_string(&mut out).unwrap();
    out
}

/// Numbers in JSON, and words for those that it has none for.
fn numbers(v: &Value) -> Vec<f64> {
    let one = |v: &Value| v.as_f64().unwrap_or_else(|| v.as_str().unwrap().parse().unwrap());
    v.as_array().unwrap().iter().map(one).collect()
}

/// The same bits, but for the payload of NaN.
#[track_caller]
fn same(what: &str, got: &[f64], expected: &[f64]) {
    let alike = |a: &f64, b: &f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    let all = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| alike(a, b));
    assert!(all, "{what}: {got:?}, expected {expected:?}");
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }
    fn load(&self, name: &str, bytes: impl AsRef<[u8]>, wanted: &Wanted) -> gflow::error::Result<Loaded> {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        io::load_with(&path, wanted)
    }
}

fn array(name: &str) -> Wanted {
    Wanted { array: Some(name.into()), ..Wanted::default() }
}

/// Twelve types, both byte orders, both orders of indices, one to four dimensions: as npy, and in an npz, stored or packed.
#[test]
fn arrays_of_numpy() {
    let held: Value = serde_json::from_str(&unpacked("arrays.json.gz")).unwrap();
    let folder = Folder::new();
    let mut seen = 0;
    for file in ["arrays.npz", "packed.npz"] {
        let mut zip = zip::ZipArchive::new(std::fs::File::open(data(file)).unwrap()).unwrap();
        for i in 0..zip.len() {
            let mut member = zip.by_index(i).unwrap();
            let mut npy = vec![];
            member.read_to_end(&mut npy).unwrap();
            let name = member.name().strip_suffix(".npy").unwrap().to_string();
            let expected = &held["arrays"][&name];
            let values = numbers(&expected["numbers"]);
            let n = expected["shape"][0].as_u64().unwrap() as usize;
            let alone = folder.load("a.npy", &npy, &Wanted::default()).unwrap();
            let inside = io::load_with(&data(file), &array(&name)).unwrap();
            for rows in [alone.rows, inside.rows] {
                assert_eq!((rows.n, rows.d), (n, values.len() / n), "{name}");
                same(&name, &rows.data, &values);
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 147 + 37);
    for (version, hex) in held["versions"].as_object().unwrap() {
        let hex = hex.as_str().unwrap();
        let npy: Vec<u8> = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        let read = folder.load("v.npy", npy, &Wanted::default()).unwrap().rows;
        assert_eq!((read.n, read.data), (2, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), "version {version}");
    }
}

/// W₂ between the same images saved both ways is 0.
#[test]
fn images_in_both_orders_are_the_same_points() {
    let [c, f] =
        ["f4_C_2x3x2", "f4_F_2x3x2"].map(|name| io::load_with(&data("arrays.npz"), &array(name)).unwrap().rows);
    assert_eq!((c.n, c.d, f.n, f.d), (2, 6, 2, 6));
    let folder = Folder::new();
    let header = |order: &str| format!("{{'descr': '|u1', 'fortran_order': {order}, 'shape': (3, 2, 2), }}\n");
    let file = |order: &str, body: [u8; 12]| {
        let head = header(order);
        [&b"\x93NUMPY\x01\x00"[..], &(head.len() as u16).to_le_bytes(), head.as_bytes(), &body].concat()
    };
    let in_rows = file("False", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let in_columns = file("True", [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]);
    let read = |bytes: Vec<u8>| folder.load("i.npy", bytes, &Wanted::default()).unwrap();
    assert_eq!(read(in_rows), read(in_columns));
}

/// Labels that are texts of one width: characters in both byte orders, and bytes.
#[test]
fn texts_of_numpy() {
    let load = |name: &str| {
        let wanted = Wanted { labels: Some(Column::Named(name.into())), ..Wanted::default() };
        io::load_with(&data("texts.npz"), &wanted).map_err(|e| e.to_string())
    };
    for name in ["little", "big", "column", "bytes"] {
        let loaded = load(name).unwrap();
        let Some(Labels::Texts(texts)) = loaded.labels else { panic!("{name}: no texts") };
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["grün", "", "b\0 \u{1F600}"], "{name}");
        assert_eq!((loaded.rows.n, loaded.rows.d, loaded.notes), (3, 2, vec![]));
    }
    let Some(Labels::Texts(none)) = load("none").unwrap().labels else { panic!("no texts") };
    assert_eq!(none.iter().collect::<Vec<_>>(), ["", "", ""]);
    let said = load("two").unwrap_err();
    assert!(said.ends_with("labels: `two`: its shape is [2], expected 3 texts, one per point"), "{said}");
    let said = load("latin").unwrap_err();
    assert!(said.contains("labels: `latin`: text 1 is not UTF-8: `gr"), "{said}");
    // cut or changed anywhere, it is an error, or what it was
    let whole = std::fs::read(data("texts.npz")).unwrap();
    let folder = Folder::new();
    let wanted = Wanted { labels: Some(Column::Named("big".into())), ..Wanted::default() };
    let right = folder.load("t.npz", &whole, &wanted).unwrap();
    for i in (0..whole.len()).step_by(7) {
        assert!(folder.load("t.npz", &whole[..i], &wanted).is_err(), "cut after {i} bytes");
        let mut changed = whole.clone();
        changed[i] ^= 1 << (i % 8);
        assert!(folder.load("t.npz", &changed, &wanted).map_or(true, |l| l == right), "another bit in byte {i}");
    }
}

/// What stands beside the points does not matter; of several arrays none is taken by chance.
#[test]
fn archives_with_several_arrays() {
    let x: Vec<f64> = (0..6).map(f64::from).collect();
    // texts, objects and a single number are no points
    assert_eq!(io::load(&data("neighbours.npz")).unwrap().data, x);
    let said = |name: &str, wanted: &Wanted| io::load_with(&data(name), wanted).unwrap_err().to_string();
    let several = said("several.npz", &Wanted::default());
    assert!(several.ends_with(
        "it holds 3 arrays of numbers, `a` (3×2 of f8), `b` (3×2 of f8), `y` (3 of i8): array: \"a\" takes that one"
    ));
    assert_eq!(io::load_with(&data("several.npz"), &array("b")).unwrap().rows.data, x);
    assert_eq!(io::load_with(&data("several.npz"), &array("a")).unwrap().rows.data[1], 10.0);
    let labelled = Wanted { labels: Some(Column::Named("y".into())), ..array("b") };
    let loaded = io::load_with(&data("several.npz"), &labelled).unwrap();
    assert_eq!(loaded.labels, Some(Labels::Numbers(vec![0.0, 1.0, 1.0])));
    let nearest = said("several.npz", &array("A"));
    assert!(nearest.ends_with("array: it holds no array `A`, but `a`, `b`, `y`; did you mean `a`?"), "{nearest}");
    let objects = said("neighbours.npz", &array("objects"));
    assert!(objects.contains("its array `objects`: its elements are `|O`, Python objects, which only Python reads"));
    let names = said("neighbours.npz", &array("names"));
    assert!(names.contains("its array `names`: its elements are `<U1`, texts: expected numbers"), "{names}");
    let shape = Wanted { labels: Some(Column::Named("a".into())), ..array("b") };
    assert!(
        said("several.npz", &shape).contains("labels: `a` has the shape [3, 2], expected 3 numbers, one per point")
    );
    let other = said("several.npz", &Wanted { skip: 1, ..Wanted::default() });
    assert_eq!(other, "io::load: the option `skip` is for .csv, .tsv, .txt, .gz files");
}

/// Whole numbers that f64 does not hold are rounded, not without a word.
#[test]
fn large_whole_numbers_are_said_to_be_rounded() {
    let folder = Folder::new();
    let file = |v: i64| {
        let head = "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }\n";
        [&b"\x93NUMPY\x01\x00"[..], &(head.len() as u16).to_le_bytes(), head.as_bytes(), &v.to_le_bytes()].concat()
    };
    assert!(folder.load("a.npy", file((1 << 53) - 1), &Wanted::default()).unwrap().notes.is_empty());
    let loaded = folder.load("a.npy", file((1 << 53) + 1), &Wanted::default()).unwrap();
    assert!(loaded.notes[0].starts_with("whole numbers beyond 2^53 are rounded to 53 bits"), "{:?}", loaded.notes);
    let loaded = folder.load("a.csv", "9007199254740993,1\n9007199254740994,2\n", &Wanted::default()).unwrap();
    let expected = "whole numbers beyond 2^53 are rounded to 53 bits: line 1, column 1 has 9007199254740993";
    assert_eq!(loaded.notes, [expected]);
    assert!(folder.load("a.csv", "9007199254740994,1e300\n", &Wanted::default()).unwrap().notes.is_empty());
}

/// Tables of pandas over separators, decimal signs, headers, indices, gaps, quotes, line ends and marks; of numpy.savetxt over
/// its own.
#[test]
fn tables_of_pandas_and_numpy() {
    let folder = Folder::new();
    let (mut read, mut labelled) = (0, 0);
    for line in unpacked("tables.json.gz").lines() {
        let table: Value = serde_json::from_str(line).unwrap();
        let what = table["name"].as_str().unwrap();
        let text = table["text"].as_str().unwrap();
        let wanted: Wanted = serde_json::from_value(table["options"].clone()).unwrap();
        let loaded = folder.load("t.csv", text, &wanted);
        let loaded = loaded.unwrap_or_else(|e| panic!("{what}: {e}\n{text}"));
        let (n, d) = (loaded.rows.n as u64, loaded.rows.d as u64);
        assert_eq!((Some(n), Some(d)), (table["shape"][0].as_u64(), table["shape"][1].as_u64()), "{what}:\n{text}");
        same(&format!("{what}:\n{text}"), &loaded.rows.data, &numbers(&table["numbers"]));
        match (&loaded.labels, &table["labels"]) {
            (None, Value::Null) => {}
            (Some(Labels::Numbers(l)), labels) => same(what, l, &numbers(labels)),
            (Some(Labels::Texts(l)), Value::Array(labels)) => {
                labelled += 1;
                let expected: Vec<&str> = labels.iter().map(|l| l.as_str().unwrap()).collect();
                // pandas keeps the carriage return that ends a line within quotes
                let expected: Vec<String> = expected.into_iter().map(|l| l.replace("\r\n", "\n")).collect();
                assert_eq!(l.iter().collect::<Vec<_>>(), expected, "{what}:\n{text}");
            }
            (labels, expected) => panic!("{what}: {labels:?}, expected {expected}"),
        }
        read += 1;
    }
    assert!(read > 800 && labelled > 50, "{read} {labelled}");
}

/// What is read of a text, or said about it.
fn of_text(text: impl AsRef<[u8]>, wanted: &Wanted) -> Result<(usize, Vec<f64>, Vec<String>), String> {
    let loaded = Folder::new().load("t.csv", text, wanted).map_err(|e| e.to_string())?;
    Ok((loaded.rows.n, loaded.rows.data, loaded.notes))
}

/// No first point becomes a header.
#[test]
fn no_row_is_lost() {
    let n = f64::NAN;
    for (text, rows, data) in [
        ("1.5,\n3.5,4.5\n5.5,6.5\n", 3, vec![1.5, n, 3.5, 4.5, 5.5, 6.5]),
        ("NA,2.5\n1,2\n", 2, vec![n, 2.5, 1.0, 2.0]),
        ("1.5,2.5 # note\n3,4\n", 2, vec![1.5, 2.5, 3.0, 4.0]),
        ("#N/A,1\n2,3", 2, vec![n, 1.0, 2.0, 3.0]),
        ("\u{feff}1,2\r\n3,\u{a0}4\r\n", 2, vec![1.0, 2.0, 3.0, 4.0]),
        ("\n\n# a\n1\r2\r\r3", 3, vec![1.0, 2.0, 3.0]),
        ("\"1\",\"2\"\n3, \"4\" \n", 2, vec![1.0, 2.0, 3.0, 4.0]),
        ("x\n1\n\"\"\n3\n", 3, vec![1.0, n, 3.0]),
        ("  1   2\n 3\t4  \n", 2, vec![1.0, 2.0, 3.0, 4.0]),
        ("1,5 2,5\n3,5 4,5\n", 2, vec![1.5, 2.5, 3.5, 4.5]),
        ("1.5, 2.5\n3.5, 4.5", 2, vec![1.5, 2.5, 3.5, 4.5]),
        ("1.5|2.5\n3.5|4.5", 2, vec![1.5, 2.5, 3.5, 4.5]),
        ("x,y\n1,2,\n3,4,\n", 2, vec![1.0, 2.0, 3.0, 4.0]),
        ("\u{2212}1,True\n+2,FALSE", 2, vec![-1.0, 1.0, 2.0, 0.0]),
    ] {
        let (got, numbers, notes) = of_text(text, &Wanted::default()).unwrap();
        assert_eq!((got, notes), (rows, vec![]), "{text:?}");
        same(text, &numbers, &data);
    }
}

/// What is decided without being asked is said.
#[test]
fn decisions_are_noted() {
    let index = "the first column has no name and is taken as an index; index: false reads it";
    for (text, rows, numbers, note) in [
        (",x,y\n0,1.5,2\n1,3,4\n", 2, 4, index),
        (",0,1\n0,1.5,2\n1,3,4\n", 2, 4, index),
        ("Unnamed: 0,x\n7,1\n9,3\n", 2, 2, index),
        // R: write.csv and write.table
        ("\"\",\"x\"\n\"a\",1\n\"b\",2\n", 2, 2, index),
        ("\"x\" \"y\"\n\"1\" 1.5 2\n\"2\" 3 4\n", 2, 4, index),
        (
            "0,1,2\n0.5,1.5,2.5\n",
            1,
            3,
            "line 1 (`0, 1, 2`) is taken as numbers of columns; header: false takes it as a point",
        ),
        ("0,1\n0.5,1.5\n", 2, 4, "line 1 (`0, 1`) is taken as a point; header: true takes it as numbers of columns"),
        ("1,2,\n3,4,\n", 2, 4, "column 3 is empty in all lines and left out"),
    ] {
        let (n, data, notes) = of_text(text, &Wanted::default()).unwrap();
        assert_eq!((n, data.len(), notes), (rows, numbers, vec![note.to_string()]), "{text:?}");
    }
    let labels = |text: &str, column: Column| {
        let wanted = Wanted { labels: Some(column), ..Wanted::default() };
        Folder::new().load("t.csv", text, &wanted).unwrap()
    };
    let iris = labels("5.1,3.5,setosa\n4,3,virginica\n", Column::At(-1));
    let note = "line 1 (`5.1, 3.5, setosa`) is taken as a point, not as names; header: true takes it as names";
    assert_eq!((iris.rows.n, iris.notes), (2, vec![note.to_string()]));
    let gaps = labels("x,l\n1,a\n2,\n3,NA\n", Column::Named("l".into()));
    assert_eq!(gaps.notes, ["labels: column 2 (`l`) is missing in 2 of 3 lines"]);
    let Some(Labels::Texts(l)) = gaps.labels else { panic!() };
    assert_eq!(l.iter().collect::<Vec<_>>(), ["a", "", "NA"]);
    let many: String = (0..30).map(|i| format!("{i},name{i}\n")).collect();
    let all = labels(&format!("x,id\n{many}"), Column::Named("id".into()));
    let note = "labels: all 30 in column 2 (`id`) differ, as names of lines do and classes do not: \
                `name0`, `name1`, `name2`, …";
    assert_eq!(all.notes, [note]);
}

/// What cannot be read says where, what it is and what to write.
#[test]
fn texts_that_are_refused() {
    for (text, why) in [
        ("a,b\n1,2\n\n3,x\n", "line 4, column 2: `x` is not a number (column `b`)"),
        ("x,y\r\n1,2\r\n\"3\n\",oops\r\n", "line 3, column 2: `oops` is not a number (column `y`)"),
        ("# c\n\n1,2\n\"a\nb\",3\n4\n", "line 6 has 1 field, those before it 2 (separated by `,`); skip: n passes"),
        ("1,2\n3\n", "line 2 has 1 field, those before it 2"),
        ("1;2\n3;4;5\n", "line 2 has 3 fields, those before it 2 (separated by `;`)"),
        ("title\n1,2\n3,4\n", "line 1 has 1 name and the lines below 2 fields (separated by `,`); index: true takes"),
        ("x,y\n1,2,3\n4,5,6\n", "line 1 has 2 names and the lines below 3 fields"),
        ("x,y,s\n1,2,red\n", "column 3 (`s`) holds texts, `red` in line 2: labels: \"s\" reads it as labels"),
        (
            "NA,red\n4,blue\n",
            "line 1 (`NA, red`) may hold names or a point: write header: true for names, header: false",
        ),
        ("x1,2.5\n3.5,4.5\n", "line 1 (`x1, 2.5`) may hold names or a point"),
        ("\"1,234\",5\n\"2,345\",6\n", "`2,345` may be a number with a fraction or with thousands: decimal: \",\""),
        (
            "x;y\n1'234;1\n",
            "line 2, column 1: `1'234` is not a number (column `x`); thousands: \"'\" reads it as a number",
        ),
        (
            "x;y\n1.5;2.5\n3,5;4\n",
            "line 3, column 1: `3,5` is not a number (column `x`); decimal: \",\" reads it as 3.5",
        ),
        ("x,y\n1,-\n2,3\n", "`-` is not a number (column `y`); missing: [\"-\"] takes it as a missing value"),
        ("1:2\n3:4\n", "no sign parts it: separator: \"…\" names one"),
        ("1,2\n3,x\n", "line 2, column 2: `x` is not a number"),
        ("1e400,2\n", "line 1, column 1: `1e400` is beyond 1.8e308, where numbers end"),
        ("x,y\n1,\"2\n3,4\n", "line 2: a quote is opened that is never closed"),
        ("x,y\n1,\0\n", "it is no text: line 2 has a zero byte"),
        ("x,y\n", "it holds no points"),
        ("", "it holds no points"),
        ("\n# nothing\n\n", "it holds no points"),
    ] {
        let said = of_text(text, &Wanted::default()).unwrap_err();
        assert!(said.contains(why), "{text:?}: {said}");
    }
    let said = |bytes: &[u8]| of_text(bytes, &Wanted::default()).unwrap_err();
    assert!(said(b"Gr\xf6\xdfe,y\n1,2\n").contains("it is not UTF-8 text: line 1 has `Gr"));
    assert!(said(b"\xff\xfe1\x00,\x002\x00").contains("it is UTF-16 text, expected UTF-8"));
}

/// Options decide what may be read in two ways, and name columns.
#[test]
fn options_of_texts() {
    let json = |options: &str| -> Wanted { serde_json::from_str(options).unwrap() };
    for (text, options, expected) in [
        ("x,y,z\n1,2,3\n4,5,6\n", r#"{"columns": ["z", "x"]}"#, vec![3.0, 1.0, 6.0, 4.0]),
        ("x,y,z\n1,2,3\n4,5,6\n", r#"{"columns": [-1, 0]}"#, vec![3.0, 1.0, 6.0, 4.0]),
        ("x,y,s\n1,2,a\n", r#"{"columns": ["x"]}"#, vec![1.0]),
        ("x1,2.5\n3.5,4.5\n", r#"{"header": true}"#, vec![3.5, 4.5]),
        (",x\n5,1\n6,2\n", r#"{"index": false}"#, vec![5.0, 1.0, 6.0, 2.0]),
        ("5,1\n6,2\n", r#"{"index": true}"#, vec![1.0, 2.0]),
        ("x,y\n1,2,3\n4,5,6\n", r#"{"index": true}"#, vec![2.0, 3.0, 5.0, 6.0]),
        ("x,y\n1,2,3\n4,5,6\n", r#"{"index": true, "columns": ["y"]}"#, vec![3.0, 6.0]),
        ("1:2\n3:4\n", r#"{"separator": ":"}"#, vec![1.0, 2.0, 3.0, 4.0]),
        ("1,5\t2,5\n", r#"{"separator": "\t", "decimal": ","}"#, vec![1.5, 2.5]),
        ("\"1,234\",5\n", r#"{"decimal": ","}"#, vec![1.234, 5.0]),
        ("a title, of sorts\nx,y\n1,2\n", r#"{"skip": 1}"#, vec![1.0, 2.0]),
        ("0,1,2\n0.5,1.5,2.5\n", r#"{"header": false}"#, vec![0.0, 1.0, 2.0, 0.5, 1.5, 2.5]),
    ] {
        let (_, data, notes) = of_text(text, &json(options)).unwrap();
        assert_eq!((data, notes), (expected, vec![]), "{text:?} {options}");
    }
    let (_, data, _) = of_text("x,y\n-999,2\n", &json(r#"{"missing": ["-999"]}"#)).unwrap();
    same("-999", &data, &[f64::NAN, 2.0]);
    for (text, options, why) in [
        ("x,y\n1,2\n", r#"{"columns": ["X0"]}"#, "columns: there is no column `X0`, there are `x`, `y`"),
        ("alpha,beta\n1,2\n", r#"{"labels": "betta"}"#, "there are `alpha`, `beta`; did you mean `beta`?"),
        (
            "x,x\n1,2\n",
            r#"{"columns": ["x"]}"#,
            "two columns are called `x`, write the number of the one that is meant: 0 or 1",
        ),
        ("x,y\n1,2\n", r#"{"columns": [2]}"#, "columns: there is no column 2, there are 2, numbered from 0"),
        ("1,2\n", r#"{"labels": "x"}"#, "labels: the file has no names of columns, write their numbers from 0 to 1"),
        ("1,2\n", r#"{"separator": "ab"}"#, "the separator `ab` is none: expected one sign"),
    ] {
        let said = of_text(text, &json(options)).unwrap_err();
        assert!(said.contains(why), "{text:?} {options}: {said}");
    }
}

/// A header of 100,000 columns and labels of a million values are read, with the memory of what they hold.
#[test]
fn wide_and_long_tables() {
    let names: Vec<String> = (0..100_000).map(|i| format!("gene{i}")).collect();
    let row: Vec<String> = (0..100_000).map(|i| format!("0.{i}")).collect();
    let text = format!("{}\n{}\n", names.join(","), row.join(","));
    let wanted = Wanted { columns: vec![Column::Named("gene99999".into()), Column::At(1)], ..Wanted::default() };
    assert_eq!(of_text(&text, &wanted).unwrap().1, [0.99999, 0.1]);
    let said =
        of_text(&text, &Wanted { columns: vec![Column::Named("cell".into())], ..Wanted::default() }).unwrap_err();
    assert!(said.len() < 600 && said.contains("(100000 in all)"), "{said}");
    let text: String = (0..1_000_000).map(|i| format!("0.5,id{i}\n")).collect();
    let wanted = Wanted { labels: Some(Column::At(1)), header: Some(false), ..Wanted::default() };
    let loaded = Folder::new().load("t.csv", text, &wanted).unwrap();
    let Some(Labels::Texts(labels)) = loaded.labels else { panic!() };
    assert_eq!((labels.len(), labels.iter().last()), (1_000_000, Some("id999999")));
    assert!(loaded.notes[0].starts_with("labels: the first 1000 in column 2 differ"), "{:?}", loaded.notes);
}

/// What a member of a zip file holds does not matter unless it is asked for, and every extension has its separator.
#[test]
fn extensions() {
    let rows = gflow::dataset::Rows { data: vec![1.5, f64::NAN, -3e-8, 4.0], n: 2, d: 2 };
    let folder = Folder::new();
    for (name, first) in
        [("a.csv", "x0,x1\n1.5,NaN\n"), ("a.tsv", "x0\tx1\n1.5\tNaN\n"), ("a.txt", "# x0 x1\n1.5 NaN\n")]
    {
        let path = folder.0.path().join(name);
        io::save(&rows, &path).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(first));
        same(name, &io::load(&path).unwrap().data, &rows.data);
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    zip.start_file("notes.txt", Default::default()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(folder.load("e.npz", bytes, &Wanted::default()).unwrap_err().to_string().contains("it holds no arrays"));
}
