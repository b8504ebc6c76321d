//! Vectors of numbers with names: what saved runs are made of.
use crate::error::{Error, Result};

/// A vector of numbers with a name, for saving what was trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// what it is, dots between the parts
    pub name: String,
    /// its entries
    pub data: Vec<f32>,
}

impl Named {
    /// A vector under a name.
    pub fn new(name: impl Into<String>, data: Vec<f32>) -> Named {
        Named { name: name.into(), data }
    }
}

/// The vectors saved under a prefix, without it.
pub fn under(state: &[Named], prefix: &str) -> Vec<Named> {
    let mine = |n: &Named| {
        n.name.strip_prefix(prefix)?.strip_prefix('.').map(|rest| Named { name: rest.into(), data: n.data.clone() })
    };
    state.iter().filter_map(mine).collect()
}

/// Vectors put under a prefix.
pub fn prefixed(state: Vec<Named>, prefix: &str) -> Vec<Named> {
    state.into_iter().map(|n| Named { name: format!("{prefix}.{}", n.name), data: n.data }).collect()
}

/// A saved vector as long as the parameters of its network; an error if there is none.
pub fn parameters(state: &[Named], name: &str, len: usize) -> Result<Vec<f32>> {
    match state.iter().find(|n| n.name == name && n.data.len() == len) {
        Some(n) => Ok(n.data.clone()),
        None => Err(Error::data("saved network", format!("`{name}` does not fit the network described beside it"))),
    }
}
