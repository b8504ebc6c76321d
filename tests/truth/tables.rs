//! Tables against pandas and pyarrow: `reference_tables.py` wrote files and what they hold, and what pandas makes of tables with
//! gaps and with keys that occur several times.
use flate2::read::GzDecoder;
use gflow::io::{self, Column as Wish, Labels, Wanted};
use gflow::table::{Cell, Column, How, Statistic, Table};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables").join(name)
}

fn held(name: &str) -> Value {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(data(name)).unwrap()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn number(v: &Value) -> f64 {
    // what JSON has no number for is a word in a list
    v.as_f64().unwrap_or_else(|| v[0].as_str().unwrap().parse().unwrap())
}

/// A column of what pandas holds; null is missing.
fn column(cells: &[Value]) -> Column {
    match cells.iter().find(|v| !v.is_null()) {
        Some(Value::String(_)) => Column::texts(cells.iter().map(Value::as_str)).unwrap(),
        Some(Value::Bool(_)) => Column::truths(cells.iter().map(Value::as_bool).collect()),
        _ => Column::numbers(cells.iter().map(|v| if v.is_null() { f64::NAN } else { number(v) }).collect()),
    }
}

pub fn table(v: &Value) -> Table {
    let names = v["names"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().into());
    let columns = v["columns"].as_array().unwrap().iter().map(|c| column(c.as_array().unwrap()));
    Table::new(names.zip(columns).collect()).unwrap()
}

fn texts(v: &Value) -> Vec<&str> {
    v.as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect()
}

/// The same cells, numbers to so many roundings; 0 asks for the same bits.
#[track_caller]
pub fn same(what: &str, got: &Table, expected: &Table, roundings: f64) {
    assert_eq!(got.names().collect::<Vec<_>>(), expected.names().collect::<Vec<_>>(), "{what}");
    assert_eq!(got.rows(), expected.rows(), "{what}");
    for ((name, a), (_, b)) in got.columns().iter().zip(expected.columns()) {
        for i in 0..got.rows() {
            let alike = match (a.cell(i), b.cell(i)) {
                (Cell::Number(x), Cell::Number(y)) if roundings > 0.0 => {
                    x == y || (x - y).abs() <= roundings * f64::EPSILON * x.abs().max(y.abs()).max(1e-300)
                }
                (Cell::Number(x), Cell::Number(y)) => x.to_bits() == y.to_bits(),
                (x, y) => x == y,
            };
            assert!(alike, "{what}, {name}, row {i}: {:?}, expected {:?}", a.cell(i), b.cell(i));
        }
    }
}

/// Twenty-five types, five ways to pack, dictionaries or none, both forms of pages, gaps or none, six ways to write values,
/// several groups of rows: bit for bit.
#[test]
fn parquet_files_of_pyarrow() {
    let held = held("parquet.json.gz");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(data("parquet.zip")).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    for i in 0..zip.len() {
        let mut member = zip.by_index(i).unwrap();
        let (name, mut bytes) = (member.name().to_string(), vec![]);
        member.read_to_end(&mut bytes).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let loaded = io::load_table(&path, &Wanted::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        // an index without a name is left out, as of texts
        let expected = table(&held[&name]);
        let named: Vec<&str> = expected.names().filter(|n| !n.starts_with("__index_level_")).collect();
        same(&name, &loaded.table, &expected.select(&named).unwrap(), 0.0);
        let notes: &[&str] = match name.as_str() {
            "pandas.parquet" => {
                &["column `__index_level_0__` is an index of pandas and left out; columns: […] reads it"]
            }
            "nested.parquet" => &["left out: `l.list.element` (lists)"],
            "rounded.parquet" => &[
                "whole numbers beyond 2^53 are rounded to 53 bits: column `i` has 9007199254740993",
                "whole numbers beyond 2^53 are rounded to 53 bits: column `u` has 18446744073709551615",
            ],
            _ => &[],
        };
        assert_eq!(loaded.notes, notes, "{name}");
        // cut anywhere, it is no file
        for cut in (0..bytes.len()).step_by(bytes.len() / 7) {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            assert!(io::load_table(&path, &Wanted::default()).is_err(), "{name}, {cut} of {} bytes", bytes.len());
        }
    }
    assert_eq!(zip.len(), held.as_object().unwrap().len());
    assert_eq!(zip.len(), 57);
}

fn member(name: &str, folder: &Path) -> PathBuf {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(data("parquet.zip")).unwrap()).unwrap();
    let mut bytes = vec![];
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Columns as coordinates and labels, by name or number; texts are no coordinates.
#[test]
fn points_in_parquet_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = member("pandas.parquet", folder.path());
    let named = |names: &[&str]| names.iter().map(|n| Wish::Named((*n).into())).collect::<Vec<_>>();
    let wanted = Wanted { labels: Some(Wish::Named("g".into())), ..Wanted::default() };
    let loaded = io::load_with(&path, &wanted).unwrap();
    assert_eq!((loaded.rows.n, loaded.rows.d, &loaded.rows.data[4..]), (3, 2, &[2.5, 3.0][..]));
    assert!(loaded.rows.data[2].is_nan());
    let Some(Labels::Texts(labels)) = loaded.labels else { panic!("no labels") };
    assert_eq!(labels.iter().collect::<Vec<_>>(), ["a", "b", ""]);
    assert!(loaded.notes[0].contains("`__index_level_0__` is an index of pandas and left out"), "{:?}", loaded.notes);
    assert_eq!(loaded.notes[1..], ["labels: column `g` is missing in 1 of 3 rows"]);
    let chosen = io::load_with(&path, &Wanted { columns: vec![Wish::At(-2), Wish::At(0)], ..Wanted::default() });
    assert_eq!(chosen.unwrap().rows.data[..2], [1.0, 0.5]);
    let numbers = Wanted { columns: named(&["x"]), labels: Some(Wish::Named("n".into())), ..Wanted::default() };
    assert_eq!(io::load_with(&path, &numbers).unwrap().labels, Some(Labels::Numbers(vec![1.0, 2.0, 3.0])));
    let said = |wanted: &Wanted| io::load_with(&path, wanted).unwrap_err().to_string();
    assert!(said(&Wanted::default()).ends_with(
        "column 2 (`g`) holds texts: labels: \"g\" reads it as labels, columns: […] names the coordinates, io::table(path) reads a table"
    ));
    assert!(said(&Wanted { columns: named(&["X"]), ..Wanted::default() }).contains("did you mean `x`?"));
    assert!(
        said(&Wanted { columns: vec![Wish::At(4)], ..Wanted::default() }).contains("there is no column 4, there are 4")
    );
    assert!(
        said(&Wanted { skip: 1, ..Wanted::default() }).contains("the option `skip` is for .csv, .tsv, .txt, .gz files")
    );
    let nested = member("nested.parquet", folder.path());
    let lists = Wanted { columns: named(&["l.list.element"]), ..Wanted::default() };
    let said = io::load_table(&nested, &lists).unwrap_err().to_string();
    assert!(said.ends_with("columns: column `l.list.element` holds lists, which no table has"), "{said}");
}

/// One column that no table has leaves the others; who asks for it is told why not. Missing labels are told.
#[test]
fn parquet_columns_that_no_table_has() {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(data("odd.zip")).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.parquet");
    let named = |names: &[&str]| names.iter().map(|n| Wish::Named((*n).into())).collect::<Vec<_>>();
    for i in 0..zip.len() {
        let mut bytes = vec![];
        zip.by_index(i).unwrap().read_to_end(&mut bytes).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let loaded = io::load_table(&path, &Wanted::default()).unwrap();
        assert_eq!(loaded.table.names().collect::<Vec<_>>(), ["x", "old", "flag", "text"]);
        assert_eq!(loaded.table.column("old"), Some(&Column::texts([Some("a"), Some("ü"), None]).unwrap()));
        assert_eq!(
            loaded.notes,
            [
                "left out: `raw` (bytes that are no UTF-8 text), `fixed` (bytes), `long` (decimals of more than 128 bits)"
            ]
        );
        for (name, why) in [
            ("raw", "columns: column `raw` holds bytes that are no UTF-8 text, which no table has"),
            ("fixed", "columns: column `fixed` holds bytes, which no table has"),
            ("long", "columns: column `long` holds decimals of more than 128 bits, which no table has"),
        ] {
            let one = Wanted { columns: named(&["x", name]), ..Wanted::default() };
            let said = io::load_table(&path, &one).unwrap_err().to_string();
            assert!(said.ends_with(why), "{said}");
        }
        let points = |columns: &[&str], labels: &str| {
            let labels = Some(Wish::Named(labels.into()));
            io::load_with(&path, &Wanted { columns: named(columns), labels, ..Wanted::default() })
        };
        for (labels, missing) in [("x", 1), ("flag", 2), ("text", 2), ("old", 1)] {
            let notes = points(&["x"], labels).unwrap().notes;
            assert_eq!(notes, [format!("labels: column `{labels}` is missing in {missing} of 3 rows")]);
        }
        let said = points(&["x"], "raw").unwrap_err().to_string();
        assert!(said.ends_with("column `raw` holds bytes that are no UTF-8 text"), "{said}");
        let said = points(&["long"], "x").unwrap_err().to_string();
        assert!(
            said.ends_with("columns: column `long` holds decimals of more than 128 bits, which no table has"),
            "{said}"
        );
    }
    assert_eq!(zip.len(), 4);
}

/// Group, sort, join and distinct, as pandas does them.
#[test]
fn tables_as_pandas_makes_them() {
    let mut seen = 0;
    for one in held("operations.json.gz").as_array().unwrap() {
        let (a, b) = (table(&one["a"]), table(&one["b"]));
        for case in one["group"].as_array().unwrap() {
            let groups = a.group(&texts(&case["keys"])).unwrap();
            let name = case["statistic"].as_str().unwrap();
            let expected = table(&case["table"]);
            let found = match Statistic::ALL.into_iter().find(|s| s.name() == name) {
                None => groups.sizes(),
                Some(s) => groups.table(&texts(&case["values"]).into_iter().map(|v| (v, s)).collect::<Vec<_>>()),
            };
            // means of numbers about 10⁶ with deviations of 1: the squares lose six digits
            let roundings = if name == "std" { 1e7 } else { 8.0 };
            same(&format!("group {case}"), &found.unwrap(), &expected, roundings);
            seen += 1;
        }
        for case in one["sort"].as_array().unwrap() {
            let down = case["descending"].as_array().unwrap().iter().map(|d| d.as_f64() == Some(1.0));
            let by: Vec<(&str, bool)> = texts(&case["keys"]).into_iter().zip(down).collect();
            same(&format!("sort {by:?}"), &a.sorted(&by).unwrap(), &table(&case["table"]), 0.0);
            seen += 1;
        }
        for case in one["join"].as_array().unwrap() {
            let how = if case["how"] == "left" { How::Left } else { How::Inner };
            let keys = texts(&case["keys"]);
            same(&format!("{how:?} {keys:?}"), &a.join(&b, &keys, how).unwrap(), &table(&case["table"]), 0.0);
            seen += 1;
        }
        for case in one["distinct"].as_array().unwrap() {
            same("distinct", &a.distinct(&texts(&case["keys"])).unwrap(), &table(&case["table"]), 0.0);
            seen += 1;
        }
    }
    assert_eq!(seen, 10 * (5 * 8 + 5 + 8 + 2));
}

/// What is written is what is read, in every format of tables.
#[test]
fn tables_in_files() {
    let words = ["plain", "a, b", "a;b\t\"c\"", "two\nlines", "blank ed", "# none", "é∇", "x y"];
    let texts = Column::texts((0..200).map(|i| (i % 9 != 3).then(|| words[i % 8]))).unwrap();
    let numbers = |scale: f64| (0..200).map(move |i| if i % 7 == 2 { f64::NAN } else { scale * (f64::from(i) - 71.5) });
    let t = Table::new(vec![
        ("x".into(), Column::numbers(numbers(1e-7).collect())),
        ("a, \"name\"".into(), texts),
        ("flag".into(), Column::truths((0..200).map(|i| (i % 5 != 0).then_some(i % 3 == 0)).collect())),
        ("y".into(), Column::numbers(numbers(1e300).map(|v| if v > 3e301 { f64::INFINITY } else { v }).collect())),
        ("none".into(), Column::missing(200)),
    ]);
    let t = t.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["t.csv", "t.tsv", "t.txt", "t.parquet"] {
        let path = folder.path().join(name);
        assert_eq!(io::save_table(&t, &path).unwrap(), Vec::<String>::new(), "{name}");
        let loaded = io::load_table(&path, &Wanted::default()).unwrap();
        same(name, &loaded.table, &t, 0.0);
        // one column, of which a field may be nothing
        let one = t.select(&["flag"]).unwrap();
        let _ = io::save_table(&one, &path).unwrap();
        same(name, &io::load_table(&path, &Wanted::default()).unwrap().table, &one, 0.0);
    }
    let path = folder.path().join("t.csv");
    let odd = Column::texts([Some("007"), Some("8"), None]).unwrap();
    let gap = Column::texts([Some("a"), Some("NA"), None]).unwrap();
    let blank = Column::texts([Some("a "), Some("b"), None]).unwrap();
    let odd = Table::new(vec![("id".into(), odd), ("g".into(), gap), ("b".into(), blank)]).unwrap();
    assert_eq!(
        io::save_table(&odd, &path).unwrap(),
        [
            "column `id` has the text `007`, which is read as a number again; a .parquet file keeps it",
            "column `g` has the text `NA`, which is read as missing again; a .parquet file keeps it",
            "column `b` has the text `a `, which is read without the blanks around it again; a .parquet file keeps it",
        ]
    );
    let path = folder.path().join("t.parquet");
    assert!(io::save_table(&odd, &path).unwrap().is_empty());
    same("odd", &io::load_table(&path, &Wanted::default()).unwrap().table, &odd, 0.0);
    for (name, why) in [
        ("t.npy", "a table is kept in a file of .csv, .tsv, .txt, .parquet; t.points() makes points of its numbers"),
        ("t.xls", "the extension must be one of"),
    ] {
        let said = io::save_table(&odd, &folder.path().join(name)).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
}

/// What text files hold, and what is said about it.
#[test]
fn tables_of_text() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        io::load_table(&path, &Wanted::default())
    };
    let numbers = |v: &[f64]| Column::numbers(v.to_vec());
    let t = read("a.csv", "g,x,x,ok\na,1,5,true\nb,NA,6,False\n,3,oops,\n").unwrap();
    assert_eq!(t.table.names().collect::<Vec<_>>(), ["g", "x", "x.1", "ok"]);
    assert_eq!(t.table.column("g"), Some(&Column::texts([Some("a"), Some("b"), None]).unwrap()));
    assert_eq!(t.table.column("x"), Some(&numbers(&[1.0, f64::NAN, 3.0])));
    assert_eq!(t.table.column("ok"), Some(&Column::truths(vec![Some(true), Some(false), None])));
    let notes = [
        "columns with one name were renamed: `x.1` for another `x`",
        "column 3 (`x`) is taken as texts: line 4 has one",
    ];
    assert_eq!(t.notes, notes);
    let t = read("b.txt", "x y\n1,5 a\n2,25 b\n").unwrap().table;
    assert_eq!(t.column("x"), Some(&numbers(&[1.5, 2.25])));
    let t = read("c.tsv", "name\tx\n").unwrap().table;
    assert_eq!((t.rows(), t.names().collect::<Vec<_>>()), (0, vec!["name", "x"]));
    let said = read("d.csv", "a,b\n1,2\n3\n").unwrap_err().to_string();
    assert!(said.contains("line 3 has 1 field, those before it 2"), "{said}");
    let said = read("e.csv", "a,b\n1,1e999\n").unwrap_err().to_string();
    assert!(said.contains("line 2, column 2: `1e999` is beyond 1.8e308, where numbers end (column `b`)"), "{said}");
    let labels = Wanted { labels: Some(Wish::At(0)), ..Wanted::default() };
    let said = io::load_table(&folder.path().join("a.csv"), &labels).unwrap_err().to_string();
    assert_eq!(said, "io::table: the option `labels` is of io::load: labels are a column of the table");
}

