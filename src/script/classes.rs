//! Labels of two samples as numbers: those of a file are often texts.
use super::convert::numbers;
use crate::error::{Error, Result};
use crate::interrupt;
use rhai::{Array, Dynamic, ImmutableString};
use std::collections::HashMap;

/// The texts of a list; none if one of its entries is no text.
fn texts(v: &Dynamic) -> Result<Option<Vec<ImmutableString>>> {
    let flat = v.flatten_clone();
    let Some(list) = flat.read_lock::<Array>() else { return Ok(None) };
    let mut out = Vec::with_capacity(list.len());
    for (i, v) in list.iter().enumerate() {
        interrupt::poll_each(i)?;
        let Ok(text) = v.flatten_clone().into_immutable_string() else { return Ok(None) };
        out.push(text);
    }
    Ok(Some(out))
}

/// Labels of two samples, numbers as they are and texts numbered in the order of the alphabet, alike in both.
///
/// # Errors
/// Lists that are neither, texts on one side alone, an interrupt; `what` names both arguments.
pub fn classes(what: [&str; 2], lists: [&Dynamic; 2]) -> Result<[Vec<f64>; 2]> {
    let [a, b] = lists.map(texts);
    let (a, b) = match (a?, b?) {
        (Some(a), Some(b)) if !(a.is_empty() && b.is_empty()) => (a, b),
        (Some(a), None) if !a.is_empty() => return Err(mixed(what[1])),
        (None, Some(b)) if !b.is_empty() => return Err(mixed(what[0])),
        _ => return Ok([numbers(what[0], lists[0])?, numbers(what[1], lists[1])?]),
    };
    let mut number: HashMap<&str, f64> = HashMap::new();
    for (i, text) in a.iter().chain(&b).enumerate() {
        interrupt::poll_each(i)?;
        number.insert(text, 0.0);
    }
    let mut known: Vec<&str> = number.keys().copied().collect();
    known.sort_unstable();
    for (i, text) in known.into_iter().enumerate() {
        interrupt::poll_each(i)?;
        number.insert(text, i as f64);
    }
    let numbered =
        |list: &[ImmutableString]| list.iter().map(|t| number.get(t.as_str()).copied().unwrap_or(0.0)).collect();
    Ok([numbered(&a), numbered(&b)])
}

fn mixed(what: &str) -> Error {
    Error::Shape {
        what: what.into(),
        expected: "a list of texts, as the other one".into(),
        got: "numbers or others".into(),
    }
}
