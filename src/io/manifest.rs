//! The list of a sealed folder: what is in it, with checksums.
//!
//! ```text
//! gflow run, form 6
//! 36a76b4a75ce2f54 3875 run.json
//! 3f0c5d2a3a4b9e10 8412 arrays.npz
//! 9d1a3c5e7f901234 all of the above
//! ```
//!
//! Each line is the XXH64 of a part, its bytes, its name; the last is that of the lines before it, one checksum over all.
use super::checksum::xxh64;

/// Its name in the folder.
pub const MANIFEST: &str = "manifest.txt";

const END: &str = " all of the above\n";

/// A list as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// the first line: what the folder holds
    pub title: String,
    /// checksum, bytes and name of every part
    pub parts: Vec<(u64, u64, String)>,
}

impl Manifest {
    /// The list of some parts.
    pub fn of(title: &str, parts: &[(&str, Vec<u8>)]) -> Manifest {
        let part = |(name, bytes): &(&str, Vec<u8>)| (xxh64(bytes), bytes.len() as u64, name.to_string());
        Manifest { title: title.into(), parts: parts.iter().map(part).collect() }
    }
    /// The list as text.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.title);
        for (sum, bytes, name) in &self.parts {
            out += &format!("{sum:016x} {bytes} {name}\n");
        }
        out += &format!("{:016x}{END}", xxh64(out.as_bytes()));
        out
    }
    /// The list of a text; none unless it is the text of a list, byte for byte.
    pub fn read(text: &[u8]) -> Option<Manifest> {
        let text = std::str::from_utf8(text).ok()?;
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let title = lines.next()?.to_string();
        let mut lines: Vec<&str> = lines.collect();
        lines.pop()?;
        let part = |line: &&str| {
            let mut words = line.splitn(3, ' ');
            let sum = u64::from_str_radix(words.next()?, 16).ok()?;
            let bytes = words.next()?.parse().ok()?;
            Some((sum, bytes, words.next()?.to_string()))
        };
        let parts = lines.iter().map(part).collect::<Option<_>>()?;
        let read = Manifest { title, parts };
        (read.text() == text).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    #[test]
    fn any_other_byte_is_no_manifest() {
        let m = Manifest::of("a title", &[("one", vec![1, 2]), ("two words", vec![])]);
        let text = m.text().into_bytes();
        assert_eq!(Manifest::read(&text), Some(m));
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut damaged = text.clone();
                damaged[at] ^= 1 << bit;
                assert_eq!(Manifest::read(&damaged), None, "{}", String::from_utf8_lossy(&damaged));
            }
            assert_eq!(Manifest::read(&text[..at]), None);
        }
    }
}
