//! The sockets that answer: requests in, what is malformed dropped, replies out.
use super::iopub::Iopub;
use super::message::{Request, Session};
use crate::protocol::Failure;
use crate::zmtp::{Address, REQUEST, Received, Replies, Router, route};
use serde_json::Value;
use std::sync::Arc;

/// Messages that were dropped are reported so often: who floods the kernel does not flood its log.
const REPORTED: u32 = 20;

/// The receiving half of a socket that answers.
pub struct Receiver {
    router: Router,
    answers: Sender,
    /// where those who look on are told of what is refused
    iopub: Option<Iopub>,
    dropped: u32,
}

impl Receiver {
    /// The next request; what is malformed, wrongly signed or a copy is reported and dropped.
    pub async fn next(&mut self) -> Request {
        loop {
            let Some(Received { origin, parts, too_long }) = self.router.next().await else {
                // the socket is gone, which does not happen while the kernel runs
                std::future::pending::<()>().await;
                continue;
            };
            let read = match too_long {
                None => Request::read(origin, parts, &self.answers.session.signer),
                Some(bytes) => match Request::of_too_long(origin, parts) {
                    Ok(request) => {
                        self.refuse(&request, bytes);
                        continue;
                    }
                    Err(e) => Err(e),
                },
            };
            match read {
                Ok(request) => return request,
                Err(e) => self.report(&e),
            }
        }
    }

    /// Tells a client that its message is too long: a cell would wait for its reply for ever.
    fn refuse(&self, request: &Request, bytes: u64) {
        let most = REQUEST.bytes;
        let failure = Failure::plain("TooLong", format!("the message has {bytes} bytes, {most} are the most"));
        let Some(kind) = request.kind.strip_suffix("_request") else { return };
        let mut content = failure.content();
        content["status"] = "error".into();
        if let Some(iopub) = &self.iopub {
            iopub.status(request, "busy");
            iopub.publish(request, "error", failure.content());
        }
        self.answers.send(&format!("{kind}_reply"), content, request);
        if let Some(iopub) = &self.iopub {
            iopub.status(request, "idle");
        }
    }

    fn report(&mut self, why: &str) {
        self.dropped = self.dropped.saturating_add(1);
        match self.dropped {
            n if n < REPORTED => eprintln!("gflow-kernel: dropped a message: {why}"),
            REPORTED => eprintln!("gflow-kernel: dropped a message: {why}; further ones are not reported"),
            _ => {}
        }
    }
}

/// The sending half, shared by the tasks that answer.
#[derive(Clone)]
pub struct Sender {
    replies: Replies,
    session: Arc<Session>,
}

impl Sender {
    /// Answers a request. Who has left gets no answer.
    pub fn send(&self, kind: &str, content: Value, to: &Request) {
        let draft = self.session.draft(kind, &content, Some(to));
        self.replies.answer(&to.origin, &draft.encode_for(&self.session.signer, to));
    }

    /// Asks the client of a request, who is known by the same name at every socket; gives the name of the question, none
    /// where the client does not listen.
    pub fn ask(&self, kind: &str, content: &Value, of: &Request) -> Option<String> {
        let draft = self.session.draft(kind, content, Some(of));
        let bytes = draft.encode_for(&self.session.signer, of);
        self.replies.address(&of.origin.identity, &bytes).then_some(draft.id)
    }
}

/// Opens a socket that answers; those who look on at `iopub` are told of what is refused here.
///
/// # Errors
/// The address cannot be taken.
pub async fn open(
    address: &Address,
    session: &Arc<Session>,
    iopub: Option<&Iopub>,
) -> std::io::Result<(Sender, Receiver)> {
    let (replies, router) = route(address).await?;
    let answers = Sender { replies, session: session.clone() };
    Ok((answers.clone(), Receiver { router, answers, iopub: iopub.cloned(), dropped: 0 }))
}
