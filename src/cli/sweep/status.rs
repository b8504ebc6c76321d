//! `gflow sweep status`: how far a study is, from its folders alone.
use crate::study::{Job, Plan, State, duration, states};
use std::path::Path;

/// Failures that are named.
const NAMED: usize = 20;

/// How far a study is, in lines.
///
/// # Errors
/// A folder that is none of a study.
pub fn status(study: &Path) -> crate::error::Result<String> {
    let plan = Plan::read(study)?;
    let jobs = plan.jobs()?;
    let states = states(study, &jobs);
    Ok(described(study, &jobs, &states))
}

fn described(study: &Path, jobs: &[Job], states: &[State]) -> String {
    let seconds: Vec<f64> =
        states.iter().filter_map(|s| if let State::Done(o) = s { Some(o.seconds) } else { None }).collect();
    let mut out = format!("{}: {}", study.display(), counts(states));
    if !seconds.is_empty() {
        let sorted = crate::summary::sorted(&seconds);
        let of = |q: f64| duration(crate::summary::quantile(&sorted, q));
        out += &format!("\na job takes {} ({} to {}) in the median", of(0.5), of(0.0), of(1.0));
    }
    out.push_str(&failures(study, jobs, states));
    out
}

/// `64 jobs: 40 done, 2 running`
pub fn counts(states: &[State]) -> String {
    let words = ["done", "running", "broken off", "failed", "waiting"];
    let count = |word: &str| states.iter().filter(|s| s.word() == word).count();
    let parts = words.iter().map(|w| (count(w), w)).filter(|(n, _)| *n > 0).map(|(n, w)| format!("{n} {w}"));
    let n = states.len();
    format!("{n} job{}: {}", if n == 1 { "" } else { "s" }, parts.collect::<Vec<_>>().join(", "))
}

/// Jobs that failed, each with its error.
pub fn failures(study: &Path, jobs: &[Job], states: &[State]) -> String {
    let failed = jobs.iter().zip(states).filter_map(|(job, state)| match state {
        State::Failed { reason, .. } => Some((job, reason.lines().next().unwrap_or_default())),
        _ => None,
    });
    let all: Vec<(&Job, &str)> = failed.collect();
    if all.is_empty() {
        return String::new();
    }
    let lines = all.iter().take(NAMED).map(|(job, why)| format!("\n  {} {}: {why}", job.index, job.describe()));
    let more = if all.len() > NAMED { format!("\n  … and {} more", all.len() - NAMED) } else { String::new() };
    let place = all[0].0.place(study);
    format!(
        "\nfailed:{}{more}\nwhat the first of them said is in {}; --failed runs them again",
        lines.collect::<String>(),
        place.join("log.txt").display()
    )
}
