//! The sockets that answer: requests in, what is malformed dropped, replies out.
use super::message::{Draft, Request};
use super::signer::Signer;
use crate::zmtp::{Address, Replies, Router, route};
use serde_json::Value;
use std::sync::Arc;

/// Messages that were dropped are reported so often: who floods the kernel does not flood its log.
const REPORTED: u32 = 20;

/// What all sockets of a kernel share.
pub struct Session {
    /// signs and verifies
    pub signer: Signer,
    /// the name of this kernel in its messages
    pub id: String,
}

impl Session {
    /// A message of this kernel.
    pub fn draft(&self, kind: &str, content: &Value, parent: Option<&Request>) -> Draft {
        Draft::new(&self.id, kind, content, parent)
    }
}

/// The receiving half of a socket that answers.
pub struct Receiver {
    router: Router,
    session: Arc<Session>,
    dropped: u32,
}

impl Receiver {
    /// The next request; what is malformed, wrongly signed or a copy is reported and dropped.
    pub async fn next(&mut self) -> Request {
        loop {
            let Some((origin, parts)) = self.router.next().await else {
                // the socket is gone, which does not happen while the kernel runs
                std::future::pending::<()>().await;
                continue;
            };
            match Request::read(origin, parts, &self.session.signer) {
                Ok(request) => return request,
                Err(e) => self.report(&e),
            }
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

/// Opens a socket that answers.
///
/// # Errors
/// The address cannot be taken.
pub async fn open(address: &Address, session: &Arc<Session>) -> std::io::Result<(Sender, Receiver)> {
    let (replies, router) = route(address).await?;
    let session = session.clone();
    Ok((Sender { replies, session: session.clone() }, Receiver { router, session, dropped: 0 }))
}
