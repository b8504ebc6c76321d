//! The one ordered channel by which everything leaves a session.
use super::diagnostic::Diagnostic;
use super::rich::Rich;
use crate::interrupt::Interrupt;
use crate::observer::progress::Report;
use crate::plot::Figure;
use crate::plot::animation::Animation;

/// Something for the person in front.
#[derive(Clone, Debug)]
pub enum Event {
    /// what `print` wrote, without the newline
    Text(String),
    /// a figure shown by `show()` or by ending a cell
    Figure(Figure),
    /// figures one after the other, as the value that ends a cell
    Animation(Animation),
    /// a figure under a name: it takes the place of the one this cell showed under the same name
    Live {
        /// the name
        name: String,
        /// what takes the place
        figure: Figure,
    },
    /// a value under a name, where `live` says that values can change: it takes the place of the one this cell showed under that name
    Changing {
        /// the name
        name: String,
        /// what takes the place
        value: Rich,
    },
    /// how far a loop is
    Progress(Report),
    /// a value shown by `display`
    Display(Rich),
    /// the value that ends a cell
    Result(Rich),
    /// what the cell showed so far can go; with `wait`, only when something new comes
    Clear {
        /// whether to wait
        wait: bool,
    },
    /// what stopped the cell
    Error(Diagnostic),
    /// a remark of gflow's own: where a file went, what was assumed
    Note(String),
}

/// A terminal, a file, a notebook.
pub trait FrontEnd: Send {
    /// Shows an event; they come in the order in which they happened.
    fn event(&mut self, event: Event);
    /// A line typed by the person in front, or none where nobody can be asked. Returns soon after `stop` is requested.
    fn ask(&mut self, _prompt: &str, _password: bool, _stop: &Interrupt) -> Option<String> {
        None
    }
    /// Whether a figure can change while a cell runs.
    fn live(&self) -> bool {
        false
    }
}

/// Nobody: whatever happens is not shown.
pub struct Nobody;

impl FrontEnd for Nobody {
    fn event(&mut self, _: Event) {}
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
            Event::Text(t) => Some(t),
            Event::Result(r) | Event::Display(r) => Some(r.text),
            Event::Error(d) => Some(format!("error: {}", d.message)),
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
