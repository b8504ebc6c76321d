//! Jobs handed to Slurm: an array of those that are left, and a job that collects when they have ended.
use crate::error::{Error, Result};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where what is submitted is kept, and what its jobs say.
const FOLDER: &str = "slurm";
/// Jobs of an array where Slurm does not say how many it takes.
const ARRAY: usize = 1001;

/// What sbatch is given, as a shell would split it, and how many jobs of the array run at a time.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    passed: Vec<String>,
    limit: Option<usize>,
}

fn split(text: &str) -> std::result::Result<Vec<String>, String> {
    let (mut out, mut word, mut quote, mut any) = (vec![], String::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (None, '"' | '\'') => (quote, any) = (Some(c), true),
            (None, _) if c.is_whitespace() => {
                if any {
                    out.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => {
                word.push(c);
                any = true;
            }
        }
    }
    if quote.is_some() {
        return Err(format!("\"{text}\": a quote is not closed"));
    }
    if any {
        out.push(word);
    }
    Ok(out)
}

impl std::str::FromStr for Options {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Options, String> {
        let (mut out, mut words) = (Options::default(), split(text)?.into_iter());
        while let Some(word) = words.next() {
            let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(n, v)| (n, Some(v.to_string())));
            match name {
                "--array-limit" => {
                    let value = value.or_else(|| words.next()).and_then(|v| v.parse().ok()).filter(|n| *n > 0);
                    out.limit = Some(value.ok_or("--array-limit needs a number of jobs")?);
                }
                "--array" | "-a" | "--wrap" => {
                    return Err(format!("{name} is set by gflow; --array-limit N runs N jobs at a time"));
                }
                _ => out.passed.push(word),
            }
        }
        Ok(out)
    }
}

/// Numbers as Slurm writes them, `0-3,7`.
fn ranges(numbers: &[usize]) -> String {
    let mut out: Vec<(usize, usize)> = vec![];
    for n in numbers {
        match out.last_mut() {
            Some((_, to)) if *to + 1 == *n => *to = *n,
            _ => out.push((*n, *n)),
        }
    }
    let one = |(from, to): &(usize, usize)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    out.iter().map(one).collect::<Vec<_>>().join(",")
}

/// A text as one word of a shell.
fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Scripts and what they are submitted with, in order; the last collects.
struct Submission {
    scripts: Vec<(PathBuf, String)>,
    arrays: Vec<String>,
}

fn submission(study: &Path, program: &Path, left: &[usize], most: usize, limit: Option<usize>) -> Submission {
    let (folder, name) = (study.join(FOLDER), study.file_name().map_or("study".into(), |n| n.to_string_lossy()));
    let head = |title: &str, log: &str| {
        let log = folder.join(log);
        format!("#!/bin/sh\n#SBATCH --job-name={}\n#SBATCH --output={}\n", word(title), word(&log.to_string_lossy()))
    };
    let run = format!("exec {}", word(&program.to_string_lossy()));
    let place = word(&study.to_string_lossy());
    let mut out = Submission { scripts: vec![], arrays: vec![] };
    let mut from = 0;
    while from < left.len() {
        let offset = left[from] / most * most;
        let to = left[from..].iter().position(|i| *i >= offset + most).map_or(left.len(), |n| from + n);
        let numbers: Vec<usize> = left[from..to].iter().map(|i| i - offset).collect();
        let mut array = format!("--array={}", ranges(&numbers));
        if let Some(limit) = limit {
            let _ = write!(array, "%{limit}");
        }
        let text = format!(
            "{}{run} sweep {place} --quiet --index $((SLURM_ARRAY_TASK_ID + {offset}))\n",
            head(&format!("gflow {name}"), "%A_%a.txt")
        );
        out.scripts.push((folder.join(format!("array{offset}.sh")), text));
        out.arrays.push(array);
        from = to;
    }
    let rows = word(&study.join("rows.csv").to_string_lossy());
    let text =
        format!("{}{run} collect {place} --rows {rows}\n", head(&format!("gflow collect {name}"), "collect.txt"));
    out.scripts.push((folder.join("collect.sh"), text));
    out
}

