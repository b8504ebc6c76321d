//! A script as jobs run it.
use crate::digest::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A script with all that it imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// its file without folder and ending
    pub name: String,
    /// where it is
    pub path: PathBuf,
    /// of its text and those of its imports
    pub hash: String,
    /// names that it reads by `param`; none where they are not written in it
    pub parameters: Option<BTreeSet<String>>,
}

impl Script {
    /// A script of a text and the texts that it imports, in any order.
    pub fn new(path: PathBuf, text: &str, imports: &[String], parameters: Option<BTreeSet<String>>) -> Script {
        let name = path.file_stem().map_or("script".into(), |s| s.to_string_lossy().into_owned());
        let mut sums: Vec<String> = imports.iter().map(|t| sha256(t.as_bytes())).collect();
        sums.sort();
        sums.insert(0, sha256(text.as_bytes()));
        Script { name, path, hash: sha256(sums.join("\n").as_bytes()), parameters }
    }
}
