//! Names that are nowhere defined, found before anything runs.
//!
//! Rhai's strict mode refuses globals inside functions; this check knows the globals of the session, the names of the
//! catalogue and the functions of the script.
use super::diagnostic::Diagnostic;
use super::report::{function_not_found, unknown_name};
use crate::catalogue::nearest;
use rhai::{AST, ASTNode, Expr, Position, Stmt};
use std::collections::HashSet;

/// What a script may refer to.
pub struct Known<'a> {
    /// names of native functions
    pub natives: &'a HashSet<String>,
    /// globals and parameters of the session
    pub globals: &'a HashSet<String>,
    /// functions of earlier cells
    pub functions: &'a HashSet<String>,
    /// modules imported by earlier cells, and the built-in ones
    pub modules: &'a HashSet<String>,
}

/// Rhai's own words that look like calls but are registered nowhere.
const SYNTAX: &[&str] =
    &["call", "curry", "Fn", "eval", "is_def_var", "is_def_fn", "is_shared", "type_of", "print", "debug"];

/// What a script refers to beside what was there before.
struct Script<'a> {
    known: &'a Known<'a>,
    /// functions it defines
    own: HashSet<String>,
    /// variables and parameters it defines anywhere
    variables: HashSet<String>,
    /// modules it imports, and those known
    modules: HashSet<String>,
}

/// The first undefined name of a script with its position.
pub fn undefined(ast: &AST, known: &Known) -> Option<(Diagnostic, Position)> {
    let own: HashSet<String> = ast.iter_functions().map(|f| f.name.to_string()).collect();
    let mut script = Script { known, own, variables: HashSet::new(), modules: known.modules.clone() };
    collect(ast, &mut script.variables, &mut script.modules);
    let mut found: Option<(Diagnostic, Position)> = None;
    ast.walk(&mut |path: &[ASTNode]| {
        if found.is_none() {
            found = path.last().and_then(|node| script.problem(node));
        }
        found.is_none()
    });
    found
}

impl Script<'_> {
    /// What is wrong with the name of a node, if it is one.
    fn problem(&self, node: &ASTNode) -> Option<(Diagnostic, Position)> {
        match node {
            ASTNode::Expr(Expr::Variable(v, short, position)) => {
                let (index, name, namespace) = (&v.0, v.1.as_str(), &v.2);
                let unresolved = index.is_none() && short.is_none() && namespace.is_empty();
                (unresolved && !self.has(name)).then(|| (self.variable_unknown(name), *position))
            }
            ASTNode::Stmt(Stmt::Assignment(a)) if matches!(a.1.lhs, Expr::Variable(..)) => {
                self.assigned_unknown(&a.1.lhs)
            }
            ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position)) => {
                let name = call.name.as_str();
                if !call.namespace.is_empty() {
                    let root = call.namespace.root().to_string();
                    let d = || (module_unknown(&root, &self.modules), call.namespace.position());
                    return (!self.modules.contains(&root)).then(d);
                }
                let operator = !name.chars().all(|c| c.is_alphanumeric() || c == '_');
                let fine = operator || self.has(name) || SYNTAX.contains(&name);
                (!fine).then(|| (self.call_unknown(name), *position))
            }
            _ => None,
        }
    }

    fn has(&self, name: &str) -> bool {
        let known = self.known;
        [known.globals, &self.variables, &self.own, known.functions, known.natives].iter().any(|s| s.contains(name))
    }

    /// A variable that is set before it is defined.
    fn assigned_unknown(&self, target: &Expr) -> Option<(Diagnostic, Position)> {
        let (_, position) = (self.problem(&ASTNode::Expr(target))?, target.position());
        let Expr::Variable(v, ..) = target else { return None };
        let name = v.1.as_str();
        let d = self.variable_unknown(name);
        let meant = d.hint.as_ref().map_or(String::new(), |h| format!("; {h}"));
        Some((d.hinted(format!("a new variable begins with let: let {name} = …{meant}")), position))
    }

    fn variable_unknown(&self, name: &str) -> Diagnostic {
        let known = self.known;
        let names = known.globals.iter().chain(&self.variables).chain(&self.own).chain(known.functions);
        unknown_name(name, &names.cloned().collect::<Vec<String>>())
    }

    fn call_unknown(&self, name: &str) -> Diagnostic {
        let mut d = function_not_found(name, "…");
        let known = self.known;
        let script = self.own.iter().chain(known.functions).chain(&self.variables).chain(known.globals);
        if let Some(n) = nearest(name, script.map(String::as_str).filter(|n| !n.starts_with("anon$"))) {
            d.hint = Some(format!("did you mean `{n}`?"));
        }
        if let Some(mend) = super::elsewhere::function(name) {
            d.hint = Some(mend.into());
        }
        d.message = format!("there is no function `{name}`");
        d
    }
}

fn module_unknown(root: &str, modules: &HashSet<String>) -> Diagnostic {
    let d = Diagnostic::new(format!("there is no module `{root}`"));
    match nearest(root, modules.iter().map(String::as_str)) {
        Some(n) => d.hinted(format!("did you mean `{n}::`?")),
        None => d,
    }
}

/// Every variable a script defines anywhere, and every module it imports; function parameters included.
fn collect(ast: &AST, variables: &mut HashSet<String>, modules: &mut HashSet<String>) {
    ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Import(import, _))) => {
                modules.insert(import.1.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::Var(v, ..))) => {
                variables.insert(v.0.name.to_string());
            }
            _ => {}
        }
        true
    });
    for f in ast.iter_functions() {
        variables.extend(f.params.iter().map(|p| p.to_string()));
    }
}
