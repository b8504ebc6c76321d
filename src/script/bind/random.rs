//! `random::…`: numbers, orders and choices from the session's seed.
use super::language::basic;
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::prepare::rows::{shuffled, taken};
use crate::random::Rng;
use crate::script::call::Call;
use crate::script::convert::{count, list, number, plain_number, type_of};
use crate::script::library::Library;
use crate::{interrupt, memory};
use rand::Rng as _;
use rand_distr::StandardNormal;
use rhai::{Array, Dynamic};
use serde::Deserialize;

/// The pages.
pub const ENTRIES: &[Entry] = &[
    basic(
        "random::uniform",
        "random::uniform() | random::uniform(n) | random::uniform(n, low, high)",
        "One number, or a list of n, evenly from 0 to 1, or from low to high, which is not among them.",
        "seed(1);\nrandom::uniform(3, -1, 1)",
    ),
    basic(
        "random::normal",
        "random::normal() | random::normal(n) | random::normal(n, mean, std)",
        "One number, or a list of n, from the normal law of mean 0 and standard deviation 1, or of those given.",
        "seed(1);\nrandom::normal(3, 10, 0.5)",
    ),
    basic(
        "random::integers",
        "random::integers(n, low, high)",
        "n whole numbers, each of low, low + 1, …, high - 1 as likely.",
        "seed(1);\nrandom::integers(5, 0, 10)",
    ),
    basic(
        "random::permutation",
        "random::permutation(n) | random::permutation(v)",
        "0, 1, …, n - 1, or the entries of a list, in a random order; shuffle(p) does it for points.",
        "seed(1);\nrandom::permutation(5)",
    ),
    Entry {
        options: &[Opt { name: "replace", kind: OptionKind::Flag, doc: "whether an entry may come again" }],
        defaults: || serde_json::json!({ "replace": true }),
        ..basic(
            "random::choice",
            "random::choice(v) | random::choice(v, n, options)",
            "One entry of a list, n of them, or n rows of points, each as likely.",
            "seed(1);\nrandom::choice([\"a\", \"b\", \"c\"], 2, #{ replace: false })",
        )
    },
];

/// So many numbers, drawn one after the other.
fn drawn(what: &str, call: &Call, n: &Dynamic, mut one: impl FnMut(&mut Rng) -> Dynamic) -> Result<Array> {
    let n = count(&format!("{what}(n)"), n)?;
    memory::check(what, memory::product(&[n, size_of::<Dynamic>()]))?;
    let mut rng = call.context.rng();
    let mut out = Array::with_capacity(n);
    for i in 0..n {
        interrupt::poll_each(i)?;
        out.push(one(&mut rng));
    }
    Ok(out)
}

/// How many numbers, first of three arguments: 0 of them are asked for where the order is that of NumPy.
fn several(what: &str, words: &str, n: &Dynamic) -> Result<()> {
    if plain_number(n) != Some(0.0) {
        return Ok(());
    }
    let expected = format!("how many numbers as the first argument, > 0: {what}(n, {words})");
    Err(Error::Shape { what: what.into(), expected, got: "0".into() })
}

