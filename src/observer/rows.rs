//! Rows of a history as they come, in a text file: a plot beside a run that goes on, `tail -f`, and what is left of one that was killed.
use crate::error::{Error, Result};
use crate::io::write_atomically;
use crate::record::History;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long rows wait before they are handed to the system.
const WAIT: Duration = Duration::from_millis(200);

/// A file of comma-separated values that grows with a history.
pub struct RowsFile {
    path: PathBuf,
    out: Option<File>,
    /// what waits
    waiting: String,
    handed: Instant,
    /// bytes of the file, all of whole rows
    bytes: u64,
    /// how many rows it has, with those that wait
    rows: usize,
    /// whether the file cannot be written, which was said
    given_up: bool,
}

/// The names of a history as a line, and its rows from one on.
fn head(history: &History) -> String {
    let quoted = |name: &str| match name.contains([',', '"']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    };
    history.names().map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

fn rows(history: &History, from: usize, to: &mut String) {
    use std::fmt::Write;
    for i in from..history.len() {
        for (k, (_, values)) in history.columns().iter().enumerate() {
            let comma = if k == 0 { "" } else { "," };
            // what was not measured has an empty place
            let _ = match values[i] {
                v if v.is_nan() => write!(to, "{comma}"),
                v => write!(to, "{comma}{v}"),
            };
        }
        to.push('\n');
    }
}

/// All rows of a history, as such a file has them in the end.
pub fn text(history: &History) -> String {
    let mut out = head(history);
    rows(history, 0, &mut out);
    out
}

impl RowsFile {
    /// At a path; the file is made with the first row.
    pub fn new(path: &Path) -> RowsFile {
        RowsFile {
            path: path.to_path_buf(),
            out: None,
            waiting: String::new(),
            handed: Instant::now(),
            bytes: 0,
            rows: 0,
            given_up: false,
        }
    }

    /// The history has a new last row. The first time, all rows are written: those of an earlier part, too.
    ///
    /// # Errors
    /// What the file system refuses, once: the file is left alone then, with the rows it has.
    pub fn grown(&mut self, history: &History) -> Result<()> {
        if self.given_up {
            return Ok(());
        }
        self.write(history).inspect_err(|_| {
            self.given_up = true;
            // a row of which a part was written is none
            if let Some(out) = &self.out {
                let _ = out.set_len(self.bytes);
            }
        })
    }

    fn write(&mut self, history: &History) -> Result<()> {
        let fail = |e: std::io::Error| Error::io("write", &self.path, e);
        // the last row may have been measured anew
        if self.out.is_none() || history.len() <= self.rows {
            // what is there goes when the new one is whole
            let whole = text(history);
            write_atomically(&self.path, whole.as_bytes())?;
            self.out = Some(File::options().append(true).open(&self.path).map_err(fail)?);
            (self.bytes, self.rows, self.handed) = (whole.len() as u64, history.len(), Instant::now());
            self.waiting.clear();
            return Ok(());
        }
        rows(history, history.len().saturating_sub(1), &mut self.waiting);
        self.rows = history.len();
        if let Some(out) = self.out.as_mut().filter(|_| self.handed.elapsed() > WAIT) {
            out.write_all(self.waiting.as_bytes()).map_err(fail)?;
            self.bytes += self.waiting.len() as u64;
            self.waiting.clear();
            self.handed = Instant::now();
        }
        Ok(())
    }
}

impl Drop for RowsFile {
    fn drop(&mut self) {
        if let Some(out) = self.out.as_mut().filter(|_| !self.given_up)
            && out.write_all(self.waiting.as_bytes()).is_err()
        {
            let _ = out.set_len(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_there_as_they_come() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("h.csv");
        let mut history = History::new(["step", "w2"].map(String::from));
        let mut file = RowsFile::new(&path);
        for step in 0..5 {
            history.push(&[f64::from(step), if step % 2 == 0 { 0.1 * f64::from(step) } else { f64::NAN }]);
            file.grown(&history).unwrap();
        }
        // the last row measured anew
        history.pop();
        history.push(&[4.0, 0.4]);
        file.grown(&history).unwrap();
        drop(file);
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, "step,w2\n0,0\n1,\n2,0.2\n3,\n4,0.4\n");
        assert_eq!(text(&history), written);
        // a run that goes on has the rows of its earlier part
        RowsFile::new(&path).grown(&history).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("\n4,0.4\n"));
        let mut nowhere = RowsFile::new(&path.join("h.csv"));
        assert!(nowhere.grown(&history).is_err() && nowhere.grown(&history).is_ok());
    }
}
