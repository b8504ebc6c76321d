//! Texts without repetition, numbered: a column of texts is a list of such numbers, so that equal texts are equal numbers.
use crate::memory;
use std::hash::{BuildHasher, RandomState};

/// Different texts in one, so that a million of them are two requests for memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    text: String,
    ends: Vec<usize>,
}

impl Words {
    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// The text of a number; empty for one that there is not.
    pub fn get(&self, code: u32) -> &str {
        let i = code as usize;
        let from = i.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(0));
        self.ends.get(i).map_or("", |to| &self.text[from..*to])
    }
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| &self.text[from..*to])
    }
}

/// A place of the table that holds no number.
const FREE: u32 = u32::MAX;

/// Numbers texts in the order in which they come: a table of places beside the texts, half of it free. What is hashed comes
/// from files, so the hash is one that nobody can foresee.
#[derive(Debug)]
pub struct Interner {
    words: Words,
    places: Vec<u32>,
    state: RandomState,
}

impl Default for Interner {
    fn default() -> Interner {
        Interner { words: Words::default(), places: vec![FREE; 16], state: RandomState::new() }
    }
}

impl Interner {
    /// One that goes on from texts that have their numbers.
    ///
    /// # Errors
    /// Says what memory there is not.
    pub fn of(words: &Words) -> Result<Interner, String> {
        let mut out = Interner::default();
        for word in words.iter() {
            out.add(word)?;
        }
        Ok(out)
    }
    /// Where a text stands, or would.
    fn place(&self, text: &str) -> usize {
        let mask = self.places.len() - 1;
        let mut at = self.state.hash_one(text) as usize & mask;
        while self.places[at] != FREE && self.words.get(self.places[at]) != text {
            at = (at + 1) & mask;
        }
        at
    }
    /// The number of a text that has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        Some(self.places[self.place(text)]).filter(|code| *code != FREE)
    }
    /// The number of a text, a new one where it has none.
    ///
    /// # Errors
    /// Says what memory there is not, or that there are more texts than numbers.
    pub fn add(&mut self, text: &str) -> Result<u32, String> {
        let at = self.place(text);
        if self.places[at] != FREE {
            return Ok(self.places[at]);
        }
        let code = u32::try_from(self.words.len()).ok().filter(|c| *c < FREE - 1);
        let code = code.ok_or("a column has more than 4,294,967,294 different texts")?;
        self.keep(text)?;
        self.places[at] = code;
        if 2 * self.words.len() > self.places.len() {
            self.grow()?;
        }
        Ok(code)
    }
    fn keep(&mut self, text: &str) -> Result<(), String> {
        let words = &mut self.words;
        if words.text.capacity() - words.text.len() < text.len() {
            let more = text.len().max(words.text.len());
            if let Some(reason) = memory::refusal(memory::product(&[words.text.len() + more])) {
                return Err(format!("its texts {reason}"));
            }
            words.text.reserve_exact(more);
        }
        memory::reserve(&mut words.ends, 1).map_err(|reason| format!("its texts {reason}"))?;
        words.text.push_str(text);
        words.ends.push(words.text.len());
        Ok(())
    }
    fn grow(&mut self) -> Result<(), String> {
        let size = 2 * self.places.len();
        if let Some(reason) = memory::refusal(memory::product(&[size, 4])) {
            return Err(format!("its texts {reason}"));
        }
        self.places = vec![FREE; size];
        let mask = size - 1;
        for (code, word) in self.words.iter().enumerate() {
            let mut at = self.state.hash_one(word) as usize & mask;
            while self.places[at] != FREE {
                at = (at + 1) & mask;
            }
            self.places[at] = code as u32;
        }
        Ok(())
    }
    /// The texts.
    pub fn finish(self) -> Words {
        self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbered_once() {
        let mut interner = Interner::default();
        for round in 0..2 {
            for i in 0..5000u32 {
                assert_eq!(interner.add(&format!("word {i}")), Ok(i), "round {round}");
            }
        }
        assert_eq!((interner.find("word 77"), interner.find("word"), interner.add("")), (Some(77), None, Ok(5000)));
        let words = interner.finish();
        assert_eq!((words.len(), words.get(77), words.get(5000), words.get(9000)), (5001, "word 77", "", ""));
        assert_eq!(words.iter().nth(4999), Some("word 4999"));
        assert_eq!(Interner::of(&words).map(Interner::finish).as_ref(), Ok(&words));
        assert!(Words::default().is_empty());
    }
}
