//! The rooms of the house as functions of the language: one file a room, each filling the library.
use super::claims::CLAIM;
use super::context::Context;
use super::index::{Name, Type};
use super::kind::Kind;
use super::library::Library;
use super::trace::Tracer;
use super::values::{FlowValue, RunValue};
use crate::catalogue::Entry;
use crate::{critic as critics, dataset, divergence as divergences, flow as flows, generator as generators};
use crate::{io as files, metric as metrics, plot as plots};
use rhai::{Array, Dynamic, Engine, Map, Module};
use std::any::TypeId;
use std::sync::{Arc, OnceLock};

mod claim;
mod critic;
mod data;
mod divergence;
mod estimate;
mod figure;
mod flow;
mod generator;
mod io;
mod kernel;
mod language;
mod metric;
mod plot;
mod plot_arguments;
mod points;
mod presets;
mod statistics;

/// The whole language, made once.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut l = Library::new(entries());
        points::fill(&mut l);
        generator::fill(&mut l);
        divergence::fill(&mut l);
        critic::fill(&mut l);
        estimate::fill(&mut l);
        statistics::fill(&mut l);
        kernel::fill(&mut l);
        metric::fill(&mut l);
        plot::fill(&mut l);
        figure::fill(&mut l);
        io::fill(&mut l);
        claim::fill(&mut l);
        language::fill(&mut l);
        borrowed(&mut l);
        elsewhere(&mut l);
        l
    })
}

/// What Rhai has by itself and people use.
fn borrowed(l: &mut Library) {
    l.borrowed("", &["abs(x)", "sign(x)", "floor(x)", "ceiling(x)", "round(x)", "PI()", "len(v)", "push(v, x)"]);
    l.borrowed("list", &["len()", "push(x)", "pop()", "map(f)", "filter(f)", "concat(other)", "sum()", "mean()"]);
    l.borrowed("list", &["contains(x)", "sort()"]);
    l.borrowed("text", &["len()", "contains(text)", "split(text)", "replace(old, new)", "to_upper()", "to_lower()"]);
    l.borrowed("text", &["trim()"]);
}

/// The names of the rooms that register with the interpreter by themselves.
fn elsewhere(l: &mut Library) {
    l.borrowed("Flow", &["run(source, target)"]);
    l.borrowed("Run", &["sample(n)", "resume(steps)", "save(folder)", "particles", "history", "snapshots", "critic"]);
    l.borrowed("Run", &["generator", "report", "labels", "ending", "source", "target", "time", "steps", "seconds"]);
    l.borrowed("Table", &["column(name)", "columns()", "len()", "last(name)"]);
    let name = |gives: &'static str| {
        move |e: &Entry| Name { owner: "", name: e.name, signature: e.signature, doc: e.doc, gives }
    };
    l.index.names.extend(dataset::ENTRIES.iter().map(name("Points")));
    l.index.names.extend(flows::ENTRIES.iter().filter(|e| e.name != "run").map(name("Flow")));
    for (owner, name, gives) in [
        ("Flow", "run", "Run"),
        ("Run", "resume", "Run"),
        ("Run", "particles", "Points"),
        ("Run", "source", "Points"),
        ("Run", "target", "Points"),
        ("Run", "history", "Table"),
        ("Run", "critic", "Critic"),
        ("", "load_run", "Run"),
        ("", "last_run", "Run"),
    ] {
        l.index.names.push(Name { owner, name, signature: name, doc: "", gives });
    }
    l.index.types.push(Type { page: FlowValue::PAGE, id: TypeId::of::<FlowValue>() });
    l.index.types.push(Type { page: RunValue::PAGE, id: TypeId::of::<RunValue>() });
}

/// Every catalogue, in the order of `gflow list`.
fn entries() -> Vec<Entry> {
    let named = generators::named::ALL.iter().map(|n| n.entry);
    let rooms = [
        divergences::ENTRIES,
        critics::ENTRIES,
        flows::ENTRIES,
        dataset::ENTRIES,
        metrics::ENTRIES,
        files::ENTRIES,
        plots::ENTRIES,
        language::ENTRIES,
        &[CLAIM],
    ];
    named.chain(rooms.into_iter().flatten().copied()).collect()
}

/// Rooms that register with the interpreter by themselves.
pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    data::register(engine, c);
    flow::register(engine, c, &Tracer);
    presets::register(engine, c, &Tracer);
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
fn none() -> Map {
    Map::new()
}

/// A list of values as the language sees it.
fn array<T: Clone + Send + Sync + 'static>(v: impl IntoIterator<Item = T>) -> Array {
    v.into_iter().map(Dynamic::from).collect()
}

#[cfg(test)]
mod tests {
    use super::library;
    use crate::script::index::split;

    #[test]
    fn every_entry_is_a_function_and_every_function_has_a_line() {
        let index = &library().index;
        for e in &index.entries {
            // registered elsewhere: by Rhai, and by arithmetic
            let given = ["print", "idiv", "linspace"].contains(&e.name) || ["data", "flow"].contains(&e.room);
            assert!(given || index.names.iter().any(|n| n.name == e.name), "no function is exposed as {}", e.name);
        }
        for n in &index.names {
            let elsewhere = ["Flow", "Run"].contains(&n.owner) || n.name.ends_with("_run");
            assert!(
                elsewhere || !n.doc.is_empty() || n.gives.is_empty(),
                "{} of {:?} has no entry",
                split(n.name).1,
                n.owner
            );
        }
    }
}
