//! A closure as the text of a script: what another process runs instead. Its functions come with it, and so do the values that it holds:
//! numbers, texts, lists and maps as they are written, points and tables as files, and what the language makes of options (an f, a space, a
//! kernel, a flow) as the statement that made it.
mod found;
pub mod literal;

use super::call::{Call, Outcome};
use super::context::Context;
use super::convert::{rows, type_of};
use super::values::TableValue;
use super::words::is_closure;
use crate::device::Points;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::io;
use found::{Piece, closure_at, function_named, import_of, statement_of};
use rhai::{Dynamic, FnPtr, Position};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// What can be made again by the statement that made it: it is no result.
const RECIPES: [&str; 8] = ["CriticRecipe", "Divergence", "Flow", "Generator", "Kernel", "Lipschitz", "Renyi", "Rkhs"];

/// Arguments that closures have at most, beside what they hold.
const MOST_ARGUMENTS: usize = 8;

/// A file that belongs to a text.
pub struct Given {
    /// its name
    pub name: String,
    /// what it holds
    pub bytes: Vec<u8>,
}

/// A closure with all that it needs.
#[derive(Default)]
pub struct Portable {
    /// `import "part" as part;`
    pub imports: BTreeSet<String>,
    /// the functions it calls, by name
    pub functions: BTreeMap<String, String>,
    /// the variables it holds, in an order in which they can be made
    pub variables: Vec<(String, String)>,
    /// points and tables among them
    pub files: Vec<Given>,
    /// the closure itself
    pub closure: String,
}

impl Portable {
    /// Of a closure. `folder` is where its files will be, as the text names them.
    ///
    /// # Errors
    /// What it holds that no other process can be given: a run, a trained critic, a value of a Rust cell.
    pub fn of(call: &Call, f: &FnPtr, folder: &Path) -> Outcome<Portable> {
        let mut packing = Packing { call, folder, out: Portable::default(), open: vec![] };
        let closure = packing.function_value("the closure", f)?;
        packing.out.closure = closure;
        Ok(packing.out)
    }
}

/// A text on its way out.
struct Packing<'a> {
    call: &'a Call<'a>,
    folder: &'a Path,
    out: Portable,
    /// names that are being written
    open: Vec<String>,
}

fn refuse(what: impl Into<String>, reason: impl Into<String>, advice: impl Into<String>) -> Error {
    Error::Unsupported { what: what.into(), reason: reason.into(), advice: advice.into() }
}

