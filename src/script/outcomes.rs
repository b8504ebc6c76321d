//! The functions that look at what calls give, into which `results.rs` puts them.
use super::context::{Context, lock};
use super::convert::{Native, raise};
use super::results::{LEFT, TAKEN};
use super::values::TableValue;
use crate::device::Points;
use crate::error::Error;
use crate::ranks::Spread;
use rhai::{Dynamic, Engine, NativeCallContext};
use std::any::TypeId;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

/// Registers the functions that look.
pub fn register(engine: &mut Engine, context: &Arc<Context>) {
    let c = context.clone();
    let types = [TypeId::of::<rhai::ImmutableString>(), TypeId::of::<Dynamic>()];
    engine.register_raw_fn(TAKEN, types, move |ctx: NativeCallContext, given: &mut [&mut Dynamic]| {
        let [name, value] = given else { return Ok(Dynamic::UNIT) };
        taken(&c, &ctx, &name.to_string(), std::mem::take(*value))
    });
    let (c, said) = (context.clone(), Mutex::new(HashSet::new()));
    engine.register_raw_fn(LEFT, types, move |_: NativeCallContext, given: &mut [&mut Dynamic]| {
        let [name, value] = given else { return Ok(Dynamic::UNIT) };
        let (name, value) = (name.to_string(), std::mem::take(*value));
        let kind = if value.is::<TableValue>() { Some(("t", "a table")) } else { None };
        let kind = kind.or_else(|| (value.is::<Points>() || value.is::<Spread>()).then_some(("p", "points")));
        if let Some((v, what)) = kind
            && lock(&said).insert(name.clone())
        {
            c.note(format!("`{v}.{name}(…);` gives {what} and leaves {v} as it was: write {v} = {v}.{name}(…)"));
        }
        Ok(value)
    });
}

fn taken(c: &Context, ctx: &NativeCallContext, name: &str, value: Dynamic) -> Native<Dynamic> {
    if !value.is_unit() {
        return Ok(value);
    }
    let text = ["trim", "replace", "crop", "make_upper", "make_lower"].contains(&name);
    let v = if text { "s" } else { "v" };
    let also = match name {
        "sort" | "sort_by" => "; v.order() gives a new list",
        "sort_desc" => "; v.order_desc() gives a new list",
        "make_upper" => "; s.to_upper() gives a new text",
        "make_lower" => "; s.to_lower() gives a new text",
        "append" => "; v.concat(w) gives a new list",
        "dedup" => "; unique(v) gives a new list",
        _ => "",
    };
    let bare = ["trim", "sort", "sort_desc", "reverse", "clear", "dedup", "make_upper", "make_lower"].contains(&name);
    let call = format!("{v}.{name}({})", if bare { "" } else { "…" });
    let advice =
        format!("write {call}; as a statement of its own and then {v}, in a closure |{v}| {{ {call}; {v} }}{also}");
    Err(raise(
        c,
        ctx,
        Error::Unsupported { what: format!("`{call}`"), reason: format!("changes {v} and gives nothing"), advice },
    ))
}
