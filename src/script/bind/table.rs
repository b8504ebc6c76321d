//! Tables: made, read, changed, kept in files.
use super::io::wanted;
use super::table_values::{as_columns, as_list, as_map, as_points, borrowed, column, table, texts, value};
use crate::catalogue::{Entry, Opt, OptionKind, no_defaults};
use crate::error::{Error, Result};
use crate::io::{COMMENT, DECIMAL, HEADER, INDEX, MISSING, SEPARATOR, SKIP, THOUSANDS, Wanted};
use crate::script::call::{Call, Outcome};
use crate::script::context::lock;
use crate::script::convert::{count, plain_number, text, type_of};
use crate::script::elsewhere;
use crate::script::library::{Library, Of};
use crate::script::sort::REORDERED;
use crate::script::values::{TableRow, TableValue};
use crate::table::{Column, Table};
use rhai::{Array, Dynamic, ImmutableString, Map};

/// Options of reading a table, those of `io::load` that mean something for one.
const READING: &[Opt] = &[
    Opt {
        name: "columns",
        kind: OptionKind::Value("a list of names or numbers of columns"),
        doc: "the columns that are read, in this order, numbered from 0; all but an index if not given",
    },
    Opt {
        name: "texts",
        kind: OptionKind::Value("a list of names or numbers of columns"),
        doc: "text: columns that are texts although they look like numbers, as 01234 of a postcode",
    },
    HEADER,
    INDEX,
    SEPARATOR,
    DECIMAL,
    THOUSANDS,
    MISSING,
    COMMENT,
    SKIP,
];

/// The options of `join`.
const JOINING: &[Opt] = &[Opt {
    name: "how",
    kind: OptionKind::Choice(&["inner", "left"]),
    doc: "\"inner\" leaves out rows without a partner, \"left\" keeps those of the first table, with gaps",
}];

/// The options of `sort`.
const SORTING: &[Opt] = &[Opt {
    name: "descending",
    kind: OptionKind::Value("true or false, or a list of them, one for each column"),
    doc: "the largest first; what is missing comes last either way",
}];

/// What is found out where nothing is asked for.
fn reading_defaults() -> serde_json::Value {
    let mut all = serde_json::to_value(Wanted::default()).unwrap_or_default();
    if let Some(all) = all.as_object_mut() {
        all.retain(|key, _| READING.iter().any(|o| o.name == key.as_str()));
    }
    all
}

/// What a join does without being asked.
fn joining() -> serde_json::Value {
    serde_json::json!({ "how": "inner" })
}

/// What a sort does without being asked.
fn sorting() -> serde_json::Value {
    serde_json::json!({ "descending": false })
}

const fn entry(name: &'static str, signature: &'static str, doc: &'static str, example: &'static str) -> Entry {
    Entry { name, room: "tables", signature, doc, equation: "", cite: "", options: &[], defaults: no_defaults, example }
}

