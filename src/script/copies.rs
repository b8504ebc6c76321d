//! Changes of what a property gives: `run.history.x[0] = 1` changes a copy, in silence. In the text a function comes before such
//! statements that looks at the value.
use super::context::Context;
use super::convert::raise;
use super::diagnostic::friendly;
use super::names;
use super::readings::Edits;
use super::results::Names;
use super::walk::Walk;
use crate::error::Error;
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};
use std::any::TypeId;
use std::sync::Arc;

/// The function that a variable and a path of names from it are given to.
pub const KEPT: &str = "__kept";

/// What changes the value to its left.
const CHANGES: [&str; 9] = ["=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^="];

/// The statement that begins at a token, where it changes something in what a property gives.
pub fn looked_at(w: &Walk, i: usize, names: &Names, out: &mut Edits) {
    let begins = i == 0 || [";", "{", "}"].iter().any(|s| w.is(i - 1, s));
    if !begins || !w.is_word(i) || !w.is(i + 1, ".") || !w.is_word(i + 2) || w.is(i + 3, "(") {
        return;
    }
    let (mut path, mut straight, mut k) = (vec![], true, i + 1);
    let changed = loop {
        if w.is(k, "[") {
            (straight, k) = (false, w.group(k));
        } else if w.is(k, ".") && w.is_word(k + 1) && !w.is(k + 2, "(") {
            if straight {
                path.push(w.word(k + 1));
            }
            k += 2;
        } else {
            let call = w.is(k, ".") && w.is_word(k + 1) && names.changes(&w.word(k + 1));
            break call || CHANGES.iter().any(|s| w.is(k, s));
        }
    };
    // `run.history = 1` says by itself that there is nothing to set
    let further = k > i + 3 || w.is(k, ".");
    if changed && further {
        out.insert(w.token(i).from, format!("{KEPT}({}, \"{}\"); ", w.word(i), path.join(".")));
    }
}

/// Registers the function that looks: it passes through maps, and refuses properties of everything else.
pub fn register(engine: &mut Engine, context: &Arc<Context>) {
    let c = context.clone();
    let types = [TypeId::of::<Dynamic>(), TypeId::of::<ImmutableString>()];
    engine.register_raw_fn(KEPT, types, move |ctx: NativeCallContext, given: &mut [&mut Dynamic]| {
        let [value, path] = given else { return Ok(()) };
        if value.is_read_only() {
            return Err(EvalAltResult::ErrorNonPureMethodCallOnConstant(KEPT.into(), ctx.call_position()).into());
        }
        let path = path.to_string();
        let Some((kind, property)) = property(value, &path) else { return Ok(()) };
        let name = path.rsplit('.').next().unwrap_or(&path);
        let name = if property == name { name.chars().take(1).collect() } else { property.clone() };
        Err(raise(
            &c,
            &ctx,
            Error::Unsupported {
                what: format!("what `.{property}` of a {kind} gives"),
                reason: "is a copy: a change of it would be lost".into(),
                advice: format!("let {name} = ….{property}; and change {name}"),
            },
        ))
    });
}

/// The kind of the first value on a path that is no map, and its property there, where it is one of its kind.
fn property(value: &Dynamic, path: &str) -> Option<(String, String)> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if let Ok(map) = value.as_map_ref() {
        return if rest.is_empty() { None } else { property(map.get(first)?, rest) };
    }
    let kind = friendly(value.type_name());
    names::is_property(&kind, first).then(|| (kind, first.to_string()))
}
