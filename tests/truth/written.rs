//! How numbers are written in texts, lengths of time in Parquet and obs of AnnData, against pandas and anndata:
//! `reference_written.py` wrote the files and what they hold. And what may be read in two ways, which is refused.
use super::tables::{same, table};
use gflow::io::{self, LoadedTable, Wanted};
use gflow::table::Table;
use serde_json::Value;
use std::io::Read;
use std::path::PathBuf;

fn unpacked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables/written.zip");
    zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap().extract(folder.path()).unwrap();
    folder
}

fn held(folder: &tempfile::TempDir) -> Value {
    let mut text = String::new();
    std::fs::File::open(folder.path().join("written.json")).unwrap().read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn of_text(text: &str, wanted: &Wanted) -> Result<LoadedTable, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).unwrap();
    io::load_table(&path, wanted).map_err(|e| e.to_string())
}

fn first(t: &Table) -> Vec<f64> {
    t.columns()[0].1.as_numbers().unwrap().to_vec()
}

/// With the options of pandas, by their names here.
#[test]
fn numbers_of_pandas_with_thousands() {
    let folder = unpacked();
    let held = held(&folder);
    for case in held["texts"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let wanted: Wanted = serde_json::from_value(case["options"].clone()).unwrap();
        let loaded = of_text(text, &wanted).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        same(text, &loaded.table, &table(&case["held"]), 0.0);
    }
    assert_eq!(held["texts"].as_array().unwrap().len(), 10);
}

/// A number that can be written in one way only decides for all; a note says so.
#[test]
fn thousands_are_found_where_a_number_shows_them() {
    for (text, column, sign) in [
        ("x,y\n\"1,234.50\",1\n\"12,345\",2\n", [1234.5, 12345.0], ","),
        ("x;y\n1.234,56;1\n7,5;2\n", [1234.56, 7.5], "."),
    ] {
        let loaded = of_text(text, &Wanted::default()).unwrap();
        assert_eq!(first(&loaded.table), &column, "{text}");
        assert!(loaded.notes[0].contains(&format!("has `{sign}` where thousands end")), "{:?}", loaded.notes);
    }
    // with both signs in both places nobody can say; texts, with a note
    let both = of_text("x;y\n1.234,56;1\n1,234.56;2\n7.5;3\n", &Wanted::default()).unwrap();
    assert!(both.notes[0].contains("column 1 (`x`) is taken as texts: line 2 has one"), "{:?}", both.notes);
}

#[test]
fn what_may_be_one_number_or_two_is_refused() {
    for (text, said) in [
        (
            "x\n1,5\n2,5\n",
            "line 2 may be one number with a fraction behind its comma, or an index and a number: decimal: \",\"",
        ),
        ("x\n1 000\n2 000\n", "line 2 may be one number with a blank where thousands end, or an index and a number"),
        ("a;b\n1,234;5\n2,345;6\n", "`2,345` may be a number with a fraction or with thousands: decimal: \",\""),
        ("a\tb\n1,234\t5\n2,345\t6\n", "`2,345` may be a number with a fraction or with thousands: decimal: \",\""),
    ] {
        let found = of_text(text, &Wanted::default()).unwrap_err();
        assert!(found.contains(said), "{text:?}: {found}");
    }
    let decimal = Wanted { decimal: Some(",".into()), ..Wanted::default() };
    let found = of_text("x\n1,5\n2,25\n", &decimal).unwrap().table;
    assert_eq!(first(&found), [1.5, 2.25]);
    let index = Wanted { index: Some(true), ..Wanted::default() };
    assert_eq!(first(&of_text("x\n1,5\n2,5\n", &index).unwrap().table), [5.0, 5.0]);
    let twice = Wanted { decimal: Some(",".into()), thousands: Some(",".into()), ..Wanted::default() };
    assert!(of_text("x\n1,5\n", &twice).unwrap_err().contains("cannot stand behind the same sign"));
    // R writes such tables
    let named = of_text("x\n1 5\n2 7\n", &Wanted::default()).unwrap();
    assert_eq!(first(&named.table), &[5.0, 7.0]);
}

