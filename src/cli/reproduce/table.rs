//! `gflow reproduce`: every script that makes claims, over several seeds, and the table of what came out.
use super::Exit;
use super::args::ReproduceArgs;
use super::streams::{answer, hint, say};
use super::terminal::Terminal;
use crate::device::{self, Compute};
use crate::input;
use crate::script::claims::{Claim, short};
use crate::script::context::lock;
use crate::script::tables::{self, Cell};
use crate::script::{Session, SessionOptions, colours};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// The table, with figures.
const TABLE: &str = "RESULTS.md";

/// What --quick sets, where a script reads it.
const SMALL: [(&str, &str); 2] = [("n", "64"), ("steps", "20")];

/// What is said of such numbers wherever they stand.
const QUICK: &str = "Quick sizes (n = 64, steps = 20): these numbers show that the scripts run; they are no results, and no claim is judged by them.";

/// One script with what its seeds claimed.
struct Shown {
    script: String,
    /// the first comment line of the script
    title: String,
    claims: Vec<Vec<Claim>>,
    /// what all seeds put into tables
    cells: Vec<Cell>,
    seconds: Vec<f64>,
    /// seeds whose run failed, with the first line of why
    failures: Vec<String>,
}

/// One line of the table: a claim over the seeds.
struct Row {
    script: String,
    name: String,
    expected: String,
    paper: String,
    values: Vec<f64>,
    held: usize,
    of: usize,
    seconds: f64,
}

/// Scripts of files and folders that make claims, in order.
fn scripts(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut out = vec![];
    for p in paths {
        if p.is_file() {
            out.push(p.clone());
            continue;
        }
        let entries = std::fs::read_dir(p).map_err(|e| format!("cannot read {}: {e}", p.display()))?;
        let mut found: Vec<PathBuf> = entries
            .filter_map(|e| e.ok().map(|e| e.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "rhai"))
            .collect();
        found.sort();
        out.extend(found.into_iter().filter(|p| input::text(p, input::SCRIPT).is_ok_and(|t| t.contains("claim("))));
    }
    let stem = |p: &PathBuf| p.file_stem().map(|s| s.to_string_lossy().into_owned());
    if let Some((a, b)) =
        out.iter().enumerate().find_map(|(i, a)| out[..i].iter().find(|b| stem(a) == stem(b)).map(|b| (a, b)))
    {
        return Err(format!("{} and {} have one name: the table could not tell them apart", b.display(), a.display()));
    }
    if out.is_empty() {
        Err(format!(
            "no script that makes a claim(…) in {}",
            paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
        ))
    } else {
        Ok(out)
    }
}

/// Makes the folder of the table. Small sizes are not written where full ones are.
fn folder(args: &ReproduceArgs) -> Result<PathBuf, String> {
    let out = args.out.clone().unwrap_or_else(|| if args.quick { "results-quick" } else { "results" }.into());
    let shown = out.display();
    if args.quick && std::fs::read_to_string(out.join(TABLE)).is_ok_and(|t| !t.contains(QUICK)) {
        let reason = "--quick would write numbers over it that are no results";
        return Err(format!("--out {shown}: its {TABLE} is of full sizes; {reason}"));
    }
    std::fs::create_dir_all(&out).map_err(|e| format!("--out {shown}: {e}"))?;
    Ok(out)
}

/// Runs the command.
pub fn reproduce(args: &ReproduceArgs) -> Exit {
    let fail = |e: String| {
        say(format_args!("error: {e}"));
        Exit::Usage
    };
    let scripts = match scripts(&args.paths) {
        Ok(s) => s,
        Err(e) => return fail(e),
    };
    let choice = match args.device.parse::<device::Choice>() {
        Ok(c) => c,
        Err(e) => return fail(e.to_string()),
    };
    let compute = match device::open(choice) {
        Ok(c) => c,
        Err(e) => {
            say(format_args!("error: {e}"));
            return Exit::Device;
        }
    };
    let out = match folder(args) {
        Ok(out) => out,
        Err(e) => return fail(e),
    };
    let args = args.clone();
    let all = move || {
        let mut shown = vec![];
        for script in &scripts {
            match run(script, &args, &out, &compute) {
                Ok(s) => shown.push(s),
                Err(e) => return fail(e),
            }
            // the table so far survives whatever comes
            if let Err(e) = write(&out, &shown, &compute, &args) {
                return fail(format!("--out {}: {e}", out.display()));
            }
        }
        let head = if args.quick {
            format!(
                "{QUICK}

"
            )
        } else {
            String::new()
        };
        let told = answer(&(head + markdown(&rows(&shown), args.quick).trim_end()));
        if told != Exit::Ok {
            return told;
        }
        // small sizes show that scripts run, not that their claims hold
        let good =
            shown.iter().all(|s| s.failures.is_empty()) && (args.quick || rows(&shown).iter().all(|r| r.held == r.of));
        if good { Exit::Ok } else { Exit::Script }
    };
    match crate::threads::spawn("session", all) {
        Ok(thread) => thread.join().unwrap_or(Exit::Script),
        Err(e) => fail(format!("cannot start a thread: {e}")),
    }
}

