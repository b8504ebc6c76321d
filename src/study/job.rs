//! One job of a study: a script, a setting and a seed.
use super::script::Script;
use std::path::{Path, PathBuf};

/// Letters of a setting in the name of its folder; what is longer is told apart by its digits.
const LETTERS: usize = 80;

/// The folder of all jobs of a study.
pub fn jobs_of(study: &Path) -> PathBuf {
    study.join("jobs")
}

/// One run of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// its number in the plan, from 0
    pub index: usize,
    /// which script of the plan
    pub script: usize,
    /// what parameters are set to
    pub setting: Vec<(String, String)>,
    /// of everything random
    pub seed: u64,
    /// the name of its folder, below that of all jobs
    pub folder: String,
}

impl Job {
    /// A job of a script; its folder is named by setting and seed, and by a hash of all that decides its numbers.
    pub fn new((index, script): (usize, usize), of: &Script, setting: Vec<(String, String)>, seed: u64) -> Job {
        let mut all = format!("gflow {}\nscript {}\nseed {seed}\n", env!("CARGO_PKG_VERSION"), of.hash);
        let mut sorted = setting.clone();
        sorted.sort();
        for (name, value) in &sorted {
            // what is between the names cannot be in them
            all += &format!("{}\0{}\0", name, value);
        }
        let hash = crate::digest::sha256(all.as_bytes());
        let shown = setting.iter().map(|(name, value)| format!("{name}={value}"));
        let shown = shown.chain([format!("seed={seed}")]).collect::<Vec<_>>().join(",");
        let plain = |c: char| if c.is_ascii_alphanumeric() || "=.,+-_".contains(c) { c } else { '_' };
        let shown: String = shown.chars().map(plain).take(LETTERS).collect();
        // a name that begins with a point is hidden
        let folder = format!("{}{}-{}", if shown.starts_with('.') { "_" } else { "" }, shown, &hash[..12]);
        Job { index, script, setting, seed, folder }
    }

    /// Where it is kept.
    pub fn place(&self, study: &Path) -> PathBuf {
        jobs_of(study).join(&self.folder)
    }

    /// `f=kl lr=0.1, seed 3`
    pub fn describe(&self) -> String {
        let setting: Vec<String> = self.setting.iter().map(|(n, v)| format!("{n}={v}")).collect();
        if setting.is_empty() {
            format!("seed {}", self.seed)
        } else {
            format!("{}, seed {}", setting.join(" "), self.seed)
        }
    }
}
