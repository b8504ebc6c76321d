//! Data sets that the user names: a JSON file of addresses and checksums.
//!
//! ```json
//! { "cells": { "train": [{ "url": "https://example.org/cells.h5ad", "sha256": "…" }],
//!              "options": { "labels": "louvain" } } }
//! ```
//! Under a known name, the files of a part stand in place of those of the publisher.
use super::known::File;
use crate::error::{Error, Result};
use crate::input::{excerpt, text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The longest list.
const LONGEST: u64 = 1 << 20;

/// A file as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: String,
    sha256: String,
    #[serde(default)]
    file: Option<String>,
}

/// How a data set that is read by its extension is read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// the option `labels` of `io::load`
    pub labels: Option<crate::io::Column>,
    /// the option `array` of `io::load`
    pub array: Option<String>,
}

/// A data set as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Entry {
    train: Vec<Written>,
    test: Vec<Written>,
    options: Options,
}

/// A data set of the list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// of each part that it has, the files
    pub parts: BTreeMap<String, Vec<File>>,
    /// how they are read
    pub options: Options,
}

/// The data sets of a list; none where there is no such file.
///
/// # Errors
/// What cannot be read, or is no list.
pub fn read(path: &Path) -> Result<BTreeMap<String, Listed>> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let bad = |reason: String| Error::io("read", path, reason);
    let written = text(path, LONGEST)?;
    let entries: BTreeMap<String, Entry> =
        serde_json::from_str(&written).map_err(|e| bad(format!("it is no list of data sets: {e}")))?;
    let mut out = BTreeMap::new();
    for (name, entry) in entries {
        let mut listed = Listed { options: entry.options, ..Listed::default() };
        for (part, files) in [("train", entry.train), ("test", entry.test)] {
            let files: Result<Vec<File>> =
                files.into_iter().map(|f| file(f).map_err(|e| bad(format!("`{}`: {e}", excerpt(&name))))).collect();
            listed.parts.insert(part.into(), files?);
        }
        listed.parts.retain(|_, files| !files.is_empty());
        out.insert(name, listed);
    }
    Ok(out)
}

fn file(written: Written) -> std::result::Result<File, String> {
    let Written { url, sha256, file } = written;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(format!("`{}` is no address of the web, expected https://…", excerpt(&url)));
    }
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(format!(
            "`{}` is no SHA-256, expected 64 hexadecimal digits (sha256sum prints them)",
            excerpt(&sha256)
        ));
    }
    let last = url.split(['?', '#']).next().and_then(|u| u.rsplit('/').next()).unwrap_or("").to_string();
    let name = file.unwrap_or(last);
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
        && !name.starts_with('.');
    if !plain {
        return Err(format!("`{}` is no plain name of a file: \"file\" gives one", excerpt(&name)));
    }
    Ok(File { name, addresses: vec![url], sums: vec![sha256.to_lowercase()] })
}
