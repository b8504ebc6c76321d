//! The layout of a saved run, form 6: `manifest.txt`, `run.json` with everything readable, `arrays.npz` with every tensor.
//!
//! The source and the target stand there as they were given, f64 or f32; the particles, the snapshots and the velocity of
//! the previous step in f32 as the flow has them, about `origins.target` of `run.json`, which is what to add to them.
//! Where samples were prepared first, `prepare` of `run.json` and the arrays `prepare_forward` and `prepare_back` say how.
//! Form 5 had no `origins`, and samples in f32 alone; form 4, besides, no manifest and no `number`.
use super::advance::Run;
use super::options::RunOptions;
use crate::device::{Points, is_wide, rows, rows_f64};
use crate::error::Result;
use crate::flow::labels::Labels;
use crate::flow::origins::Origins;
use crate::io::numpy::{Array, Numbers};
use crate::prepare::Transform;
use crate::ranks::Spread;
use crate::record::History;
use serde::{Deserialize, Serialize};

/// Raised when the layout on disk changes.
pub(super) const FORM: u32 = 6;

/// The form before, which is still read.
pub(super) const SEALED: u32 = 5;

/// The form before that, without a manifest, which is still read.
pub(super) const UNSEALED: u32 = 4;

/// The readable part.
pub(super) const READABLE: &str = "run.json";

/// The tensors.
pub(super) const ARRAYS: &str = "arrays.npz";

/// The first line of the manifest of a form.
pub(super) fn title(form: u32) -> String {
    format!("gflow run, form {form}")
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
    #[serde(default)]
    pub origins: Origins,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepare: Option<Transform>,
}

/// The numbers of points as they are kept.
pub(super) fn numbers(p: &Points) -> Result<Numbers> {
    Ok(if is_wide(p) { Numbers::Double(rows_f64(p)?) } else { Numbers::Single(rows(p)?) })
}

fn array(name: String, p: &Points) -> Result<Array> {
    Ok((name, numbers(p)?, p.dims().to_vec()))
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
            prepare: self.transform().cloned(),
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
            origins: self.origins.clone(),
        })
    }

    /// Hands every array of the run to `take`, one after the other.
    pub(super) fn arrays(&self, take: &mut dyn FnMut(Array) -> Result<()>) -> Result<()> {
        for (name, table) in self.tables() {
            take(array(name, &table.whole()?)?)?;
        }
        self.other_arrays()?.into_iter().try_for_each(take)
    }

    /// The arrays that have a row for each particle, or each point of the target.
    pub(super) fn tables(&self) -> Vec<(String, Spread)> {
        let mut out = vec![("particles".to_string(), self.moved(&self.state.particles))];
        out.extend([("source".into(), self.source.clone()), ("target".into(), self.target.clone())]);
        out.extend(self.state.previous.as_ref().map(|v| ("previous".into(), self.moved(v))));
        let snapshots = self.snapshots.iter().enumerate();
        out.extend(snapshots.map(|(i, s)| (snapshot(i), self.moved(&s.points))));
        out
    }

    /// The other arrays of the run.
    pub(super) fn other_arrays(&self) -> Result<Vec<Array>> {
        let mut out = vec![];
        if let Some(mix) = self.transform().and_then(Transform::mix) {
            let d = self.target.dim();
            out.push((FORWARD.into(), Numbers::Double(mix.forward.clone()), vec![d, d]));
            out.push((BACK.into(), Numbers::Double(mix.back.clone()), vec![d, d]));
        }
        for t in self.flow.tensors()? {
            let n = t.data.len();
            out.push((t.name, Numbers::Single(t.data), vec![n]));
        }
        Ok(out)
    }
}

/// M of a transform, and its inverse.
pub(super) const FORWARD: &str = "prepare_forward";
pub(super) const BACK: &str = "prepare_back";

/// The name of the i-th snapshot's array.
pub(super) fn snapshot(i: usize) -> String {
    format!("snapshot{i:05}")
}
