//! Option maps checked key by key against the catalogue, then read into typed structs.
use super::context::Context;
use super::convert::raise;
use super::diagnostic::friendly;
use super::words;
use crate::catalogue::{Entry, Given, Opt, OptionKind, nearest};
use crate::error::{Error, Result};
use crate::plot::length;
use rhai::{Dynamic, EvalAltResult, Map, NativeCallContext};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A checked option map: plain values, and values of the language as they are.
#[derive(Default)]
pub struct Options {
    /// the plain ones, for the rooms of the house
    pub given: Given,
    values: BTreeMap<String, Dynamic>,
}

impl Options {
    /// Checks a map against an entry; positions are those of the call.
    pub fn read(
        c: &Context,
        ctx: &NativeCallContext,
        entry: &Entry,
        map: Map,
    ) -> std::result::Result<Options, Box<EvalAltResult>> {
        check(entry.name, entry.options, map).map_err(|e| raise(c, ctx, e))
    }

    /// The keys T knows, over T's defaults.
    pub fn typed<T: DeserializeOwned + Default + Serialize>(&self) -> Result<T> {
        self.given.typed()
    }
    /// The keys T knows, over given defaults.
    pub fn typed_over<T: DeserializeOwned + Serialize>(&self, defaults: T) -> Result<T> {
        self.given.typed_over(defaults)
    }
    /// The keys of a JSON object over its values.
    pub fn typed_json<T: DeserializeOwned>(&self, defaults: serde_json::Value) -> Result<T> {
        self.given.read(self.given.typed_over(defaults)?)
    }
    /// Whether the map had this key.
    pub fn has(&self, key: &str) -> bool {
        self.given.has(key) || self.values.contains_key(key)
    }
    /// A value of the language given under a key.
    pub fn value(&self, key: &str) -> Option<&Dynamic> {
        self.values.get(key)
    }
    /// Whether a flag was given as true.
    pub fn flag(&self, key: &str) -> bool {
        self.given.get(key).and_then(|v| v.as_bool()).unwrap_or(false)
    }
}

/// What options are called elsewhere, and here.
const ELSEWHERE: [(&str, &str); 12] = [
    ("sep", "separator"),
    ("delimiter", "separator"),
    ("sheet", "array"),
    ("dataset", "array"),
    ("na_values", "missing"),
    ("usecols", "columns"),
    ("names", "columns"),
    ("skiprows", "skip"),
    ("index_col", "index"),
    ("comments", "comment"),
    ("learning_rate", "lr"),
    ("ascending", "descending"),
];

fn check(owner: &str, known: &[Opt], map: Map) -> Result<Options> {
    let mut out = Options { given: Given::new(owner), values: BTreeMap::new() };
    for (key, value) in map {
        let Some(opt) = known.iter().find(|o| o.name == key.as_str()) else {
            let names: Vec<String> = known.iter().map(|o| o.name.to_string()).collect();
            let elsewhere = ELSEWHERE.iter().find(|e| e.0 == key.as_str()).map(|e| e.1.to_string());
            let elsewhere = elsewhere.filter(|name| names.contains(name));
            let nearest = elsewhere.or_else(|| nearest(&key, names.iter().map(String::as_str)).map(String::from));
            return Err(Error::UnknownOption { owner: owner.to_string(), key: key.to_string(), nearest, known: names });
        };
        let value = value.flatten();
        match opt.kind {
            OptionKind::Value(_) => {
                out.values.insert(key.to_string(), value);
            }
            OptionKind::Map(keys) => {
                let Some(inner) = value.read_lock::<Map>().map(|m| m.clone()) else {
                    return Err(wrong(owner, opt, &value));
                };
                let inner = check(&format!("{owner} {key}"), keys, inner)?;
                out.given.set(&key, inner.given.into_json());
            }
            _ => {
                let json = plain(opt, &value).ok_or_else(|| wrong(owner, opt, &value))?;
                out.given.set(&key, json);
            }
        }
    }
    Ok(out)
}

fn wrong(owner: &str, opt: &Opt, value: &Dynamic) -> Error {
    let shown = value.to_string();
    let got = match value.type_name() {
        "string" => format!("\"{shown}\""),
        "i64" | "f64" | "bool" => shown,
        "array" if shown.len() < 80 => words::plain(&shown),
        other => format!("a {}", friendly(other)),
    };
    Error::Option { owner: owner.to_string(), key: opt.name.to_string(), got, expected: opt.kind.describe() }
}

fn number(v: &Dynamic) -> Option<f64> {
    v.as_float().ok().or_else(|| v.as_int().ok().map(|i| i as f64)).filter(|v| v.is_finite())
}

fn whole(value: &Dynamic, min: i64, max: i64) -> Option<i64> {
    number(value).filter(|v| v.fract() == 0.0 && *v >= min as f64 && *v <= max as f64).map(|v| v as i64)
}

fn plain(opt: &Opt, value: &Dynamic) -> Option<serde_json::Value> {
    use serde_json::json;
    match opt.kind {
        OptionKind::Number { min, max } => number(value).filter(|v| (min..=max).contains(v)).map(|v| json!(v)),
        OptionKind::NumberOr { min, max, word } => match number(value) {
            Some(v) => (min..=max).contains(&v).then(|| json!(v)),
            None => value.clone().into_string().ok().filter(|v| v == word).map(|v| json!(v)),
        },
        OptionKind::Integer { min, max } => whole(value, min, max).map(|v| json!(v)),
        OptionKind::IntegerOr { min, max, word } => match number(value) {
            Some(_) => whole(value, min, max).map(|v| json!(v)),
            None => value.clone().into_string().ok().filter(|v| v == word).map(|v| json!(v)),
        },
        OptionKind::Length { min, max } => {
            let text = || value.clone().into_string().ok().and_then(|t| length::pixels(&t));
            number(value).or_else(text).filter(|v| (min..=max).contains(v)).map(|v| json!(v))
        }
        OptionKind::Flag => value.as_bool().ok().map(|v| json!(v)),
        OptionKind::Text => value.clone().into_string().ok().map(|v| json!(v)),
        OptionKind::Choice(names) => {
            value.clone().into_string().ok().filter(|v| names.contains(&v.as_str())).map(|v| json!(v))
        }
        OptionKind::Numbers => match number(value) {
            Some(v) => Some(json!(v)),
            None => value
                .read_lock::<rhai::Array>()?
                .iter()
                .map(|v| number(&v.flatten_clone()))
                .collect::<Option<Vec<f64>>>()
                .map(|v| json!(v)),
        },
        OptionKind::Integers => {
            let list = value.read_lock::<rhai::Array>()?;
            let whole = |v: &Dynamic| {
                number(&v.flatten_clone()).filter(|v| v.fract() == 0.0 && *v >= 1.0 && *v < 1e9).map(|v| v as u64)
            };
            list.iter().map(whole).collect::<Option<Vec<u64>>>().map(|v| json!(v))
        }
        OptionKind::Rows => {
            let rows = super::convert::rows("an option", value).ok()?;
            Some(json!(rows.data.chunks(rows.d).collect::<Vec<&[f64]>>()))
        }
        OptionKind::Texts => match value.clone().into_string() {
            Ok(v) => Some(json!([v])),
            Err(_) => value
                .read_lock::<rhai::Array>()?
                .iter()
                .map(|v| v.flatten_clone().into_string().ok())
                .collect::<Option<Vec<String>>>()
                .map(|v| json!(v)),
        },
        OptionKind::Map(_) | OptionKind::Value(_) => None,
    }
}
