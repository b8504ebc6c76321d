//! A study as a table: one row a job that ended.
use super::job::Job;
use super::outcome::Outcome;
use super::plan::Plan;
use super::state::{State, states};
use crate::error::Result;
use crate::table::{Column, Table};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// What was collected.
#[derive(Clone, Debug)]
pub struct Rows {
    /// one row a job that is done or failed, in the order of the plan
    pub table: Table,
    /// columns that tell settings apart: what the study varies
    pub varied: Vec<String>,
    /// columns of numbers that came out
    pub metrics: Vec<String>,
    /// the column of the seed, which a parameter may be called like
    pub seed: String,
    /// results that are called like a parameter, and their columns
    pub renamed: Vec<(String, String)>,
    /// jobs of the plan
    pub jobs: usize,
    /// jobs that came to their end
    pub done: usize,
    /// jobs that ended with an error
    pub failed: usize,
}

/// Named numbers and texts of rows, in the order in which names came first.
#[derive(Default)]
struct Filled {
    names: Vec<Arc<str>>,
    places: HashMap<Arc<str>, usize>,
    columns: Vec<Vec<Option<String>>>,
    numbers: Vec<Vec<f64>>,
    rows: usize,
}

impl Filled {
    fn place(&mut self, name: &str) -> usize {
        if let Some(k) = self.places.get(name) {
            return *k;
        }
        let name: Arc<str> = name.into();
        self.places.insert(name.clone(), self.names.len());
        self.names.push(name);
        self.columns.push(vec![None; self.rows]);
        self.numbers.push(vec![f64::NAN; self.rows]);
        self.names.len() - 1
    }
    fn row(&mut self) {
        self.rows += 1;
        self.columns.iter_mut().for_each(|c| c.push(None));
        self.numbers.iter_mut().for_each(|c| c.push(f64::NAN));
    }
    fn text(&mut self, name: &str, value: &str) {
        let k = self.place(name);
        let row = self.rows - 1;
        self.columns[k][row] = Some(value.into());
        self.numbers[k][row] = value.parse().unwrap_or(f64::NAN);
    }
    fn number(&mut self, name: &str, value: f64) {
        let k = self.place(name);
        self.numbers[k][self.rows - 1] = value;
    }
    /// The columns; one of texts that are numbers throughout is one of numbers.
    fn finish(self) -> Result<Vec<(Arc<str>, Column)>> {
        let column = |texts: Vec<Option<String>>, numbers: Vec<f64>| -> Result<Column> {
            let numeric = |t: &Option<String>| t.as_deref().is_none_or(|t| t.parse::<f64>().is_ok());
            if texts.iter().all(numeric) {
                return Ok(Column::numbers(numbers));
            }
            Column::texts(texts.iter().map(Option::as_deref))
        };
        let all = self.names.into_iter().zip(self.columns.into_iter().zip(self.numbers));
        all.map(|(name, (texts, numbers))| Ok((name, column(texts, numbers)?))).collect()
    }
}

/// The jobs of a study that ended, as a table: script (where there are several), what varies, other parameters, seed, state; then what
/// `record`, `claim` and `tabulate` were told and the last numbers of the history of the last run; then seconds, machine and messages.
///
/// # Errors
/// A folder that is none of a study, a damaged plan.
pub fn collected(study: &Path) -> Result<Rows> {
    let plan = Plan::read(study)?;
    let jobs = plan.jobs()?;
    let states = states(study, &jobs);
    rows(&plan, &jobs, &states)
}

/// The same of jobs whose state is known.
///
/// # Errors
/// More rows than a table holds.
pub fn rows(plan: &Plan, jobs: &[Job], states: &[State]) -> Result<Rows> {
    let (mut heads, mut parameters, mut values, mut tails) =
        (Filled::default(), Filled::default(), Filled::default(), Filled::default());
    let mut counts = [0; 2];
    for (job, state) in jobs.iter().zip(states) {
        let (State::Done(_) | State::Failed { .. }) = state else { continue };
        [&mut heads, &mut parameters, &mut values, &mut tails].into_iter().for_each(Filled::row);
        if plan.scripts.len() > 1 {
            heads.text("script", &plan.scripts[job.script].name);
        }
        job.setting.iter().for_each(|(name, value)| heads.text(name, value));
        tails.number("seed", job.seed as f64);
        tails.text("state", state.word());
        let outcome = state.outcome();
        if let Some(o) = outcome {
            let set = |name: &String| job.setting.iter().any(|s| s.0 == *name);
            o.parameters.iter().filter(|(name, _)| !set(name)).for_each(|(name, value)| parameters.text(name, value));
            // what a script had said before it failed is no result
            if matches!(state, State::Done(_)) {
                numbers(o, &mut values);
            }
            tails.number("seconds", o.seconds);
            tails.text("machine", &o.machine);
            tails.text("verdict", o.verdict.as_deref().unwrap_or_default());
        }
        if let State::Failed { reason, .. } = state {
            tails.text("error", reason.lines().next().unwrap_or_default());
        }
        counts[usize::from(matches!(state, State::Failed { .. }))] += 1;
    }
    let varied: Vec<String> = plan.varied().into_iter().map(String::from).collect();
    let metrics = values.names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    let mut columns: Vec<(Arc<str>, Column)> = vec![];
    let mut renamed: Vec<(String, String)> = vec![];
    let mut seed = "seed".to_string();
    for (k, part) in [heads, parameters, values, tails].into_iter().enumerate() {
        for (name, column) in part.finish()? {
            let taken = |n: &str| columns.iter().any(|c| &*c.0 == n);
            // a result may be called like a parameter, and a parameter like what every job has
            let free = if taken(&name) { (2..).map(|i| format!("{name}_{i}")).find(|n| !taken(n)) } else { None };
            if let Some(new) = free.clone().filter(|_| k == 2) {
                renamed.push((name.to_string(), new));
            }
            if let Some(new) = free.clone().filter(|_| k == 3 && &*name == "seed") {
                seed = new;
            }
            columns.push((free.map_or(name, Arc::from), column));
        }
    }
    let called = |n: String| renamed.iter().find(|(old, _)| *old == n).map_or(n, |(_, new)| new.clone());
    let metrics = metrics.into_iter().map(called).collect();
    let table = Table::new(columns)?;
    Ok(Rows { table, varied, metrics, seed, renamed, jobs: jobs.len(), done: counts[0], failed: counts[1] })
}

/// What came out, by name; what is said twice of one name counts as it was said last.
fn numbers(o: &Outcome, values: &mut Filled) {
    for v in &o.values {
        values.number(&v.name, v.value);
    }
    for c in &o.claims {
        values.number(&c.name, c.value);
    }
    for c in &o.cells {
        values.number(&format!("{}, {}", c.row, c.column), c.value);
    }
    for (name, value) in &o.metrics {
        // the script's own word for it comes first
        let said = o.values.iter().any(|v| v.name == *name) || o.claims.iter().any(|c| c.name == *name);
        if let Some(value) = value.filter(|_| !said) {
            values.number(name, value);
        }
    }
}
