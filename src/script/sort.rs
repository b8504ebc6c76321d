//! `sort()`, `sort(f)`, `sort_desc()` and `reverse()` of lists: as the interpreter's own, but they hear an interrupt, stop at an error
//! of f, and lose no entry of the list when they do.
//!
//! A list that was put into another order is marked: the interpreter writes `t.x.sort()` back to `t.x`, and a column of a table that
//! is in another order than its rows is a table that says what is wrong.
use super::caught::raised_at;
use super::convert::{Native, plain_number};
use super::diagnostic::friendly;
use crate::interrupt;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};
use std::any::TypeId;
use std::cmp::Ordering;

/// The tag of a list that was put into another order where it stands.
pub const REORDERED: i32 = 0x5027;

/// Registers them.
pub fn register(engine: &mut Engine) {
    own(engine, "sort", &[], |ctx, list, _| plain(ctx, list));
    own(engine, "sort_desc", &[], |ctx, list, _| {
        plain(ctx, list)?;
        list.reverse();
        Ok(())
    });
    own(engine, "reverse", &[], |_, list, _| {
        list.reverse();
        Ok(())
    });
    for name in ["sort", "sort_by"] {
        own(engine, name, &[TypeId::of::<FnPtr>()], |ctx, list, rest| {
            let f = rest.first().and_then(|f| f.read_lock::<FnPtr>()).map(|f| f.clone());
            f.map_or(Ok(()), |f| by(ctx, list, &f))
        });
    }
    orders(engine);
}

/// New lists in another order.
fn orders(engine: &mut Engine) {
    type Ctx<'a> = NativeCallContext<'a>;
    engine.register_fn("order", |ctx: Ctx, mut list: Array| plain(&ctx, &mut list).map(|()| list));
    engine.register_fn("order_desc", |ctx: Ctx, mut list: Array| {
        plain(&ctx, &mut list)?;
        list.reverse();
        Ok::<Array, Box<EvalAltResult>>(list)
    });
    for name in ["order", "order_by"] {
        engine.register_fn(name, |ctx: Ctx, mut list: Array, f: FnPtr| by(&ctx, &mut list, &f).map(|()| list));
    }
}

/// What changes the order of a list.
type Change = fn(&NativeCallContext, &mut Array, &[&mut Dynamic]) -> Native<()>;

/// A method of lists that changes their order, and marks them.
fn own(engine: &mut Engine, name: &str, further: &[TypeId], change: Change) {
    let types: Vec<TypeId> = [TypeId::of::<Array>()].iter().chain(further).copied().collect();
    let called = name.to_string();
    engine.register_raw_fn(name, types, move |ctx: NativeCallContext, given: &mut [&mut Dynamic]| -> Native<()> {
        let Some((list, rest)) = given.split_first_mut() else { return Ok(()) };
        if list.is_read_only() {
            return Err(EvalAltResult::ErrorNonPureMethodCallOnConstant(called.clone(), ctx.call_position()).into());
        }
        if let Some(mut entries) = list.write_lock::<Array>() {
            change(&ctx, &mut entries, rest)?;
        }
        list.set_tag(REORDERED);
        Ok(())
    });
}

fn stopped(ctx: &NativeCallContext) -> Box<EvalAltResult> {
    EvalAltResult::ErrorTerminated("interrupted".into(), ctx.call_position()).into()
}

/// Numbers or texts, ascending.
fn plain(ctx: &NativeCallContext, list: &mut Array) -> Native<()> {
    if let Some(mut keys) = keys(list, key) {
        crate::sorting::sort_by(&mut keys, |a, b| a.0.total_cmp(&b.0));
        return put(ctx, list, keys.iter().map(|k| k.1));
    }
    let texts: Option<Vec<String>> = list.iter().map(|v| v.flatten_clone().into_string().ok()).collect();
    if let Some(texts) = texts {
        let order = ordered(list.len(), &mut |i, j| Ok(texts[i].cmp(&texts[j])), &|| stopped(ctx))?;
        return put(ctx, list, order.into_iter());
    }
    let kind = |v: Option<&Dynamic>| v.map_or(String::new(), |v| friendly(v.flatten_clone().type_name()));
    let odd = list.iter().find(|v| v.type_id() != list[0].type_id());
    let message = match odd {
        Some(odd) => {
            format!("sort() takes numbers or texts; this list has a {} and a {}", kind(list.first()), kind(Some(odd)))
        }
        None => format!(
            "sort() takes numbers or texts, this is a list of {}: say how with sort(|a, b| …)",
            kind(list.first())
        ),
    };
    Err(EvalAltResult::ErrorRuntime(raised_at(message, ctx.call_position().line()), ctx.call_position()).into())
}

