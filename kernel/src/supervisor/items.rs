//! What the display is to show, in order.
use crate::protocol::{Failure, Output};
use serde_json::Value;
use tokio::sync::oneshot;

/// A question of the running cell to the user.
#[derive(Clone, Debug)]
pub struct Question {
    /// what is asked
    pub prompt: String,
    /// the answer is not to be seen
    pub password: bool,
    /// asked by compiled code, which reads the answer from its standard input
    pub to_stdin: bool,
    /// the number of the session process that asks
    pub generation: u64,
}

/// The answer to a request.
pub(super) type Answer = Result<Value, Failure>;

/// One thing to show.
pub(super) enum Item {
    Output(Output),
    Question(Question),
    /// everything before it has been shown once this is reached
    Reply(oneshot::Sender<Answer>, Answer),
}