/// Jobs that an array may have, and one more.
fn most() -> usize {
    let config = Command::new("scontrol").args(["show", "config"]).output();
    let text = config.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let line = text.lines().find_map(|l| l.trim().strip_prefix("MaxArraySize"));
    line.and_then(|l| l.trim_start_matches([' ', '=']).trim().parse().ok()).filter(|n| *n > 0).unwrap_or(ARRAY)
}

fn submit(arguments: &[String]) -> Result<String> {
    let failed = |reason: String| Error::data("--slurm", reason);
    let out = Command::new("sbatch").arg("--parsable").args(arguments).output().map_err(|e| {
        failed(format!(
            "sbatch cannot be started ({e}): is Slurm installed here? --list and --index serve any other scheduler"
        ))
    })?;
    if !out.status.success() {
        return Err(failed(format!("sbatch refused it: {}", String::from_utf8_lossy(&out.stderr).trim())));
    }
    let text = String::from_utf8_lossy(&out.stdout).trim().to_string();
    // with several clusters the name of one follows
    Ok(text.split(';').next().unwrap_or_default().to_string())
}

/// Submits jobs by their numbers, and says what was submitted.
///
/// # Errors
/// Files that cannot be written, a scheduler that is not there or refuses.
pub fn slurm(study: &Path, left: &[usize], options: &Options, dry: bool) -> Result<String> {
    let study = std::path::absolute(study).map_err(|e| Error::io("write", study, e))?;
    let program = std::env::current_exe().map_err(|e| Error::data("--slurm", e.to_string()))?;
    let all = submission(&study, &program, left, most(), options.limit);
    let mut said = vec![];
    let mut numbers: Vec<String> = vec![];
    for (k, (path, text)) in all.scripts.iter().enumerate() {
        let mut arguments = match all.arrays.get(k) {
            Some(array) => vec![array.clone()],
            None => vec![format!("--dependency=afterany:{}", numbers.join(":"))],
        };
        arguments.extend(options.passed.clone());
        arguments.push(path.to_string_lossy().into_owned());
        if dry {
            numbers.push("ID".into());
            said.push(format!("sbatch --parsable {}", arguments.join(" ")));
            continue;
        }
        crate::io::write_atomically(path, text.as_bytes())?;
        let number = submit(&arguments)?;
        said.push(format!("submitted {number}: {}", arguments.join(" ")));
        numbers.push(number);
    }
    Ok(said.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_split_as_a_shell_does() {
        let o: Options = "--time=1:00:00 --array-limit 50 --comment 'a b' -p \"gpu\"".parse().unwrap();
        assert_eq!(o.passed, ["--time=1:00:00", "--comment", "a b", "-p", "gpu"]);
        assert_eq!(o.limit, Some(50));
        assert!("--array-limit many".parse::<Options>().unwrap_err().contains("number"));
        assert!("--array=1-3".parse::<Options>().unwrap_err().contains("--array-limit"));
        assert!("--comment 'a".parse::<Options>().unwrap_err().contains("not closed"));
    }

    #[test]
    fn arrays_hold_what_they_may() {
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
        let left: Vec<usize> = (0..4).chain(998..1003).chain([2500]).collect();
        let all = submission(Path::new("/a/it's"), Path::new("/bin/gflow"), &left, 1001, Some(7));
        assert_eq!(all.arrays, ["--array=0-3,998-1000%7", "--array=0-1%7", "--array=498%7"]);
        assert_eq!(all.scripts.len(), 4);
        let text = &all.scripts[1].1;
        assert!(text.contains("sweep '/a/it'\\''s' --quiet --index $((SLURM_ARRAY_TASK_ID + 1001))"), "{text}");
        assert!(all.scripts[3].1.contains("collect '/a/it'\\''s' --rows"), "{}", all.scripts[3].1);
    }
}
