//! Jupyter's messages: what a client asks, read leniently, and what it is told.
use super::date;
use super::signer::Signer;
use crate::zmtp::{Origin, Parts, encode};
use serde_json::{Value, json};

/// Between the addresses of a message and the message.
const DELIMITER: &[u8] = b"<IDS|MSG>";

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

/// A message of a client.
pub struct Request {
    /// its type
    pub kind: String,
    /// its content
    pub content: Value,
    /// the name it is known by
    pub id: String,
    /// what it answers, if it says so
    pub parent: String,
    /// where it came from
    pub origin: Origin,
    /// addresses before the delimiter, which an answer repeats
    addresses: Parts,
    /// as it came: answers repeat it
    header: Vec<u8>,
}

impl Request {
    /// Reads a message that is whole, signed, and not a copy; its sender is no stranger from then on.
    ///
    /// # Errors
    /// What it is instead.
    pub fn read(origin: Origin, mut parts: Parts, signer: &Signer) -> Result<Request, String> {
        let at = parts.iter().position(|p| p == DELIMITER).ok_or("it has no delimiter")?;
        let Some([signature, header, parent, metadata, content]) =
            parts.get(at + 1..).and_then(|p| p.first_chunk::<5>())
        else {
            return Err("it has fewer than five parts behind the delimiter".into());
        };
        signer.verify(signature, [header, parent, metadata, content])?;
        let (kind, id) = names(header)?;
        let content = json("content", content)?;
        let parent = serde_json::from_slice::<Value>(parent).unwrap_or_default();
        origin.trust();
        let parent = parent["msg_id"].as_str().unwrap_or_default().to_string();
        let header = std::mem::take(&mut parts[at + 2]);
        parts.truncate(at);
        Ok(Request { kind, content, id, parent, origin, addresses: parts, header })
    }

    /// What is known of a message that is too long to be read: enough to say so to the client that sent it. Nothing of it
    /// has been verified, and nothing is done for it.
    ///
    /// # Errors
    /// Not even its header is there.
    pub fn of_too_long(origin: Origin, mut parts: Parts) -> Result<Request, String> {
        let at = parts.iter().position(|p| p == DELIMITER).ok_or("it has no delimiter")?;
        let header = parts.get(at + 2).cloned().ok_or("its header is too long")?;
        let (kind, id) = names(&header)?;
        parts.truncate(at);
        Ok(Request { kind, content: Value::Null, id, parent: String::new(), origin, addresses: parts, header })
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

fn json(name: &str, part: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<Value>(part).map_err(|e| format!("its {name} is no JSON: {e}"))
}

/// The type of a message and the name it is known by.
fn names(header: &[u8]) -> Result<(String, String), String> {
    let head = json("header", header)?;
    // answers repeat it, and clients fail at such a date, not only the one that sent it
    if !date::are_dates(&head) {
        return Err("its header has a date that is none".into());
    }
    let text = |name: &str| head[name].as_str().map(str::to_string).ok_or(format!("its header has no {name}"));
    Ok((text("msg_type")?, text("msg_id")?))
}

/// A message to a client.
pub struct Draft {
    /// the name it is known by
    pub id: String,
    header: Vec<u8>,
    parent: Vec<u8>,
    content: Vec<u8>,
}

impl Draft {
    /// A message of a session, as one that belongs to a request or to none.
    pub fn new(session: &str, kind: &str, content: &Value, parent: Option<&Request>) -> Draft {
        let id = uuid::Uuid::new_v4().to_string();
        let header = json!({
            "msg_id": id,
            "session": session,
            "username": "gflow",
            "date": date::now(),
            "msg_type": kind,
            "version": super::info::PROTOCOL,
        });
        let parent = parent.map_or(b"{}".to_vec(), |p| p.header.clone());
        Draft { id, header: header.to_string().into_bytes(), parent, content: content.to_string().into_bytes() }
    }

    /// As it goes over the wire, behind these addresses.
    pub fn encode(&self, signer: &Signer, addresses: &[Vec<u8>]) -> Vec<u8> {
        let four: [&[u8]; 4] = [&self.header, &self.parent, b"{}", &self.content];
        let signature = signer.sign(four);
        let mut parts: Vec<&[u8]> = addresses.iter().map(Vec::as_slice).collect();
        parts.extend([DELIMITER, signature.as_bytes()]);
        parts.extend(four);
        encode(&parts)
    }

    /// The answer to a request.
    pub fn encode_for(&self, signer: &Signer, to: &Request) -> Vec<u8> {
        self.encode(signer, &to.addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zmtp::fuzz::{Random, tries};

    fn signed(signer: &Signer, four: &[Vec<u8>; 4]) -> Parts {
        let signature = signer.sign([&four[0], &four[1], &four[2], &four[3]]).into_bytes();
        let mut parts = vec![b"address".to_vec(), DELIMITER.to_vec(), signature];
        parts.extend(four.iter().cloned());
        parts
    }

    /// Whatever stands in a message, with the key or without, it is a request or an error; and what is said to it is a
    /// message again.
    #[test]
    fn messages_made_of_others() {
        let (signer, mut random) = (Signer::new("key"), Random::new(17));
        let header = br#"{"msg_id":"a","msg_type":"execute_request","session":"s","username":"u","version":"5.4","date":"2026-01-01T00:00:00Z"}"#;
        let content =
            r#"{"code":"1 + λ","silent":false,"user_expressions":{"a":"1"},"allow_stdin":true,"n":[1,2e3,null]}"#;
        let whole = [header.to_vec(), b"{}".to_vec(), b"{}".to_vec(), content.as_bytes().to_vec()];
        let (mut read, mut refused) = (0, 0);
        for i in 0..tries() {
            let mut four = whole.clone();
            if i % 7 > 0 {
                let k = random.below(4);
                random.change(&mut four[k], content.as_bytes());
            }
            let mut parts = signed(&signer, &four);
            match random.below(8) {
                0 => drop(parts.remove(random.below(parts.len()))),
                1 => {
                    let k = random.below(parts.len());
                    random.change(&mut parts[k], header);
                }
                2 => parts.push(vec![0; 10]),
                _ => {}
            }
            match Request::read(Origin::nobody(), parts, &signer) {
                Err(_) => refused += 1,
                Ok(request) => {
                    read += 1;
                    let draft = Draft::new("session", "execute_reply", &request.content, Some(&request));
                    assert!(serde_json::from_slice::<Value>(&draft.parent).is_ok());
                    assert!(!draft.encode_for(&signer, &request).is_empty());
                    // the same once more is a copy
                    let copy = signed(&signer, &[request.header, b"{}".to_vec(), b"{}".to_vec(), b"{}".to_vec()]);
                    let _ = Request::read(Origin::nobody(), copy.clone(), &signer);
                    assert!(Request::read(Origin::nobody(), copy, &signer).is_err());
                }
            }
        }
        assert!(read > tries() / 100 && refused > tries() / 4, "{read} read, {refused} refused");
    }
}
