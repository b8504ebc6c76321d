//! Which columns a text has, what they are called and which of them are coordinates.
use super::cells::{Cell, Writing};
use super::comments::{Comments, LeftOut, left_out, many};
use super::count::Lines;
use super::header::{Below, First, Top, decide, names, shown, top};
use super::records::{Records, text};
use super::separator::{self, Found};
use super::text::Text;
use super::tidy::BLANKS;
use crate::catalogue::nearest;
use crate::input::{clip, excerpt};
use crate::io::wanted::{Column, Wanted};
use crate::memory;

/// The name that pandas gives an index that it has read as a column.
const UNNAMED: &str = "Unnamed: 0";

/// How a file is to be read.
pub struct Layout {
    /// the byte between fields
    pub separator: u8,
    /// whether nobody named it
    is_found: bool,
    /// how numbers are written
    pub writing: Writing,
    /// the names in the first line, empty where it holds a point
    pub names: Vec<String>,
    /// the line of the names, or the first one
    pub line: u64,
    /// what the columns hold, as far as the first lines show
    below: Vec<Below>,
    /// lines behind that of the names
    pub rows: usize,
    /// fields of each of them
    pub columns: usize,
    /// whether the last of them is empty throughout
    pub open: bool,
    /// whether the first column is an index
    pub index: bool,
    /// what was passed over as a comment
    left_out: LeftOut,
    /// what was decided without being asked
    pub notes: Vec<String>,
}

impl Layout {
    /// Finds out how a text is to be read; all its lines are looked at.
    ///
    /// # Errors
    /// Says what cannot be read, which line has another number of fields, or what may be read in two ways.
    pub fn find(from: &Text, wanted: &Wanted) -> Result<Layout, String> {
        let Found { separator, writing, note: parted } = separator::find(from, wanted)?;
        let top = top(&mut Records::open(from, separator)?, &writing)?;
        feasible(&top, from.len)?;
        let (header, note) = header(&top, &writing, wanted)?;
        let names = if header { names(&top)? } else { vec![] };
        let mut out = Layout {
            separator,
            is_found: wanted.separator.is_none(),
            names,
            line: top.line,
            below: if header { top.below } else { top.whole(&writing) },
            rows: 0,
            columns: 0,
            open: true,
            index: false,
            left_out: LeftOut::default(),
            notes: parted.into_iter().chain(note).collect(),
            writing,
        };
        out.count(from, wanted)?;
        let names = out.names.len();
        out.find_index(wanted);
        if names == 1 && out.columns == 2 && out.index && wanted.index.is_none() {
            out.one_number(wanted)?;
        }
        Ok(out)
    }

    /// Why there is no line below the names, where comments are the reason.
    pub fn nothing(&self) -> Option<String> {
        let LeftOut { lines, line, .. } = self.left_out;
        (lines > 0).then(|| {
            let lines = many(lines, "line");
            format!("it holds no points: {lines} from line {line} on are taken as comments; comment: \"\" reads them")
        })
    }

