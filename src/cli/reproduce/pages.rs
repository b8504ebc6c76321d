//! Tables of many runs: rows and columns that a script fills, one number a seed.
use crate::study::{Cell, short};

/// The table of a page in Markdown, rows and columns in the order in which they came; empty where the page has none.
pub(super) fn markdown(page: &str, cells: &[Cell]) -> String {
    let cells: Vec<&Cell> = cells.iter().filter(|c| c.page == page).collect();
    let (mut rows, mut columns): (Vec<&str>, Vec<&str>) = (vec![], vec![]);
    for c in &cells {
        for (all, one) in [(&mut rows, c.row.as_str()), (&mut columns, c.column.as_str())] {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    if cells.is_empty() {
        return String::new();
    }
    let clean = |t: &str| t.replace('|', "\\|");
    let line = |first: &str, rest: Vec<String>| format!("| {first} | {} |\n", rest.join(" | "));
    let mut out = line("", columns.iter().map(|c| clean(c)).collect());
    out += &format!("|---|{}\n", "---|".repeat(columns.len()));
    for row in rows {
        let of = |column: &&str| -> Vec<f64> {
            cells.iter().filter(|c| c.row == row && c.column == *column).map(|c| c.value).collect()
        };
        out += &line(&clean(row), columns.iter().map(|c| over_seeds(of(c))).collect());
    }
    out
}

/// The median, and where there are several numbers the least and the largest.
fn over_seeds(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    // −0 is 0
    let digits = |v: f64| if v.is_finite() { short(format!("{v:.2e}").parse().unwrap_or(v) + 0.0) } else { short(v) };
    let n = values.len();
    match &values[..] {
        [] => String::new(),
        [one] => digits(*one),
        [least, .., largest] => {
            let median = 0.5 * (values[(n - 1) / 2] + values[n / 2]);
            format!("{} ({} to {})", digits(median), digits(*least), digits(*largest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_the_median_of_its_seeds() {
        let cell = |row: &str, column: &str, value: f64| Cell {
            page: "P".into(),
            row: row.into(),
            column: column.into(),
            value,
        };
        let all = [
            cell("a", "x", 3.0),
            cell("b|c", "y", 0.5),
            cell("a", "x", 1.0),
            cell("a", "x", 2.25),
            cell("a", "y", -0.0),
        ];
        assert_eq!(markdown("P", &all), "|  | x | y |\n|---|---|---|\n| a | 2.25 (1 to 3) | 0 |\n| b\\|c |  | 0.5 |\n");
        assert_eq!(markdown("Q", &all), "");
    }
}
