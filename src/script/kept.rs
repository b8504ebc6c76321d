//! The function that `copies.rs` puts before changes of what a property gives.
use super::context::Context;
use super::convert::raise;
use super::copies::KEPT;
use super::diagnostic::friendly;
use super::names;
use crate::error::Error;
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};
use std::any::TypeId;
use std::sync::Arc;

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
