//! The names of a session, as of the last statement that ended.

/// A function a cell defined.
#[derive(Clone, Debug)]
pub struct Function {
    /// as called
    pub name: String,
    /// with its parameters
    pub signature: String,
    /// the comments above it
    pub doc: String,
}

/// Variables and functions.
#[derive(Default)]
pub struct Names {
    /// (name, type in a user's words)
    pub variables: Vec<(String, String)>,
    /// functions of the cells
    pub functions: Vec<Function>,
    /// functions made outside the script
    pub foreign: Vec<Function>,
}
