//! The files that `gflow reproduce` leaves beside its jobs.
use super::shown::{QUICK, Shown, TABLE};
use super::table::{latex, markdown, pages, rows};
use crate::cli::args::ReproduceArgs;
use crate::io::write_atomically;
use std::path::Path;

/// What a job keeps for itself, beside what its script has written.
const OWN: [&str; 4] = ["run.json", "failure.json", "log.txt", "run-history.csv"];

/// Brings what a script has written in its first seed to where the table shows it; the names of its figures.
fn figures(shown: &Shown, to: &Path) -> Result<Vec<String>, String> {
    let mut out = vec![];
    if !shown.first.is_dir() {
        return Ok(out);
    }
    let fail = |e: std::io::Error| format!("{}: {e}", shown.first.display());
    for entry in std::fs::read_dir(&shown.first).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && !name.starts_with('.') && !OWN.contains(&name.as_str()) {
            let bytes = std::fs::read(entry.path()).map_err(|e| format!("{}: {e}", entry.path().display()))?;
            write_atomically(&to.join(&name), &bytes).map_err(|e| e.to_string())?;
            if name.ends_with(".png") || name.ends_with(".gif") {
                out.push(name);
            }
        }
    }
    out.sort();
    Ok(out)
}

/// RESULTS.md with the figures of the first seed, RESULTS.tex with the table, which quick sizes have none of, and the pages of scripts.
pub fn write(out: &Path, shown: &[Shown], args: &ReproduceArgs) -> Result<(), String> {
    let quick = args.quick;
    let rows = rows(shown);
    let device = shown.iter().find_map(|s| s.device.as_deref()).unwrap_or("no device");
    let size = if quick { "quick sizes" } else { "full sizes" };
    let mut text = format!(
        "# What gflow reproduces\n\nMade by `gflow reproduce` {}, {size}, on {}. Seconds are those of one seed.\n\n{}{}\n",
        env!("CARGO_PKG_VERSION"),
        device,
        if quick { format!("**{QUICK}**\n\n") } else { String::new() },
        markdown(&rows, quick)
    );
    for s in shown {
        text += &format!("## {}\n\n{}\n\n", s.script, s.title);
        for f in &s.failures {
            text += &format!("**Failed**: {f}\n\n");
        }
        let folder = out.join(&s.script);
        let figures = figures(s, &folder)?;
        for f in figures {
            text += &format!("![{}]({}/{f})\n\n", f.trim_end_matches(".png").replace('_', " "), s.script);
        }
    }
    let put = |name: &str, text: String| write_atomically(&out.join(name), text.as_bytes()).map_err(|e| e.to_string());
    put(TABLE, text)?;
    for (name, text) in pages(shown, args.seeds, quick) {
        put(&name, text)?;
    }
    if quick { Ok(()) } else { put("RESULTS.tex", latex(&rows)) }
}