/// A range with two finite ends.
fn ends(what: &str, low: &Dynamic, high: &Dynamic) -> Result<(f64, f64)> {
    let (low, high) = (number(&format!("{what}, low"), low)?, number(&format!("{what}, high"), high)?);
    if low < high && (high - low).is_finite() {
        return Ok((low, high));
    }
    Err(Error::Shape { what: what.into(), expected: "low < high".into(), got: format!("{low} and {high}") })
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("random::uniform", |call, ()| Ok(call.context.rng().random::<f64>()));
    l.expose("random::uniform", |call, (n,): (Dynamic,)| {
        Ok(drawn("random::uniform", call, &n, |r| Dynamic::from(r.random::<f64>()))?)
    });
    l.expose("random::uniform", |call, (n, low, high): (Dynamic, Dynamic, Dynamic)| {
        several("random::uniform", "low, high", &n)?;
        let (low, high) = ends("random::uniform", &low, &high)?;
        // rounding may reach the end that is not among them
        let one = move |r: &mut Rng| (low + (high - low) * r.random::<f64>()).min(high.next_down());
        Ok(drawn("random::uniform", call, &n, |r| Dynamic::from(one(r)))?)
    });
    l.expose("random::normal", |call, ()| Ok(call.context.rng().sample::<f64, _>(StandardNormal)));
    l.expose("random::normal", |call, (n,): (Dynamic,)| {
        Ok(drawn("random::normal", call, &n, |r| Dynamic::from(r.sample::<f64, _>(StandardNormal)))?)
    });
    l.expose("random::normal", |call, (n, mean, std): (Dynamic, Dynamic, Dynamic)| {
        several("random::normal", "mean, std", &n)?;
        let (mean, std) = (number("random::normal, mean", &mean)?, number("random::normal, std", &std)?);
        if std < 0.0 || !(mean.is_finite() && std.is_finite()) {
            let expected = "a finite mean and a finite standard deviation ≥ 0".into();
            return Err(
                Error::Shape { what: "random::normal".into(), expected, got: format!("{mean} and {std}") }.into()
            );
        }
        Ok(drawn("random::normal", call, &n, |r| Dynamic::from(mean + std * r.sample::<f64, _>(StandardNormal)))?)
    });
    l.expose("random::integers", |call, (n, low, high): (Dynamic, Dynamic, Dynamic)| {
        several("random::integers", "low, high", &n)?;
        let (low, high) = ends("random::integers", &low, &high)?;
        let whole = |v: f64| (v.fract() == 0.0 && v.abs() < 9e15).then_some(v as i64);
        let (Some(low), Some(high)) = (whole(low), whole(high)) else {
            let expected = "whole numbers below 9e15 in size".into();
            let got = format!("{low} and {high}");
            return Err(Error::Shape { what: "random::integers, low and high".into(), expected, got }.into());
        };
        Ok(drawn("random::integers", call, &n, |r| Dynamic::from(r.random_range(low..high)))?)
    });
    l.expose("random::permutation", |call, (v,): (Dynamic,)| Ok(permuted(call, &v)?));
    l.expose("random::choice", |call, (v, n): (Dynamic, Dynamic)| Ok(chosen(call, &v, &n)?));
    l.expose("random::choice", |call, (v,): (Dynamic,)| {
        let flat = v.flatten_clone();
        let list = flat.read_lock::<Array>().filter(|l| !l.is_empty()).ok_or_else(|| no_list("random::choice", &v))?;
        Ok(list[call.context.rng().random_range(0..list.len())].clone())
    });
}

fn no_list(what: &str, v: &Dynamic) -> Error {
    let expected = "a list, or points, that are not empty".into();
    Error::Shape { what: what.into(), expected, got: format!("a {}", type_of(v)) }
}

fn permuted(call: &Call, v: &Dynamic) -> Result<Array> {
    let flat = v.flatten_clone();
    if let Some(entries) = flat.read_lock::<Array>() {
        let order = if entries.is_empty() { vec![] } else { shuffled(entries.len(), &mut call.context.rng())? };
        return Ok(order.into_iter().map(|i| entries[i].clone()).collect());
    }
    let n = count("random::permutation(n)", v)?;
    memory::check("random::permutation", memory::product(&[n, 2 * size_of::<Dynamic>()]))?;
    if n == 0 {
        return Ok(list([]));
    }
    Ok(shuffled(n, &mut call.context.rng())?.into_iter().map(|i| Dynamic::from(i as i64)).collect())
}

#[derive(Deserialize)]
struct Choice {
    replace: bool,
}

/// So many entries of a list, or rows of points.
fn chosen(call: &Call, v: &Dynamic, n: &Dynamic) -> Result<Dynamic> {
    const WHAT: &str = "random::choice";
    let n = count("random::choice(v, n)", n)?;
    let how: Choice = call.options.typed_json(serde_json::json!({ "replace": true }))?;
    let flat = v.flatten_clone();
    let size = match (flat.read_lock::<Array>(), flat.read_lock::<Points>()) {
        (Some(l), _) => l.len(),
        (_, Some(p)) => p.dims()[0],
        _ => return Err(no_list(WHAT, v)),
    };
    if size == 0 {
        return Err(no_list(WHAT, v));
    }
    if !how.replace && n > size {
        let expected = format!("at most {size} without replacement");
        return Err(Error::Shape { what: "random::choice(v, n)".into(), expected, got: n.to_string() });
    }
    memory::check(WHAT, memory::product(&[n, 2 * size_of::<Dynamic>()]))?;
    let mut rng = call.context.rng();
    let at = if how.replace {
        let mut at = Vec::with_capacity(n);
        for i in 0..n {
            interrupt::poll_each(i)?;
            at.push(rng.random_range(0..size));
        }
        at
    } else {
        let mut all = shuffled(size, &mut rng)?;
        all.truncate(n);
        all
    };
    if let Some(p) = flat.read_lock::<Points>() {
        if n == 0 {
            return Err(Error::data(WHAT, "no row is chosen"));
        }
        return Ok(Dynamic::from(taken(&p, &at)?));
    }
    let entries = flat.read_lock::<Array>().ok_or_else(|| no_list(WHAT, v))?;
    Ok(Dynamic::from(at.into_iter().map(|i| entries[i].clone()).collect::<Array>()))
}
