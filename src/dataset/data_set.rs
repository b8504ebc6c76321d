//! A data set as data: its entry, what it is called with, and how it is drawn.
use super::rows::Rows;
use crate::catalogue::{Entry, Given};
use crate::error::{Error, Result};
use crate::random::Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// A data set with a name.
pub struct DataSet {
    /// help, completion, option checks and example
    pub entry: Entry,
    /// what it is called with, before the options
    pub arguments: &'static [Argument],
    /// how it is drawn from them
    pub draw: Draw,
}

/// One argument: what messages call it, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// `data::gaussian d`
    pub what: &'static str,
    /// what it is
    pub kind: Kind,
    /// whether it may be left out
    pub optional: bool,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// a whole number ≥ 0
    Count,
    /// a number
    Number,
    /// a sample
    Rows,
    /// a file that is read
    Path,
}

impl Argument {
    /// A whole number ≥ 0.
    pub const fn count(what: &'static str) -> Argument {
        Argument { what, kind: Kind::Count, optional: false }
    }
    /// A number.
    pub const fn number(what: &'static str) -> Argument {
        Argument { what, kind: Kind::Number, optional: false }
    }
    /// A sample.
    pub const fn rows(what: &'static str) -> Argument {
        Argument { what, kind: Kind::Rows, optional: false }
    }
    /// A file that is read.
    pub const fn path(what: &'static str) -> Argument {
        Argument { what, kind: Kind::Path, optional: false }
    }
    /// The same, which may be left out.
    pub const fn or_none(self) -> Argument {
        Argument { optional: true, ..self }
    }
}

/// An argument as it was given.
#[derive(Clone, Debug)]
pub enum Value {
    /// a whole number ≥ 0
    Count(usize),
    /// a number
    Number(f64),
    /// a sample
    Rows(Rows),
    /// a file that is read
    Path(PathBuf),
}

/// A sample, and its classes in order if there are any.
pub type Labelled = (Rows, Option<Classes>);

/// A class for every point.
#[derive(Clone, Debug, PartialEq)]
pub enum Classes {
    /// by numbers
    Numbers(Vec<f64>),
    /// by names: each name once, and which of them it is
    Names(Vec<String>, Vec<u32>),
}

impl Classes {
    /// How many points have one.
    pub fn len(&self) -> usize {
        match self {
            Classes::Numbers(l) => l.len(),
            Classes::Names(_, l) => l.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<u8>> for Classes {
    fn from(labels: Vec<u8>) -> Classes {
        Classes::Numbers(labels.into_iter().map(f64::from).collect())
    }
}

/// How a data set is drawn, and what it is.
#[derive(Clone, Copy)]
pub enum Draw {
    /// a sample, from a fresh stream of random numbers
    Random(fn(&Call, &mut Rng) -> Result<Rows>),
    /// a sample, the same every time
    Fixed(fn(&Call) -> Result<Rows>),
    /// classes of points, in their order
    Labels(fn(&Call) -> Result<Vec<u8>>),
    /// a sample, with classes if there are any
    Labelled(fn(&Call) -> Result<Labelled>),
}

/// The arguments and options of one call.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// in the order of [`DataSet::arguments`], without optional ones that were left out
    pub values: Vec<Value>,
    /// the options
    pub options: Given,
}

impl Call {
    fn missing(i: usize) -> Error {
        Error::data("data set", format!("argument {i} is missing or of another kind"))
    }
    /// The i-th argument, a whole number. Errors if it is none.
    pub fn count(&self, i: usize) -> Result<usize> {
        match self.values.get(i) {
            Some(Value::Count(n)) => Ok(*n),
            _ => Err(Call::missing(i)),
        }
    }
    /// The i-th argument, a number. Errors if it is none.
    pub fn number(&self, i: usize) -> Result<f64> {
        match self.values.get(i) {
            Some(Value::Number(v)) => Ok(*v),
            _ => Err(Call::missing(i)),
        }
    }
    /// The i-th argument, a sample. Errors if it is none.
    pub fn rows(&self, i: usize) -> Result<&Rows> {
        match self.values.get(i) {
            Some(Value::Rows(r)) => Ok(r),
            _ => Err(Call::missing(i)),
        }
    }
    /// The i-th argument, a file, if it was given.
    pub fn path(&self, i: usize) -> Option<&PathBuf> {
        match self.values.get(i) {
            Some(Value::Path(p)) => Some(p),
            _ => None,
        }
    }
    /// The options over their defaults.
    ///
    /// # Errors
    /// An option that has not the type of its field.
    pub fn options<T: DeserializeOwned + Serialize + Default>(&self) -> Result<T> {
        self.options.typed()
    }
}
