//! What a run that was read would be written as: anything else in its files was lost on the way, or never belonged there.
use super::advance::Run;
use super::form::UNSEALED;
use crate::flow::saved::recipe;
use crate::io::numpy::Array;
use serde_json::Value;
use std::collections::HashMap;

/// Keys that came into what a run writes after form 4, which therefore lacks them.
const SINCE_FORM_4: &[&str] = &["number", "origins", "carry", "rest", "holdout", "fades", "in_units"];

/// Errors, with the name, unless the run would write just these arrays, bit for bit.
pub(super) fn arrays(run: &Run, read: &[Array]) -> Result<(), String> {
    let named: HashMap<&str, &Array> = read.iter().map(|a| (a.0.as_str(), a)).collect();
    let mut seen = 0;
    let mut other = None;
    let compared = run.arrays(&mut |(name, data, shape)| {
        seen += 1;
        let same = named.get(name.as_str()).is_some_and(|a| a.2 == shape && a.1.same_bits(&data));
        if !same && other.is_none() {
            other = Some(name);
        }
        Ok(())
    });
    compared.map_err(|e| e.to_string())?;
    match other {
        Some(name) => Err(format!("its array `{name}` is missing or does not fit the flow in run.json")),
        None if seen != read.len() => Err(format!("it has {} arrays, the flow in run.json has {seen}", read.len())),
        None => Ok(()),
    }
}

/// Errors, with the key, unless the run would write what was read: of form 5 and later, whose checksum says that nothing is
/// missing, at least the keys that are there; of form 4 all of them.
pub(super) fn readable(run: &Run, read: &Value, form: u32) -> Result<(), String> {
    let again = serde_json::to_value(run.readable().map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    let mut differences = vec![];
    compare("", read, &again, form == UNSEALED, &mut differences);
    match differences.into_iter().find(|d| !["format", "gflow"].contains(&d.as_str())) {
        Some(key) => Err(format!("not a saved run: `{key}` is missing, unknown, or not of the form it should have")),
        None => Ok(()),
    }
}

impl Run {
    /// Whether a run that was read is of the flow of one that was not, whose formulas are as somebody wrote them.
    pub fn is_of(&self, described: &Run) -> bool {
        let (mine, mut other) = (self.flow.to_json(), described.flow.to_json());
        // as often as it may have been written and read again until its formulas no longer change
        for _ in 0..4 {
            if mine == other {
                return true;
            }
            match recipe(&other) {
                Ok(r) => other = r.to_json(),
                Err(_) => return false,
            }
        }
        false
    }
}

/// What a formula is written as. One that was read is put together anew, its sums in another order: it is read or it is not.
const FORMULAS: &[&str] =
    &["const", "coordinate", "sum", "prod", "unary", "binary", "compare", "where", "native", "ref"];

fn is_formula(v: &Value) -> bool {
    match v {
        Value::Object(map) => map.len() == 1 && map.keys().all(|k| FORMULAS.contains(&k.as_str())),
        Value::String(s) => s == "x" || s == "y",
        Value::Array(list) => !list.is_empty() && list.iter().all(is_formula),
        _ => false,
    }
}

fn compare(at: &str, read: &Value, again: &Value, whole: bool, out: &mut Vec<String>) {
    let below = |key: &str| if at.is_empty() { key.to_string() } else { format!("{at}.{key}") };
    match (read, again) {
        (a, b) if is_formula(a) && is_formula(b) => {}
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    Some(other) => compare(&below(key), value, other, whole, out),
                    None => out.push(below(key)),
                }
            }
            let missing = b.keys().filter(|k| !a.contains_key(*k) && !SINCE_FORM_4.contains(&k.as_str()));
            out.extend(missing.filter(|_| whole).map(|k| below(k)));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(i, (x, y))| compare(&below(&i.to_string()), x, y, whole, out));
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        (a, b) if a == b => {}
        _ => out.push(at.to_string()),
    }
}
