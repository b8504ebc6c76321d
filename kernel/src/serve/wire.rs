//! Messages on the wire, read leniently: clients leave out optional fields, and no message is lost for that.
use jupyter_protocol::messaging::{Header, JupyterMessage, JupyterMessageContent, UnknownMessage};
use jupyter_zmq_client::{Connection, RawMessage};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use zeromq::{RouterRecvHalf, RouterSendHalf, RouterSocket, SocketRecv, SocketSend};

/// A message of a client, its content as it came.
pub struct Request {
    /// its type
    pub kind: String,
    /// its content
    pub content: Value,
    message: JupyterMessage,
}

impl Request {
    /// A message that answers this one; `routed` to the client that sent it.
    pub fn child(&self, kind: &str, content: Value, routed: bool) -> JupyterMessage {
        let content = JupyterMessageContent::UnknownMessage(UnknownMessage { msg_type: kind.into(), content });
        let mut message = JupyterMessage::new(content, Some(&self.message));
        if routed {
            message.zmq_identities.clone_from(&self.message.zmq_identities);
        } else {
            message.zmq_identities.clear();
        }
        message
    }
    /// Whether a flag of its content is set.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.content[name].as_bool().unwrap_or(default)
    }
    /// A text of its content; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.content[name].as_str().unwrap_or_default()
    }
}

fn parse(raw: RawMessage) -> Result<Request, String> {
    let part =
        |i: usize| serde_json::from_slice::<Value>(&raw.jparts[i]).map_err(|e| format!("part {i} is no JSON: {e}"));
    let mut header = part(0)?;
    let content = part(3)?;
    let kind = header["msg_type"].as_str().ok_or("the header has no msg_type")?.to_string();
    if let Some(h) = header.as_object_mut() {
        for (key, default) in [
            ("username", json!("")),
            ("version", json!("5.4")),
            ("date", json!("1970-01-01T00:00:00Z")),
            ("session", json!("")),
        ] {
            h.entry(key).or_insert(default);
        }
    }
    let header: Header = serde_json::from_value(header).map_err(|e| format!("the header is not one: {e}"))?;
    let unknown = UnknownMessage { msg_type: kind.clone(), content: Value::Null };
    let message = JupyterMessage {
        zmq_identities: raw.zmq_identities,
        header,
        parent_header: None,
        metadata: json!({}),
        content: JupyterMessageContent::UnknownMessage(unknown),
        buffers: vec![],
        channel: None,
    };
    Ok(Request { kind, content, message })
}

/// The next message that is one; what is malformed or wrongly signed is reported and dropped.
pub async fn receive<S: SocketRecv>(c: &mut Connection<S>) -> Request {
    loop {
        let raw = match c.socket.recv().await {
            Ok(raw) => raw,
            Err(e) => {
                eprintln!("gflow-kernel: a message could not be received: {e}");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                continue;
            }
        };
        match RawMessage::from_multipart(raw, &c.mac).map_err(|e| e.to_string()).and_then(parse) {
            Ok(request) => return request,
            Err(e) => eprintln!("gflow-kernel: dropped a message: {e}"),
        }
    }
}

/// The receiving half of a socket that answers.
pub struct Receiver(Connection<RouterRecvHalf>);

impl Receiver {
    /// The next request.
    pub async fn next(&mut self) -> Request {
        receive(&mut self.0).await
    }
}

/// The sending half, shared by the tasks that answer.
pub struct Sender(Mutex<Connection<RouterSendHalf>>);

impl Sender {
    /// Answers a request.
    pub async fn send(&self, kind: &str, content: Value, to: &Request) {
        if let Err(e) = self.0.lock().await.send(to.child(kind, content, true)).await {
            eprintln!("gflow-kernel: a {kind} could not be sent: {e}");
        }
    }
}

/// The halves of a socket that answers.
pub fn split(c: Connection<RouterSocket>) -> (Sender, Receiver) {
    let (out, into) = c.split();
    (Sender(Mutex::new(out)), Receiver(into))
}

/// Sends on a socket that is not shared.
pub async fn send<S: SocketSend>(c: &mut Connection<S>, message: JupyterMessage) -> bool {
    c.send(message).await.is_ok()
}