    /// The records of points.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn records<'a>(&self, from: &'a Text) -> Result<Records<'a>, String> {
        let mut records = Records::open(from, self.separator)?;
        if !self.names.is_empty() {
            records.next()?;
        }
        Ok(records)
    }

    fn count(&mut self, from: &Text, wanted: &Wanted) -> Result<(), String> {
        let lines = Lines::of(from, self.separator, !self.names.is_empty())?;
        (self.rows, self.columns, self.open, self.left_out) = (lines.rows, lines.fields, lines.open, lines.left_out);
        // among numbers alone nothing else can be meant
        if wanted.comment.is_none() && (wanted.labels.is_some() || matches!(from.comments, Comments::Above(_))) {
            self.notes.extend(left_out(from.comments, lines.left_out));
        }
        if let Some((line, fields)) = lines.ragged {
            return Err(self.ragged(fields, line));
        }
        let (named, columns) = (self.names.len(), self.columns);
        let shifted = named + 1 == columns && (self.open || self.indexed(wanted));
        if self.rows == 0 || named == 0 || named == columns || shifted {
            return Ok(());
        }
        let index = if named + 1 == columns { "; index: true takes the first field of a line as its name" } else { "" };
        let (line, names, fields, by) = (self.line, many(named, "name"), many(columns, "field"), self.by());
        Err(format!(
            "line {line} has {names} and the lines below {fields}{by}{index}; skip: n passes over n lines before the table"
        ))
    }

    /// Whether the first column is an index where its name is missing: asked for, or by what it holds.
    fn indexed(&self, wanted: &Wanted) -> bool {
        wanted.index.unwrap_or_else(|| self.below.first().is_some_and(Below::is_index))
    }

    fn ragged(&self, fields: usize, line: u64) -> String {
        let (fields, columns) = (many(fields, "field"), self.columns);
        let skip = if self.rows < 4 { "; skip: n passes over n lines before the table" } else { "" };
        let whole = if self.is_found { "; separator: \"\" reads a line as one field" } else { "" };
        format!("line {line} has {fields}, those before it {columns}{}{skip}{whole}", self.by())
    }

    /// By what fields are told apart, for messages about their number.
    fn by(&self) -> String {
        format!(" (separated by {})", separator::named(self.separator))
    }

    /// The first column is an index if pandas or R would have written it as one: without a name beside others.
    fn find_index(&mut self, wanted: &Wanted) {
        let lacks_name = self.names.first().is_some_and(|n| n.is_empty() || n == UNNAMED);
        // names above columns of which the last is empty end with a separator in the lines below
        let shifted = self.rows > 0 && !self.names.is_empty() && self.names.len() + 1 == self.columns && !self.open;
        self.index = wanted.index.unwrap_or(lacks_name || shifted) && self.columns > 1;
        if shifted {
            self.names.insert(0, String::new());
        }
        if self.index && wanted.index.is_none() && wanted.columns.is_empty() {
            self.notes.push("the first column has no name and is taken as an index; index: false reads it".into());
        }
        let nameless = self.names.get(self.columns.saturating_sub(1)).is_none_or(String::is_empty);
        self.open &= self.columns > 1 && nameless && self.rows > 0;
    }

    /// Errors where a name alone stands above lines that may hold one number each: `1,5` and `1 000`.
    fn one_number(&self, wanted: &Wanted) -> Result<(), String> {
        let [first, second] = &self.below[..] else { return Ok(()) };
        if !self.is_found || wanted.decimal.is_some() || wanted.thousands.is_some() || !(first.digits && second.digits)
        {
            return Ok(());
        }
        let line = self.line + 1;
        match self.separator {
            b',' => Err(format!(
                "line {line} may be one number with a fraction behind its comma, or an index and a number: decimal: \",\" takes it \
                 as the former, index: true as the latter"
            )),
            BLANKS if second.threes => Err(format!(
                "line {line} may be one number with a blank where thousands end, or an index and a number: thousands: \" \" takes \
                 it as the former, index: true as the latter"
            )),
            _ => Ok(()),
        }
    }

    /// The number of a column.
    ///
    /// # Errors
    /// One that there is not, with those that there are; one of two with the same name.
    pub fn column(&self, option: &str, column: &Column) -> Result<usize, String> {
        match column {
            Column::At(i) => {
                let from_start = if *i < 0 { *i + self.columns as i64 } else { *i };
                usize::try_from(from_start).ok().filter(|k| *k < self.columns).ok_or_else(|| {
                    format!("{option}: there is no column {i}, there are {}, numbered from 0", self.columns)
                })
            }
            Column::Named(name) => {
                let mut of_name = self.names.iter().enumerate().filter(|(_, n)| *n == name).map(|(k, _)| k);
                match (of_name.next(), of_name.next()) {
                    (Some(k), None) => Ok(k),
                    (Some(a), Some(b)) => Err(format!(
                        "{option}: two columns are called `{}`, write the number of the one that is meant: {a} or {b}",
                        excerpt(name)
                    )),
                    (None, _) => Err(self.unknown(option, name)),
                }
            }
        }
    }

    fn unknown(&self, option: &str, name: &str) -> String {
        if self.names.is_empty() {
            return format!(
                "{option}: the file has no names of columns, write their numbers from 0 to {}",
                self.columns.saturating_sub(1)
            );
        }
        let shown: Vec<&str> = self.names.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
        let hint = nearest(name, shown.iter().take(1000).copied());
        let hint = hint.map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
        format!("{option}: there is no column `{}`, there are {}{hint}", excerpt(name), listed(&shown))
    }

    /// The columns that are coordinates, if labels stand in one.
    ///
    /// # Errors
    /// A column that is asked for and is not there.
    pub fn coordinates(&self, wanted: &Wanted, labels: Option<usize>) -> Result<Vec<usize>, String> {
        if !wanted.columns.is_empty() {
            return wanted.columns.iter().map(|c| self.column("columns", c)).collect();
        }
        let last = self.columns - usize::from(self.open);
        Ok((usize::from(self.index)..last).filter(|k| Some(*k) != labels).collect())
    }

    /// A column in a message: its number from 1, as in the lines of an editor.
    pub fn named(&self, k: usize) -> String {
        match self.names.get(k) {
            Some(name) if !name.is_empty() => format!("column {} (`{}`)", k + 1, excerpt(name)),
            _ => format!("column {}", k + 1),
        }
    }

    /// How an option names a column.
    pub fn written(&self, k: usize) -> String {
        match self.names.get(k) {
            Some(name) if !name.is_empty() && !name.contains(['"', '`', '\\']) => format!("\"{}\"", clip(name, 40)),
            _ => k.to_string(),
        }
    }

    /// Why a field is no number, and what to write.
    pub fn no_number(&self, field: &[u8], line: u64, k: usize) -> String {
        let text = match text(field, line) {
            Ok(text) => text,
            Err(e) => return e,
        };
        let shown = excerpt(text);
        if self.columns == 1 && self.below.first().is_none_or(|b| !b.numbers) {
            return format!("line {line}: `{shown}` is not a number, and no sign parts it: separator: \"…\" names one");
        }
        let hint = self.mend(field, text);
        if hint.is_empty() && self.below.get(k).is_some_and(|b| b.texts && !b.numbers) {
            let (named, written) = (self.named(k), self.written(k));
            return format!(
                "{named} holds texts, `{shown}` in line {line}: labels: {written} reads it as labels, columns: […] \
                 names the coordinates, io::table(path) reads a table"
            );
        }
        format!("line {line}, column {}: `{shown}` is not a number{}{hint}", k + 1, self.called(k))
    }

    /// What to write where a text would be a number, or none, with another option.
    fn mend(&self, field: &[u8], text: &str) -> String {
        let other = Writing { comma: !self.writing.comma, ..Writing::default() };
        match other.cell(field) {
            Cell::Number(x) => {
                let sign = if other.comma { "," } else { "." };
                format!("; decimal: \"{sign}\" reads it as {x}")
            }
            _ if grouping(text).is_some() => {
                format!("; thousands: \"{}\" reads it as a number", grouping(text).unwrap_or(','))
            }
            _ if text.chars().all(|c| "-.*_–—…".contains(c)) => {
                format!("; missing: [\"{text}\"] takes it as a missing value")
            }
            _ => String::new(),
        }
    }

    /// The name of a column behind its number.
    pub fn called(&self, k: usize) -> String {
        let name = self.names.get(k).filter(|n| !n.is_empty());
        name.map_or(String::new(), |n| format!(" (column `{}`)", excerpt(n)))
    }
}