fn run(path: &Path, args: &ReproduceArgs, folder: &Path, compute: &Compute) -> Result<Shown, String> {
    let text = input::text(path, input::SCRIPT).map_err(|e| e.to_string())?;
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("script").to_string();
    let title = text
        .lines()
        .find_map(|l| l.strip_prefix("//").map(|t| t.trim().to_string()).filter(|t| !t.is_empty()))
        .unwrap_or_default();
    let mut shown =
        Shown { script: stem.clone(), title, claims: vec![], cells: vec![], seconds: vec![], failures: vec![] };
    for seed in 0..args.seeds {
        say(format_args!("{stem}, seed {seed}"));
        // figures of the first seed; the other seeds are there for the numbers
        let out = if seed == 0 { folder.join(&stem) } else { folder.join(&stem).join(format!("seed{seed}")) };
        std::fs::create_dir_all(&out).map_err(|e| format!("{}: {e}", out.display()))?;
        let mut params = BTreeMap::new();
        if args.quick {
            params.extend(SMALL.map(|(k, v)| (k.to_string(), v.to_string())));
        }
        let begun = Instant::now();
        let front = Box::new(Terminal::new(true, false, out.clone(), stem.clone()).keeping(true));
        let folder = path.parent().map(PathBuf::from).filter(|p| !p.as_os_str().is_empty());
        let mut session =
            Session::new(SessionOptions { compute: compute.clone(), seed, params, out: Some(out), folder, front });
        session.context().unjudged.store(args.quick, Ordering::Relaxed);
        if let Err(d) = session.eval(&path.display().to_string(), &text) {
            hint(session.render(&d, colours(std::io::stderr().is_terminal())));
            shown.failures.push(format!("seed {seed}: {}", d.message.lines().next().unwrap_or_default()));
        }
        shown.seconds.push(begun.elapsed().as_secs_f64());
        shown.cells.append(&mut lock(&session.context().cells));
        let mut claims = std::mem::take(&mut *lock(&session.context().claims));
        // claims of one name are told apart by their number
        for i in 0..claims.len() {
            let earlier = claims[..i].iter().filter(|c| c.name == claims[i].name).count();
            if earlier > 0 {
                claims[i].name += &format!(" ({})", earlier + 1);
            }
        }
        shown.claims.push(claims);
    }
    Ok(shown)
}

/// Claims of the same name over the seeds, in the order of the first seed that made them.
fn rows(shown: &[Shown]) -> Vec<Row> {
    let mut out = vec![];
    for s in shown {
        let mut names: Vec<&str> = vec![];
        for c in s.claims.iter().flatten() {
            if !names.contains(&c.name.as_str()) {
                names.push(&c.name);
            }
        }
        let seconds = s.seconds.iter().sum::<f64>() / s.seconds.len().max(1) as f64;
        if !s.failures.is_empty() {
            let (of, held) = (s.claims.len(), s.claims.len() - s.failures.len());
            out.push(Row {
                script: s.script.clone(),
                name: "runs to its end".into(),
                expected: "no error".into(),
                paper: String::new(),
                values: vec![],
                held,
                of,
                seconds,
            });
        }
        for name in names {
            let same: Vec<&Claim> = s.claims.iter().filter_map(|seed| seed.iter().find(|c| c.name == name)).collect();
            out.push(Row {
                script: s.script.clone(),
                name: name.into(),
                expected: same[0].expected(),
                paper: same[0].paper.clone().unwrap_or_default(),
                values: same.iter().map(|c| c.value).collect(),
                held: same.iter().filter(|c| c.holds()).count(),
                of: s.claims.len(),
                seconds,
            });
        }
    }
    out
}

