//! Numbers and lists as mathematicians write them: true division and powers, integers where floats are expected,
//! elementwise arithmetic on lists of numbers.
use super::caught::raised;
use super::context::Context;
use super::convert::{Native, count, fail, floats, list, number, plain_number, type_of};
use super::folds;
use super::rewrite::INDEX;
use crate::error::{Error, Result};
use crate::generator::scalar::Unary;
use crate::interrupt;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};
use std::any::TypeId;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn whole(ctx: &NativeCallContext, v: f64) -> Native<i64> {
    if v.fract() == 0.0 && v.abs() < 9e15 {
        Ok(v as i64)
    } else {
        let said = raised(format!("{v} is not a whole number; idiv(a, b) divides to one, v.to_int() cuts one off"));
        Err(EvalAltResult::ErrorRuntime(said, ctx.call_position()).into())
    }
}

fn elementwise(a: &Array, b: &Array, f: fn(f64, f64) -> f64) -> Result<Array> {
    if a.len() != b.len() {
        return Err(Error::Shape {
            what: "lists".into(),
            expected: "equal lengths".into(),
            got: format!("{} and {}; concat(a, b) joins two lists", a.len(), b.len()),
        });
    }
    a.iter()
        .zip(b)
        .enumerate()
        .map(|(i, (x, y))| {
            interrupt::poll_each(i)?;
            if let (Some(x), Some(y)) = (plain_number(x), plain_number(y)) {
                return Ok(Dynamic::from(f(x, y)));
            }
            let (x, y) = (x.flatten_clone(), y.flatten_clone());
            if let (Some(x), Some(y)) = (x.read_lock::<Array>(), y.read_lock::<Array>()) {
                return Ok(Dynamic::from(elementwise(&x, &y, f)?));
            }
            Ok(Dynamic::from(f(entry(&x)?, entry(&y)?)))
        })
        .collect()
}

/// A number of a list; what is missing in a column of a table is NaN, and stays so.
fn entry(v: &Dynamic) -> Result<f64> {
    v.as_float().or_else(|_| number("an entry", v))
}

fn scaled(a: &Array, f: &dyn Fn(f64) -> f64) -> Result<Array> {
    a.iter()
        .enumerate()
        .map(|(i, x)| {
            interrupt::poll_each(i)?;
            if let Some(x) = plain_number(x) {
                return Ok(Dynamic::from(f(x)));
            }
            let x = x.flatten_clone();
            if let Some(inner) = x.read_lock::<Array>() {
                return Ok(Dynamic::from(scaled(&inner, f)?));
            }
            Ok(Dynamic::from(f(entry(&x)?)))
        })
        .collect()
}

