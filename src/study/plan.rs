//! What a study is: scripts, the settings of their parameters, seeds.
use super::axis::Axis;
use super::draw::Draw;
use super::job::{Job, jobs_of};
use super::script::Script;
use crate::error::{Error, Result};
use crate::{input, io};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::Path;

/// Where the plan is kept in the folder of a study.
pub const STUDY: &str = "study.json";
/// What is said of one that a later program wrote.
const LATER: &str = "is of a later gflow";
/// The form of that file.
const FORM: u32 = 1;
/// How often it is drawn for a sample that was not there before.
const TRIES: u64 = 20;
/// Jobs of a study at most: their folders lie in one.
const MOST: usize = 1_000_000;

/// What a study is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// the form of this file
    pub form: u32,
    /// the version of the program
    pub gflow: String,
    /// what runs
    pub scripts: Vec<Script>,
    /// parameters that are the same in all jobs
    pub set: Vec<(String, String)>,
    /// parameters of which every value is combined with every other
    pub grid: Vec<Axis>,
    /// parameters that are drawn
    pub random: Vec<Draw>,
    /// how often
    pub samples: u64,
    /// the seed of the drawing
    pub draw_seed: u64,
    /// how many seeds, from 0 on
    pub seeds: u64,
    /// auto, cpu or wgpu
    pub device: String,
    /// how often runs are kept on their way
    pub checkpoint: String,
    /// seconds that a job may take
    pub timeout: Option<f64>,
    /// whether sizes are too small for claims to be judged
    pub unjudged: bool,
}

impl Plan {
    /// Of scripts, with nothing said about their parameters.
    pub fn new(scripts: Vec<Script>, seeds: u64) -> Plan {
        Plan {
            form: FORM,
            gflow: env!("CARGO_PKG_VERSION").into(),
            scripts,
            set: vec![],
            grid: vec![],
            random: vec![],
            samples: 1,
            draw_seed: 0,
            seeds,
            device: "auto".into(),
            checkpoint: "60s".into(),
            timeout: None,
            unjudged: false,
        }
    }

    /// Names of the parameters that jobs differ in, in the order in which they were given.
    pub fn varied(&self) -> Vec<&str> {
        let grid = self.grid.iter().map(|a| a.name.as_str());
        grid.chain(self.random.iter().map(|d| d.name.as_str())).collect()
    }

    /// The settings: every combination of the values of the grid with every sample, which are the same for all of them.
    fn settings(&self) -> Vec<Vec<(String, String)>> {
        let mut out = vec![vec![]];
        for axis in &self.grid {
            let with =
                |s: &Vec<(String, String)>, v: &String| [s.clone(), vec![(axis.name.clone(), v.clone())]].concat();
            out = out.iter().flat_map(|s| axis.values.iter().map(move |v| with(s, v))).collect();
        }
        if self.random.is_empty() {
            return out;
        }
        let sample = |i: u64| -> Vec<(String, String)> {
            self.random.iter().map(|d| (d.name.clone(), d.sample(self.draw_seed, i))).collect()
        };
        // what was drawn before is drawn anew, so long as there is hope for something else
        let (mut samples, mut known) = (vec![], HashSet::new());
        for i in 0..self.samples.saturating_mul(TRIES).saturating_add(TRIES) {
            if samples.len() as u64 == self.samples {
                break;
            }
            let one = sample(i);
            if known.insert(one.clone()) {
                samples.push(one);
            }
        }
        out.iter().flat_map(|s| samples.iter().map(move |x| [s.clone(), x.clone()].concat())).collect()
    }

    /// How many jobs it has.
    fn size(&self) -> Option<usize> {
        let grid = self.grid.iter().try_fold(1usize, |n, a| n.checked_mul(a.values.len()))?;
        let samples = if self.random.is_empty() { 1 } else { usize::try_from(self.samples).ok()? };
        let seeds = usize::try_from(self.seeds).ok()?;
        grid.checked_mul(samples)?.checked_mul(seeds)?.checked_mul(self.scripts.len())
    }

    /// All jobs; the first seed of every setting before the second of any, so that what is there early is of all settings.
    ///
    /// # Errors
    /// Names that are given twice; more jobs than folders can hold.
    pub fn jobs(&self) -> Result<Vec<Job>> {
        let wrong = |reason: String| Error::data("a study", reason);
        let mut names: Vec<&str> = self.varied();
        names.extend(self.set.iter().map(|s| s.0.as_str()));
        if let Some((_, name)) = names.iter().enumerate().find(|(i, n)| names[..*i].contains(n)) {
            return Err(wrong(format!("parameter `{name}` is given twice")));
        }
        if self.size().is_none_or(|n| n > MOST) {
            return Err(wrong(format!("it has more than {MOST} jobs: fewer values, samples or seeds")));
        }
        let settings = self.settings();
        let mut out = vec![];
        for seed in 0..self.seeds {
            for (k, script) in self.scripts.iter().enumerate() {
                for setting in &settings {
                    let setting = [setting.clone(), self.set.clone()].concat();
                    out.push(Job::new((out.len(), k), script, setting, seed));
                }
            }
        }
        Ok(out)
    }

