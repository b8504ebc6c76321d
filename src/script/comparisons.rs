//! Comparisons that say what they cannot answer: a number and a text are not silently unequal, and `0 < x < 1` is one
//! question.
use super::caught::raised_at;
use super::convert::{Native, fail, floats};
use super::diagnostic::friendly;
use super::readings::{CHAIN, LONGEST};
use crate::error::{Error, Result};
use crate::interrupt;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};
use std::any::TypeId;
use std::cmp::Ordering;
use std::ops::{Range, RangeInclusive};

/// A comparison by its sign.
#[derive(Clone, Copy, PartialEq)]
enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Unequal,
}

use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Unequal};

const RELATIONS: [(&str, Relation); 6] =
    [("<", Less), ("<=", LessOrEqual), (">", Greater), (">=", GreaterOrEqual), ("==", Equal), ("!=", Unequal)];

impl Relation {
    /// Whether it holds in this order; none is not comparable.
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Less => order == Some(Ordering::Less),
            LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Greater => order == Some(Ordering::Greater),
            GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Equal => order == Some(Ordering::Equal),
            Unequal => order != Some(Ordering::Equal),
        }
    }
    /// Between numbers; those that differ by rounding alone are equal.
    fn of_numbers(self, a: f64, b: f64) -> bool {
        self.holds(order(a, b))
    }
}

/// The order of two numbers, equal where they are not whole and differ by one rounding; none where one is no number.
fn order(a: f64, b: f64) -> Option<Ordering> {
    let size = a.abs().max(b.abs());
    // whole numbers have no rounding
    let whole = a.fract() == 0.0 && b.fract() == 0.0;
    if !whole && size.is_finite() && size > 0.0 && ((a - b) / size).abs() <= f64::EPSILON {
        return Some(Ordering::Equal);
    }
    a.partial_cmp(&b)
}

/// Registers them.
pub fn register(engine: &mut Engine) {
    for (name, r) in RELATIONS {
        engine.register_fn(name, move |a: i64, b: i64| r.holds(Some(a.cmp(&b))));
        engine.register_fn(name, move |a: f64, b: f64| r.of_numbers(a, b));
        engine.register_fn(name, move |a: i64, b: f64| r.of_numbers(a as f64, b));
        engine.register_fn(name, move |a: f64, b: i64| r.of_numbers(a, b as f64));
        engine.register_fn(name, move |a: bool, b: bool| r.holds(Some(a.cmp(&b))));
        engine
            .register_fn(name, move |a: ImmutableString, b: ImmutableString| r.holds(Some(a.as_str().cmp(b.as_str()))));
        engine.register_fn(name, move |ctx: NativeCallContext, a: Dynamic, b: Dynamic| others(&ctx, (name, r), &a, &b));
        never::<ImmutableString, i64>(engine, name, r);
        never::<ImmutableString, f64>(engine, name, r);
        never::<ImmutableString, bool>(engine, name, r);
        never::<bool, i64>(engine, name, r);
        never::<bool, f64>(engine, name, r);
        if matches!(r, Equal | Unequal) {
            equal::<f64>(engine, name, r);
            equal::<i64>(engine, name, r);
            equal::<bool>(engine, name, r);
            equal::<ImmutableString>(engine, name, r);
        } else {
            masks(engine, name, r);
        }
    }
    for n in 4..=LONGEST + 2 {
        let types = vec![TypeId::of::<Dynamic>(); n];
        engine.register_raw_fn(CHAIN, types, |ctx: NativeCallContext, given: &mut [&mut Dynamic]| chain(&ctx, given));
    }
}