#[test]
fn years_postcodes_and_comments_are_noted() {
    let years = of_text("2019,2020,2021\n1.5,2.5,3.5\n4,5,6\n", &Wanted::default()).unwrap();
    let said = "line 1 (`2019, 2020, 2021`) is taken as a point; header: true takes it as years, the names of columns";
    assert!(years.table.rows() == 3 && years.notes[0].contains(said), "{:?}", years.notes);
    let codes = of_text("zip,x\n10115,1\n01234,2\n", &Wanted::default()).unwrap();
    let said = "column 1 (`zip`) is taken as numbers, line 3 loses a 0 before its digits; texts: [\"zip\"] keeps it";
    assert_eq!(codes.notes, [said]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "id,x\n#1,2\n#2,4\n").unwrap();
    let found = io::load(&path).unwrap_err().to_string();
    assert!(found.contains("2 lines from line 2 on are taken as comments; comment: \"\" reads them"), "{found}");
}

#[test]
fn lengths_of_time_and_an_index_are_noted() {
    let folder = unpacked();
    let loaded = io::load_table(&folder.path().join("durations.parquet"), &Wanted::default()).unwrap();
    assert_eq!(first(&loaded.table), &[1000.0, 90000.0]);
    assert_eq!(loaded.notes, ["lengths of time are read as numbers: `d` (in ms)"]);
    let loaded = io::load_table(&folder.path().join("index.parquet"), &Wanted::default()).unwrap();
    assert_eq!(loaded.table.names().collect::<Vec<_>>(), ["x"]);
    assert!(loaded.notes[0].contains("`__index_level_0__` is an index of pandas and left out"), "{:?}", loaded.notes);
}

#[test]
fn obs_of_anndata_is_a_table() {
    let folder = unpacked();
    let path = folder.path().join("cells.h5ad");
    let loaded = io::load_table(&path, &Wanted::default()).unwrap();
    same("obs", &loaded.table, &table(&held(&folder)["obs"]), 0.0);
    let wanted = Wanted { columns: vec![io::Column::Named("score".into()), io::Column::At(0)], ..Wanted::default() };
    let loaded = io::load_table(&path, &wanted).unwrap();
    assert_eq!(loaded.table.names().collect::<Vec<_>>(), ["score", "kind"]);
    let wanted = Wanted { columns: vec![io::Column::Named("scores".into())], ..Wanted::default() };
    let found = io::load_table(&path, &wanted).unwrap_err().to_string();
    assert!(found.contains("there is no column `scores` in obs; did you mean `score`?"), "{found}");
    let wanted = Wanted { array: Some("obs".into()), ..Wanted::default() };
    let found = io::load_with(&path, &wanted).unwrap_err().to_string();
    assert!(found.contains("its `obs` is a table, and no points: io::table(path) reads it"), "{found}");
}

/// A single number is one point, in npy as in the other formats.
#[test]
fn an_array_of_no_dimensions_is_a_point() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    let head = "{'descr': '<f8', 'fortran_order': False, 'shape': (), }";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let length = (10 + head.len() + 1).div_ceil(64) * 64 - 10;
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{head:<0$}\n", length - 1).bytes());
    bytes.extend(2.5f64.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let rows = io::load(&path).unwrap();
    assert_eq!((rows.n, rows.d, rows.data), (1, 1, vec![2.5]));
}

/// Points in a text of blanks are what numpy.loadtxt reads: the line of names is a comment.
#[test]
fn names_above_blanks_are_a_comment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let points = gflow::dataset::Rows { data: vec![0.0, 1.0, 2.0, 0.5, 1.5, 2.5], n: 2, d: 3 };
    io::save(&points, &path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# x0 x1 x2\n0.0 1.0 2.0\n0.5 1.5 2.5\n");
    let loaded = io::load_with(&path, &Wanted::default()).unwrap();
    assert_eq!((loaded.rows, loaded.notes), (points, vec![]));
}
