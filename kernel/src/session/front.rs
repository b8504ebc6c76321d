//! The notebook as a front end of the session: events become streams, displays and updates of displays.
use super::output::OutputChannel;
use super::page::{SharedPage, lock};
use crate::protocol::{Output, Showing};
use gflow::fault;
use gflow::interrupt::Interrupt;
use gflow::observer::progress::Report;
use gflow::plot::Figure;
use gflow::plot::animation::Animation;
use gflow::plot::evcxr::{self, Reader};
use gflow::script::{Event, FrontEnd, Rich};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Forms of a value by type, and what is said about each.
type Bundle = (Map<String, Value>, Map<String, Value>);

/// What a session tells, as outputs of its kernel.
pub struct Front {
    output: Arc<OutputChannel>,
    typed: Receiver<Option<String>>,
    page: SharedPage,
}

impl Front {
    /// Tells on `output`; `typed` brings what the user types.
    pub fn new(output: Arc<OutputChannel>, typed: Receiver<Option<String>>) -> Front {
        Front { output, typed, page: SharedPage::default() }
    }
    /// What the running cell has on the page.
    pub fn page(&self) -> SharedPage {
        self.page.clone()
    }

    fn display(&self, (data, metadata): Bundle, id: Option<String>, update: bool) {
        self.output.output(Output::Display { data, metadata, id, update });
    }

    fn figure(&self, figure: &Figure, place: Option<(String, bool)>) {
        let quick = lock(&self.page).show == Showing::Quick;
        let reader = match (&place, quick) {
            (_, true) => Reader::Screen,
            (Some(_), false) => Reader::Passing,
            (None, false) => Reader::Later,
        };
        match picture(figure, reader) {
            Ok(p) => {
                let (id, update) = match place {
                    Some((id, update)) => {
                        // the last of those that pass gets its other forms
                        if quick && evcxr::has_more(figure) {
                            lock(&self.page).more_of(&id, figure.clone());
                        }
                        (Some(id), update)
                    }
                    None if quick && evcxr::has_more(figure) => (Some(lock(&self.page).more(figure.clone())), false),
                    None => (None, false),
                };
                self.display(p, id, update);
            }
            Err(e) => self.output.note(&format!("{e}\n")),
        }
    }

    fn progress(&self, r: Report) {
        let mut page = lock(&self.page);
        if let Some(bar) = page.progress(r) {
            self.output.output(bar);
        }
    }
}

/// How long no cell has shown a figure when the other forms are made: cells run one after the other have the processor.
const QUIET: Duration = Duration::from_millis(200);
/// So many figures wait no longer, though cells go on.
const WAITING: usize = 32;

/// Makes the other forms of figures that cells showed, for whoever opens the notebook later: once cells are quiet. Takes
/// displays with their figures.
pub fn later(output: Arc<OutputChannel>) -> Sender<(String, Figure)> {
    let (figures, queue) = channel::<(String, Figure)>();
    std::thread::spawn(move || {
        while let Ok(first) = queue.recv() {
            let mut waiting = vec![first];
            while waiting.len() < WAITING
                && let Ok(next) = queue.recv_timeout(QUIET)
            {
                waiting.push(next);
            }
            for (id, figure) in waiting {
                // what was shown stays where the others cannot be had
                if let Ok(Ok((data, metadata))) = fault::caught(|| picture(&figure, Reader::Later)) {
                    output.output(Output::Display { data, metadata, id: Some(id), update: true });
                }
            }
        }
    });
    figures
}

/// A figure in the forms that a reader takes.
fn picture(f: &Figure, reader: Reader) -> gflow::error::Result<Bundle> {
    let (mut data, mut metadata) = (Map::new(), Map::new());
    data.insert("text/plain".into(), json!(f.describe()));
    for (kind, content) in evcxr::forms(f, reader)? {
        if kind == "image/png" {
            metadata.insert(kind.into(), json!({ "width": f.width.round(), "height": f.height.round() }));
        }
        data.insert(kind.into(), json!(content));
    }
    Ok((data, metadata))
}

/// Figures that move on the page, and the last of them for readers that show no others.
fn moving(a: &Animation) -> gflow::error::Result<Bundle> {
    let (mut data, metadata) = match a.frames.last() {
        Some(f) => picture(f, Reader::Passing)?,
        None => (Map::new(), Map::new()),
    };
    data.insert("text/html".into(), json!(evcxr::moving(a)?));
    data.insert("text/plain".into(), json!(format!("Animation: {} frames", a.frames.len())));
    Ok((data, metadata))
}

/// Every form of what ends a cell.
///
/// # Errors
/// What the drawing library reports.
pub fn forms(shown: Event) -> gflow::error::Result<Bundle> {
    match shown {
        Event::Figure(f) => picture(&f, Reader::Later),
        Event::Animation(a) => moving(&a),
        Event::Result(r) | Event::Display(r) => Ok((bundle(&r), Map::new())),
        _ => Ok((Map::new(), Map::new())),
    }
}

/// Every form of a value, by type.
pub fn bundle(r: &Rich) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("text/plain".into(), json!(r.text));
    for (kind, form) in [("text/html", &r.html), ("text/markdown", &r.markdown), ("text/latex", &r.latex)] {
        if let Some(form) = form {
            data.insert(kind.into(), json!(form));
        }
    }
    data
}

impl FrontEnd for Front {
    fn event(&mut self, event: Event) {
        match event {
            Event::Text(t) => self.output.output(Output::stream("stdout", t + "\n")),
            Event::Note(t) => self.output.output(Output::stream("stderr", t + "\n")),
            Event::Figure(f) => self.figure(&f, None),
            Event::Animation(a) => match moving(&a) {
                Ok(p) => self.display(p, None, false),
                Err(e) => self.output.note(&format!("{e}\n")),
            },
            Event::Live { name, figure } => {
                let place = lock(&self.page).place(name);
                self.figure(&figure, Some(place));
            }
            Event::Changing { name, value } => {
                let (id, update) = lock(&self.page).place(name);
                self.display((bundle(&value), Map::new()), Some(id), update);
            }
            Event::Progress(r) => self.progress(r),
            Event::Display(r) => self.display((bundle(&r), Map::new()), None, false),
            Event::Result(r) => {
                if lock(&self.page).show != Showing::Nothing {
                    self.output.output(Output::Result { data: bundle(&r), metadata: Map::new() });
                }
            }
            Event::Clear { wait } => {
                lock(&self.page).clear();
                self.output.output(Output::Clear { wait });
            }
            // the error is the answer to the request
            Event::Error(_) => {}
        }
    }

    fn ask(&mut self, prompt: &str, password: bool, stop: &Interrupt) -> Option<String> {
        while self.typed.try_recv().is_ok() {}
        self.output.flush();
        self.output.question(prompt, password);
        loop {
            match self.typed.recv_timeout(Duration::from_millis(20)) {
                Ok(line) => return line,
                Err(RecvTimeoutError::Timeout) if !stop.is_requested() => {}
                Err(_) => return None,
            }
        }
    }

    fn live(&self) -> bool {
        true
    }
}
