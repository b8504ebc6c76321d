//! Files that a job read, by what stood in them.
use crate::digest::sha256_of;
use crate::input;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file that was read. Of a folder what counts is every file below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// where it is
    pub path: PathBuf,
    /// how many bytes it had
    pub bytes: u64,
    /// when it was written, in nanoseconds since 1970; a file that was not touched need not be read again
    pub modified: u64,
    /// of what stood in it
    pub sha256: String,
}

fn about(path: &Path) -> Option<(u64, u64)> {
    let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let since = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    Some((meta.len(), since.map_or(0, |d| d.as_nanos() as u64)))
}

fn of(path: &Path) -> Option<Input> {
    let (bytes, modified) = about(path)?;
    let sha256 = sha256_of(input::open(path).ok()?.0).ok()?;
    Some(Input { path: path.to_path_buf(), bytes, modified, sha256 })
}

/// Regular files at a path: itself, or those of a folder and its folders.
fn files(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_file() {
        out.push(path.to_path_buf());
    } else if let Ok(entries) = std::fs::read_dir(path) {
        entries.filter_map(Result::ok).filter(|e| !e.path().is_symlink()).for_each(|e| files(&e.path(), out));
    }
}

/// Files that a script was told to read, and what they were when it was.
#[derive(Clone, Debug, Default)]
pub struct Reads(BTreeMap<PathBuf, Option<(u64, u64)>>);

impl Reads {
    /// A file or a folder is about to be read; the first time counts.
    pub fn note(&mut self, path: &Path) {
        let mut all = vec![];
        files(&std::path::absolute(path).unwrap_or_else(|_| path.into()), &mut all);
        for file in all {
            let then = about(&file);
            self.0.entry(file).or_insert(then);
        }
    }

    /// What stood in them. What is no longer there, or cannot be read, is passed over: a script that needed it has failed. Of one that has
    /// changed since nobody knows what stood in it: it has no sum, and differs from whatever there is.
    pub fn inputs(&self) -> Vec<Input> {
        let input = |(path, then): (&PathBuf, &Option<(u64, u64)>)| {
            let now = of(path)?;
            match *then {
                Some(then) if then != (now.bytes, now.modified) => {
                    Some(Input { bytes: then.0, modified: then.1, sha256: String::new(), ..now })
                }
                _ => Some(now),
            }
        };
        self.0.iter().filter_map(input).collect()
    }
}

/// What is known of files, so that each is read once.
pub type Seen = HashMap<PathBuf, Option<Input>>;

/// The first file that is no longer what a job has read. One that is gone cannot be compared: what was made of it is kept.
pub fn changed<'a>(all: &'a [Input], seen: &mut Seen) -> Option<&'a Path> {
    for then in all {
        let Some((bytes, modified)) = about(&then.path) else { continue };
        if bytes == then.bytes && modified == then.modified {
            continue;
        }
        let now = seen.entry(then.path.clone()).or_insert_with(|| of(&then.path));
        if now.as_ref().is_some_and(|now| now.sha256 != then.sha256) {
            return Some(&then.path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_by_what_stands_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let (file, folder) = (dir.path().join("a.csv"), dir.path().join("images"));
        std::fs::create_dir_all(folder.join("deep")).unwrap();
        std::fs::write(&file, "1,2").unwrap();
        std::fs::write(folder.join("deep/b.png"), "image").unwrap();
        let mut reads = Reads::default();
        [&file, &folder, &dir.path().join("none")].into_iter().for_each(|p| reads.note(p));
        let all = reads.inputs();
        assert_eq!(all.iter().map(|i| i.bytes).collect::<Vec<_>>(), [3, 5]);
        let differs = || changed(&all, &mut Seen::default()).map(Path::to_path_buf);
        assert_eq!(differs(), None);
        // written again with the same words
        std::fs::write(&file, "1,2").unwrap();
        assert_eq!(differs(), None);
        std::fs::write(&file, "1,3").unwrap();
        assert_eq!(differs(), Some(std::path::absolute(&file).unwrap()));
        // what it was when it was read is not known any more
        let late = reads.inputs();
        assert!(changed(&late, &mut Seen::default()).is_some());
        std::fs::remove_file(&file).unwrap();
        assert_eq!(differs(), None);
    }
}
