//! A session: evaluates cell after cell, keeps variables and functions, and reports through one front end.
use super::check::{Known, undefined};
use super::context::{Context, lock};
use super::diagnostic::{Diagnostic, Sources};
use super::engine::engine;
use super::front_end::{Event, FrontEnd};
use super::resolver::Files;
use super::rewrite::rewrite;
use crate::device::Compute;
use crate::interrupt::Interrupt;
use crate::plot::Figure;
use rhai::{AST, Dynamic, Engine, Module, Position, Scope, Shared, Stmt};
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// How a session starts.
pub struct SessionOptions {
    pub compute: Compute,
    pub seed: u64,
    /// `--set name=value`
    pub params: BTreeMap<String, String>,
    /// files a script writes by a relative path go here
    pub out: Option<PathBuf>,
    /// where `import` looks first
    pub folder: Option<PathBuf>,
    pub front: Box<dyn FrontEnd>,
}

/// One interpreter with its state.
pub struct Session {
    engine: Engine,
    context: Arc<Context>,
    scope: Scope<'static>,
    /// functions of all cells so far
    library: AST,
    sources: Sources,
    /// names of native functions and of built-in modules
    natives: HashSet<String>,
    /// functions that keep their meaning when a variable has their name
    plain: HashSet<String>,
    modules: HashSet<String>,
    files: Files,
}

impl Session {
    pub fn new(o: SessionOptions) -> Session {
        let context = Arc::new(Context::new(o.compute, o.seed, o.params, o.out, o.front));
        let mut engine = engine(&context);
        let mut natives = HashSet::new();
        let json = engine.gen_fn_metadata_to_json(true).unwrap_or_default();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
        for f in value["functions"].as_array().into_iter().flatten() {
            natives.extend(f["name"].as_str().map(str::to_string));
        }
        natives.extend(["PI", "E"].map(String::from));
        let modules = ["data", "metric", "plot", "io", "global"].map(String::from).into();
        let plain: HashSet<String> = super::names::functions().into_iter().collect();
        let files = Files::new(o.folder.into_iter().chain([PathBuf::from(".")]).collect(), plain.clone());
        engine.set_module_resolver(files.clone());
        Session { engine, context, scope: Scope::new(), library: AST::empty(), sources: Sources::default(), natives, plain, modules, files }
    }

