//! Reads source files with a parser: lines, functions with their lengths and parameters, and who imports whom.
//!
//! An import is a path from one file into another: `use` trees and paths written out in code, followed through `pub use`
//! to the file that defines the name. Tests inside files are left out, and a `mod` line alone imports nothing.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A function or method that ships.
pub struct Function {
    pub name: String,
    pub lines: usize,
    pub parameters: usize,
}

/// One file, read.
pub struct File {
    /// from the root of its crate, `flow/run.rs`
    pub name: String,
    pub lines: usize,
    pub functions: Vec<Function>,
    /// files of the same crate that it takes names from
    pub imports: BTreeSet<String>,
}

/// All files of a crate, by name.
pub fn read(root: &Path) -> Vec<File> {
    let modules = Modules::read(root);
    let mut out: Vec<File> = modules.files.iter().map(|(name, source)| file(name, source, &modules)).collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// Groups of files, or of rooms, that reach each other by their imports; each sorted, single ones left out.
pub fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = open.pop() {
            for next in edges.get(&at).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|k| (k, reach(k))).collect();
    let together = |a: &String, b: &String| reached[a].contains(b) && reached.get(b).is_some_and(|r| r.contains(a));
    let mut groups: Vec<Vec<String>> = vec![];
    for k in edges.keys() {
        if !groups.iter().any(|g| g.contains(k)) {
            let group: Vec<String> = edges.keys().filter(|other| *other == k || together(k, other)).cloned().collect();
            if group.len() > 1 {
                groups.push(group);
            }
        }
    }
    groups
}

/// The room of a file: its first folder, or its own name at the root.
pub fn room(name: &str) -> String {
    name.split('/').next().unwrap_or(name).trim_end_matches(".rs").to_string()
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for p in entries {
        if p.is_dir() {
            walk(&p, out);
        } else if p.extension().is_some_and(|e| e == "rs") {
            out.push(p);
        }
    }
}

struct Source {
    text: String,
    syntax: syn::File,
    /// the path of its module: ["flow", "run"]
    module: Vec<String>,
}

/// Files and the names that they pass on.
struct Modules {
    files: BTreeMap<String, Source>,
    by_module: BTreeMap<Vec<String>, String>,
    /// in a module, a name passed on by `pub use`, and where it comes from; "*" stands for all names of a module
    passed_on: BTreeMap<Vec<String>, Vec<(String, Vec<String>)>>,
}

impl Modules {
    fn read(root: &Path) -> Modules {
        let mut paths = vec![];
        walk(root, &mut paths);
        let mut modules = Modules { files: BTreeMap::new(), by_module: BTreeMap::new(), passed_on: BTreeMap::new() };
        for path in paths {
            let name = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap();
            let syntax = syn::parse_file(&text).unwrap_or_else(|e| panic!("{name} does not parse: {e}"));
            let module = module_of(&name);
            modules.by_module.insert(module.clone(), name.clone());
            modules.files.insert(name, Source { text, syntax, module });
        }
        for source in modules.files.values() {
            let mut passed = vec![];
            for item in &source.syntax.items {
                if let syn::Item::Use(u) = item
                    && !matches!(u.vis, syn::Visibility::Inherited)
                {
                    for (path, name) in leaves(&u.tree) {
                        passed.push((name, absolute(&path, &source.module, &modules.by_module)));
                    }
                }
            }
            modules.passed_on.insert(source.module.clone(), passed);
        }
        modules
    }

    /// The file that defines what an absolute path names.
    fn file_of(&self, path: &[String], depth: usize) -> Option<String> {
        let deepest = (0..=path.len()).rev().find(|n| self.by_module.contains_key(&path[..*n]))?;
        let (module, rest) = path.split_at(deepest);
        if let Some(name) = rest.first()
            && depth < 8
        {
            for (passed, from) in self.passed_on.get(module).into_iter().flatten() {
                if passed == name {
                    return self.file_of(from, depth + 1);
                }
            }
            for (passed, from) in self.passed_on.get(module).into_iter().flatten() {
                let inside: Vec<String> = from.iter().filter(|s| *s != "*").chain(rest).cloned().collect();
                if passed == "*" && self.defines(&inside) {
                    return self.file_of(&inside, depth + 1);
                }
            }
        }
        self.by_module.get(module).cloned()
    }

    fn defines(&self, path: &[String]) -> bool {
        let Some((name, module)) = path.split_last() else { return false };
        let Some(file) = self.by_module.get(module) else { return false };
        self.files[file].syntax.items.iter().any(|i| named(i).is_some_and(|n| n == *name))
    }
}

fn named(item: &syn::Item) -> Option<String> {
    Some(match item {
        syn::Item::Fn(i) => i.sig.ident.to_string(),
        syn::Item::Struct(i) => i.ident.to_string(),
        syn::Item::Enum(i) => i.ident.to_string(),
        syn::Item::Trait(i) => i.ident.to_string(),
        syn::Item::Type(i) => i.ident.to_string(),
        syn::Item::Const(i) => i.ident.to_string(),
        syn::Item::Static(i) => i.ident.to_string(),
        _ => return None,
    })
}

