//! The rooms of the house as functions of the language: one file a room.
use super::context::Context;
use super::trace::Tracer;
use rhai::{Dynamic, Engine, Module};
use std::sync::Arc;

mod critic;
mod data;
mod divergence;
mod estimate;
mod flow;
mod io;
mod language;
mod metric;
mod plot;
mod points;
mod presets;

pub(super) use divergence::{DivergenceValue, GeneratorValue};
pub(super) use estimate::{EstimateValue, bracket};
pub(super) use flow::{RunValue, TableValue};

/// Registers everything.
pub fn register(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer) {
    points::register(engine, c);
    data::register(engine, c);
    divergence::register(engine, c, tracer);
    critic::register(engine, c);
    estimate::register(engine, c);
    flow::register(engine, c, tracer);
    presets::register(engine, c, tracer);
    metric::register(engine, c);
    plot::register(engine, c);
    io::register(engine, c);
    language::register(engine, c);
}

/// Values print as they describe themselves, alone, in lists and in templates.
fn describe<T: Clone + Send + Sync + 'static>(engine: &mut Engine, name: &str, text: fn(&T) -> String) {
    engine.register_type_with_name::<T>(name);
    engine.register_fn("to_string", move |v: &mut T| text(v));
    engine.register_fn("to_debug", move |v: &mut T| text(v));
}

/// A module of the language.
fn module(engine: &mut Engine, name: &str, fill: impl FnOnce(&mut Module)) {
    let mut module = Module::new();
    fill(&mut module);
    engine.register_static_module(name, module.into());
}

/// An empty option map, for calls without one.
fn none() -> rhai::Map {
    rhai::Map::new()
}

/// A list of values as the language sees it.
fn array<T: Clone + Send + Sync + 'static>(v: impl IntoIterator<Item = T>) -> rhai::Array {
    v.into_iter().map(Dynamic::from).collect()
}
