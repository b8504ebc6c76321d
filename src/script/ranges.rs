//! Parts of lists and texts by a range: `v.extract(1..3)`. A range counts from 0; one that begins below it is told, and not taken for 0.
use super::caught::raised_at;
use super::convert::{Native, plain_number};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};
use std::any::TypeId;
use std::ops::{Range, RangeInclusive};

/// Functions of a list and a range, and of what follows it.
const OF_LISTS: [(&str, usize); 4] = [("extract", 0), ("drain", 0), ("retain", 0), ("splice", 1)];
/// The same of texts.
const OF_TEXTS: [(&str, usize); 2] = [("sub_string", 0), ("crop", 0)];

/// Registers them in the place of the interpreter's own.
pub fn register(engine: &mut Engine) {
    for (name, further) in OF_LISTS {
        of::<Array>(engine, name, further);
    }
    for (name, further) in OF_TEXTS {
        of::<ImmutableString>(engine, name, further);
    }
    stepped(engine);
}

/// `range(0, 1, 0.25)`: numbers that are not all whole are all taken as such, and without a step it is 1.
fn stepped(engine: &mut Engine) {
    let (whole, other) = (TypeId::of::<i64>(), TypeId::of::<f64>());
    for n in [2, 3] {
        // the interpreter has those of whole numbers, and of three others
        let known = |mixed: &usize| *mixed == 0 || n == 3 && *mixed == 7;
        for mixed in (0..1usize << n).filter(|m| !known(m)) {
            let types: Vec<TypeId> = (0..n).map(|k| if mixed >> k & 1 == 1 { other } else { whole }).collect();
            engine.register_raw_fn("range", types, |ctx: NativeCallContext, given: &mut [&mut Dynamic]| {
                let one = |k: usize| given.get(k).and_then(|v| plain_number(v));
                let mut all =
                    [one(0), one(1), Some(one(2).unwrap_or(1.0))].map(|x| Dynamic::from(x.unwrap_or(f64::NAN)));
                ctx.call_native_fn_raw("range", true, &mut all.each_mut())
            });
        }
    }
}

fn of<T: 'static>(engine: &mut Engine, name: &'static str, further: usize) {
    for range in [TypeId::of::<Range<i64>>(), TypeId::of::<RangeInclusive<i64>>()] {
        let rest = vec![TypeId::of::<Array>(); further];
        let types: Vec<TypeId> = [TypeId::of::<T>(), range].into_iter().chain(rest).collect();
        engine.register_raw_fn(name, types, move |ctx: NativeCallContext, given: &mut [&mut Dynamic]| {
            let Some((start, end)) = given.get(1).and_then(|r| ends(r)) else { return Ok(Dynamic::UNIT) };
            if start < 0 || end < 0 {
                return negative(&ctx, name, start, end);
            }
            let mut part = [Dynamic::from(start), Dynamic::from(end.saturating_sub(start).max(0))];
            let [from, length] = &mut part;
            let [me, _, rest @ ..] = given else { return Ok(Dynamic::UNIT) };
            let mut all = vec![&mut **me, from, length];
            all.extend(rest.iter_mut().map(|v| &mut **v));
            ctx.call_native_fn_raw(name, true, &mut all)
        });
    }
}

/// Where a range begins, and where it ends.
fn ends(v: &Dynamic) -> Option<(i64, i64)> {
    let half = v.read_lock::<Range<i64>>().map(|r| (r.start, r.end));
    half.or_else(|| v.read_lock::<RangeInclusive<i64>>().map(|r| (*r.start(), r.end().saturating_add(1))))
}

fn negative(ctx: &NativeCallContext, name: &str, start: i64, end: i64) -> Native<Dynamic> {
    let open = end == i64::MAX;
    let shown = if open { format!("{start}..") } else { format!("{start}..{end}") };
    let last = match name {
        "extract" | "sub_string" if start < 0 && open => {
            format!("; {name}({start}) are the last {}", start.unsigned_abs())
        }
        _ => String::new(),
    };
    let message = format!("{name}({shown}): a range counts from 0{last}");
    Err(EvalAltResult::ErrorRuntime(raised_at(message, ctx.call_position().line()), ctx.call_position()).into())
}
