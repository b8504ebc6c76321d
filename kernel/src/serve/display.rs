//! The client as the display where a cell's output is shown and its questions are answered.
use super::iopub::Iopub;
use super::wire::{self, Request};
use crate::protocol::Output;
use crate::supervisor::{Display, Input, Question};
use jupyter_zmq_client::KernelStdinConnection;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Mutex as AsyncMutex;

/// Shows what belongs to one request after the other.
pub struct ClientDisplay {
    iopub: Iopub,
    stdin: Arc<AsyncMutex<KernelStdinConnection>>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    parent: Option<Arc<Request>>,
    count: u64,
    /// the text of the result, for the history
    result: Option<String>,
    /// the question that waits for its answer
    question: Option<tokio::task::AbortHandle>,
}

impl ClientDisplay {
    /// On these sockets.
    pub fn new(iopub: Iopub, stdin: KernelStdinConnection) -> ClientDisplay {
        ClientDisplay { iopub, stdin: Arc::new(AsyncMutex::new(stdin)), state: Arc::default() }
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|p| p.into_inner())
    }
    /// What comes now belongs to this request.
    pub fn turn(&self, parent: Arc<Request>, count: u64) {
        self.withdraw();
        *self.state() = State { parent: Some(parent), count, ..State::default() };
    }
    /// A question whose cell is over, or that another follows, is not asked any more.
    pub fn withdraw(&self) {
        if let Some(task) = self.state().question.take() {
            task.abort();
        }
    }
    /// The text of the last result, for the history.
    pub fn result(&self) -> Option<String> {
        self.state().result.clone()
    }
    /// The result of a compiled cell.
    pub fn show_result(&self, data: Map<String, Value>) {
        self.show(Output::Result { data, metadata: Map::new() });
    }
}

impl Display for ClientDisplay {
    fn show(&self, output: Output) {
        let mut state = self.state();
        let Some(parent) = state.parent.clone() else { return };
        let (kind, content) = match output {
            Output::Stream { name, text } => ("stream", json!({ "name": name, "text": text })),
            Output::Display { data, metadata, id, update } => {
                let transient = id.map_or(json!({}), |id| json!({ "display_id": id }));
                (
                    if update { "update_display_data" } else { "display_data" },
                    json!({ "data": data, "metadata": metadata, "transient": transient }),
                )
            }
            Output::Result { data, metadata } => {
                state.result = data.get("text/plain").and_then(|t| t.as_str()).map(str::to_string);
                ("execute_result", json!({ "execution_count": state.count, "data": data, "metadata": metadata }))
            }
            Output::Clear { wait } => ("clear_output", json!({ "wait": wait })),
        };
        self.iopub.publish(&parent, kind, content);
    }

    fn ask(&self, input: Arc<Input>, question: Question) {
        let parent = self.state().parent.clone().filter(|p| p.flag("allow_stdin", true));
        let stdin = self.stdin.clone();
        self.withdraw();
        let task = tokio::spawn(async move {
            let line = match parent {
                Some(parent) => typed(&mut *stdin.lock().await, &parent, &question).await,
                None => None,
            };
            input.answer(&question, line).await;
        });
        self.state().question = Some(task.abort_handle());
    }

    fn drained(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.iopub.catch_up())
    }
}

/// What the user types; none where the question cannot be asked.
async fn typed(stdin: &mut KernelStdinConnection, parent: &Request, question: &Question) -> Option<String> {
    // answers to questions that are not asked any more
    while tokio::time::timeout(Duration::from_millis(1), wire::receive(stdin)).await.is_ok() {}
    let content = json!({ "prompt": question.prompt, "password": question.password });
    if !wire::send(stdin, parent.child("input_request", content, true)).await {
        return None;
    }
    loop {
        let reply = wire::receive(stdin).await;
        if reply.kind == "input_reply" {
            return Some(reply.text("value").to_string());
        }
    }
}