/// The room in the catalogue.
pub const ENTRIES: &[Entry] = &[
    entry(
        "table",
        "table(#{ x: [..], .. }) | table(points, names)",
        "A table: columns of numbers, texts or true and false, by name. It is made of a map of lists, of pairs [[\"x\", [..]], ..] \
         where the order of the columns counts, of maps, one a row, or of points. One value stands for all rows; () and NaN are \
         missing, shown as NA, and left out of every statistic. t.x and t[\"x\"] are a column as a list, t[i] is a row, for row in t goes through them, t[t.x > 1 & t.g == \"a\"] chooses, t.x = [..] \
         sets a column, t.columns and t.rows say what there is. run.history is a table.",
        "let t = table(#{ flow: [\"gpa\", \"kale\", \"gpa\"], w2: [0.5, 0.75, ()] });\nt.log = ln(t.w2);\nt.filter(|row| row.flow == \"gpa\")",
    ),
    Entry {
        options: READING,
        defaults: reading_defaults,
        room: "io",
        ..entry(
            "io::table",
            "io::table(path, options)",
            "A table from a .csv, .tsv, .txt or .parquet file, or obs of a .h5ad file, the names of its cells first. A column of a text file is one of numbers if all its fields are numbers or \
             missing, of truths if all are true or false, and else of texts. Columns with one name are renamed, x and x.1, with a \
             note. Parquet may be packed by Snappy, gzip, Zstandard, LZ4 or Brotli; dates and times become texts, columns of lists \
             are left out.",
            "io::save(table(#{ name: [\"a\", \"b\"], x: [0.5, ()] }), \"t.parquet\");\nio::table(\"t.parquet\")",
        )
    },
    Entry {
        options: SORTING,
        defaults: sorting,
        ..entry(
            "sort",
            "sort(columns, options)",
            "The rows of a table in the order of a column, or of several, the first before the second: t.sort([\"g\", \"x\"]). Rows that \
             are equal stay in their order, missing values come last. Of a list: its entries in order, or as f(a, b) says.",
            "let t = table(#{ g: [\"b\", \"a\", \"b\"], x: [1, 2, 3] });\nt.sort([\"g\", \"x\"], #{ descending: [false, true] })",
        )
    },
    entry(
        "group",
        "group(columns)",
        "The rows of a table that are equal in a column, or in several. .mean(), .std() (by n - 1, as for samples), .median(), .min(), \
         .max(), .sum(), .count() and .mean_std() give a table with a row a group, of all columns of numbers or of those that are \
         named; .summary(#{ x: \"mean\", y: [\"mean\", \"std\"] }) chooses. Groups are in the order of their keys; rows whose key is \
         missing are left out, with a note.",
        "let t = table(#{ flow: [\"gpa\", \"kale\", \"gpa\"], w2: [0.5, 0.75, 0.7] });\nt.group(\"flow\").mean_std()",
    ),
    Entry {
        options: JOINING,
        defaults: joining,
        ..entry(
            "join",
            "join(other, columns, options)",
            "Every row of a table beside every row of another that is equal to it in a column, or in several, in the order of the first \
             table. Keys that occur several times give every pair, missing ones are equal to each other, and columns that both have \
             become x_x and x_y: as merge of pandas does it. Of a list: v.join(\", \"), its texts and numbers as one text.",
            "let a = table(#{ k: [\"p\", \"q\"], x: [1, 2] });\nlet b = table(#{ k: [\"q\", \"q\"], y: [3, 4] });\na.join(b, \"k\", #{ how: \"left\" })",
        )
    },
];

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("table", |_, (v,): (Dynamic,)| Ok(table(&v, None)?));
    l.expose("table", |_, (v, names): (Dynamic, Dynamic)| Ok(table(&v, Some(&names))?));
    l.expose("io::table", |call, (path,): (Dynamic,)| {
        let path = call.context.input_path(&text("io::table(path)", &path)?);
        let loaded = crate::io::load_table(&path, &wanted(call, "io::table")?)?;
        loaded.notes.iter().for_each(|note| call.context.note(format!("io::table: {note}")));
        Ok(TableValue::new(loaded.table))
    });
    let mut t = l.kind::<TableValue>(|t| t.view(100).text());
    reading(&mut t);
    changing(&mut t);
    super::table_rows::fill(&mut t);
    row(l);
    super::table_groups::fill(l);
}

/// A column as a list.
fn listed(t: &Table, name: &str) -> Result<Array> {
    match (t.column(name), elsewhere::of_table(name)) {
        (Some(column), _) => as_list(column),
        (None, Some(mend)) => Err(Error::data("table", format!("no column \"{name}\": {mend}"))),
        (None, None) => Err(t.unknown("table", name)),
    }
}

fn names(t: &Table) -> Array {
    t.names().map(|n| Dynamic::from(ImmutableString::from(n))).collect()
}

