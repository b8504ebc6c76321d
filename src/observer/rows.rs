//! Rows of a history as they come, in a text file: a plot beside a run that goes on, `tail -f`, and what is left of one that was killed.
use crate::error::{Error, Result};
use crate::record::History;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long rows wait before they are handed to the system.
const WAIT: Duration = Duration::from_millis(200);

/// A file of comma-separated values that grows with a history.
pub struct RowsFile {
    path: PathBuf,
    out: Option<BufWriter<File>>,
    handed: Instant,
    /// how many it has
    rows: usize,
    /// whether the file cannot be written, which was said
    given_up: bool,
}

impl RowsFile {
    /// At a path; the file is made with the first row.
    pub fn new(path: &Path) -> RowsFile {
        RowsFile { path: path.to_path_buf(), out: None, handed: Instant::now(), rows: 0, given_up: false }
    }

    /// The history has a new last row. The first time, all rows are written: those of an earlier part, too.
    ///
    /// # Errors
    /// What the file system refuses, once: the file is left alone then.
    pub fn grown(&mut self, history: &History) -> Result<()> {
        if self.given_up {
            return Ok(());
        }
        self.write(history).map_err(|e| {
            self.given_up = true;
            Error::io("write", &self.path, e)
        })
    }

    fn write(&mut self, history: &History) -> std::io::Result<()> {
        // the last row may have been measured anew
        if history.len() <= self.rows {
            self.out = None;
        }
        let (out, from) = match &mut self.out {
            Some(out) => (out, history.len().saturating_sub(1)),
            None => {
                let mut out = BufWriter::new(File::create(&self.path)?);
                let quoted = |name: &str| match name.contains([',', '"']) {
                    true => format!("\"{}\"", name.replace('"', "\"\"")),
                    false => name.to_string(),
                };
                writeln!(out, "{}", history.names().map(quoted).collect::<Vec<_>>().join(","))?;
                (self.out.insert(out), 0)
            }
        };
        for i in from..history.len() {
            for (k, (_, values)) in history.columns().iter().enumerate() {
                let comma = if k == 0 { "" } else { "," };
                // what was not measured has an empty place
                match values[i] {
                    v if v.is_nan() => write!(out, "{comma}")?,
                    v => write!(out, "{comma}{v}")?,
                }
            }
            writeln!(out)?;
        }
        self.rows = history.len();
        if from == 0 || self.handed.elapsed() > WAIT {
            out.flush()?;
            self.handed = Instant::now();
        }
        Ok(())
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
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "step,w2\n0,0\n1,\n2,0.2\n3,\n4,0.4\n");
        // a run that goes on has the rows of its earlier part
        RowsFile::new(&path).grown(&history).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("\n4,0.4\n"));
        let mut nowhere = RowsFile::new(&dir.path().join("none/h.csv"));
        assert!(nowhere.grown(&history).is_err() && nowhere.grown(&history).is_ok());
    }
}