/// The sign that stands where the thousands of a text end, if it is a number but for that.
fn grouping(text: &str) -> Option<char> {
    [',', ' ', '.', '\'', '_'].into_iter().find(|sign| {
        let all = |point| Writing { comma: point == ',', thousands: Some(*sign), missing: vec![] };
        text.contains(*sign)
            && ['.', ','].iter().any(|p| p != sign && matches!(all(*p).cell(text.as_bytes()), Cell::Number(_)))
    })
}

/// Whether the first line holds names, and what to say about that.
fn header(top: &Top, writing: &Writing, wanted: &Wanted) -> Result<(bool, Option<String>), String> {
    match wanted.header.map_or_else(|| decide(top, writing), |h| if h { First::Names } else { First::Point }) {
        First::Names => Ok((true, None)),
        First::Point => Ok((false, None)),
        First::Probably(names, note) => Ok((names, Some(note))),
        First::Either => {
            let shown = shown(top);
            Err(format!("{shown} may hold names or a point: write header: true for names, header: false for a point"))
        }
    }
}

/// Errors if the points of a file cannot fit into memory, before hours are spent on reading it.
fn feasible(top: &Top, bytes: u64) -> Result<(), String> {
    let (Some(fields), true) = (top.fields, top.bytes > 0) else { return Ok(()) };
    let rows = u128::from(bytes) * u128::from(top.records) / u128::from(top.bytes);
    let size = rows * fields as u128 * 8;
    // lines behind may be longer than the first ones
    let Some(reason) = memory::refusal(size / 2) else { return Ok(()) };
    let whole = memory::amount(u128::from(bytes));
    Err(format!("its {whole} are about {rows} lines of {fields} fields, half of which {reason}"))
}

/// Names for a message, a few of them.
pub fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|n| format!("`{}`", excerpt(n))).collect();
    let more = if names.len() > shown.len() { format!(", … ({} in all)", names.len()) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
