//! `data::…`: every data set of the list.
use crate::dataset::{self, ALL, Argument, Classes, DataSet, Draw, Rows, Value};
use crate::error::Result;
use crate::script::call::{Call, Outcome};
use crate::script::convert::{count, held, list, number, rows, text};
use crate::script::kind::Kind;
use crate::script::library::Library;
use rhai::{Dynamic, ImmutableString, Map};

/// Fills the library.
pub fn fill(l: &mut Library) {
    for set in ALL {
        match set.draw {
            Draw::Random(draw) => expose(l, set, move |call, c| Ok(held(draw(c, &mut call.context.rng())?))),
            Draw::Fixed(draw) => expose(l, set, move |_, c| Ok(held(draw(c)?))),
            Draw::Labels(draw) => expose(l, set, move |_, c| Ok(list(draw(c)?.into_iter().map(f64::from)))),
            Draw::Labelled(draw) => expose(l, set, move |_, c| {
                let (points, labels) = draw(c)?;
                Ok(labelled(points, labels))
            }),
        }
    }
}

/// A map of points, and of their labels if they have some.
pub(super) fn labelled(points: Rows, labels: Option<Classes>) -> Map {
    let mut out = Map::new();
    out.insert("points".into(), Dynamic::from(held(points)));
    let labels = labels.map(|l| match l {
        Classes::Numbers(l) => list(l),
        Classes::Names(names, of) => {
            let names: Vec<ImmutableString> = names.iter().map(|n| n.as_str().into()).collect();
            of.iter().map(|i| names[*i as usize].clone().into()).collect()
        }
    });
    if let Some(labels) = labels {
        out.insert("labels".into(), labels.into());
    }
    out
}

/// Exposes a data set for all its arguments, and without those that may be left out.
fn expose<T: Kind>(
    l: &mut Library,
    set: &'static DataSet,
    draw: impl Fn(&Call, &dataset::Call) -> Result<T> + Clone + Send + Sync + 'static,
) {
    let name = set.entry.name;
    let least = set.arguments.iter().filter(|a| !a.optional).count();
    for n in least..=set.arguments.len() {
        let draw = draw.clone();
        let run = move |call: &Call, given: &[Dynamic]| -> Outcome<T> {
            let values = set.arguments.iter().zip(given).map(|(a, v)| value(call, a, v)).collect::<Result<_>>()?;
            Ok(draw(call, &dataset::Call { values, options: call.options.given.clone() })?)
        };
        match n {
            0 => l.expose(name, move |call, ()| run(call, &[])),
            1 => l.expose(name, move |call, (a,): (Dynamic,)| run(call, &[a])),
            2 => l.expose(name, move |call, (a, b): (Dynamic, Dynamic)| run(call, &[a, b])),
            _ => l.expose(name, move |call, (a, b, c): (Dynamic, Dynamic, Dynamic)| run(call, &[a, b, c])),
        }
    }
}

fn value(call: &Call, a: &Argument, v: &Dynamic) -> Result<Value> {
    Ok(match a.kind {
        dataset::Kind::Count => Value::Count(count(a.what, v)?),
        dataset::Kind::Number => Value::Number(number(a.what, v)?),
        dataset::Kind::Rows => Value::Rows(rows(a.what, v)?),
        dataset::Kind::Path => Value::Path(call.context.input_path(&text(a.what, v)?)),
    })
}
