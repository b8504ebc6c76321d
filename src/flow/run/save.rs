//! Runs on disk: run.json with everything readable, arrays.npz with every tensor, so that a loaded run goes on
//! bit for bit on the same device.
use super::advance::Run;
use super::options::RunOptions;
use crate::critic::Named;
use crate::device::{Points, points, rows};
use crate::error::{Error, Result};
use crate::flow::labels::Labels;
use crate::flow::recipe::Setting;
use crate::flow::saved::recipe;
use crate::interrupt::Interrupt;
use crate::io::numpy::{Array, load_npz, save_npz};
use crate::record::{History, Snapshot, State};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Raised when the layout on disk changes.
const FORMAT: u32 = 4;

#[derive(Serialize, Deserialize)]
struct SavedRun {
    format: u32,
    gflow: String,
    flow: serde_json::Value,
    labels: Option<Labels>,
    dt: Option<f64>,
    options: RunOptions,
    time: f64,
    step: usize,
    seconds: f64,
    ending: String,
    history: History,
    snapshots: Vec<(usize, f64)>,
}

fn array(name: impl Into<String>, p: &Points) -> Result<Array> {
    let [n, d] = p.dims();
    Ok((name.into(), rows(p)?, vec![n, d]))
}

impl Run {
    /// Writes the run to a folder, which is made if it is missing. Errors if it cannot be written.
    pub fn save(&self, dir: &Path) -> Result<()> {
        let mut arrays = vec![
            array("particles", &self.state.particles)?,
            array("source", &self.source)?,
            array("target", &self.target)?,
        ];
        if let Some(v) = &self.state.previous {
            arrays.push(array("previous", v)?);
        }
        for (i, s) in self.snapshots.iter().enumerate() {
            arrays.push(array(format!("snapshot{i:05}"), &s.points)?);
        }
        for t in self.flow.tensors()? {
            let n = t.data.len();
            arrays.push((t.name, t.data, vec![n]));
        }
        let json = serde_json::json!({
            "format": FORMAT,
            "gflow": env!("CARGO_PKG_VERSION"),
            "flow": self.flow.to_json(),
            "options": self.options,
            "labels": self.labels,
            "time": self.state.time,
            "dt": self.state.dt,
            "step": self.state.step,
            "seconds": self.seconds,
            "ending": self.ending,
            "history": self.history,
            "snapshots": self.snapshots.iter().map(|s| (s.step, s.time)).collect::<Vec<_>>(),
        });
        save_npz(&arrays, &dir.join("arrays.npz"))?;
        let text = serde_json::to_string_pretty(&json).map_err(|e| Error::io("write", dir, e))?;
        crate::io::write_atomically(&dir.join("run.json"), text.as_bytes())
    }

    /// Reads a run back onto a device, where it goes on bit for bit. Errors if the folder holds no run of this format.
    pub fn load(dir: &Path, device: &Device) -> Result<Run> {
        let path = dir.join("run.json");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, e))?;
        let saved: SavedRun =
            serde_json::from_str(&text).map_err(|e| Error::io("read", &path, format!("not a saved run: {e}")))?;
        if saved.format != FORMAT {
            return Err(Error::io(
                "read",
                &path,
                format!("it has format {}, this gflow reads format {FORMAT}", saved.format),
            ));
        }
        let arrays = load_npz(&dir.join("arrays.npz"))?;
        let find = |name: &str| -> Result<Points> {
            match arrays.iter().find(|a| a.0 == name) {
                Some((_, data, shape)) if shape.len() == 2 => Ok(points(data.clone(), shape[0], shape[1], device)),
                _ => Err(Error::io("read", dir, format!("arrays.npz has no array `{name}`"))),
            }
        };
        let (particles, source, target) = (find("particles")?, find("source")?, find("target")?);
        let tensors: Vec<Named> =
            arrays.iter().map(|(name, data, _)| Named { name: name.clone(), data: data.clone() }).collect();
        let go = Interrupt::default();
        let setting = Setting {
            source: &source,
            target: &target,
            labels: saved.labels.as_ref(),
            seed: saved.options.seed.unwrap_or(0),
            steps: saved.options.steps,
            saved: &tensors,
            interrupt: &go,
        };
        let mut flow = recipe(&saved.flow)?.start(&setting)?;
        flow.restore(&tensors)?;
        let previous = if arrays.iter().any(|a| a.0 == "previous") { Some(find("previous")?) } else { None };
        let snapshots = saved
            .snapshots
            .iter()
            .enumerate()
            .map(|(i, (step, time))| {
                Ok(Snapshot { step: *step, time: *time, points: find(&format!("snapshot{i:05}"))? })
            })
            .collect::<Result<_>>()?;
        Ok(Run {
            flow,
            labels: saved.labels,
            state: State { particles, previous, dt: saved.dt, time: saved.time, step: saved.step },
            source,
            target,
            options: saved.options,
            history: saved.history,
            snapshots,
            ending: saved.ending,
            seconds: saved.seconds,
        })
    }
}
