//! Signatures of messages: HMAC-SHA256 with the key of the connection file. What carries one twice is a copy.
use ring::hmac;
use std::collections::{HashSet, VecDeque};
use std::fmt::Write;
use std::sync::Mutex;

/// Signatures that are remembered.
const REMEMBERED: usize = 1 << 16;
/// Bytes of a signature.
const LENGTH: usize = 32;

/// Signs and verifies.
pub struct Signer {
    /// none: the connection file has no key
    key: Option<hmac::Key>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    all: HashSet<[u8; LENGTH]>,
    order: VecDeque<[u8; LENGTH]>,
}

impl Signer {
    /// With a key; an empty one signs nothing.
    pub fn new(key: &str) -> Signer {
        let key = (!key.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()));
        Signer { key, seen: Mutex::default() }
    }

    /// The signature of a message, in hexadecimal digits.
    pub fn sign(&self, parts: [&[u8]; 4]) -> String {
        let Some(key) = &self.key else { return String::new() };
        let mut context = hmac::Context::with_key(key);
        parts.iter().for_each(|p| context.update(p));
        context.sign().as_ref().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Verifies a signature that has not been used yet; it is used from then on.
    ///
    /// # Errors
    /// Why the message is not to be trusted.
    pub fn verify(&self, signature: &[u8], parts: [&[u8]; 4]) -> Result<(), &'static str> {
        let Some(key) = &self.key else { return Ok(()) };
        let digest = digits(signature).ok_or("its signature is none")?;
        // in constant time: how much of it is right cannot be measured
        hmac::verify(key, &parts.concat(), &digest).map_err(|_| "its signature is wrong")?;
        let mut seen = self.seen.lock().unwrap_or_else(|p| p.into_inner());
        if !seen.all.insert(digest) {
            return Err("it is the copy of a message that came before");
        }
        seen.order.push_back(digest);
        if seen.order.len() > REMEMBERED
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.all.remove(&oldest);
        }
        Ok(())
    }
}

fn digits(text: &[u8]) -> Option<[u8; LENGTH]> {
    let mut out = [0; LENGTH];
    if text.len() != 2 * LENGTH {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.chunks(2)) {
        let digit = |c: u8| char::from(c).to_digit(16);
        *byte = u8::try_from(16 * digit(pair[0])? + digit(pair[1])?).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_4231_and_hold_once() {
        // test case 2 of RFC 4231
        let signer = Signer::new("Jefe");
        let parts: [&[u8]; 4] = [b"what do ya ", b"want ", b"for ", b"nothing?"];
        let right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signer.sign(parts), right);
        let wrong = right.replace("5b", "5c");
        for bad in [wrong.as_str(), "", "5b", &right[1..], &right.replace('c', "x")] {
            assert!(signer.verify(bad.as_bytes(), parts).is_err(), "{bad}");
        }
        assert_eq!(signer.verify(right.as_bytes(), parts), Ok(()));
        assert!(signer.verify(right.to_uppercase().as_bytes(), parts).unwrap_err().contains("copy"));
        let open = Signer::new("");
        assert!(open.sign(parts).is_empty() && open.verify(b"", parts).is_ok() && open.verify(b"", parts).is_ok());
    }

    #[test]
    fn no_more_signatures_are_remembered_than_that() {
        let signer = Signer::new("k");
        for i in 0..REMEMBERED + 10 {
            let text = i.to_string();
            let parts: [&[u8]; 4] = [text.as_bytes(), b"", b"", b""];
            signer.verify(signer.sign(parts).as_bytes(), parts).unwrap();
        }
        let seen = signer.seen.lock().unwrap();
        assert!(seen.all.len() == REMEMBERED && seen.order.len() == REMEMBERED);
    }
}
