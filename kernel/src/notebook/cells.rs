//! The cells of a notebook, in order, up to the first that fails.
use super::display::NotebookDisplay;
use super::file::Notebook;
use super::options::Options;
use crate::protocol::{Failure, Outcome, Output, Showing};
use crate::rust::{self, Rust};
use crate::supervisor::Supervisor;
use gflow::script::help;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What cells run with.
pub struct Cells<'a> {
    /// keeps the session process
    pub supervisor: &'a Arc<Supervisor>,
    /// compiles Rust cells
    pub rust: &'a Rust,
    /// collects outputs
    pub display: &'a NotebookDisplay,
    /// how the notebook is run
    pub options: &'a Options,
    /// the user asked for the end
    pub stopped: &'a AtomicBool,
}

impl Cells<'_> {
    /// Runs them all; gives the number and the failure of the one that ended it.
    pub async fn all(&self, notebook: &mut Notebook) -> Option<(usize, Failure)> {
        let total = notebook.code_cells().len();
        for index in notebook.code_cells() {
            notebook.set_outputs(index, vec![]);
            notebook.set_count(index, None);
        }
        for (k, index) in notebook.code_cells().into_iter().enumerate() {
            let number = k + 1;
            let source = notebook.source(index);
            if source.trim().is_empty() {
                continue;
            }
            self.display.turn(index, number);
            let begun = Instant::now();
            let (outcome, result) = self.run(number, &source).await;
            let Outcome { error, parameters, .. } = outcome;
            self.display.read(parameters);
            if error.is_none() && !result.is_empty() {
                self.display.add(Output::Result { data: result, metadata: Map::new() });
            }
            if let Some(e) = &error {
                self.display.fail(e);
            }
            self.display.fill(notebook);
            notebook.set_count(index, Some(number));
            report(self.options, number, total, begun.elapsed(), error.as_ref());
            if let Some(e) = error {
                return Some((number, e));
            }
            if self.stopped.load(Ordering::SeqCst) {
                return Some((number, Failure::plain("Interrupted", "interrupted")));
            }
        }
        None
    }

    /// One cell: its outcome, and its result where that was not shown yet.
    async fn run(&self, number: usize, source: &str) -> (Outcome, Map<String, Value>) {
        if let Some(body) = rust::body(source) {
            return self.rust.execute(body).await;
        }
        if let Some(name) = help::question(source) {
            // its page, where a notebook server would open one beside
            return match self.supervisor.explain(name).await {
                Ok(data) => (Outcome::default(), data),
                Err(f) => (Outcome::failed(f), Map::new()),
            };
        }
        (
            self.supervisor.eval(format!("cell {number}"), source.to_string(), Showing::Whole, BTreeMap::new()).await,
            Map::new(),
        )
    }
}

fn report(o: &Options, number: usize, total: usize, took: Duration, error: Option<&Failure>) {
    if o.json {
        let line = serde_json::json!({ "event": "cell", "value": { "number": number, "of": total, "seconds": took.as_secs_f64(), "error": error.map(|e| &e.value) } });
        println!("{line}");
    } else if !o.quiet {
        eprintln!(
            "cell {number}/{total}: {:.2} s{}",
            took.as_secs_f64(),
            if error.is_some() { ", failed" } else { "" }
        );
    }
}
