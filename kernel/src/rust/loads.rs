//! The kernel's end of the relays: loads of compiled cells, one at a time.
use super::ticket::Ticket;
use crate::protocol::Outcome;
use crate::supervisor::{Control, Supervisor};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

/// The loads of compiled cells, one at a time.
pub struct Loads {
    supervisor: Arc<Supervisor>,
    /// the cell the compiler works on
    current: Mutex<Arc<Ticket>>,
}

impl Loads {
    /// Waits for relays on a socket.
    pub fn listen(path: &Path, supervisor: Arc<Supervisor>) -> std::io::Result<Arc<Loads>> {
        let listener = UnixListener::bind(path)?;
        let loads = Arc::new(Loads { supervisor, current: Mutex::default() });
        let all = loads.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let loads = all.clone();
                tokio::spawn(async move { loads.serve(stream).await });
            }
        });
        Ok(loads)
    }

    /// The compiler turns to a cell.
    pub fn turn(&self, ticket: Arc<Ticket>) {
        *self.current.lock().unwrap_or_else(|p| p.into_inner()) = ticket;
    }
    fn current(&self) -> Arc<Ticket> {
        self.current.lock().unwrap_or_else(|p| p.into_inner()).clone()
    }

    /// One child of evcxr's, until the session process it stands for is gone.
    async fn serve(&self, stream: tokio::net::UnixStream) {
        let generation = self.supervisor.generation();
        let (from, mut to) = stream.into_split();
        let mut lines = tokio::io::BufReader::new(from).lines();
        loop {
            let line = tokio::select! {
                line = lines.next_line() => match line {
                    Ok(Some(line)) => line,
                    _ => return,
                },
                () = self.outlived(generation) => return,
            };
            let mut words = line.split(' ');
            let (Some("LOAD_AND_RUN"), Some(library), Some(function)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let ticket = self.current();
            let (outcome, control) = if ticket.start() {
                self.supervisor.load(library.to_string(), function.to_string()).await
            } else {
                (Outcome::default(), Control::never_ran())
            };
            let mut answer = control.lines.join("\n");
            if !answer.is_empty() {
                answer.push('\n');
            }
            answer += "EVCXR_EXECUTION_COMPLETE\n";
            ticket.settle(outcome, control);
            if self.supervisor.generation() != generation {
                return;
            }
            if to.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn outlived(&self, generation: u64) {
        while self.supervisor.generation() == generation {
            let _ = tokio::time::timeout(Duration::from_millis(200), self.supervisor.ended.notified()).await;
        }
    }
}
