//! The library into an interpreter, bound to the context of one session.
use super::apart;
use super::call::Call;
use super::context::Context;
use super::convert::raise;
use super::library::{Function, Library};
use super::options::Options;
use crate::error::Error;
use crate::fault;
use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Map, Module, NativeCallContext, RhaiFunc, Shared};
use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Registers every type and function of the library.
pub fn install(library: &'static Library, engine: &mut Engine, context: &Arc<Context>) {
    library.printing.iter().for_each(|register| register(engine));
    let several = apart::by_several();
    if several {
        apart::register(engine);
    }
    let mut modules: BTreeMap<&str, Module> = BTreeMap::new();
    for f in &library.functions {
        let mut register = |types: &[TypeId]| {
            let mut registration = FuncRegistration::new(f.name.as_str());
            if f.module.is_empty() {
                registration = registration.in_global_namespace();
            }
            let function = native(library, f, context, several);
            registration.set_into_module_raw(modules.entry(f.module).or_default(), types, function);
        };
        register(&f.types);
        if several {
            apart::overloads(f).iter().for_each(|types| register(types));
        }
    }
    for (name, module) in modules {
        if name.is_empty() {
            engine.register_global_module(module.into());
        } else {
            engine.register_static_module(name, module.into());
        }
    }
}

/// What a call returns; a fault of gflow below it becomes its error, which the script may catch, and ends nothing else.
fn guarded(
    f: &Function,
    context: &Context,
    native: &NativeCallContext,
    call: impl FnOnce() -> Result<Dynamic, Box<EvalAltResult>>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    fault::caught(call).unwrap_or_else(|text| Err(raise(context, native, Error::Fault { what: f.shown(), text })))
}

/// The function as the interpreter calls it.
fn native(library: &'static Library, f: &'static Function, context: &Arc<Context>, several: bool) -> RhaiFunc {
    let context = context.clone();
    let func = Shared::new(
        move |native: Option<NativeCallContext>, args: &mut [&mut Dynamic]| -> Result<Dynamic, Box<EvalAltResult>> {
            let Some(native) = native else {
                return Err("a native function was called without its context".into());
            };
            context.watch.native();
            let run = |args: &mut [&mut Dynamic]| {
                let with = |options: &Options, args: &mut [&mut Dynamic]| {
                    let call = Call { context: &context, native: &native, index: &library.index, options };
                    (f.run)(&call, args).map_err(|e| e.at(&call))
                };
                let Some(entry) = &f.entry else { return with(&library.none, args) };
                let Some((last, positional)) = args.split_last_mut() else {
                    return Err("a function with options was called without them".into());
                };
                let map = std::mem::take(*last).try_cast::<Map>().unwrap_or_default();
                with(&Options::read(&context, &native, entry, map)?, positional)
            };
            let outcome = guarded(f, &context, &native, || {
                if several { apart::call(f, args, run, |e| raise(&context, &native, e)) } else { run(args) }
            });
            // what a loop leaves behind that was asked to stop is no result
            context.interrupt.check().map_err(|e| raise(&context, &native, e))?;
            outcome
        },
    );
    // a method gets its first argument by reference, a function a copy
    if f.method {
        RhaiFunc::Method { func, has_context: true, is_pure: !f.changes, is_volatile: false }
    } else {
        RhaiFunc::Pure { func, has_context: true, is_pure: true, is_volatile: false }
    }
}
