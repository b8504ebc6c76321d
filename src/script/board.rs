//! A study while it runs, for the person in front: a bar over all jobs, and where displays can change a table of its settings.
use super::call::Call;
use super::context::Context;
use super::front_end::Event;
use super::rich::{Rich, escape};
use crate::observer::progress::Report;
use crate::record::compact;
use crate::study::{Audience, Job, Outcome, Pace, Plan, State};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often the table is drawn again at most, and the bar.
const TABLE: Duration = Duration::from_millis(500);
const BAR: Duration = Duration::from_millis(100);
/// Settings and numbers that are shown; a table of all is what `sweep` gives in the end.
const ROWS: usize = 20;
const NUMBERS: usize = 4;
const NAME: &str = "sweep";

/// One setting over its seeds.
#[derive(Default)]
struct Line {
    jobs: usize,
    done: usize,
    failed: usize,
    /// sums of what was recorded, and how many, by name
    sums: BTreeMap<String, (f64, usize)>,
}

/// What is shown of a study.
pub struct Board<'a> {
    context: &'a Context,
    /// names of what varies
    varied: Vec<String>,
    lines: Vec<(Vec<String>, Line)>,
    pace: Pace,
    total: usize,
    begun: Instant,
    began_with: usize,
    drawn: [Option<Instant>; 2],
    /// whether something has ended that was not drawn
    fresh: bool,
}

impl<'a> Board<'a> {
    /// Of a study with the state of its jobs, so many of which run at a time.
    pub fn new(call: &'a Call, plan: &Plan, (jobs, states): (&[Job], &[State]), slots: usize) -> Board<'a> {
        let mut board = Board {
            context: call.context,
            varied: plan.varied().into_iter().map(String::from).collect(),
            lines: vec![],
            pace: Pace::new(slots),
            total: jobs.len(),
            begun: Instant::now(),
            began_with: 0,
            drawn: [None; 2],
            fresh: true,
        };
        for (job, state) in jobs.iter().zip(states) {
            board.line(job).jobs += 1;
            if let State::Done(o) = state {
                board.done(job, o);
                board.began_with += 1;
            }
        }
        board
    }

    fn line(&mut self, job: &Job) -> &mut Line {
        let key: Vec<String> = job.setting.iter().map(|(_, v)| v.clone()).collect();
        let at = self.lines.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
            self.lines.push((key, Line::default()));
            self.lines.len() - 1
        });
        &mut self.lines[at].1
    }

    fn done(&mut self, job: &Job, o: &Outcome) {
        let line = self.line(job);
        line.done += 1;
        for v in &o.values {
            let sum = line.sums.entry(v.name.clone()).or_default();
            *sum = (sum.0 + v.value, sum.1 + 1);
        }
    }

    fn count(&self, f: impl Fn(&Line) -> usize) -> usize {
        self.lines.iter().map(|l| f(&l.1)).sum()
    }

    fn bar(&self, finished: bool) {
        let done = self.count(|l| l.done + l.failed);
        let seconds = self.begun.elapsed().as_secs_f64().max(1e-3);
        self.context.emit(Event::Progress(Report {
            label: format!("{NAME}, jobs"),
            done,
            total: self.total,
            steps_per_second: done.saturating_sub(self.began_with) as f64 / seconds,
            divergence: None,
            finished,
        }));
    }

    /// The settings with what came out so far.
    fn table(&self, running: usize, waiting: usize) -> Rich {
        let mut names: Vec<&String> = self.lines.iter().flat_map(|l| l.1.sums.keys()).collect();
        names.sort();
        names.dedup();
        names.truncate(NUMBERS);
        let head = self.varied.iter().cloned().chain(["seeds".into()]).chain(names.iter().map(|n| format!("mean {n}")));
        let row = |(key, line): &(Vec<String>, Line)| {
            let failed = if line.failed > 0 { format!(", {} failed", line.failed) } else { String::new() };
            let mean = |n: &&String| line.sums.get(*n).map_or("-".into(), |(s, k)| compact(s / *k as f64));
            let cells =
                key.iter().take(self.varied.len()).cloned().chain([format!("{}/{}{failed}", line.done, line.jobs)]);
            cells.chain(names.iter().map(mean)).collect::<Vec<String>>()
        };
        let rows: Vec<Vec<String>> = self.lines.iter().take(ROWS).map(row).collect();
        let more = self.lines.len().saturating_sub(ROWS);
        let more = if more > 0 { format!("; {more} further settings are not shown") } else { String::new() };
        let state = format!("{running} running, {waiting} waiting{}{more}", self.pace.left(running, waiting));
        rich(&head.collect::<Vec<_>>(), &rows, &state)
    }

    fn draw(&mut self, running: usize, waiting: usize) {
        self.drawn[0] = Some(Instant::now());
        self.fresh = false;
        let value = self.table(running, waiting);
        self.context.emit(Event::Changing { name: NAME.into(), value });
    }
}

fn rich(head: &[String], rows: &[Vec<String>], state: &str) -> Rich {
    let width =
        |k: usize| rows.iter().map(|r| r[k].chars().count()).chain([head[k].chars().count()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |r: &[String]| {
        let cells = r.iter().zip(&widths).map(|(c, w)| format!("{c:>w$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    let text = [line(head)].into_iter().chain(rows.iter().map(|r| line(r))).chain([state.to_string()]);
    let cells = |r: &[String], tag: &str| {
        let cells: String =
            r.iter().map(|c| format!("<{tag} style=\"text-align:right\">{}</{tag}>", escape(c))).collect();
        format!("<tr>{cells}</tr>")
    };
    let body: String = rows.iter().map(|r| cells(r, "td")).collect();
    let html = format!(
        "<table><thead>{}</thead><tbody>{body}</tbody></table><div style=\"font-size:90%\">{}</div>",
        cells(head, "th"),
        escape(state)
    );
    Rich { html: Some(html), ..Rich::text(text.collect::<Vec<_>>().join("\n")) }
}

impl Audience for Board<'_> {
    fn ended(&mut self, job: &Job, state: &State) {
        match state {
            State::Done(o) => {
                self.pace.took(job, o.seconds);
                self.done(job, o);
            }
            State::Failed { .. } => self.line(job).failed += 1,
            _ => {}
        }
        self.fresh = true;
    }
    fn look(&mut self, running: usize, waiting: usize) {
        let due = |at: Option<Instant>, every| at.is_none_or(|t| t.elapsed() > every);
        if due(self.drawn[1], BAR) {
            self.drawn[1] = Some(Instant::now());
            self.bar(false);
        }
        if self.fresh && due(self.drawn[0], TABLE) && self.context.live() {
            self.draw(running, waiting);
        }
    }
    fn close(&mut self) {
        let left = self.total - self.count(|l| l.done + l.failed).min(self.total);
        self.bar(left == 0);
        if self.context.live() {
            self.draw(0, left);
        }
    }
}
