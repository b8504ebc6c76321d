//! The rooms of the house as functions of the language: one file a room, each filling the library.
use super::claims::CLAIM;
use super::library::Library;
use super::tables::{RECORD, TABULATE};
use crate::catalogue::Entry;
use crate::{
    critic as critics, dataset, divergence as divergences, fetch as fetching, flow as flows, generator as generators,
};
use crate::{io as files, metric as metrics, plot as plots, prepare as preparing};
use std::sync::OnceLock;

mod claim;
mod critic;
mod data;
mod divergence;
mod entrywise;
mod estimate;
mod fetch;
mod figure;
mod flow;
mod generator;
mod io;
mod kernel;
mod language;
mod linear;
mod metric;
mod numbers;
mod plot;
mod plot_arguments;
mod points;
mod prepare;
mod random;
mod run;
mod statistics;
mod study;
mod sweep;
mod table;
mod table_groups;
mod table_rows;
mod table_values;
mod tabulate;

pub(super) use points::first_rows;
pub(super) use table_values::{as_columns as table_columns, as_map as row_entries};

/// The whole language, made once.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut l = Library::new(entries());
        points::fill(&mut l);
        entrywise::fill(&mut l);
        generator::fill(&mut l);
        divergence::fill(&mut l);
        data::fill(&mut l);
        fetch::fill(&mut l);
        prepare::fill(&mut l);
        flow::fill(&mut l);
        run::fill(&mut l);
        estimate::fill(&mut l);
        critic::fill(&mut l);
        statistics::fill(&mut l);
        kernel::fill(&mut l);
        metric::fill(&mut l);
        plot::fill(&mut l);
        figure::fill(&mut l);
        io::fill(&mut l);
        table::fill(&mut l);
        claim::fill(&mut l);
        tabulate::fill(&mut l);
        study::fill(&mut l);
        sweep::fill(&mut l);
        language::fill(&mut l);
        numbers::fill(&mut l);
        random::fill(&mut l);
        linear::fill(&mut l);
        l.index.note_builtins();
        l
    })
}

/// Every catalogue, in the order of `gflow list`.
fn entries() -> Vec<Entry> {
    let named = generators::named::ALL.iter().map(|n| n.entry);
    let rooms = [
        divergences::ENTRIES,
        critics::ENTRIES,
        flows::ENTRIES,
        dataset::ENTRIES,
        fetching::ENTRIES,
        preparing::ENTRIES,
        metrics::ENTRIES,
        files::ENTRIES,
        table::ENTRIES,
        plots::ENTRIES,
        language::ENTRIES,
        numbers::ENTRIES,
        random::ENTRIES,
        linear::ENTRIES,
        &[CLAIM, TABULATE, RECORD],
        &[study::ENTRY, sweep::ENTRY],
    ];
    named.chain(rooms.into_iter().flatten().copied()).collect()
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
            let given = ["print", "sleep", "idiv", "linspace", "catch"].contains(&e.name);
            assert!(given || index.names.iter().any(|n| n.name == e.name), "no function is exposed as {}", e.name);
        }
        for n in &index.names {
            assert!(!n.doc.is_empty(), "{} of {:?} has no line", split(n.name).1, n.owner);
        }
    }
}
