//! Writes that reach the file together.
use crate::{Connection, Error, Result};
use std::ops::Deref;

/// When the engine would take its lock; here it is taken at the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionBehavior {
    /// at the first write
    Deferred,
    /// at once
    Immediate,
}

/// Statements that go through it are kept until [`commit`](Transaction::commit); dropped without, they never were.
pub struct Transaction<'a> {
    connection: &'a Connection,
    open: bool,
}

impl<'a> Transaction<'a> {
    pub(crate) fn begin(connection: &'a Connection) -> Result<Transaction<'a>> {
        let mut store = connection.store();
        if store.pending.is_some() {
            return Err(Error::Busy("another transaction is under way".into()));
        }
        store.pending = Some(vec![]);
        drop(store);
        Ok(Transaction { connection, open: true })
    }

    /// Writes all of it at once.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of it was.
    pub async fn commit(mut self) -> Result<()> {
        self.open = false;
        self.connection.store().commit()
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            self.connection.store().roll_back();
        }
    }
}