/// Two types whose constants are compared before anything runs, by rules of the interpreter's where there are no others.
fn never<A, B>(engine: &mut Engine, name: &'static str, r: Relation)
where
    A: Clone + Send + Sync + 'static,
    B: Clone + Send + Sync + 'static,
{
    engine.register_fn(name, move |ctx: NativeCallContext, a: A, b: B| {
        others(&ctx, (name, r), &Dynamic::from(a), &Dynamic::from(b))
    });
    engine.register_fn(name, move |ctx: NativeCallContext, b: B, a: A| {
        others(&ctx, (name, r), &Dynamic::from(b), &Dynamic::from(a))
    });
}

/// A text or a character as a text.
fn text(v: &Dynamic) -> Option<String> {
    v.read_lock::<ImmutableString>().map(|s| s.to_string()).or_else(|| v.as_char().ok().map(String::from))
}

/// Whether two values of one type without an order are the same; none where that is not known.
fn same(a: &Dynamic, b: &Dynamic) -> Option<bool> {
    fn of<T: PartialEq + Clone + Send + Sync + 'static>(a: &Dynamic, b: &Dynamic) -> Option<bool> {
        Some(*a.read_lock::<T>()? == *b.read_lock::<T>()?)
    }
    let functions = || Some(a.read_lock::<FnPtr>()?.fn_name() == b.read_lock::<FnPtr>()?.fn_name());
    of::<Range<i64>>(a, b).or_else(|| of::<RangeInclusive<i64>>(a, b)).or_else(functions)
}

/// What no type has a comparison for: texts and characters, nothing at all; an error for what could never be equal.
fn others(ctx: &NativeCallContext, (name, r): (&str, Relation), a: &Dynamic, b: &Dynamic) -> Native<bool> {
    let (a, b) = (a.flatten_clone(), b.flatten_clone());
    if let (Some(a), Some(b)) = (text(&a), text(&b)) {
        return Ok(r.holds(Some(a.cmp(&b))));
    }
    if matches!(r, Equal | Unequal) {
        if a.is_unit() || b.is_unit() {
            return Ok(r.holds((a.is_unit() && b.is_unit()).then_some(Ordering::Equal)));
        }
        if let Some(same) = same(&a, &b) {
            return Ok(r.holds(same.then_some(Ordering::Equal)));
        }
    }
    // the form in which lists that look for an entry know that there is no answer
    let kinds = |v: &Dynamic| friendly(ctx.engine().map_type_name(v.type_name()));
    let message = format!("{name} ({}, {})", kinds(&a), kinds(&b));
    Err(EvalAltResult::ErrorFunctionNotFound(message, ctx.call_position()).into())
}

/// `v == "a"` of a list, entry by entry: what chooses rows of a table. What is missing equals nothing.
fn equal<B: Clone + Send + Sync + 'static>(engine: &mut Engine, name: &'static str, r: Relation) {
    engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: B| entries(&ctx, (name, r), &a, b));
    engine.register_fn(name, move |ctx: NativeCallContext, b: B, a: Array| entries(&ctx, (name, r), &a, b));
}

fn entries<B: Clone + Send + Sync + 'static>(
    ctx: &NativeCallContext,
    relation: (&'static str, Relation),
    list: &Array,
    b: B,
) -> Native<Array> {
    let b = Dynamic::from(b);
    let number = |v: &Dynamic| v.as_float().ok().or_else(|| v.as_int().ok().map(|i| i as f64));
    let one = |(i, v): (usize, &Dynamic)| -> Native<Dynamic> {
        interrupt::poll_each(i).or_else(|e| fail(ctx, e))?;
        let v = v.flatten_clone();
        Ok(Dynamic::from(match (number(&v), number(&b), v.as_bool(), b.as_bool()) {
            (Some(x), Some(y), ..) => relation.1.of_numbers(x, y),
            (_, _, Ok(x), Ok(y)) => relation.1.holds(Some(x.cmp(&y))),
            _ => others(ctx, relation, &v, &b)?,
        }))
    };
    list.iter().enumerate().map(one).collect()
}

