//! Functions of lists whose own in the interpreter would go on in silence: an entry that is not there, a beginning with nothing, gaps.
use super::convert::{Native, fail};
use super::growth::changing;
use crate::error::Result;
use crate::interrupt;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};

/// Registers them.
pub fn register(engine: &mut Engine) {
    changing("set").register_into_engine(engine, set);
    engine.register_fn("reduce", |ctx: NativeCallContext, list: Array, f: FnPtr| reduce(&ctx, list.into_iter(), &f));
    engine.register_fn("reduce_rev", |ctx: NativeCallContext, list: Array, f: FnPtr| {
        reduce(&ctx, list.into_iter().rev(), &f)
    });
    engine.register_fn("is_missing", |ctx: NativeCallContext, list: Array| {
        entries(&ctx, &list, |v| Some(Dynamic::from(is_missing(v))))
    });
    engine.register_fn("drop_missing", |ctx: NativeCallContext, list: Array| {
        entries(&ctx, &list, |v| (!is_missing(v)).then(|| v.clone()))
    });
    engine.register_fn("fill_missing", |ctx: NativeCallContext, list: Array, x: Dynamic| {
        entries(&ctx, &list, |v| Some(if is_missing(v) { x.clone() } else { v.clone() }))
    });
}

fn set(ctx: NativeCallContext, list: &mut Array, at: i64, x: Dynamic) -> Native<()> {
    let n = list.len();
    let place = if at < 0 { at.checked_add_unsigned(n as u64) } else { Some(at) };
    match place.and_then(|at| usize::try_from(at).ok()).and_then(|at| list.get_mut(at)) {
        Some(entry) => {
            *entry = x;
            Ok(())
        }
        None => Err(EvalAltResult::ErrorArrayBounds(n, at, ctx.call_position()).into()),
    }
}

/// f of what was reached and the next entry, from the first on; nothing of no entries.
fn reduce(ctx: &NativeCallContext, mut list: impl Iterator<Item = Dynamic>, f: &FnPtr) -> Native<Dynamic> {
    let Some(first) = list.next() else { return Ok(Dynamic::UNIT) };
    list.try_fold(first, |reached, v| f.call_raw(ctx, None, [reached, v]))
}

/// Whether an entry is missing: nothing, or NaN.
fn is_missing(v: &Dynamic) -> bool {
    let of = |v: &Dynamic| v.is_unit() || v.as_float().is_ok_and(f64::is_nan);
    if v.is_shared() { of(&v.flatten_clone()) } else { of(v) }
}

fn entries(ctx: &NativeCallContext, list: &Array, f: impl Fn(&Dynamic) -> Option<Dynamic>) -> Native<Array> {
    let all = || -> Result<Array> {
        let mut out = Array::with_capacity(list.len());
        for (i, v) in list.iter().enumerate() {
            interrupt::poll_each(i)?;
            out.extend(f(v));
        }
        Ok(out)
    };
    all().or_else(|e| fail(ctx, e))
}
