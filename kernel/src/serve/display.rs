//! The client as the display where a cell's output is shown and its questions are answered.
use super::iopub::Iopub;
use super::message::Request;
use super::wire::{Receiver, Sender};
use crate::protocol::Output;
use crate::supervisor::{Display, Input, Question};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Mutex as AsyncMutex;

/// Shows what belongs to one request after the other.
pub struct ClientDisplay {
    iopub: Iopub,
    questions: Sender,
    answers: Arc<AsyncMutex<Receiver>>,
    state: Arc<Mutex<State>>,
    /// displays by their ids, with the request whose cell showed them: a change of one belongs to that
    homes: Mutex<VecDeque<(String, Arc<Request>)>>,
}

/// Displays whose homes are known; one that is older changes as part of the running cell.
const HOMES: usize = 1000;

#[derive(Default)]
struct State {
    parent: Option<Arc<Request>>,
    count: u64,
    /// the text of the result, for the history
    result: Option<String>,
    /// the question that waits for its answer
    question: Option<Asked>,
}

/// A question, while the user types.
struct Asked {
    question: Question,
    input: Arc<Input>,
    task: tokio::task::AbortHandle,
}

impl ClientDisplay {
    /// On these sockets.
    pub fn new(iopub: Iopub, (questions, answers): (Sender, Receiver)) -> ClientDisplay {
        let answers = Arc::new(AsyncMutex::new(answers));
        ClientDisplay { iopub, questions, answers, state: Arc::default(), homes: Mutex::default() }
    }
    /// The request that a display belongs to.
    fn home(&self, id: &str, update: bool, parent: Arc<Request>) -> Arc<Request> {
        let mut homes = self.homes.lock().unwrap_or_else(|p| p.into_inner());
        if update {
            return homes.iter().rev().find(|h| h.0 == id).map_or(parent, |h| h.1.clone());
        }
        homes.push_back((id.to_string(), parent.clone()));
        if homes.len() > HOMES {
            homes.pop_front();
        }
        parent
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
        if let Some(asked) = self.state().question.take() {
            asked.task.abort();
        }
    }
    /// The user interrupts instead of answering. A script hears of that by itself; compiled code waits for a line on its
    /// standard input, and would have to be ended with everything the session holds: it gets an empty one.
    pub async fn interrupt(&self) {
        let waits = self.state().question.take_if(|asked| asked.question.to_stdin && !asked.task.is_finished());
        if let Some(Asked { question, input, task }) = waits {
            task.abort();
            input.answer(&question, None).await;
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
        let Some(mut parent) = state.parent.clone() else { return };
        if let Output::Display { id: Some(id), update, .. } = &output {
            parent = self.home(id, *update, parent);
        }
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
        let (questions, answers) = (self.questions.clone(), self.answers.clone());
        self.withdraw();
        let (answered, to) = (question.clone(), input.clone());
        let task = tokio::spawn(async move {
            let line = match parent {
                Some(parent) => typed(&questions, &mut *answers.lock().await, &parent, &question).await,
                None => None,
            };
            input.answer(&question, line).await;
        });
        self.state().question = Some(Asked { question: answered, input: to, task: task.abort_handle() });
    }

    fn drained(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.iopub.catch_up())
    }
}

/// A client opens its sockets one after the other: the one for answers is waited for so long.
const LATE: u32 = 50;
const MOMENT: Duration = Duration::from_millis(20);

/// What the user types; none where the question cannot be asked.
async fn typed(questions: &Sender, answers: &mut Receiver, parent: &Request, question: &Question) -> Option<String> {
    // answers to questions that are not asked any more
    while tokio::time::timeout(Duration::from_millis(1), answers.next()).await.is_ok() {}
    let content = json!({ "prompt": question.prompt, "password": question.password });
    let mut asked = questions.ask("input_request", &content, parent);
    for _ in 0..LATE {
        if asked.is_some() {
            break;
        }
        tokio::time::sleep(MOMENT).await;
        asked = questions.ask("input_request", &content, parent);
    }
    let asked = asked?;
    loop {
        let reply = answers.next().await;
        // a client that says what it answers, the question or its cell, may be answering one of before
        let meant = reply.parent.is_empty() || reply.parent == asked || reply.parent == parent.id;
        if reply.kind == "input_reply" && meant {
            return Some(reply.text("value").to_string());
        }
    }
}