/// `v > 0` of a list, entry by entry: what chooses rows of points.
fn masks(engine: &mut Engine, name: &'static str, r: Relation) {
    let each = move |ctx: &NativeCallContext, a: &Array, of: &dyn Fn(f64) -> bool| -> Native<Array> {
        let one = |(i, x): (usize, f64)| -> Result<Dynamic> {
            interrupt::poll_each(i)?;
            Ok(Dynamic::from(of(x)))
        };
        floats(name, a).and_then(|v| v.into_iter().enumerate().map(one).collect()).or_else(|e| fail(ctx, e))
    };
    engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: f64| each(&ctx, &a, &|x| r.of_numbers(x, b)));
    engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: i64| {
        each(&ctx, &a, &|x| r.of_numbers(x, b as f64))
    });
    engine.register_fn(name, move |ctx: NativeCallContext, a: f64, b: Array| each(&ctx, &b, &|x| r.of_numbers(a, x)));
    engine.register_fn(name, move |ctx: NativeCallContext, a: i64, b: Array| {
        each(&ctx, &b, &|x| r.of_numbers(a as f64, x))
    });
    engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: Array| -> Native<Array> {
        let both = || -> Result<Array> {
            let (a, b) = (floats(name, &a)?, floats(name, &b)?);
            if a.len() != b.len() {
                let got = format!("{} and {}", a.len(), b.len());
                return Err(Error::Shape { what: "lists".into(), expected: "equal lengths".into(), got });
            }
            Ok(a.into_iter().zip(b).map(|(a, b)| Dynamic::from(r.of_numbers(a, b))).collect())
        };
        both().or_else(|e| fail(&ctx, e))
    });
}

/// `a < b < c`, each value asked for once; what is false ends it.
fn chain(ctx: &NativeCallContext, given: &mut [&mut Dynamic]) -> Native<Dynamic> {
    let signs = given[0].clone().into_immutable_string().unwrap_or_default();
    for (i, sign) in signs.split(' ').enumerate() {
        let Some(pair) = given.get(i + 1..i + 3) else { break };
        let (mut a, mut b) = (pair[0].flatten_clone(), pair[1].flatten_clone());
        let answer = ctx.call_native_fn_raw(sign, true, &mut [&mut a, &mut b])?;
        match answer.as_bool() {
            Ok(true) => {}
            Ok(false) => return Ok(Dynamic::FALSE),
            Err(_) => {
                let message = format!("a chain compares numbers, not a {}", friendly(answer.type_name()));
                return Err(EvalAltResult::ErrorRuntime(
                    raised_at(message, ctx.call_position().line()),
                    ctx.call_position(),
                )
                .into());
            }
        }
    }
    Ok(Dynamic::TRUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_within_a_rounding() {
        for (a, b, equal) in [
            (0.1 + 0.2, 0.3, true),
            (1.0, 1.0 + 1e-15, false),
            (0.0, -0.0, true),
            (1e300, 1e300, true),
            (0.0, 5e-324, false),
            (5_500_000_000_000_001.0, 5_500_000_000_000_002.0, false),
            (9_007_199_254_740_992.0, 9_007_199_254_740_994.0, false),
            (3.0 * 1.1, 3.3, true),
            (0.1 * 3.0 * 10.0, 3.0, true),
        ] {
            assert_eq!((Equal.of_numbers(a, b), Unequal.of_numbers(a, b)), (equal, !equal), "{a} {b}");
            assert_eq!(Less.of_numbers(a, b), !equal && a < b);
            assert_eq!(LessOrEqual.of_numbers(a, b), equal || a < b);
        }
        let infinite = f64::INFINITY;
        assert!(Equal.of_numbers(infinite, infinite) && Less.of_numbers(0.0, infinite));
        assert!(!Equal.of_numbers(f64::NAN, f64::NAN) && Unequal.of_numbers(f64::NAN, f64::NAN));
        assert!(!Less.of_numbers(f64::NAN, 1.0) && !GreaterOrEqual.of_numbers(f64::NAN, 1.0));
    }
}