fn reading(t: &mut Of<TableValue>) {
    t.property("columns", "the names of the columns", |_, t| Ok(names(t)));
    t.property("rows", "how many rows", |_, t| Ok(t.rows() as i64));
    t.hidden("columns", |_, t, ()| Ok(names(t)));
    t.method("len()", "how many rows", |_, t, ()| Ok(t.rows() as i64));
    t.method("column(name)", "a column as a list, as t[name]", |_, t, (name,): (ImmutableString,)| {
        Ok(listed(t, &name)?)
    })
    .example("t.column(\"x\")");
    t.index(|call, t, (name,): (ImmutableString,)| {
        *lock(&call.context.column) = Some(call.native.call_position());
        Ok(listed(t, &name)?)
    });
    t.method("last(name)", "the last entry of a column", |_, t, (name,): (ImmutableString,)| {
        let column = t.column(&name).ok_or_else(|| t.unknown("last", &name))?;
        Ok(value(column, t.rows().wrapping_sub(1)))
    })
    .example("t.last(\"g\")");
    t.method("row(i)", "a row: row.x is its entry in the column x", |_, t, (i,): (Dynamic,)| Ok(row_of(t, &i)?))
        .example("t.row(0).g");
    t.index(|_, t, (i,): (i64,)| Ok(row_of(t, &Dynamic::from(i))?));
    t.method(
        "points(columns)",
        "columns of numbers as points; all of them where none is named",
        |_, t, (names,): (Dynamic,)| {
            let names = texts("points(columns)", &names)?;
            Ok(as_points(t, &borrowed(&names))?)
        },
    )
    .example("t.drop_missing().points([\"x\"])");
    t.hidden("points", |_, t, ()| {
        let numeric = t.columns().iter().filter(|(_, c)| c.as_numbers().is_some());
        Ok(as_points(t, &numeric.map(|(n, _)| &**n).collect::<Vec<_>>())?)
    });
    t.method("to_map()", "a map of the columns as lists", |_, t, ()| Ok(as_columns(t)?));
    t.method("describe()", "what every column holds: a table of counts, gaps, means and more", |_, t, ()| {
        Ok(TableValue::new(t.describe()?))
    });
}

fn row_of(t: &TableValue, i: &Dynamic) -> Result<TableRow> {
    let n = t.rows();
    let from_end = plain_number(i).filter(|i| *i < 0.0).map(|i| Dynamic::from(i + n as f64));
    let row = count("row(i)", from_end.as_ref().unwrap_or(i)).ok().filter(|i| *i < n);
    row.map(|row| TableRow { table: t.clone(), row }).ok_or_else(|| Error::Shape {
        what: "row(i)".into(),
        expected: if n == 0 { "a table with rows".into() } else { format!("a row from 0 to {}", n - 1) },
        got: i.to_string(),
    })
}

fn changing(t: &mut Of<TableValue>) {
    t.set_index(|call, t, (name, v): (ImmutableString, Dynamic)| {
        if !settable(call, t, &name, &v)? {
            return Ok(());
        }
        alike(t, &name, &v)?;
        *t = with(t, &name, &v)?;
        Ok(())
    });
    t.method(
        "add(name, values)",
        "the table with a column more, or another in its place: a list, one value, or f of every row",
        |call, t, (name, v): (Dynamic, Dynamic)| added(call, t, &name, &v),
    )
    .example("t.add(\"y\", |row| 2*row.x)");
    t.method("select(columns)", "the table with these columns, in this order", |_, t, (names,): (Dynamic,)| {
        let names = texts("select(columns)", &names)?;
        Ok(TableValue::new(t.select(&borrowed(&names))?))
    })
    .example("t.select([\"x\"])");
    t.method("drop(columns)", "the table without these columns", |_, t, (names,): (Dynamic,)| {
        let names = texts("drop(columns)", &names)?;
        Ok(TableValue::new(t.without(&borrowed(&names))?))
    })
    .example("t.drop(\"x\")");
    t.method("rename(names)", "the table with other names for columns: #{ old: \"new\" }", |_, t, (map,): (Map,)| {
        let pairs = map.iter().map(|(k, v)| Ok((k.to_string(), text("rename(names)", v)?)));
        let pairs = pairs.collect::<Result<Vec<(String, String)>>>()?;
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        Ok(TableValue::new(t.renamed(&pairs)?))
    })
    .example("t.rename(#{ x: \"z\" })");
    t.method(
        "concat(other)",
        "the rows of another table below those of this one; a column that one of them lacks has gaps there",
        |_, t, (other,): (TableValue,)| Ok(TableValue::new(t.concat(&other)?)),
    )
    .example("t.concat(table([#{ x: 9 }]))");
}

