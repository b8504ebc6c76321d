//! From what the interpreter hands to `catch (e)` to an error as people know it.
use super::caught::{Caught, NATIVE, THROWN, mark_of, marked};
use super::context::{Context, lock};
use super::readings::{CAUGHT, THROW};
use super::report::runtime_words;
use super::words;
use crate::error::Error;
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext, Position};
use std::sync::Arc;

/// Registers the functions that caught errors, and what is thrown, pass through.
pub fn register(engine: &mut Engine, context: &Arc<Context>) {
    let context = context.clone();
    engine.register_fn(CAUGHT, move |thrown: Dynamic| caught(&context, thrown));
    engine.register_fn(THROW, |ctx: NativeCallContext, thrown: Dynamic| {
        let mut thrown = thrown.flatten();
        if thrown.is_string() && thrown.tag() == 0 {
            thrown.set_tag(marked(THROWN, ctx.call_position().line()));
        }
        thrown
    });
}

/// The kind of an error of the domain.
fn kind_of(e: &Error) -> &'static str {
    match e {
        Error::Generator { .. } => "generator",
        Error::Option { .. } | Error::UnknownOption { .. } => "option",
        Error::Shape { .. } => "shape",
        Error::Data { .. } => "data",
        Error::Io { .. } => "file",
        Error::Device { .. } => "device",
        Error::Diverged { .. } | Error::NotANumber { .. } => "diverged",
        Error::Fault { .. } => "fault",
        Error::Interrupted => "interrupted",
        Error::Unsupported { .. } => "unsupported",
    }
}

/// What a script caught, as people know it: an error of gflow or of the interpreter; what a script threw that is no text
/// stays what it is.
fn caught(context: &Context, thrown: Dynamic) -> Dynamic {
    let flat = thrown.flatten_clone();
    if let Some(text) = flat.read_lock::<ImmutableString>() {
        let known = lock(&context.last_error);
        let native = known.as_ref().filter(|e| e.to_string() == text.as_str());
        let hint = native.and_then(|e| e.hint()).unwrap_or_default();
        // texts of functions that have no error of their own to keep are marked
        let (mark, line) = mark_of(flat.tag());
        let kind = native.map_or(if mark == NATIVE { "value" } else { "thrown" }, kind_of);
        return Dynamic::from(Caught { message: words::plain(&text), hint, kind, line });
    }
    if let Some(map) = flat.read_lock::<Map>()
        && let Some((error, kind)) = of_map(&map)
    {
        let d = runtime_words(&error, context);
        let line = map.get("line").and_then(|l| l.as_int().ok());
        let message = words::plain(&d.message);
        return Dynamic::from(Caught { message, hint: d.hint.unwrap_or_default(), kind, line });
    }
    flat.clone()
}

/// The interpreter's error behind the map that it makes of one, and its kind.
fn of_map(map: &Map) -> Option<(EvalAltResult, &'static str)> {
    let word = |key: &str| map.get(key).map(|v| v.to_string()).unwrap_or_default();
    let number = |key: &str| map.get(key).and_then(|v| v.as_int().ok()).unwrap_or_default();
    let at = Position::NONE;
    let error = map.get("error")?.clone().into_immutable_string().ok()?;
    let length = number("length").max(0) as usize;
    Some(match error.as_str() {
        "ErrorFunctionNotFound" => (EvalAltResult::ErrorFunctionNotFound(word("function"), at), "type"),
        "ErrorVariableNotFound" => (EvalAltResult::ErrorVariableNotFound(word("variable"), at), "name"),
        "ErrorPropertyNotFound" => (EvalAltResult::ErrorPropertyNotFound(word("variable"), at), "name"),
        "ErrorDotExpr" => (EvalAltResult::ErrorDotExpr(word("property"), at), "name"),
        "ErrorModuleNotFound" => (EvalAltResult::ErrorModuleNotFound(word("module"), at), "file"),
        "ErrorMismatchDataType" => {
            (EvalAltResult::ErrorMismatchDataType(word("requested"), word("actual"), at), "type")
        }
        "ErrorMismatchOutputType" => {
            (EvalAltResult::ErrorMismatchOutputType(word("requested"), word("actual"), at), "type")
        }
        "ErrorIndexingType" => (EvalAltResult::ErrorIndexingType(word("type"), at), "type"),
        "ErrorArrayBounds" => (EvalAltResult::ErrorArrayBounds(length, number("index"), at), "index"),
        "ErrorStringBounds" => (EvalAltResult::ErrorStringBounds(length, number("index"), at), "index"),
        "ErrorBitFieldBounds" => (EvalAltResult::ErrorBitFieldBounds(length, number("index"), at), "index"),
        "ErrorIndexNotFound" => (EvalAltResult::ErrorIndexNotFound(map.get("index")?.clone(), at), "index"),
        "ErrorDataRace" => (EvalAltResult::ErrorDataRace(word("variable"), at), "name"),
        "ErrorAssignmentToConstant" => (EvalAltResult::ErrorAssignmentToConstant(word("variable"), at), "name"),
        "ErrorNonPureMethodCallOnConstant" => {
            (EvalAltResult::ErrorNonPureMethodCallOnConstant(word("function"), at), "name")
        }
        "ErrorUnboundThis" => (EvalAltResult::ErrorUnboundThis(at), "name"),
        "ErrorFor" => (EvalAltResult::ErrorFor(at), "type"),
        "ErrorArithmetic" => {
            let text = word("message");
            (EvalAltResult::ErrorArithmetic(text.trim_start_matches("Arithmetic error: ").to_string(), at), "value")
        }
        _ => return None,
    })
}
