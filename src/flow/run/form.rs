//! The layout of a saved run, form 5: `manifest.txt`, `run.json` with everything readable, `arrays.npz` with every tensor.
//! Form 4 had no manifest and no `number`.
use super::advance::Run;
use super::options::RunOptions;
use crate::device::{Points, rows};
use crate::error::Result;
use crate::flow::labels::Labels;
use crate::io::numpy::Array;
use crate::record::History;
use serde::{Deserialize, Serialize};

/// Raised when the layout on disk changes.
pub(super) const FORM: u32 = 5;

/// The form before, which is still read.
pub(super) const EARLIER: u32 = 4;

/// The readable part.
pub(super) const READABLE: &str = "run.json";

/// The tensors.
pub(super) const ARRAYS: &str = "arrays.npz";

/// The first line of the manifest.
pub(super) fn title() -> String {
    format!("gflow run, form {FORM}")
}

/// What `run.json` says.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedRun {
    pub format: u32,
    pub gflow: String,
    #[serde(default)]
    pub number: Option<usize>,
    pub flow: serde_json::Value,
    pub labels: Option<Labels>,
    pub dt: Option<f64>,
    pub options: RunOptions,
    pub time: f64,
    pub step: usize,
    pub seconds: f64,
    pub ending: String,
    pub history: History,
    pub snapshots: Vec<(usize, f64)>,
}

fn array(name: impl Into<String>, p: &Points) -> Result<Array> {
    let [n, d] = p.dims();
    Ok((name.into(), rows(p)?, vec![n, d]))
}

impl Run {
    /// What `run.json` says of it.
    ///
    /// # Errors
    /// A time that cannot be read from its device.
    pub(super) fn readable(&self) -> Result<SavedRun> {
        Ok(SavedRun {
            format: FORM,
            gflow: env!("CARGO_PKG_VERSION").into(),
            number: self.number,
            flow: self.flow.to_json(),
            labels: self.labels.clone(),
            dt: self.state.dt,
            options: self.options.clone(),
            time: self.state.time.read()?,
            step: self.state.step,
            seconds: self.seconds,
            ending: self.ending.clone(),
            history: self.history.clone(),
            snapshots: self.snapshots.iter().map(|s| (s.step, s.time)).collect(),
        })
    }

    /// Hands every array of the run to `take`, one after the other.
    pub(super) fn arrays(&self, take: &mut dyn FnMut(Array) -> Result<()>) -> Result<()> {
        take(array("particles", &self.state.particles)?)?;
        take(array("source", &self.source)?)?;
        take(array("target", &self.target)?)?;
        if let Some(v) = &self.state.previous {
            take(array("previous", v)?)?;
        }
        for (i, s) in self.snapshots.iter().enumerate() {
            take(array(snapshot(i), &s.points)?)?;
        }
        for t in self.flow.tensors()? {
            let n = t.data.len();
            take((t.name, t.data, vec![n]))?;
        }
        Ok(())
    }
}

/// The name of the i-th snapshot's array.
pub(super) fn snapshot(i: usize) -> String {
    format!("snapshot{i:05}")
}
