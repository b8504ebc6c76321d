//! From many to one: the sum, mean, largest and smallest of a list or of several arguments, numbers and symbols alike.
use super::convert::{Native, fail, numbers_of};
use super::trace::{bounded, error, to_expr};
use crate::generator::expr::{self, Expr};
use rhai::{Array, Dynamic, Engine, NativeCallContext};
use std::any::TypeId;

/// A function of many.
struct Fold {
    name: &'static str,
    numbers: fn(&[f64]) -> f64,
    symbols: fn(&[Expr]) -> Expr,
}

const FOLDS: [Fold; 4] = [
    Fold { name: "sum", numbers: |v| v.iter().sum(), symbols: |v| expr::sum(v) },
    Fold {
        name: "mean",
        numbers: |v| v.iter().sum::<f64>() / v.len() as f64,
        symbols: |v| expr::scale(1.0 / v.len() as f64, &expr::sum(v)),
    },
    Fold {
        name: "max",
        numbers: |v| v.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        symbols: |v| v[1..].iter().fold(v[0].clone(), |m, e| expr::max(&m, e)),
    },
    Fold {
        name: "min",
        numbers: |v| v.iter().copied().fold(f64::INFINITY, f64::min),
        symbols: |v| v[1..].iter().fold(v[0].clone(), |m, e| expr::min(&m, e)),
    },
];

/// Numbers where all are numbers, a formula where one is.
fn fold(ctx: &NativeCallContext, f: &Fold, list: &[Dynamic]) -> Native<Dynamic> {
    if list.is_empty() && f.name != "sum" {
        return Err(error(ctx, format!("{} of an empty list", f.name)));
    }
    if list.iter().any(|v| v.flatten_clone().is::<Expr>())
        && let Some(symbols) = list.iter().map(to_expr).collect::<Option<Vec<Expr>>>()
    {
        return bounded(ctx, (f.symbols)(&symbols)).map(Dynamic::from);
    }
    numbers_of(f.name, list).map(|v| Dynamic::from((f.numbers)(&v))).or_else(|e| fail(ctx, e))
}

/// The same of whole numbers is a whole number.
fn several(ctx: &NativeCallContext, f: &Fold, list: &[Dynamic]) -> Native<Dynamic> {
    let whole: Option<Vec<i64>> = list.iter().map(|v| v.as_int().ok()).collect();
    let Some(whole) = whole else { return fold(ctx, f, list) };
    let chosen = if f.name == "max" { whole.iter().max() } else { whole.iter().min() };
    Ok(chosen.copied().map_or(Dynamic::UNIT, Dynamic::from))
}

/// As many arguments as `max` and `min` take; the engine tries a name with every mixture of known and unknown types, twice as many
/// for each argument. Lists have no such end.
const MOST: usize = 10;

/// Registers them for lists, and `max` and `min` for three arguments and more.
pub(super) fn register(engine: &mut Engine) {
    for f in &FOLDS {
        engine.register_fn(f.name, move |ctx: NativeCallContext, a: Array| fold(&ctx, f, &a));
        if f.name != "max" && f.name != "min" {
            continue;
        }
        for n in 3..=MOST {
            let types = vec![TypeId::of::<Dynamic>(); n];
            engine.register_raw_fn(f.name, types, move |ctx: NativeCallContext, given: &mut [&mut Dynamic]| {
                let all: Vec<Dynamic> = given.iter().map(|v| (*v).clone()).collect();
                several(&ctx, f, &all)
            });
        }
    }
}
