//! The plan of a study: from what was typed, or from the folder of one that was begun.
use crate::catalogue::nearest;
use crate::cli::args::SweepArgs;
use crate::cli::pause::Interval;
use crate::cli::setting::setting;
use crate::script::scan;
use crate::study::{Axis, Draw, Plan, STUDY};
use std::path::{Path, PathBuf};

/// The plan and the folder of its study.
///
/// # Errors
/// Options that do not go together, a script that cannot be read, a parameter that it does not have.
pub fn planned(args: &SweepArgs) -> Result<(Plan, PathBuf), String> {
    let named = args.script.clone().ok_or("name a script, or the folder of a study")?;
    if named.join(STUDY).is_file() {
        return begun(args, &named);
    }
    if named.is_dir() {
        let shown = named.display();
        return Err(format!("{shown} is the folder of no study: it holds no {STUDY}; name a script to begin one"));
    }
    let script = scan(&named).map_err(|e| e.to_string())?;
    if named.extension().is_some_and(|e| e != "rhai") {
        return Err(format!("{}: a study runs a script, a file that ends in .rhai", named.display()));
    }
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(&script.name));
    let set = args.set.iter().map(|s| setting(s)).collect::<Result<Vec<_>, String>>()?;
    let plan = Plan {
        set,
        grid: args.grid.clone(),
        random: args.random.clone(),
        samples: args.samples.unwrap_or(1),
        draw_seed: args.draw_seed.unwrap_or(0),
        device: args.device.clone().unwrap_or_else(|| "auto".into()),
        checkpoint: args.checkpoint.map_or("60s".into(), |c| shown(&c)),
        timeout: args.timeout.and_then(|t| t.0).map(|t| t.as_secs_f64()),
        ..Plan::new(vec![script], args.seeds.unwrap_or(1))
    };
    if !args.random.is_empty() && args.samples.is_none() {
        return Err("--random needs --samples N: how often its parameters are drawn".into());
    }
    known(&plan)?;
    Ok((plan, out))
}

fn shown(interval: &Interval) -> String {
    interval.0.map_or("off".into(), |t| format!("{}s", t.as_secs_f64()))
}

/// A study that was begun goes on as it was begun.
fn begun(args: &SweepArgs, study: &Path) -> Result<(Plan, PathBuf), String> {
    let given = [
        ("--grid", !args.grid.is_empty()),
        ("--random", !args.random.is_empty()),
        ("--seeds", args.seeds.is_some()),
        ("--set", !args.set.is_empty()),
        ("--out", args.out.is_some()),
    ];
    if let Some((option, _)) = given.iter().find(|g| g.1) {
        let name = study.display();
        return Err(format!(
            "{option} belongs to a script: `gflow sweep SCRIPT {option} … --out {name}` changes the study"
        ));
    }
    let mut plan = Plan::read(study).map_err(|e| e.to_string())?;
    if let Some(device) = &args.device {
        plan.device = device.clone();
    }
    if let Some(c) = &args.checkpoint {
        plan.checkpoint = shown(c);
    }
    if let Some(t) = &args.timeout {
        plan.timeout = t.0.map(|t| t.as_secs_f64());
    }
    for script in &plan.scripts {
        let now = scan(&script.path).map_err(|e| e.to_string())?;
        if now.hash != script.hash {
            let path = script.path.display();
            return Err(format!(
                "{path}, or what it imports, has changed since this study was planned, and its jobs would be others: name the script instead of the folder to plan them, or put it back"
            ));
        }
    }
    Ok((plan, study.to_path_buf()))
}

/// A parameter that no script reads is a typing error, where all that it reads stands in its text.
fn known(plan: &Plan) -> Result<(), String> {
    let grid = plan.grid.iter().map(|a: &Axis| ("--grid", &a.name));
    let random = plan.random.iter().map(|d: &Draw| ("--random", &d.name));
    let set = plan.set.iter().map(|s| ("--set", &s.0));
    for (option, name) in grid.chain(random).chain(set) {
        for script in &plan.scripts {
            let Some(all) = script.parameters.as_ref().filter(|all| !all.contains(name)) else { continue };
            let hint = nearest(name, all.iter().map(String::as_str))
                .map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            let has = match all.len() {
                0 => "it reads none".into(),
                _ => format!("it reads {}", all.iter().cloned().collect::<Vec<_>>().join(", ")),
            };
            return Err(format!("{option} {name}: {} has no param(\"{name}\", …): {has}{hint}", script.path.display()));
        }
    }
    Ok(())
}
