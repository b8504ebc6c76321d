//! What the running cell has on the page that changes: named figures and progress bars.
use super::output::OutputChannel;
use crate::protocol::{Output, Showing};
use gflow::observer::progress::Report;
use gflow::plot::Figure;
use gflow::script::escape;
use serde_json::{Map, json};
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

impl Bar {
    /// The bar as it stands; `state` says how it ended, if it did.
    fn draw(&self, state: &str, update: bool) -> Output {
        let r = &self.last;
        let seconds = self.begun.elapsed().as_secs_f64();
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
        let color = if state == "stopped" { "#D55E00" } else { "#0072B2" };
        let html = format!(
            "<div style=\"font-size:90%\"><code>{}</code><div style=\"display:flex;align-items:center;gap:0.8em\"><div style=\"width:16em;height:0.6em;border-radius:0.3em;background:rgba(127,127,127,0.3)\"><div style=\"width:{part:.1}%;height:100%;border-radius:0.3em;background:{color}\"></div></div><span>{}</span></div></div>",
            escape(&r.label),
            escape(&counts)
        );
        let data =
            [("text/plain".to_string(), json!(text)), ("text/html".to_string(), json!(html))].into_iter().collect();
        Output::Display { data, metadata: Map::new(), id: Some(self.id.clone()), update }
    }
}

/// What the running cell has on the page that can change.
#[derive(Default)]
pub struct Page {
    cell: u64,
    displays: u64,
    /// (name, display id)
    figures: Vec<(String, String)>,
    bars: Vec<Bar>,
    /// how things are shown
    pub show: Showing,
    /// displays whose figures have more forms than are shown
    more: Vec<(String, Figure)>,
}

impl Page {
    /// A fresh cell: what the ones before show stays as it is.
    pub fn turn(&mut self, show: Showing) {
        let (cell, displays) = (self.cell + 1, self.displays);
        *self = Page { cell, displays, show, ..Page::default() };
    }
    /// Nothing of the running cell is there any more.
    pub fn clear(&mut self) {
        self.figures.clear();
        self.bars.clear();
        self.more.clear();
    }
    /// The display of a named figure, and whether it is there already.
    pub fn place(&mut self, name: String) -> (String, bool) {
        if let Some((_, id)) = self.figures.iter().find(|f| f.0 == name) {
            return (id.clone(), true);
        }
        let id = self.id();
        self.figures.push((name, id.clone()));
        (id, false)
    }
    /// The display of a figure that gets its other forms once the cell has ended.
    pub fn more(&mut self, figure: Figure) -> String {
        let id = self.id();
        self.more.push((id.clone(), figure));
        id
    }
    /// The same for a display that is there: the last figure counts.
    pub fn more_of(&mut self, id: &str, figure: Figure) {
        self.more.retain(|m| m.0 != id);
        self.more.push((id.to_string(), figure));
    }
    /// What has to get its other forms.
    pub fn rest(&mut self) -> Vec<(String, Figure)> {
        std::mem::take(&mut self.more)
    }
    /// The bar of a report, if it is time to draw it.
    pub fn progress(&mut self, r: Report) -> Option<Output> {
        let at = match self.bars.iter().position(|b| b.label == r.label && !b.last.finished) {
            Some(i) => i,
            None => {
                let id = self.id();
                let begun = Instant::now()
                    - Duration::from_secs_f64((r.done as f64 / r.steps_per_second.max(1e-9)).clamp(0.0, 1e6));
                self.bars.push(Bar { label: r.label.clone(), id, begun, drawn: None, last: r.clone() });
                self.bars.len() - 1
            }
        };
        let bar = &mut self.bars[at];
        bar.last = r;
        let due = match bar.drawn {
            Some(t) => bar.last.finished || t.elapsed() >= BETWEEN,
            None => bar.begun.elapsed() >= PATIENCE && !bar.last.finished,
        };
        due.then(|| {
            let update = bar.drawn.is_some();
            bar.drawn = Some(Instant::now());
            bar.draw(if bar.last.finished { "done" } else { "" }, update)
        })
    }
    fn id(&mut self) -> String {
        self.displays += 1;
        format!("gflow-{}-{}-{}", std::process::id(), self.cell, self.displays)
    }
}

/// The page, shared by those who change it.
pub type SharedPage = Arc<Mutex<Page>>;

/// The page, for a moment.
pub fn lock(page: &SharedPage) -> MutexGuard<'_, Page> {
    page.lock().unwrap_or_else(|p| p.into_inner())
}

/// Bars of loops that did not end get a static last state.
pub fn stop_bars(page: &SharedPage, output: &OutputChannel) {
    let mut page = lock(page);
    for bar in page.bars.iter_mut().filter(|b| b.drawn.is_some() && !b.last.finished) {
        bar.last.finished = true;
        output.output(bar.draw("stopped", true));
    }
}
