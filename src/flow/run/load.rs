//! Reading a run back. Whatever is damaged is refused by its name, and what was read must be what would be written again.
use super::advance::Run;
use super::again;
use super::form::{ARRAYS, FORM, READABLE, SEALED, SavedRun, UNSEALED, snapshot, title};
use super::met::Met;
use super::stored::Stored;
use crate::error::{Error, Result};
use crate::fault::guarded;
use crate::flow::origins::Origins;
use crate::flow::recipe::Setting;
use crate::flow::saved::recipe;
use crate::input;
use crate::interrupt::Interrupt;
use crate::io::arrays::unpack;
use crate::io::{MANIFEST, sealed};
use crate::metric;
use crate::ranks::Spread;
use crate::record::{Snapshot, State, Time};
use burn::tensor::Device;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A run that was read, with what should be said about it.
pub struct Loaded {
    /// the run
    pub run: Run,
    /// remarks for people
    pub remarks: Vec<String>,
}

/// The bytes of a saved run.
struct Found {
    folder: PathBuf,
    form: u32,
    readable: Vec<u8>,
    arrays: Vec<u8>,
}

impl Run {
    /// Reads a run back onto a device, where it goes on bit for bit.
    ///
    /// # Errors
    /// A folder that holds no run of a form known here, or one of whose parts is missing, damaged, or of another save.
    pub fn load(folder: &Path, device: &Device) -> Result<Run> {
        Loaded::read(folder, device, &Interrupt::default()).map(|l| l.run)
    }
}

impl Loaded {
    /// Reads a run back, with remarks.
    ///
    /// # Errors
    /// As [`Run::load`].
    pub fn read(folder: &Path, device: &Device, stop: &Interrupt) -> Result<Loaded> {
        let found = find(folder)?;
        let mut remarks = vec![];
        if found.folder != folder {
            remarks.push(format!(
                "a save to {} was broken off: this is the run before it, from {}",
                folder.display(),
                found.folder.display()
            ));
        }
        if found.form == UNSEALED {
            remarks.push(format!(
                "{} was saved in form {UNSEALED}, which has no checksums: save it again",
                found.folder.display()
            ));
        }
        let run = guarded("reading a saved run", || read(found, device, stop))?;
        Ok(Loaded { run, remarks })
    }
}

/// The parts of a run: sealed, or of the form that had no manifest.
fn find(folder: &Path) -> Result<Found> {
    if let Some(mut sealed) = sealed::read(folder)? {
        let at = sealed.folder.join(MANIFEST);
        let Some(form) = (SEALED..=FORM).find(|form| sealed.title == title(*form)) else {
            let known = format!("\"{}\" and forms {UNSEALED} and {SEALED}", title(FORM));
            return Err(Error::io("read", &at, format!("it is of \"{}\", this gflow reads {known}", sealed.title)));
        };
        let mut take =
            |name| sealed.parts.remove(name).ok_or_else(|| Error::io("read", &at, format!("it does not list {name}")));
        let (readable, arrays) = (take(READABLE)?, take(ARRAYS)?);
        return Ok(Found { folder: sealed.folder, form, readable, arrays });
    }
    let get = |name: &str| {
        let path = folder.join(name);
        let (file, size) = input::open(&path)?;
        input::read_bytes(file, size).map_err(|reason| input::failed(&path, reason))
    };
    Ok(Found { folder: folder.into(), form: UNSEALED, readable: get(READABLE)?, arrays: get(ARRAYS)? })
}

fn read(found: Found, device: &Device, stop: &Interrupt) -> Result<Run> {
    let path = found.folder.join(READABLE);
    // a name in it may be as long as the file
    let short = |text: String| input::clip(&text, 400);
    let broken = |reason: String| Error::io("read", &path, short(reason));
    let json: serde_json::Value =
        serde_json::from_slice(&found.readable).map_err(|e| broken(format!("not a saved run: {e}")))?;
    match json["format"].as_u64() {
        Some(f) if f == u64::from(found.form) => {}
        Some(f) if found.form == UNSEALED && (SEALED..=FORM).any(|form| f == u64::from(form)) => {
            return Err(broken(format!("it is of form {f}, but {MANIFEST} is missing")));
        }
        Some(f) => return Err(broken(format!("it has form {f}, this gflow reads forms {UNSEALED} to {FORM}"))),
        None => return Err(broken("not a saved run: it has no `format`".into())),
    }
    let saved: SavedRun = serde_json::from_value(json.clone()).map_err(|e| broken(format!("not a saved run: {e}")))?;
    check(&saved).map_err(broken)?;
    let file = found.folder.join(ARRAYS);
    let arrays = unpack(&found.arrays, &file)?;
    drop(found.arrays);
    let run = build(saved, &Stored::new(&arrays, &file, device), (device, stop)).map_err(|e| match e {
        // these say what they are about
        e @ (Error::Io { .. } | Error::Interrupted) => e,
        Error::Unsupported { what, reason, advice } => {
            Error::Unsupported { what: short(what), reason: short(reason), advice: short(advice) }
        }
        e => broken(format!("not a whole run: {e}")),
    })?;
    again::arrays(&run, &arrays).map_err(|reason| Error::io("read", &file, short(reason)))?;
    again::readable(&run, &json, found.form).map_err(broken)?;
    Ok(run)
}