impl Packing<'_> {
    fn context(&self) -> &Context {
        self.call.context
    }

    /// A function as it is written.
    fn function_value(&mut self, what: &str, f: &FnPtr) -> Result<String> {
        if !is_closure(f.fn_name()) {
            if f.is_curried() {
                return Err(refuse(what, "holds arguments of another call", "write it as a closure |x| …"));
            }
            self.function(f.fn_name())?;
            return Ok(format!("Fn(\"{}\")", f.fn_name()));
        }
        let unknown = || refuse(what, "is not written in this session", "write the closure where it is used");
        let (position, names) = self.definition(f).ok_or_else(unknown)?;
        let piece = {
            let sources = self.context().sources();
            let home = sources.home(f.fn_name()).map(String::from);
            let place = home.and_then(|home| sources.place(&home, position));
            place.and_then(|p| closure_at(sources.text(&p.source)?, (p.line, p.column), names.get(f.curry().len()..)?))
        };
        let piece = piece.ok_or_else(unknown)?;
        let held: HashMap<String, Dynamic> =
            names.into_iter().zip(f.curry()).map(|(n, v)| (n, v.flatten_clone())).collect();
        self.needs(&piece, &held)?;
        Ok(piece.text)
    }

    /// Where the body of a closure begins, and what its arguments are called, the first of which are what it holds.
    fn definition(&self, f: &FnPtr) -> Option<(Position, Vec<String>)> {
        let held = f.curry().len();
        let f = self
            .call
            .native
            .iter_namespaces()
            .find_map(|module| (held..=held + MOST_ARGUMENTS).find_map(|n| module.get_script_fn(f.fn_name(), n)))?;
        Some((f.body.start_position(), f.params.iter().map(|p| p.to_string()).collect()))
    }

    /// A function of the session.
    fn function(&mut self, name: &str) -> Result<()> {
        if self.out.functions.contains_key(name) {
            return Ok(());
        }
        let piece = {
            let sources = self.context().sources();
            sources.home(name).and_then(|home| function_named(sources.text(home)?, name))
        };
        let Some(piece) = piece else { return Ok(()) };
        self.out.functions.insert(name.into(), piece.text.clone());
        self.needs(&piece, &HashMap::new())
    }

    /// All that a text names.
    fn needs(&mut self, piece: &Piece, held: &HashMap<String, Dynamic>) -> Result<()> {
        for module in &piece.modules {
            let import = import_of(self.context().sources().all(), module);
            self.out.imports.extend(import);
        }
        for name in &piece.names {
            let is_function = || {
                let sources = self.context().sources();
                sources.home(name).is_some()
            };
            let value = held.get(name).cloned();
            let value = value.or_else(|| if piece.own.contains(name) { None } else { self.global(name) });
            match value {
                Some(v) => self.variable(name, &v)?,
                None if is_function() => self.function(name)?,
                None => {}
            }
        }
        Ok(())
    }

    fn global(&self, name: &str) -> Option<Dynamic> {
        let globals = self.context().globals.read().unwrap_or_else(PoisonError::into_inner);
        globals.get(name).map(Dynamic::flatten_clone)
    }

    /// A variable, made before what needs it.
    fn variable(&mut self, name: &str, value: &Dynamic) -> Result<()> {
        if self.open.iter().any(|n| n == name) {
            return Ok(());
        }
        self.open.push(name.into());
        let text = match self.value(name, value) {
            Ok(text) => format!("let {name} = {text};"),
            Err(e) => self.statement(name, value).unwrap_or(Err(e))?,
        };
        self.open.pop();
        match self.out.variables.iter().find(|(n, _)| n == name) {
            Some((_, there)) if *there != text => Err(refuse(
                format!("`{name}`"),
                "has two values in what the closure calls",
                "give one of both variables another name",
            )),
            Some(_) => Ok(()),
            None => {
                self.out.variables.push((name.into(), text));
                Ok(())
            }
        }
    }

    /// A value as it is written.
    fn value(&mut self, name: &str, v: &Dynamic) -> Result<String> {
        if v.is::<Points>() {
            let file = self.keep(name, "npy", &|path| io::save(&rows(&format!("`{name}`"), v)?, path))?;
            return Ok(format!("io::load({})", literal::text(&file)));
        }
        if let Some(t) = v.clone().try_cast::<TableValue>() {
            let file = self.keep(name, "parquet", &|path| io::save_table(&t, path).map(|_| ()))?;
            return Ok(format!("io::table({})", literal::text(&file)));
        }
        if let Some(f) = v.clone().try_cast::<FnPtr>() {
            return self.function_value(&format!("`{name}`"), &f);
        }
        if let Some(list) = v.clone().try_cast::<rhai::Array>() {
            let parts: Vec<String> =
                list.iter().map(|v| self.value(name, &v.flatten_clone())).collect::<Result<_>>()?;
            return Ok(format!("[{}]", parts.join(", ")));
        }
        if let Some(map) = v.clone().try_cast::<rhai::Map>() {
            let part = |(k, v): (&rhai::Identifier, &Dynamic)| {
                Ok(format!("{}: {}", literal::text(k), self.value(name, &v.flatten_clone())?))
            };
            let parts: Vec<String> = map.iter().map(part).collect::<Result<_>>()?;
            return Ok(format!("#{{ {} }}", parts.join(", ")));
        }
        literal::plain(v).ok_or_else(|| {
            refuse(
                format!("`{name}`, of type {},", type_of(v)),
                "cannot be given to another process",
                "make it inside the closure, of numbers, texts, points and tables",
            )
        })
    }

    /// A file that holds a value, named by what it holds.
    fn keep(&mut self, name: &str, ending: &str, save: &dyn Fn(&Path) -> Result<()>) -> Result<String> {
        let fail = |e: std::io::Error| Error::io("write", Path::new(name), e);
        let folder = tempfile::tempdir().map_err(fail)?;
        let path = folder.path().join(format!("value.{ending}"));
        save(&path)?;
        let bytes = std::fs::read(&path).map_err(fail)?;
        let file = format!("{name}-{}.{ending}", &sha256(&bytes)[..12]);
        let shown = self.folder.join(&file).display().to_string();
        if !self.out.files.iter().any(|g| g.name == file) {
            self.out.files.push(Given { name: file, bytes });
        }
        Ok(shown)
    }

    /// The statement that made a value, with a look at whether it makes it again.
    fn statement(&mut self, name: &str, value: &Dynamic) -> Option<Result<String>> {
        let kind = type_of(value);
        RECIPES.contains(&kind.as_str()).then_some(())?;
        let piece = {
            let sources = self.context().sources();
            statement_of(sources.all(), name)?
        };
        if let Err(e) = self.needs(&piece, &HashMap::new()) {
            return Some(Err(e));
        }
        let shown =
            self.call.native.engine().eval_fn_call::<rhai::ImmutableString>("to_string", None, (value.clone(),));
        let shown = literal::text(&shown.ok()?);
        Some(Ok(format!(
            "{}\nif {name}.to_string() != {shown} {{ throw \"{name} is another one now: run the notebook's cells in order\" }}",
            piece.text
        )))
    }
}

/// Where the files of a study's closure are.
pub fn given(study: &Path) -> PathBuf {
    study.join("given")
}
