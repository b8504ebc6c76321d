//! What a script imports and which parameters it reads, as far as both stand in its text.
use super::lex::{Kind, Token, lex};
use super::resolver::Files;
use crate::error::Result;
use crate::input;
use crate::study::Script;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was found in texts so far.
#[derive(Default)]
struct Found {
    files: HashSet<PathBuf>,
    texts: Vec<String>,
    parameters: BTreeSet<String>,
    /// whether `param` is called with something else than a text
    computed: bool,
}

/// A script with the texts of all that it imports, and the names that it reads by `param`.
///
/// # Errors
/// A file that cannot be read.
pub fn scan(path: &Path) -> Result<Script> {
    let text = input::text(path, input::SCRIPT)?;
    let folder = path.parent().map(PathBuf::from).filter(|p| !p.as_os_str().is_empty());
    let files = Files::new(folder.into_iter().chain([PathBuf::from(".")]).collect(), Arc::default());
    let mut found = Found::default();
    found.look(&text, None, &files)?;
    let parameters = (!found.computed).then_some(found.parameters);
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    Ok(Script::new(path, &text, &found.texts, parameters))
}

impl Found {
    fn look(&mut self, text: &str, beside: Option<&Path>, files: &Files) -> Result<()> {
        let c: Vec<char> = text.chars().collect();
        for tokens in &lex(&c).lists {
            for (i, t) in tokens.iter().enumerate() {
                let word: String = c[t.from..t.to].iter().collect();
                let next = |k: usize| tokens.get(i + k).copied();
                match word.as_str() {
                    "import" if t.kind == Kind::Word => {
                        let named = next(1).and_then(|t| quoted(&c, t));
                        if let Some(file) = named.and_then(|name| files.beside(&name, beside)) {
                            self.import(&file, files)?;
                        }
                    }
                    "param" if t.kind == Kind::Word && next(1).is_some_and(|t| t.kind == Kind::Open) => {
                        match next(2).and_then(|t| quoted(&c, t)) {
                            Some(name) => drop(self.parameters.insert(name)),
                            None => self.computed = true,
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn import(&mut self, file: &Path, files: &Files) -> Result<()> {
        if self.files.insert(file.canonicalize().unwrap_or_else(|_| file.into())) {
            let text = input::text(file, input::SCRIPT)?;
            self.look(&text, file.parent(), files)?;
            self.texts.push(text);
        }
        Ok(())
    }
}

/// A text that stands in quotes and holds nothing that would have to be worked out.
fn quoted(c: &[char], t: Token) -> Option<String> {
    let text: String = c[t.from..t.to].iter().collect();
    let inner = text.strip_prefix(['"', '`']).and_then(|s| s.strip_suffix(['"', '`']));
    inner.filter(|s| t.kind == Kind::Text && !s.contains(['\\', '$'])).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_parameters_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        std::fs::create_dir(dir.path().join("lib")).unwrap();
        write("lib/inner.rhai", "export let lr = param(\"lr\", 0.1);");
        write("lib/outer.rhai", "import \"inner\" as inner; import \"outer\" as itself;");
        write(
            "main.rhai",
            "import \"lib/outer\" as o; // param(\"no\", 1)\nlet n = param( `n`, 5); print(`${param(\"in\", 1)}`);",
        );
        let main = dir.path().join("main.rhai");
        let script = scan(&main).unwrap();
        assert_eq!(script.name, "main");
        assert_eq!(script.parameters.clone().unwrap().into_iter().collect::<Vec<_>>(), ["in", "lr", "n"]);
        write("lib/inner.rhai", "export let lr = param(\"lr\", 0.2);");
        assert_ne!(scan(&main).unwrap().hash, script.hash);
        write("lib/inner.rhai", "export let lr = param(name, 0.2);");
        assert_eq!(scan(&main).unwrap().parameters, None);
        assert!(scan(&dir.path().join("none.rhai")).is_err());
    }
}
