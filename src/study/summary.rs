//! Arms of a study: settings over their seeds, and which of them is best.
use super::collect::Rows;
use super::compare::{adjusted, paired};
use crate::catalogue::nearest;
use crate::error::{Error, Result};
use crate::summary::{deviation, mean, quantile, sorted};
use crate::table::{Cell, Column, Table};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What is said of the numbers of an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centre {
    /// mean ± standard deviation
    Mean,
    /// the median with the quarters
    Median,
}

/// One setting over its seeds.
#[derive(Clone, Debug)]
pub struct Arm {
    /// what it is told apart by, in the order of the summary's names
    pub key: Vec<String>,
    /// numbers that came out, in order of size
    pub sorted: Vec<f64>,
    /// jobs of it that failed, or have no such number
    pub without: usize,
    /// by seed and whatever else varies: pairs are made by that
    runs: BTreeMap<String, f64>,
    /// the test against the best arm; none for that one
    pub p: Option<f64>,
}

/// Arms in the order of the study.
#[derive(Clone, Debug)]
pub struct Summary {
    /// what they are told apart by
    pub by: Vec<String>,
    /// what is compared
    pub metric: String,
    /// whether more is better
    pub maximise: bool,
    /// the arms
    pub arms: Vec<Arm>,
    /// the best of them
    pub best: Option<usize>,
}

impl Arm {
    /// The number that arms are ordered by.
    pub fn centre(&self, centre: Centre) -> f64 {
        match (self.sorted.is_empty(), centre) {
            (true, _) => f64::NAN,
            (false, Centre::Mean) => mean(&self.sorted),
            (false, Centre::Median) => quantile(&self.sorted, 0.5),
        }
    }
    /// The numbers below and above it: a standard deviation, or the quarters.
    pub fn band(&self, centre: Centre) -> (f64, f64) {
        if self.sorted.is_empty() {
            return (f64::NAN, f64::NAN);
        }
        match centre {
            Centre::Mean => {
                let std = deviation("a study", &self.sorted, 1).unwrap_or(f64::NAN);
                (mean(&self.sorted) - std, mean(&self.sorted) + std)
            }
            Centre::Median => (quantile(&self.sorted, 0.25), quantile(&self.sorted, 0.75)),
        }
    }
}

/// A cell as a text that tells settings apart.
fn told(cell: Cell) -> String {
    match cell {
        Cell::Number(v) => v.to_string(),
        Cell::Truth(t) => t.to_string(),
        Cell::Text(t) => t.into(),
        Cell::Missing => "-".into(),
    }
}

