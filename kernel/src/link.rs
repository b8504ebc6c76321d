//! What the kernel process and the session process say to each other: one JSON object a line, over a socket pair.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The descriptor of the socket in the session process.
pub const DESCRIPTOR: i32 = 3;

/// Starts and ends a mark in the raw output: `\x1e<nonce>:<number>\x1e`. The reader of the raw output knows then how far
/// it is.
pub const MARK: u8 = 0x1e;
/// The environment variable with the nonce of the marks of a session process.
pub const NONCE: &str = "GFLOW_MARKS";
/// Behind the number of the mark that ends a compiled cell.
pub const LAST: u8 = b'!';

/// A request; only some are answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    pub id: u64,
    pub ask: Ask,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// run a cell; `expressions` are evaluated after it
    Eval {
        name: String,
        code: String,
        show: bool,
        expressions: BTreeMap<String, String>,
    },
    Complete {
        code: String,
        cursor: usize,
    },
    Inspect {
        code: String,
        cursor: usize,
    },
    Completeness {
        code: String,
    },
    /// load a compiled Rust cell and run it on the variables of the cells before
    Load {
        library: String,
        function: String,
    },
    /// what the user typed; none: nobody can be asked
    Answer {
        line: Option<String>,
    },
    Interrupt,
}

/// What the session says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// the answer to a request
    Reply {
        id: u64,
        value: Value,
        after: Option<u64>,
    },
    Output {
        output: Output,
        after: Option<u64>,
    },
    Question {
        prompt: String,
        password: bool,
    },
    /// the device chosen, once the session is up
    Ready {
        device: String,
    },
}

/// What a cell shows, in the order it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    Stream { name: String, text: String },
    Display { data: Map<String, Value>, metadata: Map<String, Value>, id: Option<String>, update: bool },
    Result { data: Map<String, Value>, metadata: Map<String, Value> },
    Clear { wait: bool },
}

impl Output {
    pub fn stream(name: &str, text: impl Into<String>) -> Output {
        Output::Stream { name: name.into(), text: text.into() }
    }
}

/// How a cell ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
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

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub name: String,
    pub value: String,
    pub traceback: Vec<String>,
}

impl Failure {
    pub fn plain(name: &str, value: impl Into<String>) -> Failure {
        let value = value.into();
        let traceback = vec![format!("\x1b[31m{name}\x1b[0m: {value}")];
        Failure { name: name.into(), value, traceback }
    }
    pub fn content(&self) -> Value {
        serde_json::json!({ "ename": self.name, "evalue": self.value, "traceback": self.traceback })
    }
}

/// One line.
pub fn write<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)
}
