//! The table of claims over seeds, in Markdown and LaTeX, and the pages that scripts fill.
use super::shown::{QUICK, Shown};
use crate::study::{Claim, short};
use crate::table::latex_text;
use std::collections::BTreeSet;

/// One line of the table: a claim over the seeds.
pub struct Row {
    script: String,
    name: String,
    expected: String,
    paper: String,
    values: Vec<f64>,
    /// seeds whose value holds
    pub held: usize,
    /// seeds
    pub of: usize,
    seconds: f64,
}

/// Claims of the same name over the seeds, in the order of the first seed that made them.
pub fn rows(shown: &[Shown]) -> Vec<Row> {
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

pub fn markdown(rows: &[Row], quick: bool) -> String {
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

pub fn latex(rows: &[Row]) -> String {
    let mut out = String::from(
        "\\begin{tabular}{lllllr}\n\\hline\nwhat & paper or truth & holds if & gflow & held & s\\\\\n\\hline\n",
    );
    for r in rows {
        out += &format!(
            "{} & {} & {} & {} & {}/{} & {:.1}\\\\\n",
            latex_text(&r.name),
            latex_text(&r.paper),
            latex_text(&r.expected),
            latex_text(&r.got()),
            r.held,
            r.of,
            r.seconds
        );
    }
    out + "\\hline\n\\end{tabular}\n"
}

/// The pages that scripts fill by `tabulate`, each with a table a script.
pub fn pages(shown: &[Shown], seeds: u64, quick: bool) -> Vec<(String, String)> {
    let names: BTreeSet<&str> = shown.iter().flat_map(|s| &s.cells).map(|c| c.page.as_str()).collect();
    let page = |name: &str| {
        let head = format!(
            "# {name}\n\nMade by `gflow reproduce` {}: the median over {seeds} {}, with the least and the largest.\n",
            env!("CARGO_PKG_VERSION"),
            if seeds == 1 { "seed" } else { "seeds" }
        );
        let quick = if quick { format!("\n**{QUICK}**\n") } else { String::new() };
        let tables = shown.iter().map(|s| (s, super::pages::markdown(name, &s.cells))).filter(|t| !t.1.is_empty());
        let tables: String = tables.map(|(s, t)| format!("\n## {}\n\n{}\n\n{t}", s.script, s.title)).collect();
        (format!("{name}.md"), format!("{head}{quick}{tables}"))
    };
    names.into_iter().map(page).collect()
}
