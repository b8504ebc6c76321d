//! The one task that shows: in order, with printed text in batches.
use super::input::Input;
use super::items::{Item, Question};
use crate::protocol::Output;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Where outputs go: a client of the protocol, or a notebook being executed.
pub trait Display: Send + Sync + 'static {
    /// Shows one output.
    fn show(&self, output: Output);
    /// Asks whoever is there, and hands the line to [`Input::answer`].
    fn ask(&self, input: Arc<Input>, question: Question);
    /// Waits until what was shown has gone out, if the way is slow.
    fn drained(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// Text waits so long for more of its kind, and no longer once there is so much.
const BATCH: Duration = Duration::from_millis(40);
const MOST: usize = 1 << 18;
/// A due text is shown at once while it is shorter than this.
const SHORT: usize = 256;

/// Printed text that has not been shown yet.
struct Batch {
    name: String,
    text: String,
    due: Instant,
}

/// Shows what comes until nobody can send any more.
pub(super) async fn serve(mut items: mpsc::Receiver<Item>, display: Arc<dyn Display>, input: Arc<Input>) {
    // the first line of a quiet cell goes out at once
    let mut page = Page { display, batch: None, last: Instant::now() - BATCH };
    loop {
        let item = match &page.batch {
            None => items.recv().await,
            Some(b) => match tokio::time::timeout_at(b.due, items.recv()).await {
                Ok(item) => item,
                Err(_) => {
                    page.flush().await;
                    continue;
                }
            },
        };
        let item = match item {
            Some(Item::Output(Output::Stream { name, text })) => {
                page.print(name, &text).await;
                continue;
            }
            other => other,
        };
        // everything else is shown behind the text before it
        page.flush().await;
        match item {
            None => return,
            Some(Item::Output(output)) => page.show(output).await,
            Some(Item::Question(question)) => page.display.ask(input.clone(), question),
            Some(Item::Reply(answer, value)) => {
                let _ = answer.send(value);
            }
        }
    }
}

/// The display with the text that waits.
struct Page {
    display: Arc<dyn Display>,
    batch: Option<Batch>,
    /// when text was shown last
    last: Instant,
}

impl Page {
    async fn show(&self, output: Output) {
        self.display.show(output);
        self.display.drained().await;
    }

    async fn print(&mut self, name: String, text: &str) {
        if self.batch.as_ref().is_some_and(|b| b.name != name) {
            self.flush().await;
        }
        let due = self.last + BATCH;
        let b = self.batch.get_or_insert_with(|| Batch { name, text: String::new(), due });
        b.text += text;
        if b.text.len() > MOST || b.due <= Instant::now() && b.text.len() < SHORT {
            self.flush().await;
        }
    }

    async fn flush(&mut self) {
        if let Some(b) = self.batch.take() {
            self.last = Instant::now();
            self.show(Output::Stream { name: b.name, text: b.text }).await;
        }
    }
}
