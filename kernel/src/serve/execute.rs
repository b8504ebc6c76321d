//! Cells, one after the other.
use super::display::ClientDisplay;
use super::kernel::Kernel;
use super::message::Request;
use crate::protocol::{Failure, Outcome, Showing};
use crate::rust;
use gflow::script::help;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// Cells that a client sent before it heard of an error arrive within this time.
const GATHERING: Duration = Duration::from_millis(3);

/// Runs the cells that come.
pub async fn run(kernel: Arc<Kernel>, display: Arc<ClientDisplay>, mut cells: UnboundedReceiver<Arc<Request>>) {
    while let Some(request) = cells.recv().await {
        for queued in execute(&kernel, &display, request, &mut cells).await {
            kernel.iopub.status(&queued, "busy");
            // a number would be shown beside a cell that did not run
            kernel.shell.send("execute_reply", json!({ "status": "aborted" }), &queued);
            kernel.iopub.status(&queued, "idle");
        }
    }
}

/// A cell as its request asks for it.
struct Cell {
    request: Arc<Request>,
    code: String,
    /// nothing of it is shown
    silent: bool,
    /// it belongs to the history
    keep: bool,
    count: u64,
    /// evaluated after it
    expressions: BTreeMap<String, String>,
}

/// Runs a cell; gives those that must not run because it failed.
async fn execute(
    kernel: &Kernel,
    display: &ClientDisplay,
    request: Arc<Request>,
    cells: &mut UnboundedReceiver<Arc<Request>>,
) -> Vec<Arc<Request>> {
    let cell = begin(kernel, display, request);
    let mut payload = vec![];
    let outcome = outcome(kernel, display, &cell, &mut payload).await;
    kernel.executing.store(false, Ordering::SeqCst);
    display.withdraw();
    let Cell { request, code, keep, count, .. } = cell;
    if keep {
        kernel.store.add(count, &code, display.result());
    }
    let mut stopped = vec![];
    let content = match outcome.error {
        None => {
            json!({ "status": "ok", "execution_count": count, "payload": payload, "user_expressions": outcome.expressions })
        }
        Some(error) => {
            kernel.iopub.publish(&request, "error", error.content());
            if request.flag("stop_on_error", true) {
                // before the reply: what comes after it was sent by somebody who knows
                stopped = waiting(cells).await;
            }
            json!({ "status": "error", "execution_count": count, "ename": error.name, "evalue": error.value, "traceback": error.traceback, "payload": [], "user_expressions": {} })
        }
    };
    kernel.shell.send("execute_reply", content, &request);
    kernel.iopub.status(&request, "idle");
    *kernel.current() = None;
    stopped
}

/// Says that a cell runs, and under which number.
fn begin(kernel: &Kernel, display: &ClientDisplay, request: Arc<Request>) -> Cell {
    *kernel.current() = Some(request.clone());
    kernel.turn.fetch_add(1, Ordering::SeqCst);
    kernel.executing.store(true, Ordering::SeqCst);
    kernel.iopub.status(&request, "busy");
    let code = request.text("code").to_string();
    let silent = request.flag("silent", false);
    let keep = request.flag("store_history", true) && !silent && !code.trim().is_empty();
    let count = kernel.count.load(Ordering::SeqCst) + u64::from(keep);
    kernel.count.store(count, Ordering::SeqCst);
    display.turn(request.clone(), count);
    if !silent {
        kernel.iopub.publish(&request, "execute_input", json!({ "code": code, "execution_count": count }));
    }
    let expressions = serde_json::from_value(request.content["user_expressions"].clone()).unwrap_or_default();
    Cell { request, code, silent, keep, count, expressions }
}

/// The cells in line.
async fn waiting(cells: &mut UnboundedReceiver<Arc<Request>>) -> Vec<Arc<Request>> {
    tokio::time::sleep(GATHERING).await;
    std::iter::from_fn(|| cells.try_recv().ok()).collect()
}

/// Runs a cell by what it is: nothing, a question, Rust, or Rhai. Pages beside the notebook go to the payload.
async fn outcome(kernel: &Kernel, display: &ClientDisplay, cell: &Cell, payload: &mut Vec<Value>) -> Outcome {
    let (code, name) = (&cell.code, format!("cell {}", cell.count));
    if code.trim().is_empty() {
        return Outcome::default();
    }
    if let Some(name) = help::question(code) {
        return match kernel.supervisor.explain(name).await {
            Ok(data) => {
                payload.push(json!({ "source": "page", "data": data, "start": 0 }));
                Outcome::default()
            }
            Err(error) => Outcome::failed(error),
        };
    }
    if let Some(body) = rust::body(code) {
        let (outcome, result) = kernel.rust.execute(body).await;
        if outcome.error.is_none() && !result.is_empty() && !cell.silent {
            display.show_result(result);
        }
        if outcome.error.is_some() || cell.expressions.is_empty() {
            return outcome;
        }
        return kernel.supervisor.eval(name, String::new(), Showing::Nothing, cell.expressions.clone()).await;
    }
    if code.trim_start().starts_with("%%") {
        let word = code.split_whitespace().next().unwrap_or("%%");
        let known = rust::MAGIC;
        return Outcome::failed(Failure::plain(
            "Error",
            format!("`{word}` is not known: the one word that can begin a cell is {known}, alone on its line"),
        ));
    }
    let show = match (cell.silent, cell.request.flag("allow_stdin", true)) {
        (true, _) => Showing::Nothing,
        // somebody who can be asked sits in front of a screen
        (false, true) => Showing::Quick,
        (false, false) => Showing::Whole,
    };
    kernel.supervisor.eval(name, code.clone(), show, cell.expressions.clone()).await
}
