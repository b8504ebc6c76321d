//! Outputs collected as a notebook file keeps them.
use super::file::Notebook;
use crate::protocol::{Failure, Output};
use crate::supervisor::{Display, Input, Question};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// One output, with the name under which it can change later.
struct Kept {
    value: Value,
    id: Option<String>,
}

#[derive(Default)]
struct State {
    /// by cell
    outputs: BTreeMap<usize, Vec<Kept>>,
    cell: usize,
    count: usize,
    /// what is there goes when something new comes
    clear: bool,
    parameters: Vec<String>,
}

/// The outputs of all cells so far.
#[derive(Default)]
pub struct NotebookDisplay(Mutex<State>);

impl NotebookDisplay {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|p| p.into_inner())
    }
    /// What comes now belongs to this cell.
    pub fn turn(&self, cell: usize, count: usize) {
        let mut state = self.state();
        (state.cell, state.count, state.clear) = (cell, count, false);
        state.outputs.insert(cell, vec![]);
    }
    /// Parameters have been read.
    pub fn read(&self, names: Vec<String>) {
        let mut state = self.state();
        for name in names {
            if !state.parameters.contains(&name) {
                state.parameters.push(name);
            }
        }
    }
    /// All parameters read so far.
    pub fn parameters(&self) -> Vec<String> {
        self.state().parameters.clone()
    }
    /// The cell failed.
    pub fn fail(&self, f: &Failure) {
        let mut value = f.content();
        value["output_type"] = json!("error");
        self.push(value, None);
    }

    fn push(&self, value: Value, id: Option<String>) {
        let mut state = self.state();
        let clear = std::mem::take(&mut state.clear);
        let cell = state.cell;
        let outputs = state.outputs.entry(cell).or_default();
        if clear {
            outputs.clear();
        }
        // text of one stream is one output
        if value["output_type"] == "stream"
            && let Some(last) = outputs.last_mut()
            && last.value["output_type"] == "stream"
            && last.value["name"] == value["name"]
        {
            let whole = format!(
                "{}{}",
                last.value["text"].as_str().unwrap_or_default(),
                value["text"].as_str().unwrap_or_default()
            );
            last.value["text"] = json!(whole);
            return;
        }
        outputs.push(Kept { value, id });
    }

    /// The cell shows something.
    pub fn add(&self, output: Output) {
        match output {
            Output::Stream { name, text } => {
                self.push(json!({ "output_type": "stream", "name": name, "text": text }), None)
            }
            Output::Display { data, metadata, id, update: false } => {
                self.push(json!({ "output_type": "display_data", "data": data, "metadata": metadata }), id)
            }
            Output::Display { data, metadata, id, update: true } => {
                let mut state = self.state();
                for kept in state.outputs.values_mut().flatten().filter(|k| k.id.is_some() && k.id == id) {
                    kept.value["data"] = json!(data);
                    kept.value["metadata"] = json!(metadata);
                }
            }
            Output::Result { data, metadata } => {
                let count = self.state().count;
                self.push(json!({ "output_type": "execute_result", "execution_count": count, "data": data, "metadata": metadata }), None);
            }
            Output::Clear { wait: true } => self.state().clear = true,
            Output::Clear { wait: false } => {
                let mut state = self.state();
                let cell = state.cell;
                state.outputs.insert(cell, vec![]);
            }
        }
    }

    /// Everything so far into the file.
    pub fn fill(&self, notebook: &mut Notebook) {
        for (cell, outputs) in &self.state().outputs {
            notebook.set_outputs(*cell, outputs.iter().map(|k| k.value.clone()).collect());
        }
    }
}

impl Display for NotebookDisplay {
    fn show(&self, output: Output) {
        self.add(output);
    }
    fn ask(&self, input: Arc<Input>, question: Question) {
        // nobody is there
        tokio::spawn(async move { input.answer(&question, None).await });
    }
}
