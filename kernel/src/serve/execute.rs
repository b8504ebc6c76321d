//! Cells, one after the other.
use super::Kernel;
use super::stdin::ClientDesk;
use super::wire::Request;
use crate::link::{Failure, Outcome};
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

pub async fn run(kernel: Arc<Kernel>, desk: Arc<ClientDesk>, mut cells: UnboundedReceiver<Arc<Request>>) {
    while let Some(request) = cells.recv().await {
        let stop = execute(&kernel, &desk, request.clone(), &mut cells).await;
        for queued in stop {
            kernel.iopub.status(&queued, "busy");
            let content = json!({ "status": "aborted", "execution_count": kernel.count.load(Ordering::SeqCst) });
            kernel.shell.send("execute_reply", content, &queued).await;
            kernel.iopub.status(&queued, "idle");
        }
    }
}

/// Runs a cell; gives those that must not run because it failed.
async fn execute(
    kernel: &Arc<Kernel>,
    desk: &ClientDesk,
    request: Arc<Request>,
    cells: &mut UnboundedReceiver<Arc<Request>>,
) -> Vec<Arc<Request>> {
    *kernel.current() = Some(request.clone());
    kernel.noticed.store(false, Ordering::SeqCst);
    kernel.executing.store(true, Ordering::SeqCst);
    kernel.iopub.status(&request, "busy");
    let code = request.text("code").to_string();
    let silent = request.flag("silent", false);
    let keep = request.flag("store_history", true) && !silent && !code.trim().is_empty();
    let count = kernel.count.load(Ordering::SeqCst) + u64::from(keep);
    kernel.count.store(count, Ordering::SeqCst);
    desk.turn(request.clone(), count);
    if !silent {
        kernel.iopub.publish(&request, "execute_input", json!({ "code": code, "execution_count": count }));
    }
    let mut payload = vec![];
    let expressions: BTreeMap<String, String> =
        serde_json::from_value(request.content["user_expressions"].clone()).unwrap_or_default();
    let show_outcome = async || {
        if code.trim().is_empty() {
            return Outcome::default();
        }
        if let Some(name) = help::question(&code) {
            return kernel.explain(name, &mut payload).await;
        }
        match rust::body(&code) {
            Some(body) => {
                let (outcome, result) = kernel.rust.execute(body).await;
                if outcome.error.is_none() && !result.is_empty() && !silent {
                    desk.show_result(result);
                }
                if outcome.error.is_some() || expressions.is_empty() {
                    return outcome;
                }
                kernel.host.eval(format!("cell {count}"), String::new(), false, expressions).await
            }
            None if code.trim_start().starts_with("%%") => {
                let word = code.split_whitespace().next().unwrap_or("%%");
                let error = Some(Failure::plain(
                    "Error",
                    format!(
                        "`{word}` is not known: the one word that can begin a cell is {}, alone on its line",
                        rust::MAGIC
                    ),
                ));
                Outcome { error, ..Outcome::default() }
            }
            None => kernel.host.eval(format!("cell {count}"), code.clone(), !silent, expressions).await,
        }
    };
    let outcome: Outcome = show_outcome().await;
    kernel.executing.store(false, Ordering::SeqCst);
    desk.withdraw();
    if keep {
        kernel.store.add(count, &code, desk.result());
    }
    let mut aborted = vec![];
    let content = match outcome.error {
        None => {
            json!({ "status": "ok", "execution_count": count, "payload": payload, "user_expressions": outcome.expressions })
        }
        Some(error) => {
            kernel.iopub.publish(&request, "error", error.content());
            if request.flag("stop_on_error", true) {
                tokio::time::sleep(GATHERING).await;
                while let Ok(queued) = cells.try_recv() {
                    aborted.push(queued);
                }
            }
            json!({ "status": "error", "execution_count": count, "ename": error.name, "evalue": error.value, "traceback": error.traceback, "payload": [], "user_expressions": {} })
        }
    };
    kernel.shell.send("execute_reply", content, &request).await;
    kernel.iopub.status(&request, "idle");
    *kernel.current() = None;
    aborted
}

impl Kernel {
    /// The answer to `?name`, as a page beside the notebook.
    async fn explain(&self, name: &str, payload: &mut Vec<Value>) -> Outcome {
        let found = self.inspected(name, name.chars().count()).await;
        match found.as_object() {
            Some(data) => {
                payload.push(json!({ "source": "page", "data": data, "start": 0 }));
                Outcome::default()
            }
            None => {
                let error = Failure::plain("Error", format!("there is nothing named `{name}`"));
                Outcome { error: Some(error), ..Outcome::default() }
            }
        }
    }
}