/// Whether a column of this name is to be set. What the interpreter writes back as it was is not; errors for what would not be what it
/// looks like: `t.columns = …`, and `t.x.sort()`, whose list comes back to where it was asked for.
fn settable(call: &Call, t: &Table, name: &str, v: &Dynamic) -> Result<bool> {
    let same = match name {
        "columns" => v
            .read_lock::<Array>()
            .is_some_and(|v| v.len() == t.columns().len() && v.iter().zip(t.names()).all(|(v, n)| v.to_string() == n)),
        "rows" => v.as_int().is_ok_and(|n| n == t.rows() as i64),
        _ => false,
    };
    if same {
        return Ok(false);
    }
    if name == "columns" || name == "rows" {
        let instead = "t.rename(#{ old: \"new\" }) gives columns other names, t.select([..]) chooses columns, t[a..b] and t.filter(f) rows";
        let reason = format!("it is read, not set: {instead}; t.add(\"{name}\", […]) adds a column of this name");
        return Err(Error::data(format!("t.{name} = …"), reason));
    }
    let here = call.native.call_position();
    if v.tag() != REORDERED || *lock(&call.context.column) != Some(here) {
        return Ok(true);
    }
    let reason = format!(
        "it would put the column alone into another order, apart from its rows: t.sort(\"{name}\") orders the rows, \
         t.{name}.order() and t.{name}.order_desc() give lists of their own"
    );
    Err(Error::data(format!("the order of t.{name}"), reason))
}

/// Errors where one entry of a column was set to a value of another kind: the first of the list would decide, and be blamed on others.
fn alike(t: &Table, name: &str, v: &Dynamic) -> Result<()> {
    let (Some(column), Some(list)) = (t.column(name), v.read_lock::<Array>()) else { return Ok(()) };
    let (expected, fits): (&str, fn(&Dynamic) -> bool) = match column {
        Column::Numbers(_) => ("a number", |v| v.is_float() || v.is_int()),
        Column::Truths(_) => ("true or false", Dynamic::is_bool),
        Column::Texts(_) => ("a text", |v| v.is_string() || v.is_char()),
    };
    let mut odd = list.iter().enumerate().filter(|(_, v)| !v.is_unit() && !v.is_shared() && !fits(v));
    let (Some((row, v)), None) = (odd.next(), odd.next()) else { return Ok(()) };
    if list.len() < 2 {
        return Ok(());
    }
    let expected = format!("{expected} as the column has, or () where one is missing");
    Err(Error::Shape {
        what: format!("column \"{name}\", row {row}"),
        expected,
        got: format!("a {} ({v})", type_of(v)),
    })
}

/// A table with a column more, of values or of f of every row.
fn added(call: &Call, t: &TableValue, name: &Dynamic, v: &Dynamic) -> Outcome<TableValue> {
    let name = text("add(name)", name)?;
    match v.flatten_clone().try_cast::<rhai::FnPtr>() {
        Some(f) => Ok(with(t, &name, &Dynamic::from(super::table_rows::called(call, t, &f)?))?),
        None => Ok(with(t, &name, v)?),
    }
}

/// A table with a column more; the first decides how many rows there are.
fn with(t: &TableValue, name: &str, v: &Dynamic) -> Result<TableValue> {
    let what = format!("column \"{name}\"");
    if t.columns().is_empty() {
        let mut map = Map::new();
        map.insert(name.into(), v.clone());
        return table(&Dynamic::from(map), None);
    }
    Ok(TableValue::new(t.with(name, column(&what, v, t.rows())?)?))
}

fn row(l: &mut Library) {
    let mut r = l.kind::<TableRow>(|r| {
        let cells = r.table.columns().iter().map(|(name, c)| format!("{name}: {}", value(c, r.row)));
        format!("Row {}: {}", r.row, cells.take(20).collect::<Vec<_>>().join(", "))
    });
    r.index(|_, r, (name,): (ImmutableString,)| {
        let column = r.table.column(&name).ok_or_else(|| r.table.unknown("row", &name))?;
        Ok(value(column, r.row))
    });
    r.method("to_map()", "the entries by the names of the columns", |_, r, ()| Ok(as_map(r)));
    r.method("number()", "which row of its table it is, from 0", |_, r, ()| Ok(r.row as i64));
}
