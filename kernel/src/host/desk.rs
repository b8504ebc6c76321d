//! The one task that shows: in order, with printed text in batches.
use super::{Host, Item};
use crate::link::Output;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Where outputs go: a client of the protocol, or a notebook being executed.
pub trait Desk: Send + Sync + 'static {
    fn show(&self, output: Output);
    /// Asks whoever is there, and hands the line to [`Host::answer`] or, for compiled code, to [`Host::type_in`].
    fn question(&self, host: Arc<Host>, prompt: String, password: bool, to_stdin: bool);
    /// Waits until what was shown has gone out, if the way is slow.
    fn drained(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// Text waits so long for more of its kind, and no longer once there is so much.
const BATCH: Duration = Duration::from_millis(40);
const MOST: usize = 1 << 18;

/// Printed text that has not been shown yet.
struct Batch {
    name: String,
    text: String,
    due: Instant,
}

pub(super) async fn serve(mut items: mpsc::Receiver<Item>, desk: Arc<dyn Desk>, host: Weak<Host>) {
    let mut batch: Option<Batch> = None;
    // the first line of a quiet cell goes out at once
    let mut last = Instant::now() - BATCH;
    loop {
        let item = match &batch {
            None => items.recv().await,
            Some(b) => match tokio::time::timeout_at(b.due, items.recv()).await {
                Ok(item) => item,
                Err(_) => {
                    flush(&mut batch, &desk, &mut last).await;
                    continue;
                }
            },
        };
        match item {
            None => {
                flush(&mut batch, &desk, &mut last).await;
                return;
            }
            Some(Item::Output(Output::Stream { name, text })) => {
                if batch.as_ref().is_some_and(|b| b.name != name) {
                    flush(&mut batch, &desk, &mut last).await;
                }
                let b = batch.get_or_insert_with(|| Batch { name, text: String::new(), due: last + BATCH });
                b.text += &text;
                if b.text.len() > MOST || b.due <= Instant::now() && b.text.len() < 256 {
                    flush(&mut batch, &desk, &mut last).await;
                }
            }
            Some(Item::Output(output)) => {
                flush(&mut batch, &desk, &mut last).await;
                desk.show(output);
                desk.drained().await;
            }
            Some(Item::Question { prompt, password }) => {
                flush(&mut batch, &desk, &mut last).await;
                if let Some(host) = host.upgrade() {
                    desk.question(host, prompt, password, false);
                }
            }
            Some(Item::Typed { prompt, password }) => {
                flush(&mut batch, &desk, &mut last).await;
                if let Some(host) = host.upgrade() {
                    desk.question(host, prompt, password, true);
                }
            }
            Some(Item::Reply(answer, value)) => {
                flush(&mut batch, &desk, &mut last).await;
                let _ = answer.send(value);
            }
        }
    }
}

async fn flush(batch: &mut Option<Batch>, desk: &Arc<dyn Desk>, last: &mut Instant) {
    if let Some(b) = batch.take() {
        *last = Instant::now();
        desk.show(Output::Stream { name: b.name, text: b.text });
        desk.drained().await;
    }
}