    /// A handle that stops whatever the session runs.
    pub fn interrupt(&self) -> Interrupt {
        self.context.interrupt.clone()
    }
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }
    pub(super) fn scope(&self) -> &Scope<'static> {
        &self.scope
    }
    pub(super) fn plain_functions(&self) -> &HashSet<String> {
        &self.plain
    }
    pub(super) fn library(&self) -> &AST {
        &self.library
    }

    /// The report of an error as a terminal shows it.
    pub fn render(&self, d: &Diagnostic, color: bool) -> String {
        d.render(&self.sources, color)
    }

    /// Runs a cell or a script. What it prints, draws and returns goes to the front end, and so does its error,
    /// which is returned too. Variables and functions stay for the next cell, also after an error.
    pub fn eval(&mut self, name: &str, text: &str) -> Result<Dynamic, Diagnostic> {
        self.context.interrupt.clear();
        *lock(&self.context.last_error) = None;
        let result = self.run(name, text);
        self.scope = std::mem::take(&mut self.scope).clone_visible();
        match &result {
            Ok(value) => self.show(value),
            Err(d) => self.context.emit(Event::Error(d.clone())),
        }
        result
    }

    fn show(&self, value: &Dynamic) {
        if value.is_unit() {
            return;
        }
        match value.flatten_clone().try_cast::<Figure>() {
            Some(f) => self.context.emit(Event::Figure(f)),
            None => self.context.emit(Event::Result(self.text_of(value))),
        }
    }

    /// A value as text, by its own `to_string`.
    pub fn text_of(&self, value: &Dynamic) -> String {
        let value = value.flatten_clone();
        let printed = self.engine.eval_fn_call::<rhai::ImmutableString>("to_string", None, (value.clone(),));
        printed.map_or_else(|_| value.to_string(), |s| s.to_string())
    }

    fn run(&mut self, name: &str, text: &str) -> Result<Dynamic, Diagnostic> {
        let rewritten = rewrite(text, &self.plain);
        let compiled = self.engine.compile_with_scope(&self.scope, &rewritten.text);
        self.sources.add(name, text, rewritten);
        let mut ast = compiled.map_err(|e| Diagnostic::from_parse(&e, name, &self.sources, text))?;
        ast.set_source(name);
        self.check(&ast, name)?;
        for f in ast.iter_functions() {
            self.sources.define(f.name, name);
        }
        let statements: Vec<Stmt> = ast.statements().to_vec();
        let mut all = self.library.merge(&ast);
        all.set_source(name);
        self.library = all.clone_functions_only();
        let functions = all.shared_lib().clone();
        let mut last = Dynamic::UNIT;
        for statement in statements {
            last = self.statement(statement, &functions, name)?;
        }
        Ok(last)
    }

    fn check(&self, ast: &AST, name: &str) -> Result<(), Diagnostic> {
        let globals: HashSet<String> = self.scope.iter().map(|v| v.0.to_string()).collect();
        let functions: HashSet<String> = self.library.iter_functions().map(|f| f.name.to_string()).collect();
        let known = Known { natives: &self.natives, globals: &globals, functions: &functions, modules: &self.modules };
        match undefined(ast, &known) {
            Some((d, position)) => Err(d.at(self.sources.place(name, position))),
            None => Ok(()),
        }
    }

    fn statement(&mut self, statement: Stmt, functions: &Shared<Module>, name: &str) -> Result<Dynamic, Diagnostic> {
        if let Stmt::Import(import, position) = &statement {
            return self.import(&import.0, import.1.name.as_str(), *position, name).map(|()| Dynamic::UNIT);
        }
        let mut one = AST::new([statement], functions.clone());
        one.set_source(name);
        let result = self.engine.eval_ast_with_scope::<Dynamic>(&mut self.scope, &one);
        self.share_globals();
        result.map_err(|e| Diagnostic::from_eval(&e, name, &self.sources, &self.context))
    }

    /// Makes every global a shared cell, so that functions see what the script wrote last.
    fn share_globals(&mut self) {
        let mut globals = self.context.globals.write().unwrap_or_else(|p| p.into_inner());
        let names: Vec<(String, bool)> = self.scope.iter_raw().map(|(n, constant, v)| (n.to_string(), constant || v.is_shared())).collect();
        for (name, settled) in names {
            if !settled && let Some(v) = self.scope.get_mut(&name) {
                *v = std::mem::take(v).into_shared();
            }
            if let Some(v) = self.scope.get(&name) {
                globals.insert(name, v.clone());
            }
        }
    }

    /// `import "path" as name` at the top: the module stays for later cells and is visible in functions.
    fn import(&mut self, path: &rhai::Expr, alias: &str, position: Position, cell: &str) -> Result<(), Diagnostic> {
        let rhai::Expr::StringConstant(path, at) = path else {
            let d = Diagnostic::new("the path of an import must be a text");
            return Err(d.at(self.sources.place(cell, position)));
        };
        let Some(file) = self.files.find(path) else {
            let d = Diagnostic::new(format!("cannot import \"{path}\": there is no {path}.rhai in {}", self.files.places()));
            return Err(d.at(self.sources.place(cell, *at)));
        };
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|e| Diagnostic::new(format!("cannot read {shown}: {e}")).at(self.sources.place(cell, *at)))?;
        let rewritten = rewrite(&text, &self.plain);
        let compiled = self.engine.compile(&rewritten.text);
        self.sources.add(&shown, &text, rewritten);
        let mut ast = compiled.map_err(|e| Diagnostic::from_parse(&e, &shown, &self.sources, &text))?;
        ast.set_source(shown.as_str());
        self.check(&ast, &shown)?;
        for f in ast.iter_functions() {
            self.sources.define(f.name, &shown);
        }
        let module = self.files.reading(&file, || Module::eval_ast_as_new(Scope::new(), &ast, &self.engine));
        let Some(module) = module else {
            return Err(Diagnostic::new(format!("{shown} imports itself")).at(self.sources.place(cell, *at)));
        };
        let module = module.map_err(|e| Diagnostic::from_eval(&e, &shown, &self.sources, &self.context))?;
        self.engine.register_static_module(alias, module.into());
        self.modules.insert(alias.to_string());
        Ok(())
    }

}
