//! `import`: files are read like cells, rewritten and checked the same way, wherever the import stands.
use super::rewrite::rewrite;
use crate::study::Reads;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Files that import each other in a chain: the stack holds each of them while the next is read.
const DEEPEST: usize = 100;

/// Finds modules in folders; knows which files are being read, so that a circle is an error.
#[derive(Clone)]
pub struct Files {
    folders: Vec<PathBuf>,
    plain: Arc<HashSet<String>>,
    open: Arc<Mutex<Vec<PathBuf>>>,
    /// files that were imported
    pub read: Arc<Mutex<Reads>>,
}

impl Files {
    /// Looks in these folders; `plain` names keep their meaning when files are rewritten.
    pub fn new(folders: Vec<PathBuf>, plain: Arc<HashSet<String>>) -> Files {
        Files { folders, plain, open: Arc::default(), read: Arc::default() }
    }
    /// The file an import names: beside the file that imports it first, then in the folders.
    pub fn find(&self, path: &str) -> Option<PathBuf> {
        let beside = super::context::lock(&self.open).last().and_then(|p| p.parent().map(Path::to_path_buf));
        self.beside(path, beside.as_deref())
    }
    /// The same for a file in a folder.
    pub fn beside(&self, path: &str, folder: Option<&Path>) -> Option<PathBuf> {
        let folders = folder.into_iter().chain(self.folders.iter().map(PathBuf::as_path));
        folders.map(|f| f.join(format!("{path}.rhai"))).find(|f| f.is_file())
    }
    /// What `find` looked through, for messages.
    pub fn places(&self) -> String {
        self.folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(" or ")
    }
    /// Runs f with a file marked as being read.
    ///
    /// # Errors
    /// Says that it already is, or that too many others are.
    pub fn reading<T>(&self, file: &Path, f: impl FnOnce() -> T) -> Result<T, String> {
        let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
        {
            let mut open = super::context::lock(&self.open);
            if open.contains(&real) {
                return Err(format!("{} imports itself", file.display()));
            }
            if open.len() >= DEEPEST {
                return Err(format!("{} is imported through {DEEPEST} other files", file.display()));
            }
            open.push(real.clone());
        }
        super::context::lock(&self.read).note(&real);
        let out = f();
        super::context::lock(&self.open).pop();
        Ok(out)
    }
}

fn failed(message: String, pos: Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(message.into(), pos).into()
}

impl ModuleResolver for Files {
    fn resolve(
        &self,
        engine: &Engine,
        _: Option<&str>,
        path: &str,
        pos: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let file = self.find(path).ok_or_else(|| {
            failed(format!("cannot import \"{path}\": there is no {path}.rhai in {}", self.places()), pos)
        })?;
        let text = crate::input::text(&file, crate::input::SCRIPT).map_err(|e| failed(e.to_string(), pos))?;
        let rewritten = rewrite(&text, &self.plain);
        if let Some(r) = rewritten.refused {
            let line = text.chars().take(r.at).filter(|c| *c == '\n').count() + 1;
            return Err(failed(format!("{}, line {line}: {} ({})", file.display(), r.message, r.hint), pos));
        }
        let mut ast = engine.compile(rewritten.text)?;
        ast.set_source(file.display().to_string());
        match self.reading(&file, || Module::eval_ast_as_new(Scope::new(), &ast, engine)) {
            Ok(module) => Ok(module?.into()),
            Err(reason) => Err(failed(reason, pos)),
        }
    }
}
