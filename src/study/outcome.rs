//! `run.json`: what came out of a script, written when all else of it is.
use super::claim::{Cell, Claim, Named};
use super::inputs::Input;
use crate::error::{Error, Result};
use crate::{input, io};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What is said of a whole script. It is written last, so where it is, the rest is.
pub const RECORD: &str = "run.json";
/// What is said of a job that left none.
pub const FAILURE: &str = "failure.json";
/// What a program ends with that was asked to stop: 128 and the number of the signal.
const STOPPED: [i32; 3] = [129, 130, 143];
/// The most bytes of either.
const MOST: u64 = 1 << 30;

/// Where numbers were computed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// cpu, wgpu
    pub name: String,
    /// in words
    pub description: String,
}

/// What came out of a script.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// the version of the program
    pub gflow: String,
    /// the script's name
    pub script: String,
    /// its text
    pub source: String,
    /// of everything random
    pub seed: u64,
    /// what `param` read
    pub parameters: BTreeMap<String, String>,
    /// where it ran
    pub device: Place,
    /// the machine
    pub machine: String,
    /// threads that shared the work
    pub threads: usize,
    /// when it began, in seconds since 1970
    pub started: f64,
    /// how long it took
    pub seconds: f64,
    /// what the program ended with
    pub exit: i32,
    /// the message of the error that ended it
    pub error: Option<String>,
    /// how the last run ended
    pub ending: Option<String>,
    /// what it came to
    pub verdict: Option<String>,
    /// the last finite number of each column of its history
    pub metrics: BTreeMap<String, Option<f64>>,
    /// what `record` was told
    pub values: Vec<Named>,
    /// what `claim` was told
    pub claims: Vec<Claim>,
    /// what `tabulate` was told
    pub cells: Vec<Cell>,
    /// files that were read and imported
    pub inputs: Vec<Input>,
    /// where the last run is kept
    pub run: Option<String>,
    /// which run of the script it was
    pub run_number: usize,
}

impl Outcome {
    /// Reads the one of a folder; none where there is none.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged.
    pub fn read(folder: &Path) -> Result<Option<Outcome>> {
        let path = folder.join(RECORD);
        match read::<Outcome>(&path)? {
            Some(o) if o.gflow.is_empty() => {
                Err(Error::io("read", &path, "it is damaged: it names no version of gflow"))
            }
            outcome => Ok(outcome),
        }
    }
    /// Whether somebody stopped it.
    pub fn was_stopped(&self) -> bool {
        STOPPED.contains(&self.exit)
    }
    /// Writes it into a folder.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn write(&self, folder: &Path) -> Result<()> {
        write(self, &folder.join(RECORD))
    }
}

/// Why a job left no [`Outcome`]: it was killed, it took too long, it never began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// in words
    pub reason: String,
    /// how long it had taken
    pub seconds: f64,
}

impl Failure {
    /// Reads the one of a folder; none where there is none.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged.
    pub fn read(folder: &Path) -> Result<Option<Failure>> {
        read(&folder.join(FAILURE))
    }
    /// Writes it into a folder.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn write(&self, folder: &Path) -> Result<()> {
        write(self, &folder.join(FAILURE))
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = input::text(path, MOST)?;
    serde_json::from_str(&text).map(Some).map_err(|e| Error::io("read", path, format!("it is damaged: {e}")))
}

fn write(value: &impl Serialize, path: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::io("write", path, e))?;
    io::write_atomically(path, text.as_bytes())
}
