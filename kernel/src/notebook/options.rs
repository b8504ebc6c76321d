//! How a notebook is run, and what the session is told of it.
use crate::supervisor::Settings;
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How a notebook is run; the same as for a script.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// A parameter read by param("NAME", default); repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Folder for the executed copy and for what its cells write; without it the copy is NAME.executed.ipynb
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// auto, cpu or wgpu
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
    /// Every cell's end as a line of JSON on standard output
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// What `--set` gives.
    pub(super) fn parameters(&self) -> Result<BTreeMap<String, String>, String> {
        self.set
            .iter()
            .map(|s| match s.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    Ok((name.trim().to_string(), value.trim().to_string()))
                }
                _ => Err(format!("--set {s}: expected NAME=VALUE")),
            })
            .collect()
    }

    /// Settings of the session; the folder for outputs is made.
    pub(super) fn settings(&self, parameters: &BTreeMap<String, String>) -> Result<Settings, String> {
        self.device.parse::<gflow::device::Choice>().map_err(|e| e.to_string())?;
        let mut environment = vec![
            ("GFLOW_DEVICE".to_string(), self.device.clone()),
            ("GFLOW_SEED".to_string(), self.seed.to_string()),
            ("GFLOW_PARAMS".to_string(), serde_json::to_string(parameters).unwrap_or_default()),
        ];
        if let Some(out) = &self.out {
            std::fs::create_dir_all(out).map_err(|e| format!("--out {}: {e}", out.display()))?;
            let out = out.canonicalize().map_err(|e| format!("--out {}: {e}", out.display()))?;
            environment.push(("GFLOW_OUT".to_string(), out.display().to_string()));
        }
        Ok(Settings { environment, asks: false })
    }
}
