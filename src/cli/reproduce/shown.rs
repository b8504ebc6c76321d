//! What the seeds of a script have left.
use crate::study::{Cell, Claim, State};
use std::path::PathBuf;

/// The table, with figures.
pub const TABLE: &str = "RESULTS.md";

/// What is said of such numbers wherever they stand.
pub const QUICK: &str = "Quick sizes (n = 64, steps = 20): these numbers show that the scripts run; they are no results, and no claim is judged by them.";

/// One script with what its seeds claimed.
pub struct Shown {
    /// its name
    pub script: String,
    /// the first comment line of the script
    pub title: String,
    /// of each seed
    pub claims: Vec<Vec<Claim>>,
    /// what all seeds put into tables
    pub cells: Vec<Cell>,
    /// of each seed
    pub seconds: Vec<f64>,
    /// seeds whose run failed, with the first line of why
    pub failures: Vec<String>,
    /// the folder of the first seed
    pub first: PathBuf,
    /// where it ran
    pub device: Option<String>,
}

impl Shown {
    /// Adds what a seed came to.
    pub fn add(&mut self, seed: u64, state: &State) {
        if let State::Failed { reason, .. } = state {
            self.failures.push(format!("seed {seed}: {}", reason.lines().next().unwrap_or_default()));
        } else if !matches!(state, State::Done(_)) {
            return;
        }
        let mut claims = vec![];
        if let Some(o) = state.outcome() {
            claims.clone_from(&o.claims);
            self.cells.extend(o.cells.iter().cloned());
            self.seconds.push(o.seconds);
            self.device.get_or_insert_with(|| o.device.description.clone());
        }
        // claims of one name are told apart by their number
        for i in 0..claims.len() {
            let earlier = claims[..i].iter().filter(|c| c.name == claims[i].name).count();
            if earlier > 0 {
                claims[i].name += &format!(" ({})", earlier + 1);
            }
        }
        self.claims.push(claims);
    }
}
