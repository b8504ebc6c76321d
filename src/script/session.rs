//! A session: evaluates cell after cell, keeps variables and functions, and reports through one front end.
use super::assistant::Assistant;
use super::caught::raised;
use super::check::{Known, undefined};
use super::complete::{Completeness, Completion};
use super::context::{Context, lock};
use super::diagnostic::{Diagnostic, Place, Sources, friendly};
use super::engine::engine;
use super::front_end::{Event, FrontEnd};
use super::report::{from_eval, from_parse, told};
use super::resolver::Files;
use super::rewrite::{Rewritten, rewrite};
use super::rich::{Rich, rich};
use super::{names, words};
use crate::device::Compute;
use crate::error::Error;
use crate::fault;
use crate::interrupt::Interrupt;
use rhai::{AST, Dynamic, Engine, EvalAltResult, FuncInfo, Module, NativeCallContext, Position, Scope, Shared, Stmt};
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLockReadGuard};

/// How a session starts.
pub struct SessionOptions {
    /// where tensors live
    pub compute: Compute,
    /// of everything random
    pub seed: u64,
    /// `--set name=value`
    pub params: BTreeMap<String, String>,
    /// files a script writes by a relative path go here
    pub out: Option<PathBuf>,
    /// where `import` looks first
    pub folder: Option<PathBuf>,
    /// where everything it shows goes
    pub front: Box<dyn FrontEnd>,
    /// the program and its first arguments, to which those of `gflow` are added: what runs the jobs of `sweep`; none where nothing can
    pub worker: Option<Vec<OsString>>,
}

impl SessionOptions {
    /// Seed 0, no parameters, files beside the program.
    pub fn new(compute: Compute, front: impl FrontEnd + 'static) -> SessionOptions {
        SessionOptions {
            compute,
            seed: 0,
            params: BTreeMap::new(),
            out: None,
            folder: None,
            front: Box::new(front),
            worker: None,
        }
    }
}

/// One interpreter with its state.
///
/// ```
/// use gflow::device::{Choice, open};
/// use gflow::script::{Recorder, Session, SessionOptions, Value};
/// use std::sync::Arc;
///
/// let front = Recorder::default();
/// let mut session = Session::new(SessionOptions::new(open(Choice::Cpu)?, front.clone()));
///
/// // a cell: what it prints, draws and returns goes to the front end
/// assert!(session.eval("cell 1", "let f = chi2(); print(f.name()); f.f(3)").is_ok());
/// assert_eq!(front.text(), "chi2\n4.0");
///
/// // variables, read and set from outside
/// session.set("x", Value::Numbers(vec![1.0, 2.0]))?;
/// assert!(session.eval("cell 2", "let total = sum(x)").is_ok());
/// assert_eq!(session.get("total")?, Value::Number(3.0));
///
/// // a function of Rust, called by scripts and part of formulas
/// let square = |v: Vec<Value>| match v[..] {
///     [Value::Number(x)] => Ok(Value::Number(x * x)),
///     _ => Err("square takes a number".to_string()),
/// };
/// session.register("square", 1, Arc::new(square))?;
/// assert_eq!(session.call("cell 3", "square(1.5)").ok(), Some(Value::Number(2.25)));
///
/// // an error has a place and says what was perhaps meant
/// let error = session.eval("cell 4", "chi3()").err();
/// assert_eq!(error.and_then(|e| e.hint).as_deref(), Some("did you mean `chi2`?"));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct Session {
    engine: Engine,
    context: Arc<Context>,
    pub(super) scope: Scope<'static>,
    /// functions of all cells so far
    library: AST,
    /// names of native functions and of built-in modules
    natives: HashSet<String>,
    /// functions that keep their meaning when a variable has their name
    plain: Arc<HashSet<String>>,
    assistant: Assistant,
    modules: HashSet<String>,
    files: Files,
    /// how many entries of the scope functions know
    pub(super) settled: usize,
}

fn failed(what: &str, text: String) -> Diagnostic {
    Diagnostic::from_error(&Error::Fault { what: what.into(), text })
}

impl Session {
    /// A session that has run nothing.
    pub fn new(o: SessionOptions) -> Session {
        let mut context = Context::new(o.compute, o.seed, o.params, o.out, o.front);
        context.worker = o.worker;
        let context = Arc::new(context);
        let mut engine = engine(&context);
        let global = |f: FuncInfo| f.namespace.is_empty().then(|| f.metadata.name.to_string());
        let mut natives: HashSet<String> = engine.collect_fn_metadata(None, global, true).into_iter().collect();
        natives.extend(["PI", "E"].map(String::from));
        let modules = names::modules().into_iter().chain(["global"]).map(String::from).collect();
        let plain: Arc<HashSet<String>> = Arc::new(names::functions().into_iter().collect());
        let mut files = Files::new(o.folder.into_iter().chain([PathBuf::from(".")]).collect(), plain.clone());
        files.read = context.read.clone();
        let assistant = Assistant::new(plain.clone());
        engine.set_module_resolver(files.clone());
        Session {
            engine,
            context,
            scope: Scope::new(),
            library: AST::empty(),
            natives,
            plain,
            assistant,
            modules,
            files,
            settled: 0,
        }
    }

