//! Saved runs that were damaged: refused with the name of the damaged part, or the identical run. Never another one.
use super::long;
use crate::common::{cpu, session_in};
use gflow::flow::Run;
use gflow::io::{MANIFEST, Manifest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Flows that keep different things: velocities of the step before, features, networks and their moments, a codec.
const FLOWS: [(&str, &str); 5] = [
    ("gpa", "gpa(kl().regularized(lipschitz(1.0)), #{ integrator: \"ab2\", critic: mlp([4]) })"),
    ("kale", "kale_flow(gaussian_kernel(1.0), #{ dt: 0.01 })"),
    ("w2_fe", "w2_fe(#{ generator: mlp([4]), persistent: 2 })"),
    ("gan", "gan(js(), #{ generator: mlp([4]), critic: mlp([4]) })"),
    ("latent", "latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([4]) }), pca(1))"),
];

/// The parts of a saved run, by name.
type Parts = BTreeMap<String, Vec<u8>>;

fn parts(folder: &Path) -> Parts {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.map(|p| (p.file_name().unwrap().to_str().unwrap().to_string(), std::fs::read(p).unwrap())).collect()
}

fn put(folder: &Path, parts: &Parts) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, bytes) in parts {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Each flow saved after some steps.
fn saved(folder: &Path, steps: usize, seed: usize) -> Vec<(PathBuf, Parts)> {
    let (mut s, _) = session_in(Some(folder.to_path_buf()), &[]);
    let save = |(name, flow): &(&str, &str)| {
        let script = format!(
            "{flow}.run(data::gaussian(9, 2), data::ring(8), #{{ steps: {steps}, record_every: 1, snapshots: 2, metrics: [\"w2\"], seed: {seed} }}).save(\"{name}\")"
        );
        let _ = s.eval("t", &script).unwrap_or_else(|d| panic!("{name}: {}", d.message));
        (folder.join(name), parts(&folder.join(name)))
    };
    FLOWS.iter().map(save).collect()
}

/// What a run is: everything that saving it writes.
fn identity(run: &Run) -> Parts {
    let dir = tempfile::tempdir().unwrap();
    run.save(&dir.path().join("again")).unwrap();
    parts(&dir.path().join("again"))
}

fn load(folder: &Path) -> gflow::error::Result<Run> {
    Run::load(folder, &cpu().device)
}

/// Loads a damaged run: an error that names one of its files, or what `whole` is. Returns the error.
fn attack(folder: &Path, whole: &Parts, what: &str) -> Option<String> {
    match load(folder) {
        Ok(run) => {
            assert_eq!(&identity(&run), whole, "{what}: another run");
            None
        }
        Err(e) => {
            let text = e.to_string();
            assert!(["run.json", "arrays.npz", MANIFEST].iter().any(|n| text.contains(n)), "{what}: {text}");
            Some(text)
        }
    }
}

#[test]
fn a_save_is_what_its_load_would_save() {
    let dir = tempfile::tempdir().unwrap();
    for (folder, whole) in saved(dir.path(), 4, 5) {
        assert_eq!(identity(&load(&folder).unwrap()), whole, "{}", folder.display());
        assert_eq!(whole.keys().collect::<Vec<_>>(), ["arrays.npz", MANIFEST, "run.json"]);
    }
}

/// Flips a bit of each byte (short: of each 61st), cuts the file there, and lets bytes follow its end.
#[test]
fn every_byte_counts() {
    let dir = tempfile::tempdir().unwrap();
    let mut tried = 0;
    for (folder, whole) in saved(dir.path(), 4, 5) {
        for (name, bytes) in &whole {
            let path = folder.join(name);
            let step = if long() { 1 } else { 61 };
            for at in (0..bytes.len()).step_by(step) {
                let what = format!("{} byte {at}", path.display());
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << (at % 8);
                std::fs::write(&path, &damaged).unwrap();
                let error = attack(&folder, &whole, &what).unwrap_or_else(|| panic!("{what}: a flip was not noticed"));
                assert!(error.contains(name.as_str()), "{what}: the damaged part is not named: {error}");
                tried += 1;
                if at % 7 == 0 {
                    std::fs::write(&path, &bytes[..at]).unwrap();
                    assert!(attack(&folder, &whole, &what).is_some(), "{what}: cut there");
                    tried += 1;
                }
            }
            std::fs::write(&path, [bytes.as_slice(), b"\n"].concat()).unwrap();
            assert!(attack(&folder, &whole, "longer").is_some());
            std::fs::remove_file(&path).unwrap();
            assert!(attack(&folder, &whole, "missing").is_some(), "{name} was removed");
            std::fs::write(&path, bytes).unwrap();
            tried += 2;
        }
        assert!(attack(&folder, &whole, "put back").is_none());
    }
    println!("{tried} saves with a damaged byte");
    assert!(tried >= if long() { 5000 } else { 500 });
}

/// Files of two saves of one flow, or of two flows, in one folder.
#[test]
fn two_saves_do_not_mix() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (saved(&dir.path().join("old"), 4, 5), saved(&dir.path().join("new"), 6, 6));
    let all: Vec<&Parts> = old.iter().chain(&new).map(|(_, p)| p).collect();
    let folder = dir.path().join("mixed");
    let mut tried = 0;
    for (i, a) in all.iter().enumerate() {
        for b in &all[i + 1..] {
            for choice in 0..8 {
                let part = |(k, name): (usize, &String)| {
                    let from = if choice >> k & 1 == 0 { a } else { b };
                    (name.clone(), from[name].clone())
                };
                let mixed: Parts = a.keys().enumerate().map(part).collect();
                put(&folder, &mixed);
                let whole = if choice == 0 { a } else { b };
                let refused = attack(&folder, whole, "mixed").is_some();
                assert_eq!(refused, choice % 7 != 0, "choice {choice}");
                tried += 1;
            }
        }
    }
    println!("{tried} mixed saves");
}