/// What must hold between the entries of `run.json`.
fn check(saved: &SavedRun) -> std::result::Result<(), String> {
    saved.history.check()?;
    let o = &saved.options;
    if o.snapshots > 100_000 || o.runaway.is_nan() || o.runaway <= 0.0 {
        return Err("not a saved run: an option is outside of what `run` takes".into());
    }
    if !saved.time.is_finite() || !saved.seconds.is_finite() || saved.dt.is_some_and(|dt| !dt.is_finite()) {
        return Err("not a saved run: a time is not finite".into());
    }
    if saved.format < FORM && (saved.origins != Origins::default() || saved.prepare.is_some()) {
        return Err(format!("not a saved run: form {} has no `origins` and no `prepare`", saved.format));
    }
    Ok(())
}

/// Weights that a description may have beyond the numbers of the file: a flow without a network describes a default one.
const UNUSED: u128 = 1 << 16;

/// A network is made before its saved numbers are put into it: errors if the layers described have far more weights between
/// them than there are numbers in the file.
fn described(flow: &serde_json::Value, numbers: u128) -> Result<()> {
    let layers = |v: &serde_json::Value| -> Vec<u128> {
        v.as_array().into_iter().flatten().filter_map(|w| w.as_u64().map(u128::from)).collect()
    };
    match flow {
        serde_json::Value::Array(list) => list.iter().try_for_each(|v| described(v, numbers)),
        serde_json::Value::Object(map) => map.iter().try_for_each(|(key, v)| {
            let sizes = match key.as_str() {
                "widths" | "channels" => layers(v),
                // a codec's last layer and its codes
                "dim" => map.get("layers").and_then(last_layer).into_iter().chain(v.as_u64().map(u128::from)).collect(),
                _ => vec![],
            };
            let weights = sizes.windows(2).fold(0u128, |n, w| n.saturating_add(w[0].saturating_mul(w[1])));
            if sizes.iter().fold(weights, |n, w| n.saturating_add(*w)) > numbers + UNUSED {
                let sizes = input::clip(&format!("{sizes:?}"), 60);
                let reason = format!("the `{key}` of a network, {sizes}, do not fit the {numbers} numbers beside it");
                return Err(Error::data("saved network", reason));
            }
            described(v, numbers)
        }),
        _ => Ok(()),
    }
}

/// The last of the first list of layers in a description.
fn last_layer(of: &serde_json::Value) -> Option<u128> {
    match of {
        serde_json::Value::Object(map) => map.iter().find_map(|(key, v)| match (key.as_str(), v.as_array()) {
            ("widths" | "channels", Some(list)) => list.last()?.as_u64().map(u128::from),
            _ => last_layer(v),
        }),
        _ => None,
    }
}

fn build(saved: SavedRun, stored: &Stored, (device, stop): (&Device, &Interrupt)) -> Result<Run> {
    let (source, target) = (stored.given("source", saved.format)?, stored.given("target", saved.format)?);
    let tensors = stored.vectors()?;
    described(&saved.flow, tensors.iter().map(|t| t.data.len() as u128).sum())?;
    let recipe = recipe(&saved.flow)?;
    recipe.check(&source, &target)?;
    metric::by_names(&saved.options.metrics, stop)?;
    saved.origins.source.check(source.dims()[1])?;
    saved.origins.target.check(target.dims()[1])?;
    let transform = saved.prepare.map(|t| stored.transform(t)).transpose()?;
    let given = (saved.labels.as_ref(), &saved.options);
    let (met, splits) = Met::again(recipe.as_ref(), device, (source, target), transform, (saved.origins, given))?;
    let Met { source, target, labels: its_labels, origins, inside } = met;
    let setting = Setting {
        source: &inside.source,
        target: &inside.target,
        splits: splits.as_ref(),
        labels: its_labels.as_ref(),
        seed: saved.options.seed.unwrap_or(0),
        steps: saved.options.steps,
        saved: &tensors,
        interrupt: stop,
    };
    let mut flow = recipe.start(&setting)?;
    flow.restore(&tensors)?;
    let [own, k] = flow.initial(&inside.source)?.dims();
    let home = [splits.as_ref().map_or(own, |s| s.source.rows()), k];
    let moved = |name: &str| {
        let all = stored.moved(name)?;
        stored.check_shape(name, &all, home)?;
        match &splits {
            Some(to) => Ok(Spread::from(all).split_as(&to.source)?.here),
            None => Ok(all),
        }
    };
    let particles = moved("particles")?;
    let previous = if stored.has("previous") { Some(moved("previous")?) } else { None };
    let mut snapshots = vec![];
    for (i, (step, time)) in saved.snapshots.iter().enumerate() {
        snapshots.push(Snapshot { step: *step, time: *time, points: moved(&snapshot(i))? });
    }
    Ok(Run {
        flow,
        labels: saved.labels,
        state: State { particles, previous, dt: saved.dt, time: Time::Known(saved.time), step: saved.step },
        source,
        target,
        splits,
        options: saved.options,
        history: saved.history,
        snapshots,
        origins,
        inside,
        ending: saved.ending,
        seconds: saved.seconds,
        number: saved.number,
        judged: OnceLock::new(),
    })
}
