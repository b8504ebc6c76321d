//! Runs on disk: run.json with everything readable, arrays.npz with every tensor, so that a loaded run goes on
//! bit for bit on the same device.
use super::gradient_flow::{FlowOptions, FlowRecipe, GradientFlow};
use super::record::{Snapshot, Table};
use super::run::{Run, RunOptions};
use super::State;
use crate::critic::{Named, natural};
use crate::device::{Points, points, rows};
use crate::divergence::{FromTerms, Objective, Renyi, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::generator::portable::Portable;
use crate::io::numpy::{Array, load_npz, save_npz};
use crate::space::Space;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// Raised when the layout on disk changes.
const FORMAT: u32 = 2;

#[derive(Serialize, Deserialize)]
struct SavedTerm {
    weight: f64,
    objective: SavedObjective,
    space: Space,
    reversed: bool,
}

/// An objective as data; an f is its name and expression.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedObjective {
    F(String, Portable),
    FreeMass(String, Portable),
    Ipm,
    Root,
    Sinkhorn(f64),
    Renyi(Renyi),
    Unbalanced(Box<[(String, Portable); 2]>),
}

impl SavedObjective {
    fn of(o: &Objective) -> SavedObjective {
        match o {
            Objective::F(f) => SavedObjective::F(f.name().into(), Portable::from(f.expr())),
            Objective::FreeMass(f) => SavedObjective::FreeMass(f.name().into(), Portable::from(f.expr())),
            Objective::Ipm => SavedObjective::Ipm,
            Objective::Root => SavedObjective::Root,
            Objective::Sinkhorn(e) => SavedObjective::Sinkhorn(*e),
            Objective::Renyi(r) => SavedObjective::Renyi(*r),
            Objective::Unbalanced { source, target } => SavedObjective::Unbalanced(Box::new([source, target].map(|f| (f.name().into(), Portable::from(f.expr()))))),
        }
    }
    fn rebuild(self) -> Result<Objective> {
        Ok(match self {
            SavedObjective::F(name, f) => Objective::F(generator(name, &f)?),
            SavedObjective::FreeMass(name, f) => Objective::FreeMass(generator(name, &f)?),
            SavedObjective::Ipm => Objective::Ipm,
            SavedObjective::Root => Objective::Root,
            SavedObjective::Sinkhorn(e) => Objective::Sinkhorn(e),
            SavedObjective::Renyi(r) => Objective::Renyi(r),
            SavedObjective::Unbalanced(both) => {
                let [(s, g), (t, f)] = *both;
                Objective::Unbalanced { source: generator(s, &g)?, target: generator(t, &f)? }
            }
        })
    }
}

fn generator(name: String, f: &Portable) -> Result<Arc<Generator>> {
    if let Some(function) = f.missing() {
        let advice = "run the Rust cell that defines it, build the flow again, and go on from the saved particles: load them with io::load".to_string();
        return Err(Error::Unsupported { what: format!("the saved run's f `{name}`"), reason: format!("uses `{function}`, a function made in Rust, which no file can hold"), advice });
    }
    Generator::new(name.clone(), f.into()).map(Arc::new).map_err(|source| Error::Generator { name, source })
}

#[derive(Serialize, Deserialize)]
struct SavedFlow {
    preset: String,
    divergence: String,
    latex: String,
    terms: Vec<SavedTerm>,
    options: FlowOptions,
    critic: serde_json::Value,
    chosen: bool,
}

#[derive(Serialize, Deserialize)]
struct SavedRun {
    format: u32,
    gflow: String,
    flow: SavedFlow,
    options: RunOptions,
    time: f64,
    step: usize,
    seconds: f64,
    ending: String,
    history: Table,
    snapshots: Vec<(usize, f64)>,
}

/// The flow as data.
pub fn flow_to_json(flow: &GradientFlow) -> serde_json::Value {
    let r = &flow.recipe;
    let terms: Vec<SavedTerm> = r
        .divergence
        .terms()
        .into_iter()
        .map(|(weight, t)| SavedTerm { weight, objective: SavedObjective::of(&t.objective), space: t.space, reversed: t.reversed })
        .collect();
    serde_json::json!({
        "preset": r.preset,
        "divergence": r.divergence.name(),
        "latex": r.divergence.latex(),
        "terms": serde_json::to_value(terms).unwrap_or_default(),
        "options": serde_json::to_value(&r.options).unwrap_or_default(),
        "critic": r.critic.to_json(),
        "chosen": r.chosen,
    })
}

fn array(name: impl Into<String>, p: &Points) -> Result<Array> {
    let [n, d] = p.dims();
    Ok((name.into(), rows(p)?, vec![n, d]))
}

impl Run {
    /// Writes the run to a folder, which is made if it is missing.
    pub fn save(&self, dir: &Path) -> Result<()> {
        let mut arrays = vec![array("particles", &self.state.particles)?, array("source", &self.source)?, array("target", &self.target)?];
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
            "time": self.state.time,
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

    /// Reads a run back onto a device.
    pub fn load(dir: &Path, device: &Device) -> Result<Run> {
        let path = dir.join("run.json");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, e))?;
        let saved: SavedRun = serde_json::from_str(&text).map_err(|e| Error::io("read", &path, format!("not a saved run: {e}")))?;
        if saved.format != FORMAT {
            return Err(Error::io("read", &path, format!("it has format {}, this gflow reads format {FORMAT}", saved.format)));
        }
        let arrays = load_npz(&dir.join("arrays.npz"))?;
        let find = |name: &str| -> Result<Points> {
            match arrays.iter().find(|a| a.0 == name) {
                Some((_, data, shape)) if shape.len() == 2 => Ok(points(data.clone(), shape[0], shape[1], device)),
                _ => Err(Error::io("read", dir, format!("arrays.npz has no array `{name}`"))),
            }
        };
        let (particles, source, target) = (find("particles")?, find("source")?, find("target")?);
        let mut flow = rebuild(saved.flow)?.start(&target, saved.options.seed.unwrap_or(0))?;
        for (k, part) in flow.parts.iter_mut().enumerate() {
            let prefix = format!("critic{k}.");
            let state: Vec<Named> = arrays
                .iter()
                .filter_map(|(name, data, _)| name.strip_prefix(&prefix).map(|n| Named { name: n.into(), data: data.clone() }))
                .collect();
            part.critic.restore(&state, device)?;
        }
        let previous = if arrays.iter().any(|a| a.0 == "previous") { Some(find("previous")?) } else { None };
        let snapshots = saved
            .snapshots
            .iter()
            .enumerate()
            .map(|(i, (step, time))| Ok(Snapshot { step: *step, time: *time, points: find(&format!("snapshot{i:05}"))? }))
            .collect::<Result<_>>()?;
        Ok(Run {
            flow: Box::new(flow),
            state: State { particles, previous, time: saved.time, step: saved.step },
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

fn rebuild(saved: SavedFlow) -> Result<FlowRecipe> {
    let mut terms = vec![];
    for t in saved.terms {
        terms.push((t.weight, Term { objective: t.objective.rebuild()?, space: t.space, reversed: t.reversed }));
    }
    Ok(FlowRecipe {
        preset: if saved.preset == "gpa" { "gpa" } else { "gradient_flow" },
        divergence: Arc::new(FromTerms { name: saved.divergence, terms, latex: saved.latex }),
        options: saved.options,
        critic: natural::from_json(&saved.critic)?,
        chosen: saved.chosen,
    })
}
