//! SHA-256, by which files are known.
use crate::interrupt;
use ring::digest::{Context, SHA256};
use std::io::{Read, Result};

/// The checksum of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut sum = Context::new(&SHA256);
    sum.update(bytes);
    words(sum)
}

/// The checksum of all that can be read.
///
/// # Errors
/// What cannot be read; an interrupt.
pub fn sha256_of(mut from: impl Read) -> Result<String> {
    let (mut sum, mut buffer) = (Context::new(&SHA256), vec![0; 1 << 18]);
    loop {
        interrupt::poll().map_err(std::io::Error::other)?;
        match from.read(&mut buffer)? {
            0 => return Ok(words(sum)),
            n => sum.update(&buffer[..n]),
        }
    }
}

fn words(sum: Context) -> String {
    sum.finish().as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B: "abc", and a million times "a".
    #[test]
    fn known_sums() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let million = vec![b'a'; 1_000_000];
        assert_eq!(
            sha256_of(&million[..]).unwrap(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }
}
