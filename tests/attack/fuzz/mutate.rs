//! Inputs made of others: bits, bytes and numbers changed, pieces cut, doubled, moved and taken from elsewhere, words of the
//! format put in.
use gflow::random::{self, Rng};
use rand::Rng as _;

/// No input grows beyond this: what is slow there is slow in a large file as well, and shows as a missed deadline.
const LONGEST: usize = 1 << 16;

/// Numbers at which sizes and counts break, in decimals.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "6148914691236517206",
    "1e308",
    "1e999",
    "-0.0",
    "5e-324",
    "nan",
];

/// The same as bytes.
const SIZES: &[u64] = &[
    0,
    1,
    2,
    127,
    128,
    255,
    256,
    0x7FFF,
    0xFFFF,
    0x1_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x1_0000_0000,
    u64::MAX >> 1,
    u64::MAX,
];

/// Makes inputs, the same ones for a seed.
pub struct Mutator {
    pub rng: Rng,
}

impl Mutator {
    pub fn new(seed: u64) -> Mutator {
        Mutator { rng: random::rng(16, seed) }
    }
    /// Below n, or 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.rng.random_range(0..n) }
    }
    pub fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let i = self.below(of.len());
        &of[i]
    }
    /// A range of b, short ones more often.
    fn range(&mut self, b: &[u8]) -> std::ops::Range<usize> {
        let from = self.below(b.len());
        let longest = if self.chance(4) { b.len() } else { 16 };
        from..(from + 1 + self.below(longest)).min(b.len())
    }

    /// One of the inputs, changed a few times.
    pub fn mutate(&mut self, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut out = self.one(corpus).clone();
        loop {
            self.change(&mut out, corpus, words);
            out.truncate(LONGEST);
            if self.chance(2) {
                return out;
            }
        }
    }

    fn change(&mut self, b: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&str]) {
        let at = self.below(b.len() + 1);
        match self.below(14) {
            0..3 if at < b.len() => b[at] ^= 1 << self.below(8),
            3 if at < b.len() => b[at] = *self.one(&[0, 1, 0x7F, 0x80, 0xFF, b' ', b'\n', b'"']),
            4 if at < b.len() => b[at] = self.rng.random(),
            5 => self.size(b, at),
            6 | 7 => self.number(b),
            8 => drop(b.drain(self.range(b))),
            9 => {
                let piece = b[self.range(b)].to_vec();
                let times = if self.chance(20) { 1 + self.below(4000) } else { 1 };
                put(b, at, &piece.repeat(times));
            }
            10 => b.truncate(at),
            11 => {
                let other = self.one(corpus);
                let piece = other[self.range(other)].to_vec();
                put(b, at, &piece);
            }
            _ if !words.is_empty() => {
                let word = self.one(words).as_bytes();
                let times = if self.chance(30) { 1 + self.below(4000) } else { 1 };
                if self.chance(2) && at + word.len() <= b.len() {
                    b[at..at + word.len()].copy_from_slice(word);
                } else {
                    put(b, at, &word.repeat(times));
                }
            }
            _ => {}
        }
    }

    /// A size over the bytes at a place, in any width and order.
    fn size(&mut self, b: &mut [u8], at: usize) {
        let width = *self.one(&[1, 2, 4, 8]);
        let len = b.len() as u64;
        let n = match self.below(4) {
            0 => len.wrapping_add(self.below(5) as u64).wrapping_sub(2),
            _ => *self.one(SIZES),
        };
        let Some(place) = b.get_mut(at..at + width) else { return };
        if self.chance(2) {
            place.copy_from_slice(&n.to_le_bytes()[..width]);
        } else {
            place.copy_from_slice(&n.to_be_bytes()[8 - width..]);
        }
    }

    /// A number that stands in the text becomes another.
    fn number(&mut self, b: &mut Vec<u8>) {
        let starts: Vec<usize> =
            (0..b.len()).filter(|i| b[*i].is_ascii_digit() && (*i == 0 || !b[*i - 1].is_ascii_digit())).collect();
        if starts.is_empty() {
            return;
        }
        let from = *self.one(&starts);
        let to = (from..b.len()).find(|i| !b[*i].is_ascii_digit()).unwrap_or(b.len());
        let text = if self.chance(4) { self.below(1 << 20).to_string() } else { self.one(NUMBERS).to_string() };
        b.splice(from..to, text.into_bytes());
    }
}

fn put(b: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let room = LONGEST.saturating_sub(b.len());
    b.splice(at..at, piece.iter().take(room).copied());
}
