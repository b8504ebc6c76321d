//! The notebook as a front end of the session: events become streams, displays and updates of displays.
use super::outlet::Outlet;
use crate::link::{Message, Output};
use gflow::interrupt::Interrupt;
use gflow::observer::progress::Report;
use gflow::plot::{Figure, evcxr};
use gflow::script::{Event, FrontEnd, Rich};
use serde_json::{Map, Value, json};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A bar appears once a loop has taken so long, and moves so often.
const PATIENCE: Duration = Duration::from_millis(250);
const BETWEEN: Duration = Duration::from_millis(100);

/// A progress bar on the page.
struct Bar {
    label: String,
    id: String,
    begun: Instant,
    drawn: Option<Instant>,
    last: Report,
}

/// What the running cell has on the page that can change.
#[derive(Default)]
pub struct Page {
    cell: u64,
    displays: u64,
    /// (name, display id)
    figures: Vec<(String, String)>,
    bars: Vec<Bar>,
    /// whether the result is shown
    pub show: bool,
}

impl Page {
    /// A fresh cell: what the ones before show stays as it is.
    pub fn turn(&mut self, show: bool) {
        let (cell, displays) = (self.cell + 1, self.displays);
        *self = Page { cell, displays, show, ..Page::default() };
    }
    fn id(&mut self) -> String {
        self.displays += 1;
        format!("gflow-{}-{}-{}", std::process::id(), self.cell, self.displays)
    }
}

pub type SharedPage = Arc<Mutex<Page>>;

pub fn lock(page: &SharedPage) -> MutexGuard<'_, Page> {
    page.lock().unwrap_or_else(|p| p.into_inner())
}

pub struct Front {
    outlet: Arc<Outlet>,
    typed: Receiver<Option<String>>,
    page: SharedPage,
}

impl Front {
    pub fn new(outlet: Arc<Outlet>, typed: Receiver<Option<String>>) -> Front {
        Front { outlet, typed, page: SharedPage::default() }
    }
    pub fn page(&self) -> SharedPage {
        self.page.clone()
    }

    fn display(&self, (data, metadata): (Map<String, Value>, Map<String, Value>), id: Option<String>, update: bool) {
        self.outlet.output(Output::Display { data, metadata, id, update });
    }

    fn figure(&self, figure: &Figure, place: Option<(String, bool)>) {
        match picture(figure) {
            Ok(p) => {
                let (id, update) = place.map_or((None, false), |(id, update)| (Some(id), update));
                self.display(p, id, update);
            }
            Err(e) => self.outlet.note(&format!("{e}\n")),
        }
    }

    fn progress(&self, r: Report) {
        let mut page = lock(&self.page);
        let at = match page.bars.iter().position(|b| b.label == r.label && !b.last.finished) {
            Some(i) => i,
            None => {
                let id = page.id();
                let begun = Instant::now()
                    - Duration::from_secs_f64((r.done as f64 / r.steps_per_second.max(1e-9)).clamp(0.0, 1e6));
                page.bars.push(Bar { label: r.label.clone(), id, begun, drawn: None, last: r.clone() });
                page.bars.len() - 1
            }
        };
        let bar = &mut page.bars[at];
        bar.last = r;
        let due = match bar.drawn {
            Some(t) => bar.last.finished || t.elapsed() >= BETWEEN,
            None => bar.begun.elapsed() >= PATIENCE && !bar.last.finished,
        };
        if due {
            let update = bar.drawn.is_some();
            bar.drawn = Some(Instant::now());
            self.display(drawn(bar, if bar.last.finished { "done" } else { "" }), Some(bar.id.clone()), update);
        }
    }
}

/// Bars of loops that did not end get a static last state.
pub fn stop_bars(page: &SharedPage, outlet: &Outlet) {
    let mut page = lock(page);
    for bar in page.bars.iter_mut().filter(|b| b.drawn.is_some() && !b.last.finished) {
        bar.last.finished = true;
        let (data, metadata) = drawn(bar, "stopped");
        outlet.output(Output::Display { data, metadata, id: Some(bar.id.clone()), update: true });
    }
}