    /// A handle that stops whatever the session runs.
    pub fn interrupt(&self) -> Interrupt {
        self.context.interrupt.clone()
    }
    /// What its native functions share.
    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.context
    }
    /// Answers about names from any thread, also while a cell runs.
    pub fn assistant(&self) -> &Assistant {
        &self.assistant
    }
    /// Names given with --set that `param` has read.
    pub fn parameters_read(&self) -> Vec<String> {
        lock(&self.context.params_read).keys().cloned().collect()
    }
    /// Names of the variables, newest last.
    pub fn variables(&self) -> Vec<String> {
        self.scope.iter_raw().map(|v| v.0.to_string()).collect()
    }

    fn sources(&self) -> RwLockReadGuard<'_, Sources> {
        self.context.sources()
    }

    /// The report of an error as a terminal shows it.
    pub fn render(&self, d: &Diagnostic, color: bool) -> String {
        d.render(&self.sources(), color)
    }

    /// Runs a cell or a script. What it prints, draws and returns goes to the front end, and so does its error,
    /// which is returned too. Variables and functions stay for the next cell, also after an error.
    pub fn eval(&mut self, name: &str, text: &str) -> Result<Dynamic, Diagnostic> {
        self.context.interrupt.clear();
        self.run_cell(name, text)
    }

    /// The same for a host that clears the interrupt itself, when it accepts the cell.
    pub fn run_cell(&mut self, name: &str, text: &str) -> Result<Dynamic, Diagnostic> {
        *lock(&self.context.last_error) = None;
        let result = self.run(name, text);
        self.scope = std::mem::take(&mut self.scope).clone_visible();
        self.settled = self.scope.len();
        self.tell_assistant();
        let shown = match result {
            Ok(value) => fault::caught(|| self.show(&value)).map(|()| value).map_err(|text| failed("showing", text)),
            Err(d) => Err(d),
        };
        if let Err(d) = &shown {
            self.context.emit(Event::Error(d.clone()));
        }
        shown
    }

    fn show(&self, value: &Dynamic) {
        if !value.is_unit() {
            self.context.emit(self.shown(value));
        }
    }

    /// A value in every form it has.
    pub fn rich(&self, value: &Dynamic) -> Rich {
        rich(value, self.text_of(value))
    }

    /// The value of an expression, shown to nobody; an error is returned and reported nowhere else.
    pub fn evaluate(&mut self, name: &str, expression: &str) -> Result<Dynamic, Diagnostic> {
        *lock(&self.context.last_error) = None;
        self.run(name, expression)
    }

    /// Completions for the text before the cursor (a count of characters), and where the replaced word starts.
    pub fn complete(&self, text: &str, cursor: usize) -> (usize, Vec<Completion>) {
        self.assistant.complete(text, cursor)
    }
    /// Whether the input can run, needs more lines, or cannot become valid by adding any.
    pub fn completeness(&self, text: &str) -> Completeness {
        self.assistant.completeness(text)
    }
    /// What the name at the cursor is: its help page, or the variable with its value.
    pub fn inspect(&self, text: &str, cursor: usize) -> Option<Rich> {
        let variable = self.assistant.variable_at(text, cursor);
        let value = variable.as_ref().and_then(|name| Some((name, self.scope.get(name)?)));
        let Some((word, value)) = value else { return self.assistant.inspect(text, cursor) };
        let shown = self.rich(value);
        let kind = friendly(self.engine.map_type_name(value.type_name()));
        let head = format!("{word}: {kind}");
        let markdown = shown.markdown.map(|m| format!("`{head}`\n\n{m}"));
        Some(Rich { text: format!("{head}\n{}", shown.text), html: shown.html, latex: shown.latex, markdown })
    }

    /// Whether the session has a variable or a function of this name.
    pub fn defines(&self, name: &str) -> bool {
        self.scope.contains(name) || self.library.iter_functions().any(|f| f.name == name)
    }
    /// Whether what ran last ended by `exit()`.
    pub fn left(&self) -> bool {
        lock(&self.context.left).is_some()
    }
    pub(super) fn interpreter(&self) -> &Engine {
        &self.engine
    }

    /// A value as text, by its own `to_string`.
    pub fn text_of(&self, value: &Dynamic) -> String {
        let value = value.flatten_clone();
        let printed = self.engine.eval_fn_call::<rhai::ImmutableString>("to_string", None, (value.clone(),));
        // what was stopped while it was written is not written by others either
        let instead = || if self.context.interrupt.is_requested() { String::new() } else { value.to_string() };
        words::printed(&printed.map_or_else(|_| instead(), |s| s.to_string()))
    }

    /// Sets a variable, in the cell that closures and functions share; false for a constant.
    pub(super) fn assign(&mut self, name: &str, value: Dynamic) -> bool {
        match self.scope.is_constant(name) {
            Some(true) => return false,
            Some(false) => {
                if let Some(place) = self.scope.get_mut(name) {
                    match place.write_lock::<Dynamic>() {
                        Some(mut inner) => *inner = value,
                        None => return false,
                    }
                }
            }
            None => {
                self.scope.push_dynamic(name.to_string(), value);
            }
        }
        self.share_globals(None);
        true
    }
    /// Whether a function of this name is gflow's own.
    pub(super) fn is_native(&self, name: &str) -> bool {
        self.natives.contains(name) && !self.assistant.is_foreign(name)
    }
    pub(super) fn variable(&self, name: &str) -> Option<Dynamic> {
        self.scope.get(name).map(Dynamic::flatten_clone)
    }
    pub(super) fn foreign<F>(&mut self, name: &str, types: &[TypeId], f: F)
    where
        F: Fn(NativeCallContext, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>> + Send + Sync + 'static,
    {
        self.engine.register_raw_fn(name, types, f);
        self.natives.insert(name.to_string());
        self.assistant.foreign(name, types.len());
    }

    /// Runs a text. A fault of gflow is an error of the text like any other, and the session goes on.
    fn run(&mut self, name: &str, text: &str) -> Result<Dynamic, Diagnostic> {
        let _asked = self.context.interrupt.enter();
        fault::caught(|| self.run_text(name, text)).unwrap_or_else(|text| Err(failed("the session", text)))
    }

    fn run_text(&mut self, name: &str, text: &str) -> Result<Dynamic, Diagnostic> {
        let rewritten = self.rewritten(name, text)?;
        let compiled = self.engine.compile_with_scope(&self.scope, &rewritten.text);
        self.context.sources_mut().add(name, text, rewritten);
        let mut ast = compiled.map_err(|e| from_parse(&e, name, &self.sources(), text))?;
        ast.set_source(name);
        self.check(&ast, name)?;
        for f in ast.iter_functions() {
            self.context.sources_mut().define(f.name, name);
        }
        let statements: Vec<Stmt> = ast.statements().to_vec();
        let mut all = self.library.merge(&ast);
        all.set_source(name);
        self.library = all.clone_functions_only();
        self.assistant.functions(&self.library);
        let functions = all.shared_lib().clone();
        let mut last = Dynamic::UNIT;
        *lock(&self.context.left) = None;
        for statement in statements {
            let done = self.statement(statement, &functions, name);
            if let Some(value) = lock(&self.context.left).clone() {
                return Ok(value);
            }
            last = done?;
        }
        // one that came while the last statement ended is not lost
        if self.context.interrupt.is_requested() {
            return Err(Diagnostic::interrupted());
        }
        Ok(last)
    }

    /// A text as the interpreter reads it, where nothing in it is refused.
    fn rewritten(&mut self, name: &str, text: &str) -> Result<Rewritten, Diagnostic> {
        let mut rewritten = rewrite(text, &self.plain);
        if let Some(r) = rewritten.refused.take() {
            let place = Place::of(name, text, r.at, r.length);
            self.context.sources_mut().add(name, text, rewritten);
            return Err(Diagnostic::new(format!("syntax: {}", r.message)).hinted(r.hint).at(Some(place)));
        }
        if rewritten.powers && !self.context.powers.swap(true, Ordering::Relaxed) {
            self.context
                .note("`^` is the power, as `**` is: 2^3 is 8. Up to version 0.1 it was the exclusive or of bits.");
        }
        if let Some(name) = &rewritten.bare {
            self.context.note(format!(
                "\"…${{{name}}}…\" is written as it stands: a text that holds values stands between backticks, `…${{{name}}}…`"
            ));
        }
        Ok(rewritten)
    }

    fn check(&self, ast: &AST, name: &str) -> Result<(), Diagnostic> {
        let globals: HashSet<String> = self.scope.iter().map(|v| v.0.to_string()).collect();
        let functions: HashSet<String> = self.library.iter_functions().map(|f| f.name.to_string()).collect();
        let known = Known { natives: &self.natives, globals: &globals, functions: &functions, modules: &self.modules };
        match undefined(ast, &known) {
            Some((d, position)) => Err(told(d.at(self.sources().place(name, position)), position)),
            None => Ok(()),
        }
    }

    fn statement(&mut self, statement: Stmt, functions: &Shared<Module>, name: &str) -> Result<Dynamic, Diagnostic> {
        if let Stmt::Import(import, position) = &statement {
            return self.import(&import.0, import.1.name.as_str(), *position, name).map(|()| Dynamic::UNIT);
        }
        let defined = if let Stmt::Var(definition, ..) = &statement { Some(definition.0.name.clone()) } else { None };
        let (known, position) = (self.scope.len(), statement.position());
        let mut one = AST::new([statement], functions.clone());
        one.set_source(name);
        let result = fault::caught(|| self.engine.eval_ast_with_scope::<Dynamic>(&mut self.scope, &one));
        let result = result.unwrap_or_else(|text| {
            // what blocks had defined when it happened
            self.scope.rewind(known);
            let e = Error::Fault { what: "the interpreter".into(), text };
            let exception = EvalAltResult::ErrorRuntime(raised(e.to_string()), position);
            *lock(&self.context.last_error) = Some(e);
            Err(exception.into())
        });
        self.share_globals(defined.as_deref());
        result.map_err(|e| from_eval(&e, name, &self.sources(), &self.context))
    }

    /// Makes every global a shared cell, so that functions see what the script wrote last. It happens after every statement,
    /// so what is one already is only looked at, and constants, which are none, are taken when they are new: `defined` is
    /// the name that the statement defined.
    pub(super) fn share_globals(&mut self, defined: Option<&str>) {
        let mut globals = self.context.globals.write().unwrap_or_else(|p| p.into_inner());
        let (len, settled) = (self.scope.len(), self.settled);
        let fresh: Vec<String> = self
            .scope
            .iter_raw()
            .enumerate()
            .filter(|(i, (n, constant, v))| {
                !v.is_shared() && (!constant || len - 1 - i >= settled || defined == Some(*n))
            })
            .map(|(_, (n, ..))| n.to_string())
            .collect();
        for name in fresh {
            if self.scope.is_constant(&name) == Some(false)
                && let Some(v) = self.scope.get_mut(&name)
            {
                *v = std::mem::take(v).into_shared();
            }
            if let Some(v) = self.scope.get(&name) {
                self.assistant.variable(&name, self.engine.map_type_name(v.type_name()));
                globals.insert(name, v.clone());
            }
        }
        self.settled = len;
    }

    /// The variables as they are, for completion and help.
    pub(super) fn tell_assistant(&self) {
        self.assistant.variables(self.scope.iter_raw().map(|(n, _, v)| (n, self.engine.map_type_name(v.type_name()))));
    }

    /// `import "path" as name` at the top: the module stays for later cells and is visible in functions.
    fn import(&mut self, path: &rhai::Expr, alias: &str, position: Position, cell: &str) -> Result<(), Diagnostic> {
        let rhai::Expr::StringConstant(path, at) = path else {
            let d = Diagnostic::new("the path of an import must be a text");
            return Err(d.at(self.sources().place(cell, position)));
        };
        let Some(file) = self.files.find(path) else {
            let d = Diagnostic::new(format!(
                "cannot import \"{path}\": there is no {path}.rhai in {}",
                self.files.places()
            ));
            return Err(d.at(self.sources().place(cell, *at)));
        };
        let shown = file.display().to_string();
        let text = crate::input::text(&file, crate::input::SCRIPT)
            .map_err(|e| Diagnostic::new(e.to_string()).at(self.sources().place(cell, *at)))?;
        let rewritten = self.rewritten(&shown, &text)?;
        let compiled = self.engine.compile(&rewritten.text);
        self.context.sources_mut().add(&shown, &text, rewritten);
        let mut ast = compiled.map_err(|e| from_parse(&e, &shown, &self.sources(), &text))?;
        ast.set_source(shown.as_str());
        self.check(&ast, &shown)?;
        for f in ast.iter_functions() {
            self.context.sources_mut().define(f.name, &shown);
        }
        let module = self.files.reading(&file, || Module::eval_ast_as_new(Scope::new(), &ast, &self.engine));
        let module = module.map_err(|reason| Diagnostic::new(reason).at(self.sources().place(cell, *at)))?;
        let module = module.map_err(|e| from_eval(&e, &shown, &self.sources(), &self.context))?;
        self.engine.register_static_module(alias, module.into());
        self.modules.insert(alias.to_string());
        Ok(())
    }
}