/// A number, or what is not one: it comes last.
fn key(v: &Dynamic) -> Option<f64> {
    if v.is_shared() {
        return key(&v.flatten_clone());
    }
    v.as_float().ok().or_else(|| v.as_int().ok().map(|i| i as f64))
}

/// The keys of all entries with their places, if every entry has one.
fn keys<K>(list: &Array, key: impl Fn(&Dynamic) -> Option<K>) -> Option<Vec<(K, usize)>> {
    list.iter().enumerate().map(|(i, v)| key(v).map(|k| (k, i))).collect()
}

/// By a function of two entries: below 0 or true where the first comes first.
fn by(ctx: &NativeCallContext, list: &mut Array, f: &FnPtr) -> Native<()> {
    let order = {
        let entries: &Array = list;
        let mut compare = |i: usize, j: usize| -> Native<Ordering> {
            let answer: Dynamic = f.call_raw(ctx, None, [entries[i].clone(), entries[j].clone()])?;
            if let Ok(first) = answer.as_bool() {
                return Ok(if first { Ordering::Less } else { Ordering::Greater });
            }
            plain_number(&answer).map(|v| v.total_cmp(&0.0)).ok_or_else(|| {
                let got = friendly(answer.type_name());
                let message = format!(
                    "sort(f): f gave a {got}, expected a number (below 0 where a comes first) or true or false"
                );
                EvalAltResult::ErrorRuntime(raised_at(message, ctx.call_position().line()), ctx.call_position()).into()
            })
        };
        ordered(entries.len(), &mut compare, &|| stopped(ctx))?
    };
    put(ctx, list, order.into_iter())
}

/// A stable order of 0, 1, …, n−1 by comparisons that may fail: lists of one are merged.
fn ordered<E>(
    n: usize,
    compare: &mut dyn FnMut(usize, usize) -> Result<Ordering, E>,
    stopped: &dyn Fn() -> E,
) -> Result<Vec<usize>, E> {
    let (mut from, mut to): (Vec<usize>, Vec<usize>) = ((0..n).collect(), vec![0; n]);
    let (mut width, mut done) = (1, 0);
    while width < n {
        for (pair, out) in from.chunks(2 * width).zip(to.chunks_mut(2 * width)) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut i, mut j) = (0, 0);
            for o in out {
                interrupt::poll_each(done).map_err(|_| stopped())?;
                done += 1;
                let second = i == left.len() || j < right.len() && compare(right[j], left[i])? == Ordering::Less;
                let next = if second { (&mut j, right) } else { (&mut i, left) };
                *o = next.1[*next.0];
                *next.0 += 1;
            }
        }
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    Ok(from)
}

/// The entries in an order of their places; a list whose order is not known stays as it is.
fn put(ctx: &NativeCallContext, list: &mut Array, order: impl Iterator<Item = usize>) -> Native<()> {
    interrupt::poll().map_err(|_| stopped(ctx))?;
    let mut entries = std::mem::take(list);
    *list = order.map(|i| std::mem::take(&mut entries[i])).collect();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ordered;

    /// Stable, and an error ends it.
    #[test]
    fn orders_are_stable_and_errors_end_them() {
        let keys = [3, 1, 2, 1, 3, 0, 2];
        let order = ordered(7, &mut |i, j| Ok::<_, ()>(keys[i].cmp(&keys[j])), &|| ());
        assert_eq!(order, Ok(vec![5, 1, 3, 2, 6, 0, 4]));
        assert_eq!(ordered(0, &mut |_, _| Err(1), &|| 0), Ok(vec![]));
        assert_eq!(ordered(2, &mut |_, _| Err(1), &|| 0), Err(1));
    }
}