    /// Writes it into the folder of its study, with a remark about jobs that are there of an earlier one.
    ///
    /// # Errors
    /// What the file system refuses, a plan of a later program.
    pub fn keep(&self, study: &Path, jobs: &[Job]) -> Result<Option<String>> {
        let mut said = None;
        if study.join(STUDY).is_file() {
            let earlier = Plan::read(study);
            let own: HashSet<&str> = jobs.iter().map(|j| j.folder.as_str()).collect();
            let there = std::fs::read_dir(jobs_of(study)).into_iter().flatten().filter_map(|e| e.ok());
            let others = there.filter(|e| !own.contains(&*e.file_name().to_string_lossy())).count();
            let why = match earlier {
                Ok(e) if e.gflow != self.gflow => format!("an earlier gflow, {}", e.gflow),
                Ok(e) if e.scripts != self.scripts => "the script as it was before it changed".into(),
                Ok(_) => "settings that are no longer asked for".into(),
                Err(e) if e.to_string().contains(LATER) => return Err(e),
                Err(_) => format!("a study whose {STUDY} was damaged, and is written anew"),
            };
            said = (others > 0).then(|| {
                format!("note: {others} jobs in {} are of {why}: they stay, and do not count", study.display())
            });
        }
        self.write(study)?;
        Ok(said)
    }

    /// Writes it into the folder of its study.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn write(&self, study: &Path) -> Result<()> {
        let path = study.join(STUDY);
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::io("write", &path, e))?;
        // a study that is done can be looked at where nothing can be written
        if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        io::write_atomically(&path, text.as_bytes())
    }

    /// Reads it from the folder of its study.
    ///
    /// # Errors
    /// A folder that is none of a study, a damaged plan, one of a later form.
    pub fn read(study: &Path) -> Result<Plan> {
        let path = study.join(STUDY);
        if !path.is_file() {
            let shown = study.display();
            let why =
                format!("{shown} is no study: it holds no {STUDY}. `gflow sweep SCRIPT --out {shown}` begins one");
            return Err(Error::data("a study", why));
        }
        let damaged = |e: &dyn std::fmt::Display| {
            let shown = study.display();
            let mend =
                format!("`gflow sweep SCRIPT … --out {shown}` with its options writes it anew, and its jobs stay");
            Error::io("read", &path, format!("it is damaged: {e}; {mend}"))
        };
        let json: serde_json::Value = serde_json::from_str(&input::text(&path, u64::MAX)?).map_err(|e| damaged(&e))?;
        match json["form"].as_u64() {
            Some(form) if form > u64::from(FORM) => {
                let why = format!("{} has form {form}, this program reads {FORM}: it {LATER}", path.display());
                Err(Error::data("a study", why))
            }
            _ => serde_json::from_value(json).map_err(|e| damaged(&e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let script = Script::new("a/b.rhai".into(), "param(\"lr\", 1)", &[], None);
        let grid = vec!["lr=1e-3,1e-2".parse().unwrap(), "f=kl,alpha(2, 3)".parse().unwrap()];
        Plan { grid, ..Plan::new(vec![script], 3) }
    }

    #[test]
    fn every_setting_comes_once_a_seed() {
        let jobs = plan().jobs().unwrap();
        assert_eq!(jobs.len(), 12);
        assert_eq!(jobs[1].describe(), "lr=1e-3 f=alpha(2, 3), seed 0");
        assert!(jobs[1].folder.starts_with("lr=1e-3,f=alpha_2,_3_,seed=0-"), "{}", jobs[1].folder);
        assert_eq!(jobs[4].seed, 1);
        let drawn = Plan { random: vec!["dt=log:1e-3..1".parse().unwrap()], samples: 5, ..plan() }.jobs().unwrap();
        assert_eq!(drawn.len(), 60);
        // every place of the grid has the same draws
        assert_eq!(drawn[0].setting[2], drawn[5].setting[2]);
    }

    #[test]
    fn jobs_are_known_by_what_decides_them() {
        let first = plan().jobs().unwrap();
        // more seeds, and settings in another order, leave the jobs what they are
        let mut more = Plan { seeds: 9, ..plan() };
        assert_eq!(more.jobs().unwrap()[..12], first[..]);
        more.scripts[0].path = "elsewhere/b.rhai".into();
        assert_eq!(more.jobs().unwrap()[0].folder, first[0].folder);
        let other = Script::new("a/b.rhai".into(), "param(\"lr\", 2)", &[], None);
        assert_ne!(Plan { scripts: vec![other], ..plan() }.jobs().unwrap()[0].folder, first[0].folder);
        let imports = Script::new("a/b.rhai".into(), "param(\"lr\", 1)", &["export let x = 1;".into()], None);
        assert_ne!(Plan { scripts: vec![imports], ..plan() }.jobs().unwrap()[0].folder, first[0].folder);
    }

    #[test]
    fn what_is_no_study_is_refused() {
        let wrong = |p: Plan| p.jobs().unwrap_err().to_string();
        let draw = |n: &str| vec![n.parse::<Draw>().unwrap()];
        assert!(wrong(Plan { random: draw("lr=int:1..9"), ..plan() }).contains("`lr` is given twice"));
        assert!(wrong(Plan { seeds: 1_000_000, ..plan() }).contains("more than 1000000 jobs"));
        // where there are no more values, there are no more jobs
        let few = Plan { random: draw("k=int:-1..1"), samples: 9, ..plan() }.jobs().unwrap();
        assert_eq!(few.len(), 12 * 3);
        let folders: HashSet<&str> = few.iter().map(|j| j.folder.as_str()).collect();
        assert_eq!(folders.len(), few.len());
    }

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Plan::read(dir.path()).unwrap_err().to_string().contains("is no study"));
        let plan = Plan { random: vec!["dt=log:1e-3..1".parse().unwrap()], timeout: Some(0.1), ..plan() };
        plan.write(dir.path()).unwrap();
        assert_eq!(Plan::read(dir.path()).unwrap(), plan);
        let later = std::fs::read_to_string(dir.path().join(STUDY)).unwrap().replace("\"form\": 1", "\"form\": 2");
        std::fs::write(dir.path().join(STUDY), later).unwrap();
        assert!(Plan::read(dir.path()).unwrap_err().to_string().contains("later gflow"));
    }
}
