//! Names that are nowhere defined, found before anything runs.
//!
//! Rhai's strict mode refuses globals inside functions; this check knows the globals of the session, the names of the
//! catalogue and the functions of the script.
use super::diagnostic::{Diagnostic, function_not_found, unknown_name};
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

/// The first undefined name of a script with its position.
pub fn undefined(ast: &AST, known: &Known) -> Option<(Diagnostic, Position)> {
    let own: HashSet<String> = ast.iter_functions().map(|f| f.name.to_string()).collect();
    let mut variables: HashSet<String> = HashSet::new();
    let mut modules: HashSet<String> = known.modules.clone();
    collect(ast, &mut variables, &mut modules);
    let mut found: Option<(Diagnostic, Position)> = None;
    ast.walk(&mut |path: &[ASTNode]| {
        let node = path.last();
        let problem = match node {
            Some(ASTNode::Expr(Expr::Variable(v, short, position))) => {
                let (index, name, namespace) = (&v.0, v.1.as_str(), &v.2);
                let unresolved = index.is_none() && short.is_none() && namespace.is_empty();
                let fine = !unresolved
                    || known.globals.contains(name)
                    || variables.contains(name)
                    || own.contains(name)
                    || known.functions.contains(name)
                    || known.natives.contains(name);
                (!fine).then(|| {
                    let names: Vec<String> =
                        known.globals.iter().chain(&variables).chain(&own).chain(known.functions).cloned().collect();
                    (unknown_name(name, &names), *position)
                })
            }
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                let name = call.name.as_str();
                let operator = !name.chars().all(|c| c.is_alphanumeric() || c == '_');
                if !call.namespace.is_empty() {
                    let root = call.namespace.root().to_string();
                    (!modules.contains(&root)).then(|| (module_unknown(&root, &modules), call.namespace.position()))
                } else {
                    let fine = operator
                        || known.natives.contains(name)
                        || own.contains(name)
                        || known.functions.contains(name)
                        || known.globals.contains(name)
                        || variables.contains(name)
                        || [
                            "call",
                            "curry",
                            "Fn",
                            "eval",
                            "is_def_var",
                            "is_def_fn",
                            "is_shared",
                            "type_of",
                            "print",
                            "debug",
                        ]
                        .contains(&name);
                    (!fine).then(|| (call_unknown(name, &own, known, &variables), *position))
                }
            }
            _ => None,
        };
        if found.is_none() {
            found = problem;
        }
        found.is_none()
    });
    found
}

fn call_unknown(name: &str, own: &HashSet<String>, known: &Known, variables: &HashSet<String>) -> Diagnostic {
    let mut d = function_not_found(name, "…");
    let script: Vec<&str> = own
        .iter()
        .chain(known.functions)
        .chain(variables)
        .chain(known.globals)
        .map(String::as_str)
        .filter(|n| !n.starts_with("anon$"))
        .collect();
    if let Some(n) = crate::catalogue::nearest(name, script) {
        d.hint = Some(format!("did you mean `{n}`?"));
    }
    d.message = format!("there is no function `{name}`");
    d
}

fn module_unknown(root: &str, modules: &HashSet<String>) -> Diagnostic {
    let d = Diagnostic::new(format!("there is no module `{root}`"));
    match crate::catalogue::nearest(root, modules.iter().map(String::as_str)) {
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
