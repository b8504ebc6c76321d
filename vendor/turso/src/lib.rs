//! What cubecl keeps of its tuning, in a small file.
//!
//! CubeCL remembers which kernel was the fastest through the crate `turso`, a database engine of a million instructions
//! for a table of a few hundred rows. This crate stands in its place (`[patch.crates-io]` in the workspace's manifest): the
//! same names, the dozen statements that `cubecl-environment` 0.11 sends, and a file of records behind them. Any other
//! statement is an error, which CubeCL answers by going on without a cache.
//!
//! The calls are `async` because the engine's are; none of them waits.
mod store;
pub mod transaction;
mod value;

pub use store::Database;
use store::{Change, Key, Store};
use transaction::{Transaction, TransactionBehavior};
pub use value::{FromValue, IntoParams, Value};

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Why a call failed; the variants that CubeCL tells apart, and one for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// another process holds the file
    Busy(String),
    /// as above; never made here, but asked about
    BusySnapshot(String),
    /// a statement or a value that this crate does not know
    Misuse(String),
    /// reading or writing the file failed, and what was being done
    IoError(std::io::ErrorKind, &'static str),
    /// anything else
    Error(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Busy(text) | Error::BusySnapshot(text) | Error::Misuse(text) | Error::Error(text) => {
                f.write_str(text)
            }
            Error::IoError(kind, what) => write!(f, "{what}: {kind}"),
        }
    }
}

impl std::error::Error for Error {}

/// What every call returns.
pub type Result<T> = std::result::Result<T, Error>;

/// How a database is opened.
pub struct Builder {
    location: String,
    read_only: bool,
}

impl Builder {
    /// A database in a file of this name; the records lie beside it, in `<location>.records`.
    pub fn new_local(location: &str) -> Builder {
        Builder { location: location.into(), read_only: false }
    }
    /// Several processes may always share a file here.
    pub fn experimental_multiprocess_wal(self, _: bool) -> Builder {
        self
    }
    /// Whether old records may be swept out; they never are here.
    pub fn experimental_vacuum(self, _: bool) -> Builder {
        self
    }
    /// Whether the file is never written.
    pub fn read_only(self, read_only: bool) -> Builder {
        Builder { read_only, ..self }
    }
    /// Opens the file and reads it.
    ///
    /// # Errors
    /// When it cannot be read, or created.
    pub async fn build(self) -> Result<Database> {
        Database::open(&self.location, self.read_only)
    }
}

impl Database {
    /// A connection; all connections see one set of records.
    ///
    /// # Errors
    /// None, but the engine's has some.
    pub fn connect(&self) -> Result<Connection> {
        Ok(Connection { store: self.store.clone() })
    }
}

/// Statements go through it.
#[derive(Clone)]
pub struct Connection {
    store: Arc<Mutex<Store>>,
}

/// The rows of an answer.
pub struct Rows(VecDeque<Row>);

/// The values of a row.
pub struct Row(Vec<Value>);

impl Rows {
    /// The next one.
    ///
    /// # Errors
    /// None.
    pub async fn next(&mut self) -> Result<Option<Row>> {
        Ok(self.0.pop_front())
    }
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// When there is no such column, or its value is of another kind.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T> {
        let value = self.0.get(column).ok_or_else(|| Error::Misuse(format!("the row has no column {column}")))?;
        T::from_value(value.clone()).ok_or_else(|| Error::Misuse(format!("column {column} is of another kind")))
    }
}

/// A statement with its white space made even, so that it can be told by how it begins.
fn even(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unknown<T>(sql: &str) -> Result<T> {
    Err(Error::Misuse(format!("this small store knows no statement `{sql}`")))
}

impl Connection {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to wait for another process; a write here takes less than any such time.
    ///
    /// # Errors
    /// None.
    pub fn busy_timeout(&self, _: Duration) -> Result<()> {
        Ok(())
    }

    /// Settings of the engine: accepted. A checkpoint answers that it is done, as everything always is in the file.
    ///
    /// # Errors
    /// Those of `f`.
    pub async fn pragma_query(&self, pragma: &str, mut f: impl FnMut(&Row) -> Result<()>) -> Result<()> {
        if pragma.starts_with("wal_checkpoint") { f(&Row(vec![Value::Integer(0)])) } else { Ok(()) }
    }

    /// The rows that a statement answers.
    ///
    /// # Errors
    /// For statements that it does not know.
    pub async fn query(&self, sql: &str, params: impl IntoParams) -> Result<Rows> {
        let (sql, params, store) = (even(sql), params.into_params(), self.store());
        let rows = match (sql.as_str(), params.as_slice()) {
            ("SELECT v FROM meta WHERE k = ?1", [Value::Text(k)]) => {
                store.meta.get(k).map(|v| Row(vec![Value::Text(v.clone())])).into_iter().collect()
            }
            ("SELECT value FROM entries WHERE namespace = ?1 AND key = ?2", [Value::Text(n), Value::Blob(k)]) => {
                let entry = store.entries.get(&(n.clone(), k.clone()));
                entry.map(|e| Row(vec![Value::Blob(e.value.clone())])).into_iter().collect()
            }
            ("SELECT key, value, origin FROM entries WHERE namespace = ?1", [Value::Text(n)]) => store
                .of(n)
                .map(|(k, e)| Row(vec![Value::Blob(k.clone()), Value::Blob(e.value.clone()), Value::Integer(e.origin)]))
                .collect(),
            (s, []) if s.starts_with("SELECT namespace, COUNT(*)") => store.summary().into_iter().map(Row).collect(),
            _ => return unknown(&sql),
        };
        Ok(Rows(rows))
    }

    /// Runs a statement; how many rows it changed.
    ///
    /// # Errors
    /// For statements that it does not know, and where the file cannot be written.
    pub async fn execute(&self, sql: &str, params: impl IntoParams) -> Result<u64> {
        let (sql, params, mut store) = (even(sql), params.into_params(), self.store());
        let change = match (sql.as_str(), params.as_slice()) {
            (s, _) if s.starts_with("CREATE TABLE IF NOT EXISTS") => return Ok(0),
            ("DROP TABLE IF EXISTS entries", _) => Change::Clear,
            (s, [Value::Text(k), Value::Text(v)]) if s.starts_with("INSERT INTO meta") => {
                Change::Meta(k.clone(), v.clone())
            }
            (s, [Value::Text(n), Value::Blob(k), Value::Blob(v), Value::Integer(origin)])
                if s.starts_with("INSERT INTO entries") =>
            {
                let (key, always): (Key, bool) = ((n.clone(), k.clone()), !s.contains("WHERE entries.origin"));
                Change::Put { key, value: v.clone(), origin: *origin, always }
            }
            ("DELETE FROM entries WHERE namespace = ?1", [Value::Text(n)]) => Change::Purge(n.clone()),
            ("DELETE FROM entries WHERE namespace = ?1 AND key = ?2", [Value::Text(n), Value::Blob(k)]) => {
                Change::Delete((n.clone(), k.clone()))
            }
            _ => return unknown(&sql),
        };
        store.change(&change)
    }

    /// Writes that reach the file together, when they are committed.
    ///
    /// # Errors
    /// When a transaction is under way already.
    pub async fn transaction_with_behavior(&mut self, _: TransactionBehavior) -> Result<Transaction<'_>> {
        Transaction::begin(self)
    }
}
