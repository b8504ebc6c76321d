//! `data::…`
use super::{module, none};
use crate::dataset::{ALL, Argument, Call, DataSet, Draw, Drawn, Kind, Value};
use crate::error::Result;
use crate::script::context::Context;
use crate::script::convert::{Native, count, list, number, raise, rows, text, upload};
use crate::script::options::Options;
use rhai::{Dynamic, Engine, FuncRegistration, Map, Module, NativeCallContext};
use std::sync::Arc;

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    module(engine, "data", |m| {
        for set in ALL {
            let most = set.arguments.len();
            let least = set.arguments.iter().filter(|a| !a.optional).count();
            for n in least..=most {
                at(m, c, set, n);
            }
            if !set.entry.options.is_empty() {
                at(m, c, set, most + 1);
            }
        }
    });
}

/// Registers a data set for this many arguments, of which one more than it has are its options.
fn at(m: &mut Module, c: &Arc<Context>, set: &'static DataSet, n: usize) {
    let name = FuncRegistration::new(set.entry.name.trim_start_matches("data::"));
    let k = c.clone();
    let go = move |ctx: NativeCallContext, v: &[Dynamic], o: Map| draw(&k, &ctx, set, v, o);
    match (n, n > set.arguments.len()) {
        (0, _) => name.set_into_module(m, move |ctx: NativeCallContext| go(ctx, &[], none())),
        (1, _) => name.set_into_module(m, move |ctx: NativeCallContext, a: Dynamic| go(ctx, &[a], none())),
        (2, true) => name.set_into_module(m, move |ctx: NativeCallContext, a: Dynamic, o: Map| go(ctx, &[a], o)),
        (2, false) => {
            name.set_into_module(m, move |ctx: NativeCallContext, a: Dynamic, b: Dynamic| go(ctx, &[a, b], none()))
        }
        (_, true) => {
            name.set_into_module(m, move |ctx: NativeCallContext, a: Dynamic, b: Dynamic, o: Map| go(ctx, &[a, b], o))
        }
        (_, false) => name.set_into_module(m, move |ctx: NativeCallContext, a: Dynamic, b: Dynamic, d: Dynamic| {
            go(ctx, &[a, b, d], none())
        }),
    };
}

fn draw(c: &Context, ctx: &NativeCallContext, set: &'static DataSet, v: &[Dynamic], map: Map) -> Native<Dynamic> {
    let options = Options::read(c, ctx, &set.entry, map)?.given();
    let run = || {
        let values = set.arguments.iter().zip(v).map(|(a, v)| value(c, a, v)).collect::<Result<_>>()?;
        let call = Call { values, options };
        Ok(match set.draw {
            Draw::Random(f) => Drawn::Points(f(&call, &mut c.rng())?),
            Draw::Fixed(f) => f(&call)?,
        })
    };
    run().map(|d| shown(c, d)).map_err(|e| raise(c, ctx, e))
}

fn value(c: &Context, a: &Argument, v: &Dynamic) -> Result<Value> {
    Ok(match a.kind {
        Kind::Count => Value::Count(count(a.what, v)?),
        Kind::Number => Value::Number(number(a.what, v)?),
        Kind::Rows => Value::Rows(rows(a.what, v)?),
        Kind::Path => Value::Path(text(a.what, v).map(|p| c.input_path(&p))?),
    })
}

/// What was drawn, as the language has it.
fn shown(c: &Context, drawn: Drawn) -> Dynamic {
    let labels = |l: Vec<u8>| Dynamic::from(list(l.into_iter().map(f64::from)));
    match drawn {
        Drawn::Points(rows) => Dynamic::from(upload(c, rows)),
        Drawn::Labels(l) => labels(l),
        Drawn::Labelled { points, labels: l } => {
            let mut out = Map::new();
            if let Some(l) = l {
                out.insert("labels".into(), labels(l));
            }
            out.insert("points".into(), Dynamic::from(upload(c, points)));
            Dynamic::from(out)
        }
    }
}
