//! Groups of rows: a table with a row for each.
use super::table_values::{borrowed, texts};
use crate::error::{Error, Result};
use crate::script::convert::{text, type_of};
use crate::script::library::Library;
use crate::script::values::{GroupsValue, TableValue};
use crate::table::{Groups, Statistic};
use rhai::{Array, Dynamic, Map};

fn describe(g: &GroupsValue) -> String {
    format!("Groups: {} by {}", g.len(), g.keys().join(", "))
}

/// A statistic of the columns that are named, or of all that have numbers.
fn of(g: &Groups, statistic: Statistic, names: Option<&Dynamic>) -> Result<TableValue> {
    let given = names.map(|n| texts(statistic.name(), n)).transpose()?;
    let names = given.as_ref().map_or_else(|| g.numeric(), |n| borrowed(n));
    let wanted: Vec<(&str, Statistic)> = names.into_iter().map(|n| (n, statistic)).collect();
    Ok(TableValue::new(g.table(&wanted)?))
}

/// What is said of each statistic.
fn doc(statistic: Statistic) -> [&'static str; 3] {
    match statistic {
        Statistic::Count => [
            "count(columns)",
            "how many rows each group has, or how many values there are in columns",
            "groups.count(\"x\")",
        ],
        Statistic::Sum => {
            ["sum(columns)", "the sums of columns; of all that have numbers where none is named", "groups.sum(\"x\")"]
        }
        Statistic::Mean => [
            "mean(columns)",
            "the means of columns; of all that have numbers where none is named",
            "groups.mean(\"x\")",
        ],
        Statistic::Std { .. } => ["std(columns)", "the standard deviations of columns, by n - 1", "groups.std(\"x\")"],
        Statistic::Median => ["median(columns)", "the medians of columns", "groups.median(\"x\")"],
        Statistic::Min => ["min(columns)", "the smallest values of columns", "groups.min(\"x\")"],
        Statistic::Max => ["max(columns)", "the largest values of columns", "groups.max(\"x\")"],
    }
}

/// `#{ x: "mean", y: ["mean", "std"] }`.
fn summary(g: &Groups, wanted: &Map) -> Result<TableValue> {
    let mut all = vec![];
    for (name, v) in wanted {
        let flat = v.flatten_clone();
        let words = match flat.read_lock::<Array>() {
            Some(list) => list.iter().map(|v| text("summary", v)).collect::<Result<Vec<_>>>()?,
            None if flat.is_string() => vec![flat.to_string()],
            None => {
                return Err(Error::Shape {
                    what: format!("summary, {name}"),
                    expected: "the name of a statistic, or a list of names".into(),
                    got: format!("a {}", type_of(v)),
                });
            }
        };
        for word in words {
            let known = || Statistic::ALL.iter().map(|s| s.name());
            let found = Statistic::ALL.into_iter().find(|s| s.name() == word).ok_or_else(|| {
                let hint = crate::catalogue::nearest(&word, known());
                let hint = hint.map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
                let expected = format!("one of {}{hint}", known().collect::<Vec<_>>().join(", "));
                Error::Shape { what: format!("summary, {name}"), expected, got: format!("\"{word}\"") }
            })?;
            all.push((name.as_str(), found));
        }
    }
    Ok(TableValue::new(g.table(&all)?))
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    let mut t = l.of::<TableValue>();
    t.expose("group", |call, t, (names,): (Dynamic,)| {
        let names = texts("group(columns)", &names)?;
        let groups = t.group(&borrowed(&names))?;
        match groups.left_out() {
            0 => {}
            n => call.context.note(format!("group: {n} of {} rows are in no group, their key is missing", t.rows())),
        }
        Ok(GroupsValue::new(groups))
    });
    let mut g = l.kind::<GroupsValue>(describe);
    g.method("len()", "how many groups", |_, g, ()| Ok(g.len() as i64));
    g.method("keys()", "a table of the keys", |_, g, ()| Ok(TableValue::new(g.names()?)));
    g.method("tables()", "the rows of every group, a list of tables", |_, g, ()| {
        Ok(g.parts()?.into_iter().map(|t| Dynamic::from(TableValue::new(t))).collect::<Array>())
    });
    for statistic in Statistic::ALL {
        let [signature, doc, example] = doc(statistic);
        g.method(signature, doc, move |_, g, (names,): (Dynamic,)| Ok(of(g, statistic, Some(&names))?))
            .example(example);
        g.hidden(statistic.name(), move |_, g, ()| match statistic {
            Statistic::Count => Ok(TableValue::new(g.sizes()?)),
            _ => Ok(of(g, statistic, None)?),
        });
    }
    g.method("mean_std(columns)", "mean ± standard deviation of columns, as texts", |_, g, (names,): (Dynamic,)| {
        let names = texts("mean_std(columns)", &names)?;
        Ok(TableValue::new(g.spread(&borrowed(&names))?))
    })
    .example("groups.mean_std(\"x\")");
    g.hidden("mean_std", |_, g, ()| Ok(TableValue::new(g.spread(&g.numeric())?)));
    g.method(
        "summary(wanted)",
        "statistics of columns, #{ x: \"mean\", y: [\"mean\", \"std\"] }",
        |_, g, (map,): (Map,)| Ok(summary(g, &map)?),
    )
    .example("groups.summary(#{ x: [\"mean\", \"max\"] })");
}