/// A function of two numbers with its name.
type Pair = (&'static str, fn(f64, f64) -> f64);

/// A function of a number with its name.
type Single = (&'static str, fn(f64) -> f64);

/// Functions of a number, and of every number of a list.
const ELEMENTARY: [Single; 27] = [
    ("ln", f64::ln),
    ("log", f64::ln),
    ("exp", f64::exp),
    ("sqrt", f64::sqrt),
    ("tanh", f64::tanh),
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("log1p", f64::ln_1p),
    ("expm1", f64::exp_m1),
    ("log10", f64::log10),
    ("sigmoid", |v| 1.0 / (1.0 + (-v).exp())),
    ("softplus", |v| Unary::Softplus.apply(v)),
    ("atan", f64::atan),
    ("sinh", f64::sinh),
    ("cosh", f64::cosh),
    ("asinh", f64::asinh),
    ("log2", f64::log2),
    ("erf", |v| Unary::Erf.apply(v)),
    ("lgamma", |v| Unary::LnGamma.apply(v)),
    ("digamma", |v| Unary::Polygamma(0).apply(v)),
    ("asin", f64::asin),
    ("acos", f64::acos),
    ("acosh", f64::acosh),
    ("atanh", f64::atanh),
    ("to_degrees", f64::to_degrees),
    ("to_radians", f64::to_radians),
];

/// Functions of a number that leave whole ones whole, and of every number of a list.
const WHOLE: [Single; 5] = [
    ("abs", f64::abs),
    ("floor", f64::floor),
    ("ceiling", f64::ceil),
    ("int", f64::trunc),
    ("sign", |v| if v == 0.0 || v.is_nan() { v } else { v.signum() }),
];

/// Functions of two numbers, whole or not.
const BINARY: [Pair; 6] = [
    ("pow", f64::powf),
    ("max", f64::max),
    ("min", f64::min),
    ("log", f64::log),
    ("hypot", f64::hypot),
    ("atan", f64::atan2),
];

/// Operators between lists, and between a list and a number.
const OPERATORS: [Pair; 5] =
    [("+", |a, b| a + b), ("-", |a, b| a - b), ("*", |a, b| a * b), ("/", |a, b| a / b), ("**", f64::powf)];

/// A question about a number with its name.
type Question = (&'static str, fn(f64) -> bool);

/// Questions about a number.
const QUESTIONS: [Question; 3] =
    [("is_nan", f64::is_nan), ("is_finite", f64::is_finite), ("is_infinite", f64::is_infinite)];

/// Registers arithmetic on numbers and lists.
pub fn register(engine: &mut Engine, context: &Arc<Context>) {
    // native fast paths would divide integers as integers before our functions are asked
    engine.set_fast_operators(false);
    quotients_and_powers(engine);
    overflowing(engine);
    assigning(engine, context);
    for (name, f) in BINARY {
        engine.register_fn(name, move |a: f64, b: f64| f(a, b));
        engine.register_fn(name, move |a: f64, b: i64| f(a, b as f64));
        engine.register_fn(name, move |a: i64, b: f64| f(a as f64, b));
    }
    // the largest of whole numbers is one
    for (name, f) in BINARY.into_iter().filter(|b| !matches!(b.0, "max" | "min")) {
        engine.register_fn(name, move |a: i64, b: i64| f(a as f64, b as f64));
    }
    for (name, f) in WHOLE {
        engine.register_fn(name, move |ctx: NativeCallContext, v: Array| scaled(&v, &f).or_else(|e| fail(&ctx, e)));
    }
    for name in ["floor", "ceiling", "int"] {
        engine.register_fn(name, |v: i64| v);
    }
    of_entries(engine);
    lengths(engine);
    for (name, f) in ELEMENTARY {
        engine.register_fn(name, move |v: f64| f(v));
        engine.register_fn(name, move |v: i64| f(v as f64));
        engine.register_fn(name, move |ctx: NativeCallContext, v: Array| scaled(&v, &f).or_else(|e| fail(&ctx, e)));
    }
    engine.register_fn("idiv", |ctx: NativeCallContext, a: Dynamic, b: Dynamic| idiv(&ctx, &a, &b));
    engine.register_fn("linspace", |ctx: NativeCallContext, a: Dynamic, b: Dynamic, n: Dynamic| {
        linspace(&a, &b, &n).or_else(|e| fail(&ctx, e))
    });
    lists(engine);
    ranges(engine);
}

/// `dot(v, w)` and `norm(v)` of lists of numbers.
fn lengths(engine: &mut Engine) {
    let product = |what: &str, v: &Array, w: &Array| -> Result<f64> {
        let (v, w) = (floats(what, v)?, floats(what, w)?);
        if v.len() != w.len() {
            let got = format!("{} and {}", v.len(), w.len());
            return Err(Error::Shape { what: what.into(), expected: "lists of equal lengths".into(), got });
        }
        Ok(v.iter().zip(&w).map(|(a, b)| a * b).sum())
    };
    engine.register_fn("dot", move |ctx: NativeCallContext, v: Array, w: Array| {
        product("dot", &v, &w).or_else(|e| fail(&ctx, e))
    });
    engine.register_fn("norm", move |ctx: NativeCallContext, v: Array| {
        product("norm", &v, &v).map(f64::sqrt).or_else(|e| fail(&ctx, e))
    });
}

/// Questions about every entry of a list, and `v + "a"`, which would join texts that were not meant.
fn of_entries(engine: &mut Engine) {
    for (name, f) in QUESTIONS {
        engine.register_fn(name, move |ctx: NativeCallContext, v: Array| -> Native<Array> {
            let one = |(i, x): (usize, &Dynamic)| {
                interrupt::poll_each(i)?;
                entry(&x.flatten_clone()).map(|x| Dynamic::from(f(x)))
            };
            v.iter().enumerate().map(one).collect::<Result<Array>>().or_else(|e| fail(&ctx, e))
        });
    }
    engine.register_fn("+", |ctx: NativeCallContext, _: Array, _: ImmutableString| -> Native<Array> {
        Err(EvalAltResult::ErrorFunctionNotFound("+ (array, string)".into(), ctx.call_position()).into())
    });
}

/// An integer where it is one.
fn power(a: i64, b: i64) -> Dynamic {
    match u32::try_from(b).ok().and_then(|b| a.checked_pow(b)) {
        Some(v) => Dynamic::from(v),
        None => Dynamic::from((a as f64).powf(b as f64)),
    }
}

fn quotients_and_powers(engine: &mut Engine) {
    engine.register_fn("/", |a: i64, b: i64| a as f64 / b as f64);
    engine.register_fn("**", power);
    // `x /= 2` of an integer x must leave a float behind, so the assignment replaces the value itself
    let pair = [TypeId::of::<i64>(), TypeId::of::<i64>()];
    let of = |args: &[&mut Dynamic]| (args[0].as_int().unwrap_or(0), args[1].as_int().unwrap_or(1));
    engine.register_raw_fn("/=", pair, move |_, args: &mut [&mut Dynamic]| {
        let (a, b) = of(args);
        *args[0] = Dynamic::from(a as f64 / b as f64);
        Ok(())
    });
    engine.register_raw_fn("**=", pair, move |_, args: &mut [&mut Dynamic]| {
        let (a, b) = of(args);
        *args[0] = power(a, b);
        Ok(())
    });
    engine.register_fn("**", |a: f64, b: f64| a.powf(b));
    engine.register_fn("**", |a: f64, b: i64| a.powf(b as f64));
    engine.register_fn("**", |a: i64, b: f64| (a as f64).powf(b));
}

/// Integers that overflow become floats instead of stopping the script.
fn overflowing(engine: &mut Engine) {
    type Checked = (&'static str, fn(i64, i64) -> Option<i64>, fn(f64, f64) -> f64);
    let operators: [Checked; 3] = [
        ("+", i64::checked_add, |a, b| a + b),
        ("-", i64::checked_sub, |a, b| a - b),
        ("*", i64::checked_mul, |a, b| a * b),
    ];
    for (name, whole, float) in operators {
        engine.register_fn(name, move |a: i64, b: i64| -> Dynamic {
            whole(a, b).map_or_else(|| Dynamic::from(float(a as f64, b as f64)), Dynamic::from)
        });
    }
}

/// `x *= y` of integers whose product is none leaves a float behind, so the assignment replaces the value itself; `v += w`
/// of lists is `v = v + w`, not what the interpreter makes of it.
fn assigning(engine: &mut Engine, context: &Arc<Context>) {
    type Checked = (&'static str, fn(i64, i64) -> Option<i64>, fn(f64, f64) -> f64);
    let operators: [Checked; 3] = [
        ("+=", i64::checked_add, |a, b| a + b),
        ("-=", i64::checked_sub, |a, b| a - b),
        ("*=", i64::checked_mul, |a, b| a * b),
    ];
    let integer = TypeId::of::<i64>();
    for (name, whole, float) in operators {
        engine.register_raw_fn(name, [integer, integer], move |_, args: &mut [&mut Dynamic]| {
            let (a, b) = (args[0].as_int().unwrap_or(0), args[1].as_int().unwrap_or(0));
            *args[0] = whole(a, b).map_or_else(|| Dynamic::from(float(a as f64, b as f64)), Dynamic::from);
            Ok(())
        });
    }
    for other in [TypeId::of::<Array>(), TypeId::of::<f64>(), integer] {
        let (types, c) = ([TypeId::of::<Array>(), other], context.clone());
        engine.register_raw_fn("+=", types, move |ctx: NativeCallContext, args: &mut [&mut Dynamic]| {
            let (mut a, mut b) = (std::mem::take(args[0]), args[1].clone());
            let sum = ctx.call_native_fn_raw("+", true, &mut [&mut a.clone(), &mut b]);
            // a list whose sum is none stays what it was
            *args[0] = match sum {
                Ok(sum) => {
                    if !c.sums.swap(true, Ordering::Relaxed) {
                        c.note("`v += w` of lists adds entry by entry, as v + w does; v.append(w) joins, as += did up to version 0.1");
                    }
                    sum
                }
                Err(e) => {
                    *args[0] = std::mem::take(&mut a);
                    return Err(e);
                }
            };
            Ok(())
        });
    }
    engine.register_fn("-", |a: i64| a.checked_neg().map_or_else(|| Dynamic::from(-(a as f64)), Dynamic::from));
    engine.register_fn("abs", |a: i64| a.checked_abs().map_or_else(|| Dynamic::from((a as f64).abs()), Dynamic::from));
}

fn idiv(ctx: &NativeCallContext, a: &Dynamic, b: &Dynamic) -> Native<i64> {
    let both = number("idiv", a).and_then(|a| Ok((a, number("idiv", b)?)));
    match both.or_else(|e| fail(ctx, e))? {
        (_, 0.0) => Err(EvalAltResult::ErrorRuntime(raised("idiv by zero"), ctx.call_position()).into()),
        (a, b) => Ok((a / b).floor() as i64),
    }
}

fn linspace(a: &Dynamic, b: &Dynamic, n: &Dynamic) -> Result<Array> {
    let (a, b, n) = (number("linspace", a)?, number("linspace", b)?, count("linspace", n)?);
    match n {
        n if n > 10_000_000 => Err(Error::data("linspace", format!("{n} numbers; at most 10000000"))),
        n if n > 1 => Ok(list((0..n).map(|i| a + (b - a) * i as f64 / (n - 1) as f64))),
        n => Ok(list((0..n).map(|_| a))),
    }
}

fn lists(engine: &mut Engine) {
    for (name, f) in OPERATORS.into_iter().chain(BINARY) {
        engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: Array| {
            elementwise(&a, &b, f).or_else(|e| fail(&ctx, e))
        });
        engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: f64| {
            scaled(&a, &|v| f(v, b)).or_else(|e| fail(&ctx, e))
        });
        engine.register_fn(name, move |ctx: NativeCallContext, a: Array, b: i64| {
            scaled(&a, &|v| f(v, b as f64)).or_else(|e| fail(&ctx, e))
        });
        engine.register_fn(name, move |ctx: NativeCallContext, a: f64, b: Array| {
            scaled(&b, &|v| f(a, v)).or_else(|e| fail(&ctx, e))
        });
        engine.register_fn(name, move |ctx: NativeCallContext, a: i64, b: Array| {
            scaled(&b, &|v| f(a as f64, v)).or_else(|e| fail(&ctx, e))
        });
    }
    engine.register_fn("-", |ctx: NativeCallContext, a: Array| scaled(&a, &|v| -v).or_else(|e| fail(&ctx, e)));
    for name in ["to_string", "to_debug", "print", "debug"] {
        engine.register_fn(name, |ctx: NativeCallContext, list: &mut Array| printed(&ctx, list));
    }
    engine.register_fn("concat", |mut a: Array, b: Array| {
        a.extend(b);
        a
    });
    folds::register(engine);
}

/// A list as text, as the interpreter writes it; ten million entries take seconds, which an interrupt ends.
fn printed(ctx: &NativeCallContext, list: &mut Array) -> Native<ImmutableString> {
    let mut out = String::from("[");
    for (i, v) in list.iter_mut().enumerate() {
        interrupt::poll_each(i).or_else(|e| fail(ctx, e))?;
        if i > 0 {
            out.push_str(", ");
        }
        match ctx.call_native_fn_raw("to_debug", true, &mut [&mut *v]) {
            Ok(text) => out.push_str(&text.into_immutable_string().unwrap_or_else(|_| v.to_string().into())),
            Err(e) if matches!(*e, EvalAltResult::ErrorTerminated(..)) => return Err(e),
            Err(_) => out.push_str(&v.to_string()),
        }
    }
    out.push(']');
    Ok(out.into())
}

/// f of every number of a range, a list.
fn mapped(ctx: &NativeCallContext, range: impl Iterator<Item = i64>, f: &FnPtr) -> Native<Array> {
    range.map(|i| f.call_raw(ctx, None, [Dynamic::from(i)])).collect()
}

/// The numbers of a range that make f true, a list.
fn chosen(ctx: &NativeCallContext, range: impl Iterator<Item = i64>, f: &FnPtr) -> Native<Array> {
    let mut out = Array::new();
    for i in range {
        let truth = f.call_raw(ctx, None, [Dynamic::from(i)])?;
        let wrong = |_| raised(format!("filter(f): f gave a {}, expected true or false", type_of(&truth)));
        if truth.as_bool().map_err(|e| EvalAltResult::ErrorRuntime(wrong(e), ctx.call_position()))? {
            out.push(Dynamic::from(i));
        }
    }
    Ok(out)
}

fn ranges(engine: &mut Engine) {
    type Open = std::ops::Range<i64>;
    type Closed = std::ops::RangeInclusive<i64>;
    engine.register_fn("map", |ctx: NativeCallContext, r: Open, f: FnPtr| mapped(&ctx, r, &f));
    engine.register_fn("map", |ctx: NativeCallContext, r: Closed, f: FnPtr| mapped(&ctx, r, &f));
    engine.register_fn("filter", |ctx: NativeCallContext, r: Open, f: FnPtr| chosen(&ctx, r, &f));
    engine.register_fn("filter", |ctx: NativeCallContext, r: Closed, f: FnPtr| chosen(&ctx, r, &f));
    engine.register_fn("..", |ctx: NativeCallContext, a: f64, b: f64| -> Native<std::ops::Range<i64>> {
        Ok(whole(&ctx, a)?..whole(&ctx, b)?)
    });
    engine.register_fn("..", |ctx: NativeCallContext, a: i64, b: f64| -> Native<std::ops::Range<i64>> {
        Ok(a..whole(&ctx, b)?)
    });
    engine.register_fn("..", |ctx: NativeCallContext, a: f64, b: i64| -> Native<std::ops::Range<i64>> {
        Ok(whole(&ctx, a)?..b)
    });
    engine.register_fn("..=", |ctx: NativeCallContext, a: f64, b: f64| -> Native<std::ops::RangeInclusive<i64>> {
        Ok(whole(&ctx, a)?..=whole(&ctx, b)?)
    });
    engine.register_fn("..=", |ctx: NativeCallContext, a: i64, b: f64| -> Native<std::ops::RangeInclusive<i64>> {
        Ok(a..=whole(&ctx, b)?)
    });
    engine.register_fn("..=", |ctx: NativeCallContext, a: f64, b: i64| -> Native<std::ops::RangeInclusive<i64>> {
        Ok(whole(&ctx, a)?..=b)
    });
    engine.register_fn(INDEX, |ctx: NativeCallContext, i: Dynamic| -> Native<Dynamic> {
        match i.as_float() {
            Ok(v) => whole(&ctx, v).map(Dynamic::from),
            // literals of the language, ranges, texts and integers are indices as they are
            Err(_) => Ok(i),
        }
    });
}