fn drawn(bar: &Bar, state: &str) -> (Map<String, Value>, Map<String, Value>) {
    let r = &bar.last;
    let seconds = bar.begun.elapsed().as_secs_f64();
    let divergence = r.divergence.map_or(String::new(), |d| format!(", D {d:.5}"));
    let left = (r.total.saturating_sub(r.done)) as f64 / r.steps_per_second.max(1e-9);
    let end = match state {
        "" if left.is_finite() && left < 1e6 => format!(", {left:.0} s left"),
        "" => String::new(),
        "done" => format!(" in {seconds:.2} s"),
        other => format!(", {other} after {seconds:.2} s"),
    };
    let counts = format!("{}/{} steps{end} ({:.0} steps/s{divergence})", r.done, r.total, r.steps_per_second);
    let text = format!("{}: {counts}", r.label);
    let part = if r.total == 0 { 100.0 } else { 100.0 * r.done as f64 / r.total as f64 };
    let escape = |s: &str| s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let color = if state == "stopped" { "#D55E00" } else { "#0072B2" };
    let html = format!(
        "<div style=\"font-size:90%\"><code>{}</code><div style=\"display:flex;align-items:center;gap:0.8em\"><div style=\"width:16em;height:0.6em;border-radius:0.3em;background:rgba(127,127,127,0.3)\"><div style=\"width:{part:.1}%;height:100%;border-radius:0.3em;background:{color}\"></div></div><span>{}</span></div></div>",
        escape(&r.label),
        escape(&counts)
    );
    let mut data = Map::new();
    data.insert("text/plain".into(), json!(text));
    data.insert("text/html".into(), json!(html));
    (data, Map::new())
}

/// A figure as SVG, or as pixels of half a logical one where it has many marks.
pub fn picture(f: &Figure) -> gflow::error::Result<(Map<String, Value>, Map<String, Value>)> {
    let (mut data, mut metadata) = (Map::new(), Map::new());
    data.insert("text/plain".into(), json!(f.describe()));
    let (kind, content) = evcxr::content(f)?;
    if kind == "image/png" {
        metadata.insert(kind.into(), json!({ "width": f.width.round(), "height": f.height.round() }));
    }
    data.insert(kind.into(), json!(content));
    Ok((data, metadata))
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
            Event::Text(t) => self.outlet.output(Output::stream("stdout", t + "\n")),
            Event::Note(t) => self.outlet.output(Output::stream("stderr", t + "\n")),
            Event::Figure(f) => self.figure(&f, None),
            Event::Live { name, figure } => {
                let known = lock(&self.page).figures.iter().find(|f| f.0 == name).map(|f| f.1.clone());
                let place = match known {
                    Some(id) => (id, true),
                    None => {
                        let mut page = lock(&self.page);
                        let id = page.id();
                        page.figures.push((name, id.clone()));
                        (id, false)
                    }
                };
                self.figure(&figure, Some(place));
            }
            Event::Progress(r) => self.progress(r),
            Event::Display(r) => self.display((bundle(&r), Map::new()), None, false),
            Event::Result(r) => {
                if lock(&self.page).show {
                    self.outlet.output(Output::Result { data: bundle(&r), metadata: Map::new() });
                }
            }
            Event::Clear { wait } => {
                let mut page = lock(&self.page);
                page.figures.clear();
                page.bars.clear();
                drop(page);
                self.outlet.output(Output::Clear { wait });
            }
            // the error is the answer to the request
            Event::Error(_) => {}
        }
    }

    fn ask(&mut self, prompt: &str, password: bool, stop: &Interrupt) -> Option<String> {
        while self.typed.try_recv().is_ok() {}
        self.outlet.flush();
        self.outlet.say(&Message::Question { prompt: prompt.into(), password });
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
