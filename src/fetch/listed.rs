//! Data sets that the user names: a JSON file of addresses and checksums.
//!
//! ```json
//! { "cells": { "train": [{ "url": "https://example.org/cells.h5ad", "sha256": "…" }],
//!              "options": { "labels": "louvain" } } }
//! ```
//! Under a known name, the files of a part stand in place of those of the publisher. Only the entry that is asked for is
//! read: what is wrong with another one stops nobody.
use super::known::{File, PLAIN, is_plain};
use super::transfer::is_address;
use crate::error::{Error, Result};
use crate::input::{excerpt, text};
use crate::io::Wanted;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
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

/// A data set as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Entry {
    train: Vec<Written>,
    test: Vec<Written>,
    options: Wanted,
}

/// A data set of the list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// of each part that it has, the files
    pub parts: BTreeMap<String, Vec<File>>,
    /// how they are read, as by `io::load`
    pub options: Wanted,
}

/// What a list says.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// the names of all its data sets
    pub names: Vec<String>,
    /// the one that was asked for
    pub set: Option<Listed>,
}

/// Goes through a list: the names, and the entry of one of them.
struct Search<'a>(Option<&'a str>);

impl<'de> Visitor<'de> for Search<'_> {
    type Value = (Vec<String>, Option<Entry>);

    fn expecting(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        to.write_str("names of data sets, each with its files")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let (mut names, mut entry) = (vec![], None);
        while let Some(name) = map.next_key::<String>()? {
            if self.0 == Some(name.as_str()) {
                entry = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            names.push(name);
        }
        Ok((names, entry))
    }
}

fn search(written: &str, name: Option<&str>) -> serde_json::Result<(Vec<String>, Option<Entry>)> {
    let mut json = serde_json::Deserializer::from_str(written);
    let found = json.deserialize_map(Search(name))?;
    json.end().map(|()| found)
}

/// The names of a list, and the data set of one of them, or what is wrong with its entry; nothing where there is no such
/// file, unless somebody said that there is.
///
/// # Errors
/// What cannot be read, or is no list.
pub fn read(path: &Path, is_named: bool, name: &str) -> Result<std::result::Result<List, Error>> {
    if !is_named && !path.exists() {
        return Ok(Ok(List::default()));
    }
    let bad = |reason: String| Error::io("read", path, reason);
    let written = text(path, LONGEST)?;
    let (names, _) = search(&written, None).map_err(|e| bad(format!("it is no list of data sets: {e}")))?;
    let set = match names.iter().filter(|n| *n == name).count() {
        0 => Ok(None),
        1 => search(&written, Some(name)).map_err(|e| e.to_string()).and_then(|(_, entry)| {
            let entry = entry.ok_or("it is not there")?;
            listed(name, entry).map(Some)
        }),
        n => Err(format!("it is there {n} times")),
    };
    Ok(set.map(|set| List { names, set }).map_err(|e| bad(format!("`{}`: {e}", excerpt(name)))))
}

/// A data set as it is understood.
fn listed(name: &str, entry: Entry) -> std::result::Result<Listed, String> {
    if !is_plain(name) {
        return Err(format!("it is no name of a data set, whose folder has that name: expected {PLAIN}"));
    }
    let mut parts = BTreeMap::new();
    for (part, files) in [("train", entry.train), ("test", entry.test)] {
        let files: Vec<File> = files.into_iter().map(file).collect::<std::result::Result<_, _>>()?;
        if !files.is_empty() {
            parts.insert(part.to_string(), files);
        }
    }
    if parts.is_empty() {
        return Err("it has no files: expected some under \"train\" or \"test\"".into());
    }
    // both would stand at one place
    let mut sums: BTreeMap<&str, &[String]> = BTreeMap::new();
    for f in parts.values().flatten() {
        if sums.insert(&f.name, &f.sums).is_some_and(|before| before != f.sums) {
            return Err(format!("it has two files of the name `{}`: \"file\" gives one another name", f.name));
        }
    }
    Ok(Listed { parts, options: entry.options })
}

fn file(written: Written) -> std::result::Result<File, String> {
    let Written { url, sha256, file } = written;
    if !is_address(&url) {
        return Err(format!("`{}` is no address of the web, expected https://…", excerpt(&url)));
    }
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(format!(
            "`{}` is no SHA-256, expected 64 hexadecimal digits (sha256sum prints them)",
            excerpt(&sha256)
        ));
    }
    let last = url.split(['?', '#']).next().and_then(|u| u.rsplit('/').next()).unwrap_or("").to_string();
    let mend = if file.is_some() { "" } else { "; \"file\": \"…\" beside the address gives another" };
    let name = file.unwrap_or(last);
    if !is_plain(&name) {
        return Err(format!("`{}` is no name of a file in the cache: expected {PLAIN}{mend}", excerpt(&name)));
    }
    Ok(File { name, addresses: vec![url], sums: vec![sha256.to_lowercase()] })
}