impl Summary {
    /// Of a study, by some of its parameters: by default by all that vary.
    ///
    /// # Errors
    /// Names that there are not; a metric that is no number.
    pub fn of(rows: &Rows, by: &[String], metric: &str, centre: Centre, maximise: bool) -> Result<Summary> {
        let by = if by.is_empty() { arms_by(rows) } else { by.to_vec() };
        let names: Vec<&str> = by.iter().map(String::as_str).collect();
        let keys: Vec<&Column> = find(&rows.table, &names)?;
        // what came out, not the parameter of its name
        let column = rows.renamed.iter().find(|(name, _)| name == metric).map_or(metric, |(_, column)| column.as_str());
        let values = find(&rows.table, &[column])?[0];
        let Some(numbers) = values.as_numbers() else {
            let numeric = rows.metrics.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Error::data("--metric", format!("`{metric}` holds texts; numbers are {numeric}")));
        };
        // what pairs are made by: the seed, and what varies and is no key
        let others: Vec<&str> = rows.varied.iter().map(String::as_str).filter(|n| !names.contains(n)).collect();
        let others = find(&rows.table, &[others, vec![rows.seed.as_str()]].concat())?;
        let mut places: HashMap<Vec<String>, usize> = HashMap::new();
        let mut arms: Vec<Arm> = vec![];
        for row in 0..rows.table.rows() {
            let key: Vec<String> = keys.iter().map(|c| told(c.cell(row))).collect();
            let k = *places.entry(key.clone()).or_insert_with(|| {
                arms.push(Arm { key, sorted: vec![], without: 0, runs: BTreeMap::new(), p: None });
                arms.len() - 1
            });
            if numbers[row].is_nan() {
                arms[k].without += 1;
            } else {
                let pair = others.iter().map(|c| told(c.cell(row))).collect::<Vec<_>>().join("\0");
                arms[k].runs.insert(pair, numbers[row]);
                arms[k].sorted.push(numbers[row]);
            }
        }
        arms.iter_mut().for_each(|a| a.sorted = sorted(&a.sorted));
        let mut out = Summary { by, metric: metric.into(), maximise, arms, best: None };
        out.compare(centre);
        Ok(out)
    }

    /// Finds the best arm, and compares the others with it.
    fn compare(&mut self, centre: Centre) {
        let sign = if self.maximise { -1.0 } else { 1.0 };
        let centres: Vec<f64> = self.arms.iter().map(|a| sign * a.centre(centre)).collect();
        let finite = |i: &usize| centres[*i].is_finite();
        self.best = (0..centres.len()).filter(finite).min_by(|a, b| centres[*a].total_cmp(&centres[*b]));
        let Some(best) = self.best else { return };
        let tested: Vec<usize> = (0..self.arms.len())
            .filter(|i| *i != best && self.arms[*i].runs.keys().any(|k| self.arms[best].runs.contains_key(k)))
            .collect();
        let p: Vec<f64> = tested
            .iter()
            .map(|i| {
                let pairs = self.arms[*i].runs.iter();
                let pairs = pairs.filter_map(|(seed, a)| self.arms[best].runs.get(seed).map(|b| a - b));
                paired(&pairs.collect::<Vec<f64>>()).p
            })
            .collect();
        for (i, p) in tested.into_iter().zip(adjusted(&p)) {
            self.arms[i].p = Some(p);
        }
    }

    /// The arms as a table: keys, how many numbers, centre and band, the test against the best.
    ///
    /// # Errors
    /// A parameter that is called like one of these columns.
    pub fn table(&self, centre: Centre) -> Result<Table> {
        let mut columns: Vec<(Arc<str>, Column)> = vec![];
        for (k, name) in self.by.iter().enumerate() {
            let texts: Vec<&str> = self.arms.iter().map(|a| a.key[k].as_str()).collect();
            let numbers: Option<Vec<f64>> = texts.iter().map(|t| t.parse().ok()).collect();
            let column = match numbers {
                Some(numbers) => Column::numbers(numbers),
                None => Column::texts(texts.into_iter().map(Some))?,
            };
            columns.push((name.as_str().into(), column));
        }
        let mut add = |name: &str, of: &dyn Fn(&Arm) -> f64| {
            columns.push((name.into(), Column::numbers(self.arms.iter().map(of).collect())));
        };
        add("runs", &|a| a.sorted.len() as f64);
        match centre {
            Centre::Mean => {
                add("mean", &|a| a.centre(centre));
                add("std", &|a| a.band(centre).1 - a.centre(centre));
            }
            Centre::Median => {
                add("median", &|a| a.centre(centre));
                add("lower quarter", &|a| a.band(centre).0);
                add("upper quarter", &|a| a.band(centre).1);
            }
        }
        add("p against the best", &|a| a.p.unwrap_or(f64::NAN));
        if self.arms.iter().any(|a| a.without > 0) {
            add("without", &|a| a.without as f64);
        }
        Table::new(columns)
    }
}

/// By what arms are told apart where nobody says: the script, and what has more than one value.
fn arms_by(rows: &Rows) -> Vec<String> {
    let several = |name: &&str| {
        let column = rows.table.column(name);
        column.is_some_and(|c| (1..c.len()).any(|i| told(c.cell(i)) != told(c.cell(0))))
    };
    let names = ["script"].into_iter().chain(rows.varied.iter().map(String::as_str));
    names.filter(several).map(String::from).collect()
}

/// Columns by name.
fn find<'a>(table: &'a Table, names: &[&str]) -> Result<Vec<&'a Column>> {
    let column = |name: &&str| {
        table.column(name).ok_or_else(|| {
            let all: Vec<&str> = table.names().collect();
            let hint = nearest(name, all.iter().copied()).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            Error::data("a study", format!("it has no column `{name}`: there are {}{hint}", all.join(", ")))
        })
    };
    names.iter().map(column).collect()
}
