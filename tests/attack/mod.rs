//! Attacks: damaged files, faults of the disk, hostile input. Each has a short form that always runs and a long one, by
//! `GFLOW_ATTACK=long`, which prints what it tried.
mod checkpoints;
mod deadline;
mod faults;
mod fetch;
mod figures;
mod fuzz;
mod grammar;
mod guard;
mod keeping;
mod options;
mod permissions;
mod readers;
mod saves;
mod scripts;
mod streams;
mod trial;
mod values;
mod ways;

/// Whether the long forms run.
pub fn long() -> bool {
    std::env::var("GFLOW_ATTACK").is_ok_and(|v| v == "long")
}
