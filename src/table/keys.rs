//! Rows by what they hold in some columns: equal rows get equal numbers, which groups and joins count on.
use super::column::{Column, MISSING, Texts};
use super::words::Interner;
use crate::error::{Error, Result};
use crate::interrupt;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Numbers of rows, and how many different ones there may be.
pub struct Coded {
    /// of each row of each table
    pub codes: Vec<Vec<u32>>,
    /// all below it
    pub most: usize,
}

/// What a row is whose key is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// none that counts: [`MISSING`]
    Out,
    /// equal to the others
    Equal,
}

/// The halves of a product in each other: a hash of one number, quicker than that of any bytes. The seed is one that nobody
/// can foresee, so that no file can be made to have all its numbers in one place.
#[derive(Clone, Copy)]
struct Folding(u64);

impl BuildHasher for Folding {
    type Hasher = Folding;
    fn build_hasher(&self) -> Folding {
        *self
    }
}

impl Hasher for Folding {
    fn write_u64(&mut self, x: u64) {
        let wide = u128::from(x ^ self.0) * u128::from(GOLDEN);
        self.0 = (wide as u64) ^ (wide >> 64) as u64;
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

/// 2⁶⁴ by the golden ratio, odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Gives numbers to what is hashed.
struct Numbering(HashMap<u64, u32, Folding>);

impl Numbering {
    fn new() -> Numbering {
        Numbering(HashMap::with_hasher(Folding(RandomState::new().hash_one(0u64))))
    }
    fn of(&mut self, key: u64) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(key).or_insert(next)
    }
}

fn of_numbers(columns: &[&[f64]]) -> Result<Coded> {
    let mut numbering = Numbering::new();
    let mut codes = vec![];
    for column in columns {
        let mut out = Vec::with_capacity(column.len());
        for (i, x) in column.iter().enumerate() {
            interrupt::poll_each(i)?;
            // 0 and −0 are one
            out.push(if x.is_nan() { MISSING } else { numbering.of((x + 0.0).to_bits()) });
        }
        codes.push(out);
    }
    Ok(Coded { codes, most: numbering.0.len() })
}

fn of_texts(columns: &[&Texts]) -> Result<Coded> {
    let [first, rest @ ..] = columns else { return Ok(Coded { codes: vec![], most: 0 }) };
    let mut codes = vec![first.codes.to_vec()];
    if rest.is_empty() {
        return Ok(Coded { codes, most: first.words.len() });
    }
    let fail = |e: String| Error::data("a column of texts", e);
    let mut interner = Interner::of(&first.words).map_err(fail)?;
    for t in rest {
        let mut of_word = Vec::with_capacity(t.words.len());
        for (i, word) in t.words.iter().enumerate() {
            interrupt::poll_each(i)?;
            of_word.push(interner.add(word).map_err(fail)?);
        }
        codes.push(t.codes.iter().map(|c| of_word.get(*c as usize).copied().unwrap_or(MISSING)).collect());
    }
    Ok(Coded { codes, most: interner.finish().len() })
}

/// Numbers of the entries of columns of the same kind, alike in all of them.
fn of_columns(columns: &[&Column]) -> Result<Coded> {
    let (mut numbers, mut texts, mut truths) = (vec![], vec![], vec![]);
    for column in columns {
        match column {
            Column::Numbers(v) => numbers.push(&v[..]),
            Column::Texts(t) => texts.push(t),
            Column::Truths(v) => truths.push(v.iter().map(|t| t.map_or(MISSING, u32::from)).collect()),
        }
    }
    if !truths.is_empty() {
        return Ok(Coded { codes: truths, most: 2 });
    }
    if texts.is_empty() { of_numbers(&numbers) } else { of_texts(&texts) }
}

/// Numbers of pairs of numbers.
fn pairs(a: Coded, b: Coded) -> Result<Coded> {
    let wide = a.most as u64 * b.most.max(1) as u64;
    let rows: usize = a.codes.iter().map(Vec::len).sum();
    // pairs that may be few are their own numbers, the others are counted
    let direct = wide <= 4 * rows as u64 + 1024 && wide < u64::from(MISSING);
    let mut numbering = Numbering::new();
    let mut codes = vec![];
    for (of_a, of_b) in a.codes.iter().zip(&b.codes) {
        let mut out = Vec::with_capacity(of_a.len());
        for (i, (x, y)) in of_a.iter().zip(of_b).enumerate() {
            interrupt::poll_each(i)?;
            let pair = u64::from(*x) * b.most as u64 + u64::from(*y);
            out.push(match () {
                () if *x == MISSING || *y == MISSING => MISSING,
                () if direct => pair as u32,
                () => numbering.of(pair),
            });
        }
        codes.push(out);
    }
    Ok(Coded { codes, most: if direct { wide as usize } else { numbering.0.len() } })
}

/// Numbers of rows by several keys; each key has a column in each table, all of one kind.
///
/// # Errors
/// An interrupt, too little memory.
pub fn coded(keys: &[Vec<&Column>], gaps: Gaps) -> Result<Coded> {
    let mut all: Option<Coded> = None;
    for columns in keys {
        let mut one = of_columns(columns)?;
        if gaps == Gaps::Equal {
            let gap = one.most as u32;
            one.most += 1;
            one.codes.iter_mut().flatten().filter(|c| **c == MISSING).for_each(|c| *c = gap);
        }
        all = Some(match all {
            None => one,
            Some(before) => pairs(before, one)?,
        });
    }
    Ok(all.unwrap_or(Coded { codes: vec![], most: 0 }))
}
