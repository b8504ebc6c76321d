//! The Rhai engine as gflow sets it up.
use super::context::{Context, lock};
use super::convert::{Native, raise};
use super::front_end::Event;
use super::install::install;
use super::values::{TableRow, TableValue};
use super::words::{self, TOO_DEEP};
use super::{
    arithmetic, bind, catching, comparisons, format, growth, json, kept, lists, mapping, masks, outcomes, ranges, sort,
    symbolic_point, trace, watch,
};
use crate::threads;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Module, NativeCallContext, OptimizationLevel, Position};
use std::any::TypeId;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Depth of calls; the session runs on a stack that holds it.
pub const CALL_LEVELS: usize = 200;

/// An engine with every function of the language, bound to a context.
pub fn engine(context: &Arc<Context>) -> Engine {
    let mut engine = Engine::new();
    engine.set_max_call_levels(CALL_LEVELS);
    engine.set_max_expr_depths(256, 256);
    engine.set_fail_on_invalid_map_property(true);
    // a constant that is written into what names it can be changed there, in silence
    engine.set_optimization_level(OptimizationLevel::None);
    arithmetic::register(&mut engine, context);
    growth::register(&mut engine);
    sort::register(&mut engine);
    lists::register(&mut engine);
    mapping::register(&mut engine);
    json::register(&mut engine, context);
    masks::register(&mut engine);
    ranges::register(&mut engine);
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |f: &mut FnPtr| words::function(f));
    }
    engine.register_get("name", |f: &mut FnPtr| words::function(f));
    properties(&mut engine);
    comparisons::register(&mut engine);
    format::register(&mut engine);
    catching::register(&mut engine, context);
    outcomes::register(&mut engine, context);
    kept::register(&mut engine, context);
    trace::register(&mut engine, context);
    symbolic_point::register(&mut engine);
    install(bind::library(), &mut engine, context);
    pauses(&mut engine, context);
    leaving(&mut engine, context);
    hooks(&mut engine, context);
    engine
}

/// `for row in t`, and properties that numbers with a point have and whole ones lack.
fn properties(engine: &mut Engine) {
    engine.register_get("int", |x: &mut i64| *x);
    engine.register_get("fraction", |_: &mut i64| 0_i64);
    engine.register_get("is_nan", |_: &mut i64| false);
    engine.register_get("is_finite", |_: &mut i64| true);
    engine.register_get("is_infinite", |_: &mut i64| false);
    let mut rows = Module::new();
    rows.set_iter(TypeId::of::<TableValue>(), |t| {
        let table = t.try_cast::<TableValue>().unwrap_or_default();
        let rows = table.rows();
        Box::new((0..rows).map(move |row| Dynamic::from(TableRow { table: table.clone(), row })))
    });
    engine.register_global_module(rows.into());
}

/// `sleep(seconds)`, which an interrupt ends; that of the interpreter sleeps on.
fn pauses(engine: &mut Engine, context: &Arc<Context>) {
    let sleep = |context: &Arc<Context>, ctx: &NativeCallContext, seconds: f64| {
        // what no clock counts, and what is not a number, is no time
        let time =
            Duration::try_from_secs_f64(seconds).unwrap_or(if seconds > 0.0 { Duration::MAX } else { Duration::ZERO });
        context.interrupt.pause(time).map_err(|e| raise(context, ctx, e))
    };
    let c = context.clone();
    engine.register_fn("sleep", move |ctx: NativeCallContext, seconds: f64| sleep(&c, &ctx, seconds));
    let c = context.clone();
    engine.register_fn("sleep", move |ctx: NativeCallContext, seconds: i64| sleep(&c, &ctx, seconds as f64));
}

/// What a name stands for that nobody has given to a variable.
fn constant(name: &str) -> Option<Dynamic> {
    match name {
        "PI" => Some(Dynamic::from(std::f64::consts::PI)),
        "E" => Some(Dynamic::from(std::f64::consts::E)),
        _ => None,
    }
}

/// `exit()`: that of the interpreter ends a statement, and a session goes on with the next.
fn leaving(engine: &mut Engine, context: &Arc<Context>) {
    let leave = |context: &Arc<Context>, value: Dynamic, ctx: &NativeCallContext| -> Native<()> {
        // exit(0) of other languages says that all is well
        let value = if value.as_int() == Ok(0) { Dynamic::UNIT } else { value };
        *lock(&context.left) = Some(value);
        // no script can catch it
        Err(EvalAltResult::ErrorTerminated("exit".into(), ctx.call_position()).into())
    };
    let c = context.clone();
    engine.register_fn("exit", move |ctx: NativeCallContext| leave(&c, Dynamic::UNIT, &ctx));
    let c = context.clone();
    engine.register_fn("exit", move |ctx: NativeCallContext, value: Dynamic| leave(&c, value, &ctx));
}

fn hooks(engine: &mut Engine, context: &Arc<Context>) {
    let c = context.clone();
    let read_before = |c: &Context| lock(&c.oracle).again;
    engine.on_print(move |s| {
        if !read_before(&c) {
            c.emit(Event::Text(words::printed(s)));
        }
    });
    let c = context.clone();
    engine.on_debug(move |s, _, _| {
        if !read_before(&c) {
            c.emit(Event::Note(s.to_string()));
        }
    });
    let c = context.clone();
    let since = Instant::now();
    engine.on_progress(move |operations| {
        // `eval` in what it evaluates, and whatever else calls on without being counted
        if threads::is_deep() {
            return Some(Dynamic::from(TOO_DEEP));
        }
        // the clock is asked in every fourth step
        if operations % 4 == 0 && c.watch.full(since) {
            return Some(Dynamic::from(watch::FULL));
        }
        c.interrupt.is_requested().then(|| Dynamic::from("interrupted"))
    });
    // globals inside functions: shared cells, so that what a function reads is what the script wrote last
    let c = context.clone();
    #[expect(deprecated, reason = "marked volatile, not superseded")]
    engine.on_var(move |name, index, ctx| {
        if index > 0 || ctx.scope().contains(name) {
            return Ok(None);
        }
        Ok(c.globals.read().unwrap_or_else(|p| p.into_inner()).get(name).cloned().or_else(|| constant(name)))
    });
    // f(2) for a variable f that holds a closure
    let c = context.clone();
    #[expect(deprecated, reason = "marked volatile, not superseded")]
    engine.on_missing_function(move |name, args, is_method, mut ctx| {
        if is_method {
            return Ok(None);
        }
        let local = ctx.scope().get_value::<FnPtr>(name);
        let global = || {
            c.globals
                .read()
                .unwrap_or_else(|p| p.into_inner())
                .get(name)
                .and_then(|v| v.flatten_clone().try_cast::<FnPtr>())
        };
        let Some(f) = local.or_else(global) else { return Ok(None) };
        if ctx.call_level() >= CALL_LEVELS {
            return Err(EvalAltResult::ErrorStackOverflow(Position::NONE).into());
        }
        let mut values: Vec<Dynamic> = f.curry().iter().cloned().chain(args.iter_mut().map(|a| a.clone())).collect();
        let mut arguments: Vec<&mut Dynamic> = values.iter_mut().collect();
        ctx.call_fn_raw(f.fn_name(), false, false, &mut arguments).map(Some)
    });
}
