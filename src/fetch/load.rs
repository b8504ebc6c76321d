//! `data::fetch`: a published data set by its name, as points and labels.
use super::cache::{Progress, Settings};
use super::download;
use super::known::{File, Form, KNOWN, Set};
use super::listed::{self, List, Listed};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, nearest};
use crate::dataset::{Classes, Labelled, cifar, idx};
use crate::error::{Error, Result};
use crate::input::excerpt;
use crate::interrupt;
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
    doc: "A published data set as a map of points and labels: mnist, fashion_mnist, usps, cifar10 or cifar100. A set of one's own is a map as well, which has labels where the options of its entry name them and else only points. What is asked for the first time is downloaded to the cache (GFLOW_CACHE, XDG_CACHE_HOME/gflow/data or ~/.cache/gflow/data) and checked by its SHA-256, which every later reading does again. GFLOW_MIRROR is an address, https://host/path, that is asked first, HTTPS_PROXY and NO_PROXY are heard, and datasets.json in ~/.config/gflow, or what GFLOW_DATASETS names, has more sets, with options of io::load, or other addresses. Pixels are in [0, 1], those of usps in [-1, 1] as published.",
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
    /// a data set of the house, and what there is to say, a sentence each
    Known(Labelled, Vec<String>),
    /// one of the user's, as `io::load` gives it
    Plain(Loaded),
}

/// What is known of a name.
struct Found {
    known: Option<&'static Set>,
    listed: Option<Listed>,
    notes: Vec<String>,
}

fn what(name: &str) -> String {
    format!("data::fetch(\"{}\")", excerpt(name))
}

/// A data set by its name, fetched if it is not there.
///
/// # Errors
/// A name that nobody knows, with those that are; what [`download::file`] says; files that cannot be read.
pub fn fetch(settings: &Settings, name: &str, options: &FetchOptions, progress: Progress) -> Result<Fetched> {
    let Found { known, listed, mut notes } = find(settings, name)?;
    let form = known.map_or(Form::Plain, |s| s.form);
    let files = files(name, known, listed.as_ref(), &options.part)?;
    let count = if form == Form::Idx { 2 } else { 1 };
    let other = || {
        let what_of = if count == 2 { "2, images and labels" } else { "1" };
        Err(Error::data(what(name), format!("its part has {} files in the list, expected {what_of}", files.len())))
    };
    if files.len() != count {
        return other();
    }
    let paths: Vec<PathBuf> =
        files.iter().map(|f| download::file(settings, name, f, progress)).collect::<Result<_>>()?;
    let read = match (form, &paths[..]) {
        (Form::Idx, [images, labels]) => idx::labelled(images, Some(labels), true),
        (form @ (Form::Cifar10 | Form::Cifar100), [archive]) => {
            let options = cifar::CifarOptions { part: options.part.clone(), ..cifar::CifarOptions::default() };
            cifar::read(archive, form == Form::Cifar100, &options)
        }
        (Form::Lines, [text]) => lines(text),
        (Form::Plain, [file]) => {
            let wanted = listed.map(|l| l.options).unwrap_or_default();
            let mut loaded = io::load_with(file, &wanted).map_err(|e| advised(e, settings, name))?;
            notes.append(&mut loaded.notes);
            return Ok(Fetched::Plain(Loaded { notes, ..loaded }));
        }
        _ => return other(),
    };
    read.map(|labelled| Fetched::Known(labelled, notes))
}

/// What the house and the user's list know of a name. A list that cannot be read is an error where nothing else knows it.
fn find(settings: &Settings, name: &str) -> Result<Found> {
    let known = KNOWN.iter().find(|s| s.name == name);
    let mut notes = vec![];
    let (mut names, mut more) = (vec![], String::new());
    if let Some(path) = &settings.list {
        match listed::read(path, settings.list_is_named, name) {
            Ok(list) => {
                let List { names: all, set } = list?;
                if set.is_some() || known.is_some() {
                    return checked(name, Found { known, listed: set, notes });
                }
                (names, more) = (all, format!("; {} may name more", path.display()));
            }
            Err(e) => {
                interrupt::poll()?;
                more = format!("; more may be named in the list, but gflow {e}");
                notes.push(format!("gflow {e}; \"{name}\" is taken from where it is published"));
            }
        }
    }
    if known.is_some() {
        return Ok(Found { known, listed: None, notes });
    }
    let names: Vec<&str> = KNOWN.iter().map(|s| s.name).chain(names.iter().map(String::as_str)).collect();
    let hint = nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
    let shown: Vec<String> = names.iter().take(30).map(|n| excerpt(n)).collect();
    let rest = if names.len() > 30 { format!(", … ({} in all)", names.len()) } else { String::new() };
    let shown = format!("{}{rest}", shown.join(", "));
    Err(Error::data(what(name), format!("there is no such data set, but {shown}{hint}{more}")))
}

/// Errors if an entry says how to read what is read in a way of its own.
fn checked(name: &str, found: Found) -> Result<Found> {
    let given = found.listed.as_ref().map(|l| l.options.given()).unwrap_or_default();
    match (found.known, given.first()) {
        (Some(_), Some(option)) => {
            let why = format!("its entry in the list has the option `{option}`, but it is read in a way of its own");
            Err(Error::data(what(name), why))
        }
        _ => Ok(found),
    }
}

/// The files of a part: those of the list, or those that are known.
fn files(name: &str, known: Option<&Set>, listed: Option<&Listed>, part: &str) -> Result<Vec<File>> {
    let own = listed.and_then(|l| l.parts.get(part)).cloned();
    own.or_else(|| known.and_then(|s| s.files(part))).ok_or_else(|| {
        let parts = listed.map(|l| l.parts.keys().map(|p| format!("\"{p}\"")).collect::<Vec<_>>());
        let parts = parts.unwrap_or_default().join(", ");
        Error::data(what(name), format!("it has no part \"{part}\", but {parts}"))
    })
}

/// The error of a file that cannot be read, with the place of what it advises.
fn advised(e: Error, settings: &Settings, name: &str) -> Error {
    let list = settings.list.as_ref().map_or(String::new(), |p| p.display().to_string());
    let place = format!("\"options\" and \"file\" of \"{name}\" in {list} say how it is read");
    match e {
        Error::Io { action, path, reason } => Error::Io { action, path, reason: format!("{reason} ({place})") },
        Error::Data { what, reason } => Error::Data { what, reason: format!("{reason} ({place})") },
        other => other,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known of a set of the house does not depend on a list that cannot be read, which is told.
    #[test]
    fn lists_that_are_passed_over() -> std::result::Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("list.json");
        let mut settings = Settings::from(|name| Some(name.to_string()))?;
        for (written, why) in
            [(Some("[]"), "it is no list of data sets: invalid type: sequence, expected names"), (None, "")]
        {
            match written {
                Some(text) => std::fs::write(&path, text)?,
                None => std::fs::remove_file(&path)?,
            }
            (settings.list, settings.list_is_named) = (Some(path.clone()), true);
            let found = find(&settings, "mnist")?;
            assert!(found.known.is_some() && found.listed.is_none() && found.notes.len() == 1);
            let note = &found.notes[0];
            assert!(note.starts_with("gflow cannot read `") && note.contains(why), "{note}");
            assert!(note.ends_with("; \"mnist\" is taken from where it is published"), "{note}");
        }
        // one that nobody said is there need not be
        settings.list_is_named = false;
        assert!(find(&settings, "mnist")?.notes.is_empty());
        Ok(())
    }
}
