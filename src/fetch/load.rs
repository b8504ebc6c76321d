//! `data::fetch`: a published data set by its name, as points and labels.
use super::cache::{Progress, Settings};
use super::download;
use super::known::{File, Form, KNOWN};
use super::listed::{self, Listed, Options};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, nearest};
use crate::dataset::{Classes, Labelled, cifar, idx};
use crate::error::{Error, Result};
use crate::io::{self, Column, Labels, Loaded, Wanted};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const OPTIONS: &[Opt] =
    &[Opt { name: "part", kind: OptionKind::Choice(&["train", "test"]), doc: "the part of the data that is read" }];

/// The room in the catalogue.
pub const ENTRIES: &[Entry] = &[Entry {
    name: "data::fetch",
    room: "data",
    signature: "data::fetch(name, options)",
    doc: "A published data set as a map of points and labels: mnist, fashion_mnist, usps, cifar10 or cifar100. What is asked for the first time is downloaded to the cache (GFLOW_CACHE, XDG_CACHE_HOME/gflow/data or ~/.cache/gflow/data) and checked by its SHA-256, which every later reading does again. GFLOW_MIRROR is an address that is asked first, HTTPS_PROXY and NO_PROXY are heard, and datasets.json in ~/.config/gflow, or what GFLOW_DATASETS names, has more sets or other addresses. Pixels are in [0, 1], those of usps in [-1, 1] as published.",
    equation: "",
    cite: "",
    options: OPTIONS,
    defaults: defaults_of::<FetchOptions>,
    example: "// downloads 1.7 MB once: let d = data::fetch(\"mnist\", #{ part: \"test\" });\n// plot::images(d.points.rows(0, 25), #{ shape: [28, 28] })\n0",
}];

/// What is read of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchOptions {
    /// `train` or `test`
    pub part: String,
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions { part: "train".into() }
    }
}

/// What came of it.
pub enum Fetched {
    /// a data set of the house
    Known(Labelled),
    /// one of the user's, as `io::load` gives it
    Plain(Loaded),
}

/// A data set by its name, fetched if it is not there.
///
/// # Errors
/// A name that nobody knows, with those that are; what [`download::file`] says; files that cannot be read.
pub fn fetch(settings: &Settings, name: &str, options: &FetchOptions, progress: Progress) -> Result<Fetched> {
    let what = || format!("data::fetch(\"{}\")", crate::input::excerpt(name));
    let lists = settings.list.as_deref().map_or(Ok(Default::default()), listed::read)?;
    let known = KNOWN.iter().find(|s| s.name == name);
    let listed = lists.get(name).cloned().unwrap_or_default();
    if known.is_none() && !lists.contains_key(name) {
        let names: Vec<&str> = KNOWN.iter().map(|s| s.name).chain(lists.keys().map(String::as_str)).collect();
        let hint = nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
        let list = settings.list.as_ref().map_or(String::new(), |p| format!("; {} may name more", p.display()));
        return Err(Error::data(what(), format!("there is no such data set, but {}{hint}{list}", names.join(", "))));
    }
    let Listed { parts, options: plain } = listed;
    let files = parts.get(&options.part).cloned().or_else(|| known.and_then(|s| s.files(&options.part)));
    let files = files.ok_or_else(|| Error::data(what(), format!("it has no part \"{}\"", options.part)))?;
    let paths: Vec<PathBuf> =
        files.iter().map(|f: &File| download::file(settings, name, f, progress)).collect::<Result<_>>()?;
    match (known.map_or(Form::Plain, |s| s.form), &paths[..]) {
        (Form::Idx, [images, labels]) => idx::labelled(images, Some(labels), true).map(Fetched::Known),
        (form @ (Form::Cifar10 | Form::Cifar100), [archive]) => {
            let options = cifar::CifarOptions { part: options.part.clone(), ..cifar::CifarOptions::default() };
            cifar::read(archive, form == Form::Cifar100, &options).map(Fetched::Known)
        }
        (Form::Lines, [text]) => lines(text).map(Fetched::Known),
        (Form::Plain, [file]) => {
            let Options { labels, array } = plain;
            io::load_with(file, &Wanted { labels, array, ..Wanted::default() }).map(Fetched::Plain)
        }
        _ => Err(Error::data(what(), format!("it is listed with {} files, expected as many as it has", paths.len()))),
    }
}

/// A label, then pixels, in every line.
fn lines(path: &std::path::Path) -> Result<Labelled> {
    let wanted = Wanted { labels: Some(Column::At(0)), header: Some(false), ..Wanted::default() };
    let loaded = io::load_with(path, &wanted)?;
    match loaded.labels {
        Some(Labels::Numbers(labels)) => Ok((loaded.rows, Some(Classes::Numbers(labels)))),
        _ => Err(Error::io("read", path, "its lines do not begin with labels")),
    }
}