impl Row {
    /// Mean ± standard deviation over the seeds.
    fn got(&self) -> String {
        if self.values.is_empty() {
            return "-".into();
        }
        let n = self.values.len() as f64;
        let mean = self.values.iter().sum::<f64>() / n;
        let spread = (self.values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
        let digits =
            |v: f64| if v != 0.0 && v.is_finite() { short(format!("{v:.2e}").parse().unwrap_or(v)) } else { short(v) };
        // values that are all the same may differ from their mean by a rounding
        let spread = if spread <= 1e-14 * mean.abs() { 0.0 } else { spread };
        if self.values.len() > 1 { format!("{} ± {}", digits(mean), digits(spread)) } else { digits(mean) }
    }
}

fn markdown(rows: &[Row], quick: bool) -> String {
    let mut out = format!(
        "| script | what | paper or truth | holds if | gflow, {}mean ± std | held | s |\n|---|---|---|---|---|---|---|\n",
        if quick { "quick sizes, " } else { "" }
    );
    let cell = |t: &str| t.replace('|', "\\|");
    for r in rows {
        out += &format!(
            "| {} | {} | {} | {} | {} | {} | {:.1} |\n",
            r.script,
            cell(&r.name),
            cell(&r.paper),
            cell(&r.expected),
            r.got(),
            // that a script came to its end is seen at any size
            if quick && !r.values.is_empty() { "not judged".into() } else { format!("{}/{}", r.held, r.of) },
            r.seconds
        );
    }
    out
}

fn latex(rows: &[Row]) -> String {
    let clean = |t: &str| {
        let t = t
            .replace('\\', "/")
            .replace('&', r"\&")
            .replace('%', r"\%")
            .replace('_', r"\_")
            .replace('#', r"\#")
            .replace('$', r"\$")
            .replace('{', r"\{")
            .replace('}', r"\}")
            .replace('^', r"\^{}")
            .replace('~', r"\~{}");
        t.replace('≤', r"$\le$")
            .replace('≥', r"$\ge$")
            .replace('±', r"$\pm$")
            .replace('²', "$^2$")
            .replace('₁', "$_1$")
            .replace('₂', "$_2$")
            .replace('½', r"$\frac12$")
            .replace('→', r"$\to$")
            .replace('α', r"$\alpha$")
            .replace('ν', r"$\nu$")
            .replace('λ', r"$\lambda$")
    };
    let mut out = String::from(
        "\\begin{tabular}{lllllr}\n\\hline\nwhat & paper or truth & holds if & gflow & held & s\\\\\n\\hline\n",
    );
    for r in rows {
        out += &format!(
            "{} & {} & {} & {} & {}/{} & {:.1}\\\\\n",
            clean(&r.name),
            clean(&r.paper),
            clean(&r.expected),
            clean(&r.got()),
            r.held,
            r.of,
            r.seconds
        );
    }
    out + "\\hline\n\\end{tabular}\n"
}

/// The pages that scripts fill by `tabulate`, each with a table a script.
fn pages(shown: &[Shown], seeds: u64, quick: bool) -> Vec<(String, String)> {
    let names: BTreeSet<&str> = shown.iter().flat_map(|s| &s.cells).map(|c| c.page.as_str()).collect();
    let page = |name: &str| {
        let head = format!(
            "# {name}\n\nMade by `gflow reproduce` {}: the median over {seeds} {}, with the least and the largest.\n",
            env!("CARGO_PKG_VERSION"),
            if seeds == 1 { "seed" } else { "seeds" }
        );
        let quick = if quick { format!("\n**{QUICK}**\n") } else { String::new() };
        let tables = shown.iter().map(|s| (s, tables::markdown(name, &s.cells))).filter(|t| !t.1.is_empty());
        let tables: String = tables.map(|(s, t)| format!("\n## {}\n\n{}\n\n{t}", s.script, s.title)).collect();
        (format!("{name}.md"), format!("{head}{quick}{tables}"))
    };
    names.into_iter().map(page).collect()
}

/// RESULTS.md with the figures of the first seed, RESULTS.tex with the table, which quick sizes have none of, and the pages of scripts.
fn write(out: &Path, shown: &[Shown], compute: &Compute, args: &ReproduceArgs) -> Result<(), String> {
    let quick = args.quick;
    let rows = rows(shown);
    let size = if quick { "quick sizes" } else { "full sizes" };
    let mut text = format!(
        "# What gflow reproduces\n\nMade by `gflow reproduce` {}, {size}, on {}. Seconds are those of one seed.\n\n{}{}\n",
        env!("CARGO_PKG_VERSION"),
        compute.description,
        if quick { format!("**{QUICK}**\n\n") } else { String::new() },
        markdown(&rows, quick)
    );
    for s in shown {
        text += &format!("## {}\n\n{}\n\n", s.script, s.title);
        for f in &s.failures {
            text += &format!("**Failed**: {f}\n\n");
        }
        let mut figures: Vec<String> = std::fs::read_dir(out.join(&s.script))
            .map_err(|e| format!("{}: {e}", s.script))?
            .filter_map(|e| e.ok()?.file_name().into_string().ok())
            .filter(|n| n.ends_with(".png") || n.ends_with(".gif"))
            .collect();
        figures.sort();
        for f in figures {
            text += &format!("![{}]({}/{f})\n\n", f.trim_end_matches(".png").replace('_', " "), s.script);
        }
    }
    let put = |name: &str, text: String| {
        crate::io::write_atomically(&out.join(name), text.as_bytes()).map_err(|e| e.to_string())
    };
    put(TABLE, text)?;
    for (name, text) in pages(shown, args.seeds, quick) {
        put(&name, text)?;
    }
    if quick { Ok(()) } else { put("RESULTS.tex", latex(&rows)) }
}
