//! The one ordered channel by which everything leaves a session.
use super::diagnostic::Diagnostic;
use crate::observer::progress::Report;
use crate::plot::Figure;

/// Something for the person in front.
#[derive(Clone, Debug)]
pub enum Event {
    /// what `print` wrote, without the newline
    Text(String),
    /// a figure shown by `show()` or by ending a cell
    Figure(Figure),
    Progress(Report),
    /// the value that ends a cell
    Result(String),
    Error(Diagnostic),
    /// a remark of gflow's own: where a file went, what was assumed
    Note(String),
}

/// A terminal, a file, a notebook.
pub trait FrontEnd: Send {
    fn event(&mut self, event: Event);
}

/// Keeps events in memory; for tests and embedding.
#[derive(Clone, Default)]
pub struct Recorder(pub std::sync::Arc<std::sync::Mutex<Vec<Event>>>);

impl FrontEnd for Recorder {
    fn event(&mut self, event: Event) {
        self.0.lock().unwrap_or_else(|p| p.into_inner()).push(event);
    }
}

impl Recorder {
    /// Everything so far, leaving nothing behind.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(|p| p.into_inner()))
    }
    /// The texts printed and the results, a line each.
    pub fn text(&self) -> String {
        let lines = self.take().into_iter().filter_map(|e| match e {
            Event::Text(t) | Event::Result(t) => Some(t),
            Event::Error(d) => Some(format!("error: {}", d.message)),
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
