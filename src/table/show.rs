//! A table as people see it: the first and the last rows, aligned, with a word about all that is not shown.
use super::column::{Cell, Column};
use super::data::Table;
use crate::input::clip;

/// What stands where an entry is missing.
pub const GAP: &str = "NA";

/// Rows of a table that is shown whole, and those of a longer one before and after the cut.
const WHOLE: usize = 40;
const FIRST: usize = 10;
const LAST: usize = 5;
/// Letters of a text, and of a name.
const LETTERS: usize = 40;
/// Significant digits.
const DIGITS: i32 = 6;

/// Cells as texts, column by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// names of the columns that are shown
    pub names: Vec<String>,
    /// their cells
    pub cells: Vec<Vec<String>>,
    /// whether a column has numbers, which stand at the right
    pub numbers: Vec<bool>,
    /// where rows are left out, and how many
    pub cut: Option<(usize, usize)>,
    /// names of columns that are not shown
    pub hidden: Vec<String>,
    /// rows and columns of the table
    pub size: [usize; 2],
}

/// A number with six significant digits, whole ones with all they have.
pub fn digits(v: f64) -> String {
    if v.is_nan() {
        return GAP.into();
    }
    if v.is_infinite() {
        return if v > 0.0 { "inf".into() } else { "-inf".into() };
    }
    if v.fract() == 0.0 && v.abs() < 1e15 {
        return format!("{:.0}", v + 0.0);
    }
    let exponent = v.abs().log10().floor() as i32;
    if (-4..9).contains(&exponent) {
        let behind = (DIGITS - 1 - exponent).max(1) as usize;
        let text = format!("{v:.behind$}");
        let short = text.trim_end_matches('0');
        // what rounds to a whole number still is none
        return if short.ends_with('.') { format!("{short}0") } else { short.into() };
    }
    let text = format!("{v:.0$e}", DIGITS as usize - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
}

/// A cell as a text, of a text at most so many letters.
pub(super) fn cell(c: Cell, letters: usize) -> String {
    match c {
        Cell::Number(v) => digits(v),
        Cell::Truth(t) => t.to_string(),
        Cell::Text(t) => clip(t, letters),
        Cell::Missing => GAP.into(),
    }
}

/// Numbers with their points below each other.
fn aligned(cells: &mut [String]) {
    let behind = |c: &str| c.len() - c.find('.').unwrap_or(c.len());
    let most = cells.iter().filter(|c| !c.contains('e')).map(|c| behind(c)).max().unwrap_or(0);
    for c in cells.iter_mut().filter(|c| c.starts_with(|ch: char| ch.is_ascii_digit() || ch == '-')) {
        if !c.contains(['e', 'i']) {
            c.push_str(&" ".repeat(most - behind(c)));
        }
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

impl Table {
    /// What of it is shown in a width of so many letters.
    pub fn view(&self, most: usize) -> View {
        let n = self.rows();
        let cut = (n > WHOLE).then_some((FIRST, n - FIRST - LAST));
        let rows: Vec<usize> = if cut.is_some() { (0..FIRST).chain(n - LAST..n).collect() } else { (0..n).collect() };
        let mut out = View { cut, size: [n, self.columns().len()], ..View::default() };
        let mut taken = 0;
        for (i, (name, column)) in self.columns().iter().enumerate() {
            let numbers = matches!(column, Column::Numbers(_));
            let name = clip(name, LETTERS);
            let mut cells: Vec<String> = rows.iter().map(|r| cell(column.cell(*r), LETTERS)).collect();
            if numbers {
                aligned(&mut cells);
            }
            taken += 2 + cells.iter().map(|c| width(c)).chain([width(&name)]).max().unwrap_or(0);
            if taken > most && i > 0 {
                out.hidden = self.names().skip(i).map(|n| clip(n, LETTERS)).collect();
                break;
            }
            out.names.push(name);
            out.cells.push(cells);
            out.numbers.push(numbers);
        }
        out
    }
}

impl View {
    /// `1000 rows, 3 columns`.
    pub fn title(&self) -> String {
        let many = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        format!("{}, {}", many(self.size[0], "row"), many(self.size[1], "column"))
    }
    /// What is said about columns that are not shown.
    pub fn more_columns(&self) -> Option<String> {
        const NAMED: usize = 8;
        let n = self.hidden.len();
        let named = self.hidden.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let rest = if n > NAMED { ", …" } else { "" };
        (n > 0).then(|| format!("… {n} more column{}: {named}{rest}", if n == 1 { "" } else { "s" }))
    }
    /// What is said about rows that are not shown.
    pub fn more_rows(&self) -> Option<String> {
        self.cut.map(|(_, n)| format!("… {n} more rows"))
    }
    /// Aligned lines.
    pub fn text(&self) -> String {
        let widths: Vec<usize> = self
            .names
            .iter()
            .zip(&self.cells)
            .map(|(name, cells)| cells.iter().map(|c| width(c)).chain([width(name)]).max().unwrap_or(0))
            .collect();
        let line = |of: &dyn Fn(usize) -> String| -> String {
            let cells = (0..widths.len()).map(|k| {
                let (text, numbers) = (of(k), self.numbers[k]);
                let room = " ".repeat(widths[k].saturating_sub(width(&text)));
                if numbers { format!("{room}{text}") } else { format!("{text}{room}") }
            });
            format!("\n  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_string()
        };
        let mut out = format!("Table: {}", self.title());
        if self.names.is_empty() {
            return out;
        }
        out += &line(&|k| self.names[k].clone());
        for i in 0..self.cells[0].len() {
            if let (Some((at, _)), Some(words)) = (self.cut, self.more_rows())
                && at == i
            {
                out += &format!("\n  {words}");
            }
            out += &line(&|k| self.cells[k][i].clone());
        }
        if let Some(words) = self.more_columns() {
            out += &format!("\n  {words}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_readable_length() {
        for (v, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (123456789.0, "123456789"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333"),
            (1234.56789, "1234.57"),
            (1234567.25, "1234567.2"),
            (1e-7 / 3.0, "3.33333e-8"),
            (2e20, "2e20"),
            (0.99999999, "1.0"),
            (f64::NAN, "NA"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(digits(v), text);
        }
    }

    #[test]
    fn nothing_is_cut_without_a_word() {
        let x = Column::numbers((0..1000).map(|i| if i == 1 { f64::NAN } else { f64::from(i) / 4.0 }).collect());
        let name = Column::texts((0..1000).map(|i| Some(if i == 0 { "a\nb" } else { "é" }))).unwrap();
        let t = Table::new(vec![("x".into(), x), ("name".into(), name)]).unwrap();
        let lines: Vec<String> = t.view(100).text().lines().map(String::from).collect();
        assert_eq!(
            lines[..5],
            ["Table: 1000 rows, 2 columns", "       x  name", "    0     a\\nb", "      NA  é", "    0.5   é"]
        );
        assert_eq!((lines.len(), lines[12].as_str(), lines[17].as_str()), (18, "  … 985 more rows", "  249.75  é"));
        let narrow = t.view(8).text();
        assert!(narrow.ends_with("  … 1 more column: name"), "{narrow}");
        let nothing = Table::new(vec![]).unwrap();
        assert_eq!(nothing.view(100).text(), "Table: 0 rows, 0 columns");
    }
}
