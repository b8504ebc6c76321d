//! What the kernel process and the session process say to each other: one JSON object a line, over a socket pair.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The descriptor of the socket in the session process, unless [`SOCKET`] has another.
pub const DESCRIPTOR: i32 = 3;
/// The environment variable with the descriptor of the socket, for a program that cannot choose it.
pub const SOCKET: &str = "GFLOW_SOCKET";

/// No line of a session, no value that a cell shows, and no text that waits to be understood is longer than this.
pub const LARGEST: usize = 64 << 20;

/// Starts and ends a mark in the raw output and in the raw errors: `\x1e<nonce>:<number>\x1e`. Their readers know then
/// how far they are.
pub const MARK: u8 = 0x1e;
/// The environment variable with the nonce of the marks of a session process.
pub const NONCE: &str = "GFLOW_MARKS";
/// Behind the number of the mark that ends a compiled cell.
pub const LAST: u8 = b'!';

/// A request; only some are answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// named by the answer; 0 where there is none
    pub id: u64,
    /// what is asked
    pub ask: Ask,
}

/// What the session can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// run a cell; `expressions` are evaluated after it
    Eval { name: String, code: String, show: Showing, expressions: BTreeMap<String, String> },
    /// names that may stand at a place
    Complete { code: String, cursor: usize },
    /// what is known about the name at a place
    Inspect { code: String, cursor: usize },
    /// whether a cell is whole
    Completeness { code: String },
    /// load a compiled Rust cell and run it on the variables of the cells before
    Load { library: String, function: String },
    /// set variables, or the values of parameters; their arrays are in the file that comes with the request
    Give { values: Vec<(String, Crossing)>, parameters: bool },
    /// the value of an expression; in it `it` is a held value, and given ones have their names. Its arrays go into the file that comes with
    /// the request, or into one that comes with the answer
    Get { expression: String, held: Option<u64>, given: Vec<(String, Crossing)> },
    /// a held value in every form that is shown
    Show { held: u64 },
    /// what a held value has behind a dot
    Members { held: u64 },
    /// let go of held values
    Forget { held: Vec<u64> },
    /// what the user typed; none: nobody can be asked
    Answer { line: Option<String> },
    /// stop the running cell
    Interrupt,
}

/// A value on its way between a session and another program. Arrays are bytes of the file that comes with the message, in the
/// order of this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// no value
    Nothing,
    /// true or false
    Bool(bool),
    /// a whole number
    Integer(i64),
    /// a number, as text: some have no form in JSON
    Number(String),
    /// a text
    Text(String),
    /// numbers from the byte `at` of the file on: a list, or points [n, d] by rows
    Array { at: u64, shape: Vec<usize>, of: Element },
    /// a list
    List(Vec<Crossing>),
    /// a map
    Map(Vec<(String, Crossing)>),
    /// a table by columns, each a list of numbers or a list of texts or truths with gaps
    Table(Vec<(String, Crossing)>),
    /// a value that stays in the session
    Held { id: u64, kind: String },
}

/// What an array has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    F64,
    F32,
    I64,
}

/// How what a cell shows is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Showing {
    /// not at all
    #[default]
    Nothing,
    /// in every form before the cell ends: a client that runs a whole notebook takes nothing after it
    Whole,
    /// at once in the form of a screen, and in every form once the cell has ended
    Quick,
}

/// What the session says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// the answer to a request, behind the mark `after` of the raw output
    Reply { id: u64, value: Value, after: Option<u64> },
    /// something to show, behind the mark `after` of the raw output
    Output { output: Output, after: Option<u64> },
    /// the user is asked, behind the mark `after` of the raw output
    Question { prompt: String, password: bool, after: Option<u64> },
    /// the device chosen, once the session is up
    Ready { device: String },
}

/// What a cell shows, in the order it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// text on the stream `name`
    Stream { name: String, text: String },
    /// a value by type; `update` changes the display shown under the same id
    Display { data: Map<String, Value>, metadata: Map<String, Value>, id: Option<String>, update: bool },
    /// the value of the cell, by type
    Result { data: Map<String, Value>, metadata: Map<String, Value> },
    /// what the cell showed goes; `wait`: once something new comes
    Clear { wait: bool },
}

impl Output {
    /// Text on a stream.
    pub fn stream(name: &str, text: impl Into<String>) -> Output {
        Output::Stream { name: name.into(), text: text.into() }
    }

    /// A value by type, that stays as it is.
    pub fn display(data: Map<String, Value>) -> Output {
        Output::Display { data, metadata: Map::new(), id: None, update: false }
    }
}

/// How a cell ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// none: it ran to its end
    pub error: Option<Failure>,
    /// results of user expressions, in the protocol's form
    #[serde(default)]
    pub expressions: Map<String, Value>,
    /// the variables there are now
    #[serde(default)]
    pub variables: Vec<String>,
    /// the names of `--set` read so far
    #[serde(default)]
    pub parameters: Vec<String>,
}

impl Outcome {
    /// A cell that failed, or never ran.
    pub fn failed(error: Failure) -> Outcome {
        Outcome { error: Some(error), ..Outcome::default() }
    }
}

/// An error as clients show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// its class
    pub name: String,
    /// what went wrong, in a sentence
    pub value: String,
    /// lines with colours
    pub traceback: Vec<String>,
}

impl Failure {
    /// An error whose traceback is its sentence.
    pub fn plain(name: &str, value: impl Into<String>) -> Failure {
        let value = value.into();
        let traceback = vec![format!("\x1b[31m{name}\x1b[0m: {value}")];
        Failure { name: name.into(), value, traceback }
    }
    /// In the form of Jupyter's messages.
    pub fn content(&self) -> Value {
        serde_json::json!({ "ename": self.name, "evalue": self.value, "traceback": self.traceback })
    }
}