/// Every place of a JSON value, the inner ones first.
fn places(v: &Value, at: String, out: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match v {
        Value::Object(map) => map.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => vec![],
    };
    for (key, v) in below {
        let place = format!("{at}/{key}");
        places(v, place.clone(), out);
        out.push(place);
    }
}

fn drop_place(json: &Value, place: &str) -> Value {
    let mut json = json.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(list) => drop(list.remove(key.parse().unwrap())),
        _ => unreachable!(),
    }
    json
}

/// Form 4 has no checksum: each key of its run.json is missed.
#[test]
fn every_key_of_form_4_counts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/form4");
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("kept");
    let mut tried = 0;
    for (name, _) in FLOWS {
        let files = parts(&root.join(name));
        put(&folder, &files);
        let whole = identity(&load(&folder).unwrap());
        let json: Value = serde_json::from_slice(&files["run.json"]).unwrap();
        let mut all = vec![];
        places(&json, String::new(), &mut all);
        // entries of lists have no keys: that a column of the history is gone, only a checksum says
        all.retain(|place| json.pointer(place.rsplit_once('/').unwrap().0).unwrap().is_object());
        for place in all.iter().step_by(if long() { 1 } else { 3 }) {
            std::fs::write(folder.join("run.json"), drop_place(&json, place).to_string()).unwrap();
            let what = format!("{name} without {place}");
            let refused = attack(&folder, &whole, &what).is_some();
            assert!(refused || place == "/gflow", "{what}: not noticed");
            tried += 1;
        }
        // a flipped bit of an array: the checksum of the zip format
        std::fs::write(folder.join("run.json"), &files["run.json"]).unwrap();
        let bytes = &files["arrays.npz"];
        for at in (0..bytes.len()).step_by(if long() { 1 } else { 53 }) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(folder.join("arrays.npz"), &damaged).unwrap();
            attack(&folder, &whole, &format!("{name}, byte {at} of arrays.npz"));
            tried += 1;
        }
    }
    println!("{tried} damaged saves of form 4");
}

/// Somebody wrote another run.json and sealed it: whatever it says, the program says what is wrong, or loads it, and lives.
#[test]
fn sealed_nonsense_is_refused_or_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut tried = 0;
    for (folder, whole) in saved(dir.path(), 4, 5) {
        let json: Value = serde_json::from_slice(&whole["run.json"]).unwrap();
        let mut all = vec![];
        places(&json, String::new(), &mut all);
        let nonsense = [json!(null), json!(-1), json!(0), json!(1e300), json!("x"), json!([]), json!({}), json!(true)];
        for (i, place) in all.iter().enumerate().step_by(if long() { 1 } else { 7 }) {
            let mut others = vec![drop_place(&json, place)];
            let few = if long() { nonsense.len() } else { 2 };
            for k in 0..few {
                let mut other = json.clone();
                *other.pointer_mut(place).unwrap() = nonsense[(i + k) % nonsense.len()].clone();
                others.push(other);
            }
            for other in others {
                let sealed =
                    [("run.json", other.to_string().into_bytes()), ("arrays.npz", whole["arrays.npz"].clone())];
                std::fs::write(folder.join("run.json"), &sealed[0].1).unwrap();
                std::fs::write(folder.join(MANIFEST), Manifest::of("gflow run, form 6", &sealed).text()).unwrap();
                let fault = matches!(load(&folder), Err(gflow::error::Error::Fault { .. }));
                assert!(!fault, "{}: {place}: loading panicked", folder.display());
                tried += 1;
            }
        }
    }
    println!("{tried} sealed forgeries");
}
