//! `data::…`
use super::{module, none};
use crate::catalogue::Entry;
use crate::dataset::{self, Rows};
use crate::device::Points;
use crate::error::Result;
use crate::random::Rng;
use crate::script::context::Context;
use crate::script::convert::{Native, count, list, number, raise, rows, text, upload};
use crate::script::options::Options;
use rhai::{Array, Dynamic, Engine, FuncRegistration, Map, Module, NativeCallContext};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// `data::name(n)` and `data::name(n, #{ … })`.
fn sized<T: DeserializeOwned + Default + Serialize + 'static>(
    m: &mut Module,
    c: &Arc<Context>,
    entry: &'static Entry,
    draw: fn(usize, &T, &mut Rng) -> Result<Rows>,
) {
    let name = entry.name.trim_start_matches("data::");
    let run = move |c: &Context, ctx: &NativeCallContext, n: &Dynamic, map: Map| -> Native<Points> {
        let options = Options::read(c, ctx, entry, map)?;
        let rows = count(entry.name, n).and_then(|n| draw(n, &options.typed()?, &mut c.rng()));
        rows.map(|r| upload(c, r)).map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    FuncRegistration::new(name).set_into_module(m, move |ctx: NativeCallContext, n: Dynamic| run(&k, &ctx, &n, none()));
    let k = c.clone();
    FuncRegistration::new(name)
        .set_into_module(m, move |ctx: NativeCallContext, n: Dynamic, o: Map| run(&k, &ctx, &n, o));
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    module(engine, "data", |m| {
        sized(m, c, &dataset::ring::ENTRY, dataset::ring::ring);
        sized(m, c, &dataset::rings::ENTRY, dataset::rings::rings);
        sized(m, c, &dataset::moons::ENTRY, dataset::moons::moons);
        sized(m, c, &dataset::pinwheel::ENTRY, dataset::pinwheel::pinwheel);
        sized(m, c, &dataset::checkerboard::ENTRY, dataset::checkerboard::checkerboard);
        sized(m, c, &dataset::swiss_roll::ENTRY, dataset::swiss_roll::swiss_roll);
        sized(m, c, &dataset::sierpinski::ENTRY, dataset::sierpinski::sierpinski);
        gaussian(m, c);
        with_arguments(m, c);
        digits(m, c);
    });
}

fn gaussian(m: &mut Module, c: &Arc<Context>) {
    let run = |c: &Context, ctx: &NativeCallContext, n: &Dynamic, d: &Dynamic, map: Map| -> Native<Points> {
        let options = Options::read(c, ctx, &dataset::gaussian::ENTRY, map)?;
        let draw = || {
            dataset::gaussian::gaussian(
                count("data::gaussian n", n)?,
                count("data::gaussian d", d)?,
                &options.typed()?,
                &mut c.rng(),
            )
        };
        draw().map(|r| upload(c, r)).map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    FuncRegistration::new("gaussian")
        .set_into_module(m, move |ctx: NativeCallContext, n: Dynamic, d: Dynamic| run(&k, &ctx, &n, &d, none()));
    let k = c.clone();
    FuncRegistration::new("gaussian")
        .set_into_module(m, move |ctx: NativeCallContext, n: Dynamic, d: Dynamic, o: Map| run(&k, &ctx, &n, &d, o));
}

fn with_arguments(m: &mut Module, c: &Arc<Context>) {
    let k = c.clone();
    FuncRegistration::new("student_t").set_into_module(
        m,
        move |ctx: NativeCallContext, n: Dynamic, d: Dynamic, nu: Dynamic| -> Native<Points> {
            let draw = || {
                dataset::student_t::student_t(
                    count("data::student_t n", &n)?,
                    count("data::student_t d", &d)?,
                    number("data::student_t nu", &nu)?,
                    &mut k.rng(),
                )
            };
            draw().map(|r| upload(&k, r)).map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    FuncRegistration::new("mixture").set_into_module(
        m,
        move |ctx: NativeCallContext, n: Dynamic, centers: Dynamic, std: Dynamic| -> Native<Points> {
            let draw = || {
                dataset::mixture::mixture(
                    count("data::mixture n", &n)?,
                    &rows("data::mixture centers", &centers)?,
                    number("data::mixture std", &std)?,
                    &mut k.rng(),
                )
            };
            draw().map(|r| upload(&k, r)).map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    FuncRegistration::new("embed").set_into_module(
        m,
        move |ctx: NativeCallContext, p: Dynamic, dim: Dynamic| -> Native<Points> {
            let draw = || dataset::embed::embed(&rows("data::embed points", &p)?, count("data::embed dim", &dim)?);
            draw().map(|r| upload(&k, r)).map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    FuncRegistration::new("ring_centers").set_into_module(
        m,
        move |ctx: NativeCallContext, modes: Dynamic, radius: Dynamic| -> Native<Points> {
            let draw = || {
                dataset::ring::ring_centers(
                    count("data::ring_centers modes", &modes)?,
                    number("data::ring_centers radius", &radius)?,
                )
            };
            draw().map(|r| upload(&k, r)).map_err(|e| raise(&k, &ctx, e))
        },
    );
}

fn digits(m: &mut Module, c: &Arc<Context>) {
    let read = |c: &Context, images: &Dynamic, labels: Option<&Dynamic>| -> crate::error::Result<Map> {
        let path = |what: &str, v: &Dynamic| text(what, v).map(|p| c.input_path(&p));
        let rows = dataset::idx::images(&path("data::idx(images)", images)?)?;
        let mut out = Map::new();
        if let Some(l) = labels {
            let labels = dataset::idx::labels(&path("data::idx, labels", l)?)?;
            if labels.len() != rows.n {
                return Err(crate::error::Error::Shape {
                    what: "data::idx, labels".into(),
                    expected: format!("{} labels, one per image", rows.n),
                    got: labels.len().to_string(),
                });
            }
            out.insert("labels".into(), Dynamic::from(list(labels.into_iter().map(f64::from))));
        }
        out.insert("points".into(), Dynamic::from(upload(c, rows)));
        Ok(out)
    };
    let k = c.clone();
    FuncRegistration::new("idx").set_into_module(m, move |ctx: NativeCallContext, images: Dynamic| {
        read(&k, &images, None).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    FuncRegistration::new("idx").set_into_module(m, move |ctx: NativeCallContext, images: Dynamic, labels: Dynamic| {
        read(&k, &images, Some(&labels)).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    FuncRegistration::new("digits").set_into_module(m, move |ctx: NativeCallContext| {
        dataset::digits::digits().map(|d| upload(&k, d.0)).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    FuncRegistration::new("digit_labels").set_into_module(m, move |ctx: NativeCallContext| -> Native<Array> {
        dataset::digits::digits().map(|d| list(d.1.into_iter().map(f64::from))).map_err(|e| raise(&k, &ctx, e))
    });
}
