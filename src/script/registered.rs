//! What the interpreter knows, for tests that hold the pages against it.
use super::diagnostic::friendly;
use super::session::Session;
use rhai::FuncInfo;

/// A function as the interpreter knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Registered {
    /// the module it is in; empty for none
    pub module: String,
    /// a name, an operator, `get$name` for a property
    pub name: String,
    /// the type of its first argument; empty where that is not known
    pub first: String,
}

impl Session {
    /// Every function that the interpreter knows, overloads apart.
    pub fn registered(&self) -> Vec<Registered> {
        let known = |f: FuncInfo| {
            let first = f.metadata.params_info.first().map_or("", |p| p.split_once(':').map_or(p.as_str(), |p| p.1));
            let plain = first.trim().trim_start_matches("&mut ");
            Some(Registered {
                module: f.namespace.to_string(),
                name: f.metadata.name.to_string(),
                first: if plain.is_empty() || plain == "_" { String::new() } else { friendly(plain) },
            })
        };
        self.interpreter().collect_fn_metadata(None, known, true)
    }
}
