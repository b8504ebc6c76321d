//! What belongs to the language itself: help, parameters, seed, device, progress.
use super::describe;
use crate::error::{Error, Result};
use crate::observer::progress::Report;
use crate::script::context::{Context, lock};
use crate::script::convert::{Native, count, raise, text, type_of};
use crate::script::front_end::Event;
use crate::script::{help, names};
use rhai::{Dynamic, Engine, NativeCallContext};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Progress of a loop in the script.
#[derive(Clone)]
struct Bar(Arc<Mutex<(Report, Instant)>>);

/// Entries for values, by the name of their type.
const OF_TYPES: &[(&str, &str)] = &[
    ("Generator", "f_divergence"),
    ("Divergence", "regularized"),
    ("Estimate", "estimate"),
    ("Flow", "gpa"),
    ("Run", "run"),
    ("Points", "points"),
    ("Figure", "save"),
    ("CriticRecipe", "mlp"),
    ("Critic", "estimate"),
    ("Lipschitz", "lipschitz"),
    ("Kernel", "gaussian_kernel"),
];

fn page(value: &Dynamic) -> Result<String> {
    let flat = value.flatten_clone();
    if let Ok(name) = flat.clone().into_string() {
        return names::find(&name)
            .map(help::page)
            .ok_or_else(|| Error::data("help", format!("there is no page for \"{name}\"{}", names::instead(&name))));
    }
    let kind = type_of(&flat);
    let by_name = flat
        .read_lock::<super::GeneratorValue>()
        .and_then(|g| names::find(g.name().split('(').next().unwrap_or_default()));
    let entry = by_name.or_else(|| {
        OF_TYPES.iter().find(|t| flat.type_name().contains(t.0) || kind.contains(t.0)).and_then(|t| names::find(t.1))
    });
    entry.map(help::page).ok_or_else(|| {
        Error::data("help", format!("a {kind} has no page of its own; give a name, for example help(\"kl\")"))
    })
}

/// The text of `--set` as the type of the default.
fn parse(name: &str, given: &str, default: &Dynamic) -> Result<Dynamic> {
    let wrong = |expected: &str| Error::Option {
        owner: "--set".into(),
        key: name.into(),
        got: format!("\"{given}\""),
        expected: expected.into(),
    };
    let default = default.flatten_clone();
    if default.is_bool() {
        return given.parse::<bool>().map(Dynamic::from).map_err(|_| wrong("true or false"));
    }
    if default.is_int() || default.is_float() {
        if let Ok(i) = given.parse::<i64>() {
            return Ok(if default.is_int() { Dynamic::from(i) } else { Dynamic::from(i as f64) });
        }
        return given.parse::<f64>().ok().filter(|v| v.is_finite()).map(Dynamic::from).ok_or_else(|| wrong("a number"));
    }
    if default.is_string() {
        return Ok(Dynamic::from(given.to_string()));
    }
    Err(Error::data(
        "param",
        format!("the default of `{name}` must be a number, a text or true/false, it is a {}", type_of(&default)),
    ))
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn("help", move |ctx: NativeCallContext, v: Dynamic| -> Native<()> {
        page(&v).map(|text| k.emit(Event::Text(text.trim_end().to_string()))).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("help", move || {
        k.emit(Event::Text("help(\"name\") explains a name; `gflow list` names them all.".into()))
    });
    let k = c.clone();
    engine.register_fn("param", move |ctx: NativeCallContext, name: Dynamic, default: Dynamic| -> Native<Dynamic> {
        let read = || {
            let name = text("param(name)", &name)?;
            let value = match k.params.get(&name) {
                Some(given) => parse(&name, given, &default)?,
                None => default.flatten_clone(),
            };
            lock(&k.params_read).insert(name, value.to_string());
            Ok(value)
        };
        read().map_err(|e| raise(&k, &ctx, e))
    });
    asking(engine, c);
    let k = c.clone();
    engine.register_fn("seed", move |ctx: NativeCallContext, n: Dynamic| -> Native<()> {
        count("seed(n)", &n).map(|n| k.set_seed(n as u64)).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("device", move || format!("{}: {}", k.compute.name, k.compute.description));
    describe::<Bar>(engine, "Progress", |b| {
        let b = lock(&b.0);
        format!("{} {}/{}", b.0.label, b.0.done, b.0.total)
    });
    let k = c.clone();
    engine.register_fn("progress", move |ctx: NativeCallContext, n: Dynamic, label: Dynamic| -> Native<Bar> {
        let make = || {
            let report = Report {
                label: text("progress(n, label)", &label)?,
                done: 0,
                total: count("progress(n)", &n)?,
                steps_per_second: 0.0,
                divergence: None,
                finished: false,
            };
            Ok(Bar(Arc::new(Mutex::new((report, Instant::now())))))
        };
        make().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("tick", move |b: &mut Bar| {
        let mut b = lock(&b.0);
        b.0.done += 1;
        b.0.steps_per_second = b.0.done as f64 / b.1.elapsed().as_secs_f64().max(1e-9);
        b.0.finished = b.0.done >= b.0.total;
        k.emit(Event::Progress(b.0.clone()));
    });
}

fn asking(engine: &mut Engine, c: &Arc<Context>) {
    for (name, password) in [("input", false), ("password", true)] {
        let k = c.clone();
        engine.register_fn(name, move |ctx: NativeCallContext, prompt: Dynamic| -> Native<String> {
            let run = || k.ask(&text(name, &prompt)?, password);
            run().map_err(|e| raise(&k, &ctx, e))
        });
    }
    let k = c.clone();
    engine.register_fn("clear_output", move || k.emit(Event::Clear { wait: true }));
    let k = c.clone();
    engine.register_fn("display", move |ctx: NativeCallContext, v: Dynamic| -> Native<()> {
        let flat = v.flatten_clone();
        if let Some(f) = flat.read_lock::<crate::plot::Figure>() {
            k.emit(Event::Figure(f.clone()));
            return Ok(());
        }
        let shown = ctx.engine().eval_fn_call::<rhai::ImmutableString>("to_string", None, (flat.clone(),));
        let shown = shown.map_or_else(|_| flat.to_string(), |s| s.to_string());
        k.emit(Event::Display(crate::script::rich::rich(&flat, shown)));
        Ok(())
    });
}