fn module_of(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = name.trim_end_matches(".rs").split('/').map(String::from).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// The paths that a `use` tree names, with the name each gets.
fn leaves(tree: &syn::UseTree) -> Vec<(Vec<String>, String)> {
    match tree {
        syn::UseTree::Path(p) => {
            let head = p.ident.to_string();
            leaves(&p.tree).into_iter().map(|(path, n)| ([vec![head.clone()], path].concat(), n)).collect()
        }
        // `use x::{self}` names x itself
        syn::UseTree::Name(n) if n.ident == "self" => vec![(vec![], String::new())],
        syn::UseTree::Name(n) => vec![(vec![n.ident.to_string()], n.ident.to_string())],
        syn::UseTree::Rename(r) => vec![(vec![r.ident.to_string()], r.rename.to_string())],
        syn::UseTree::Glob(_) => vec![(vec!["*".into()], "*".into())],
        syn::UseTree::Group(g) => g.items.iter().flat_map(leaves).collect(),
    }
}

/// A path as seen from the root of the crate; empty if it leads out of it.
fn absolute(path: &[String], module: &[String], known: &BTreeMap<Vec<String>, String>) -> Vec<String> {
    let Some(first) = path.first() else { return vec![] };
    let (mut base, mut rest) = match first.as_str() {
        "crate" => (vec![], &path[1..]),
        "self" => (module.to_vec(), &path[1..]),
        "super" => (module[..module.len().saturating_sub(1)].to_vec(), &path[1..]),
        // a child module named without `self`
        name => {
            let child = [module, &[name.to_string()]].concat();
            if !known.contains_key(&child) {
                return vec![];
            }
            (module.to_vec(), path)
        }
    };
    while rest.first().is_some_and(|s| s == "super") {
        base.pop();
        rest = &rest[1..];
    }
    [base, rest.to_vec()].concat()
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test") || a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|i| i == "test")
    })
}

struct Reader<'a> {
    module: &'a [String],
    modules: &'a Modules,
    paths: Vec<Vec<String>>,
    /// names passed on by this file, which count only if it uses them itself
    passed: Vec<(String, Vec<String>)>,
    heads: BTreeSet<String>,
    functions: Vec<Function>,
}

impl Reader<'_> {
    fn function(&mut self, signature: &syn::Signature, lines: usize) {
        let receiver = usize::from(signature.receiver().is_some());
        self.functions.push(Function {
            name: signature.ident.to_string(),
            lines,
            parameters: signature.inputs.len() - receiver,
        });
    }
}

fn lines_of(span: proc_macro2::Span) -> usize {
    span.end().line - span.start().line + 1
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, i: &'ast syn::ItemMod) {
        if !is_test(&i.attrs) {
            visit::visit_item_mod(self, i);
        }
    }
    fn visit_item_fn(&mut self, i: &'ast syn::ItemFn) {
        if !is_test(&i.attrs) {
            self.function(&i.sig, lines_of(i.vis.span().join(i.block.span()).unwrap_or(i.block.span())));
            visit::visit_item_fn(self, i);
        }
    }
    fn visit_impl_item_fn(&mut self, i: &'ast syn::ImplItemFn) {
        if !is_test(&i.attrs) {
            self.function(&i.sig, lines_of(i.sig.span().join(i.block.span()).unwrap_or(i.block.span())));
            visit::visit_impl_item_fn(self, i);
        }
    }
    fn visit_trait_item_fn(&mut self, i: &'ast syn::TraitItemFn) {
        self.function(&i.sig, lines_of(i.sig.span().join(i.span()).unwrap_or(i.span())));
        visit::visit_trait_item_fn(self, i);
    }
    fn visit_item_use(&mut self, i: &'ast syn::ItemUse) {
        let open = !matches!(i.vis, syn::Visibility::Inherited);
        for (path, name) in leaves(&i.tree) {
            let path = absolute(&path, self.module, &self.modules.by_module);
            if open {
                self.passed.push((name, path));
            } else {
                self.paths.push(path);
            }
        }
    }
    fn visit_path(&mut self, p: &'ast syn::Path) {
        let segments: Vec<String> = p.segments.iter().map(|s| s.ident.to_string()).collect();
        self.heads.insert(segments[0].clone());
        if segments.len() > 1 {
            self.paths.push(absolute(&segments, self.module, &self.modules.by_module));
        }
        visit::visit_path(self, p);
    }
}

fn file(name: &str, source: &Source, modules: &Modules) -> File {
    let mut reader = Reader {
        module: &source.module,
        modules,
        paths: vec![],
        passed: vec![],
        heads: BTreeSet::new(),
        functions: vec![],
    };
    reader.visit_file(&source.syntax);
    let used = reader.passed.iter().filter(|(n, _)| reader.heads.contains(n)).map(|(_, p)| p);
    let imports = reader
        .paths
        .iter()
        .chain(used)
        .filter(|p| !p.is_empty())
        .filter_map(|p| modules.file_of(p, 0))
        .filter(|f| f != name)
        .collect();
    File { name: name.into(), lines: source.text.lines().count(), functions: reader.functions, imports }
}
