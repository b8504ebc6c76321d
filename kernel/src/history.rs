//! The cells of all sessions, a line of JSON each, in the user's data folder.
mod file;

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

/// A cell that is longer than this is not kept.
const LONGEST: usize = 1 << 20;

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// counted over all kernels
    pub session: i64,
    /// its count within the session
    pub line: i64,
    /// its text
    pub code: String,
    /// the text of its result
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

/// Kernels that run at the same time write to one file, a line at a time.
pub struct Store {
    path: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// numbered at the first cell
    session: Option<i64>,
    own: Vec<Record>,
}

fn place() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|h| h.join(".local/share")))?;
    Some(data.join("gflow").join("history.jsonl"))
}

impl Store {
    /// In the user's data folder.
    pub fn open() -> Store {
        Store::at(place())
    }
    /// In a file; without one, only of this session.
    pub fn at(path: Option<PathBuf>) -> Store {
        Store { path, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|p| p.into_inner())
    }

    fn read(&self) -> Vec<Record> {
        // a line that is not whole, or not ours, is passed over
        let lines = self.path.as_ref().and_then(|p| file::tail(p).ok()).unwrap_or_default();
        lines.split(|b| *b == b'\n').filter_map(|l| serde_json::from_slice(l).ok()).collect()
    }

    /// Keeps a cell; a history that cannot be written is not worth an error.
    pub fn add(&self, line: u64, code: &str, result: Option<String>) {
        let mut state = self.state();
        let session = match state.session {
            Some(s) => s,
            None => {
                let s = self.begin();
                state.session = Some(s);
                s
            }
        };
        let record = Record { session, line: line as i64, code: code.to_string(), result };
        let _ = self.append(&record);
        state.own.push(record);
    }

    /// The number of a new session, one more than the last in the file.
    fn begin(&self) -> i64 {
        let all = self.read();
        if let Some(path) = &self.path {
            let _ = file::shorten(path);
        }
        all.iter().map(|r| r.session).max().unwrap_or(0) + 1
    }

    fn append(&self, record: &Record) -> std::io::Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| record.code.len() <= LONGEST) else { return Ok(()) };
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        file::append(path, &line)
    }

    /// Everything, this session last. What the file does not have is taken from memory.
    fn all(&self) -> Vec<Record> {
        let state = self.state();
        let mut all = self.read();
        all.retain(|r| Some(r.session) != state.session);
        all.extend(state.own.iter().cloned());
        all
    }

    /// Whether the last n cells fit a test.
    pub fn lately(&self, n: i64, test: impl Fn(&str) -> bool) -> bool {
        self.tail(n).iter().any(|r| test(&r.code))
    }

    /// The last n cells.
    pub fn tail(&self, n: i64) -> Vec<Record> {
        let mut all = self.all();
        let n = usize::try_from(n).unwrap_or(0);
        all.split_off(all.len().saturating_sub(n))
    }

    /// Cells of a session from line `start` on, up to `stop` if given; session 0 is this one, −1 the one before.
    pub fn range(&self, session: i64, start: i64, stop: Option<i64>) -> Vec<Record> {
        let own = self.state().session;
        let all = self.all();
        let wanted = if session > 0 {
            session
        } else {
            let mut sessions: Vec<i64> = all.iter().map(|r| r.session).collect();
            sessions.sort_unstable();
            sessions.dedup();
            let latest = own.unwrap_or_else(|| sessions.last().copied().unwrap_or(0) + 1);
            if session == 0 {
                latest
            } else {
                sessions.iter().rev().filter(|s| **s != latest).nth((-session - 1) as usize).copied().unwrap_or(-1)
            }
        };
        all.into_iter().filter(|r| r.session == wanted && r.line >= start && stop.is_none_or(|s| r.line < s)).collect()
    }

    /// Cells that fit a pattern with `*` and `?`, the last n of them; `unique`: of equal ones, the latest.
    pub fn search(&self, pattern: &str, unique: bool, n: Option<i64>) -> Vec<Record> {
        let mut seen = HashSet::new();
        let limit = n.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        let mut found: Vec<Record> = self
            .all()
            .into_iter()
            .rev()
            .filter(|r| fits(pattern, &r.code))
            .filter(|r| !unique || seen.insert(r.code.clone()))
            .take(limit)
            .collect();
        found.reverse();
        found
    }
}

/// Whether a text is of the form of a pattern, as file names are.
fn fits(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < t.len() {
        if i < p.len() && p[i] == '*' {
            star = Some((i, j));
            i += 1;
        } else if i < p.len() && (p[i] == '?' || p[i] == t[j]) {
            i += 1;
            j += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            i = at + 1;
            j = from + 1;
        } else {
            return false;
        }
    }
    p[i..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn patterns() {
        for (p, t, yes) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?c", "abbc", false),
            ("*1?", "x12", true),
            ("", "a", false),
            ("**b", "aab", true),
        ] {
            assert_eq!(fits(p, t), yes, "{p} {t}");
        }
    }

    #[test]
    fn sessions_are_kept_apart_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("h/history.jsonl"));
        let first = Store::at(path.clone());
        first.add(1, "a", None);
        first.add(2, "b", Some("2".into()));
        std::fs::OpenOptions::new().append(true).open(path.as_ref().unwrap()).unwrap().write_all(b"{broken\n").unwrap();
        let second = Store::at(path);
        second.add(1, "a", None);
        second.add(2, &"x".repeat(LONGEST + 1), None);
        second.state().own.pop();
        let codes = |r: Vec<Record>| r.into_iter().map(|r| (r.session, r.line, r.code)).collect::<Vec<_>>();
        assert_eq!(codes(second.tail(2)), [(1, 2, "b".into()), (2, 1, "a".into())]);
        assert_eq!(codes(second.range(0, 1, None)), [(2, 1, "a".into())]);
        assert_eq!(codes(second.range(-1, 1, Some(2))), [(1, 1, "a".into())]);
        assert_eq!(codes(second.search("a", true, None)), [(2, 1, "a".into())]);
        assert_eq!(codes(second.search("*", false, Some(1))), [(2, 1, "a".into())]);
    }
}