/// A hundred thousand columns, and a million different labels.
#[test]
fn wide_and_long_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.csv");
    let line = |f: &dyn Fn(usize) -> String| (0..100_000).map(f).collect::<Vec<_>>().join(",");
    std::fs::write(&path, [line(&|i| format!("c{i}")), line(&|i| i.to_string()), line(&|_| "0.5".into())].join("\n"))
        .unwrap();
    let t = io::load_table(&path, &Wanted::default()).unwrap().table;
    assert_eq!((t.rows(), t.columns().len()), (2, 100_000));
    assert_eq!(t.column("c99999"), Some(&Column::numbers(vec![99_999.0, 0.5])));
    assert!(t.view(100).text().contains("more columns: c"));
    let mut names: Vec<&str> = t.names().collect();
    names.reverse();
    assert_eq!(t.select(&names).unwrap().names().next(), Some("c99999"));

    let labels: Vec<String> = (0..1_000_000u64).map(|i| format!("id{}", (i * 7919) % 1_000_000)).collect();
    let column = Column::texts(labels.iter().map(|l| Some(l.as_str()))).unwrap();
    let t =
        Table::new(vec![("id".into(), column), ("x".into(), Column::numbers((0..1_000_000).map(f64::from).collect()))]);
    let t = t.unwrap();
    let groups = t.group(&["id"]).unwrap();
    assert_eq!(groups.len(), 1_000_000);
    assert_eq!(groups.table(&[("x", Statistic::Mean)]).unwrap().column("id").unwrap().cell(0), Cell::Text("id0"));
    assert_eq!(t.join(&t, &["id"], How::Inner).unwrap().rows(), 1_000_000);
}
