//! Why a run ended.
use crate::error::Error;

/// Why a run ended.
#[derive(Debug)]
pub enum Ending {
    /// all steps were taken
    Finished,
    /// the stop rule that fired
    Rule(String),
    /// interrupted, or failed; what was recorded is kept
    Broken(Error),
}

impl Ending {
    /// One line for people.
    pub fn describe(&self) -> String {
        match self {
            Ending::Finished => "finished".into(),
            Ending::Rule(r) => format!("stopped: {r}"),
            Ending::Broken(e) => e.to_string(),
        }
    }
}
