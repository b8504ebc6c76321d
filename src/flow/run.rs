//! The one run loop: step, read, observe, until the steps are done, a rule fires, or something goes wrong.
use super::labels::Labels;
use super::record::{Snapshot, Table};
use super::{Flow, Recipe, Record, Setting, State};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::metric::{self, Metric};
use crate::observer::history::History;
use crate::observer::progress::{Progress, Report};
use crate::observer::snapshots::Snapshots;
use crate::observer::stop::{Stop, StopRules};
use crate::observer::{Observer, Reading, Signal};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;

/// Options of `flow.run(source, target, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunOptions {
    pub steps: usize,
    pub seed: Option<u64>,
    pub record_every: usize,
    pub snapshots: usize,
    pub metrics: Vec<String>,
    pub metrics_every: usize,
    pub stop: StopRules,
    pub runaway: f64,
    /// show the particles while they move, where that can be seen
    pub live: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions {
            steps: 500,
            seed: None,
            record_every: 10,
            snapshots: 20,
            metrics: vec![],
            metrics_every: 50,
            stop: StopRules::default(),
            runaway: 10.0,
            live: true,
        }
    }
}

/// Why a run ended.
#[derive(Debug)]
pub enum Ending {
    Finished,
    /// the stop rule that fired
    Rule(String),
    /// interrupted, or failed; what was recorded is kept
    Broken(Error),
}

impl Ending {
    pub fn describe(&self) -> String {
        match self {
            Ending::Finished => "finished".into(),
            Ending::Rule(r) => format!("stopped: {r}"),
            Ending::Broken(e) => e.to_string(),
        }
    }
}

/// A run, finished or not: everything recorded, and what is needed to go on.
pub struct Run {
    pub flow: Box<dyn Flow>,
    pub state: State,
    pub source: Points,
    pub target: Points,
    pub options: RunOptions,
    pub history: Table,
    pub snapshots: Vec<Snapshot>,
    pub ending: String,
    pub seconds: f64,
    /// classes of the rows of both samples
    pub labels: Option<Labels>,
}

impl Clone for Run {
    fn clone(&self) -> Self {
        Run {
            flow: self.flow.boxed_clone(),
            state: self.state.clone(),
            source: self.source.clone(),
            target: self.target.clone(),
            options: self.options.clone(),
            history: self.history.clone(),
            snapshots: self.snapshots.clone(),
            ending: self.ending.clone(),
            seconds: self.seconds,
            labels: self.labels.clone(),
        }
    }
}

impl Run {
    /// A run about to begin. Errors on bad samples, labels or unknown metrics, before any work.
    pub fn new(
        recipe: &dyn Recipe,
        source: Points,
        target: Points,
        labels: Option<Labels>,
        options: RunOptions,
        interrupt: &Interrupt,
    ) -> Result<Run> {
        recipe.check(&source, &target)?;
        metric::by_names(&options.metrics, interrupt)?;
        let flow = recipe.start(&Setting {
            source: &source,
            target: &target,
            labels: labels.as_ref(),
            seed: options.seed.unwrap_or(0),
            steps: options.steps,
            saved: &[],
            interrupt,
        })?;
        let state = State::at(flow.begin(&source)?);
        Ok(Run {
            flow,
            state,
            source,
            target,
            options,
            history: Table::default(),
            snapshots: vec![],
            ending: "not started".into(),
            seconds: 0.0,
            labels,
        })
    }

    /// The particles as the user knows them.
    pub fn particles(&self) -> Result<Points> {
        self.flow.view(&self.state.particles)
    }

    /// Takes `steps` more steps. The run keeps everything it recorded whatever the ending.
    pub fn advance(&mut self, steps: usize, interrupt: &Interrupt, sink: &mut dyn FnMut(Report)) -> Ending {
        self.advance_watched(steps, interrupt, sink, None)
    }

    /// The same, with one more observer.
    pub fn advance_watched(
        &mut self,
        steps: usize,
        interrupt: &Interrupt,
        sink: &mut dyn FnMut(Report),
        extra: Option<&mut dyn Observer>,
    ) -> Ending {
        let ending = self.try_advance(steps, interrupt, sink, extra).unwrap_or_else(Ending::Broken);
        self.ending = ending.describe();
        ending
    }

    fn try_advance(
        &mut self,
        steps: usize,
        interrupt: &Interrupt,
        sink: &mut dyn FnMut(Report),
        extra: Option<&mut dyn Observer>,
    ) -> Result<Ending> {
        let o = self.options.clone();
        let metrics: Vec<Arc<dyn Metric>> = metric::by_names(&o.metrics, interrupt)?;
        let target = self.flow.arena(&self.target)?;
        let start = self.flow.begin(&self.source)?;
        let mut history = History::new(o.record_every, metrics, o.metrics_every, target.clone())
            .continuing(std::mem::take(&mut self.history));
        let mut snapshots = Snapshots::new(o.snapshots, self.state.step, steps);
        let mut stop = Stop::new(o.stop.clone(), o.record_every);
        let mut progress = Progress::new(self.flow.describe(), self.state.step, steps, sink);
        let size = diameter(&target)?.max(diameter(&start)?).max(gap(&start, &target)?);
        let limit = (size, o.runaway * size);
        self.flow.set_interrupt(interrupt.clone());
        let ending = {
            let mut watchers: Vec<&mut dyn Observer> = vec![&mut history, &mut snapshots, &mut stop, &mut progress];
            if let Some(extra) = extra {
                watchers.push(extra);
            }
            self.steps(steps, limit, interrupt, &mut watchers)
        };
        if matches!(ending, Ending::Broken(_)) {
            self.flow.refresh(&mut self.state)?;
        }
        self.history = history.table;
        self.snapshots.extend(snapshots.taken);
        self.snapshots.dedup_by_key(|s| s.step);
        Ok(ending)
    }

    fn steps(
        &mut self,
        steps: usize,
        limit: (f64, f64),
        interrupt: &Interrupt,
        watchers: &mut [&mut dyn Observer],
    ) -> Ending {
        let begun = Instant::now();
        let before = self.seconds;
        let end = self.state.step + steps;
        let mut good = (self.flow.boxed_clone(), self.state.clone());
        let mut latest =
            Reading { divergence: f64::NAN, fisher: f64::NAN, speed: f64::NAN, fastest: f64::NAN, seconds: before };
        let mut ending = Ending::Finished;
        while self.state.step < end {
            if let Err(e) = interrupt.check() {
                return Ending::Broken(e);
            }
            let wanted = watchers.iter().any(|w| w.wants(self.state.step, false));
            if wanted && let Err(e) = self.flow.refresh(&mut self.state) {
                return Ending::Broken(e);
            }
            let at = self.state.clone();
            // a step that fails or is stopped half-way leaves the critics somewhere in between: it never happened
            let untouched = self.flow.boxed_clone();
            let (next, record) = match self.flow.step(at.clone()) {
                Ok(done) => done,
                Err(e) => {
                    self.flow = untouched;
                    return Ending::Broken(e);
                }
            };
            self.seconds = before + begun.elapsed().as_secs_f64();
            if wanted {
                let dt = if self.flow.strides() { next.time - at.time } else { 0.0 };
                let inside = || if self.flow.strides() { Ok(()) } else { within(&at, limit) };
                latest = match inside()
                    .and_then(|()| read(&record, self.seconds))
                    .and_then(|r| check(&r, at.step, dt, limit).map(|()| r))
                {
                    Ok(r) => r,
                    Err(e) => {
                        (self.flow, self.state) = good;
                        return Ending::Broken(e);
                    }
                };
                good = (untouched, at.clone());
            }
            self.state = next;
            latest.seconds = self.seconds;
            match tell(watchers, &at, &latest, false) {
                Ok(Signal::Continue) => {}
                Ok(Signal::Stop(rule)) => {
                    ending = Ending::Rule(rule);
                    break;
                }
                Err(e) => return Ending::Broken(e),
            }
        }
        if let Err(e) = self.flow.refresh(&mut self.state) {
            return Ending::Broken(e);
        }
        let last = self
            .flow
            .measure(&self.state)
            .and_then(|r| read(&r, self.seconds))
            .and_then(|r| check(&r, self.state.step, 0.0, limit).map(|()| r));
        match last.and_then(|r| tell(watchers, &self.state, &r, true)) {
            Ok(_) => ending,
            Err(e) => {
                if matches!(e, Error::Diverged { .. }) {
                    (self.flow, self.state) = good;
                }
                Ending::Broken(e)
            }
        }
    }
}

fn tell(watchers: &mut [&mut dyn Observer], state: &State, reading: &Reading, last: bool) -> Result<Signal> {
    let mut signal = Signal::Continue;
    for w in watchers {
        if last || w.always() || w.wants(state.step, false) {
            match w.observe(state, reading, last)? {
                Signal::Continue => {}
                stop => signal = stop,
            }
        }
    }
    Ok(signal)
}

fn read(record: &Record, seconds: f64) -> Result<Reading> {
    let [divergence, fisher, speed, fastest] = record.read()?;
    Ok(Reading { divergence, fisher, speed, fastest, seconds })
}

/// Particles that something else moves must be finite, and no farther apart than the limit.
fn within(at: &State, (size, limit): (f64, f64)) -> Result<()> {
    let spread = diameter(&at.particles)?;
    if spread.is_finite() && spread <= limit {
        return Ok(());
    }
    let what = format!("the points lie {spread:.3e} apart beside samples of diameter {size:.3e}");
    let advice = "try smaller learning rates or a smaller dt, more steps of the critic, or a critic with constraint: \"spectral\"; everything recorded so far is kept (last_run())";
    Err(Error::Diverged { step: at.step, what, advice: advice.into() })
}

fn check(r: &Reading, step: usize, dt: f64, (diameter, limit): (f64, f64)) -> Result<()> {
    let what = if !r.speed.is_finite() || !r.fisher.is_finite() {
        "the velocity of the particles is not finite".to_string()
    } else if !r.divergence.is_finite() {
        "the estimated divergence is not finite".to_string()
    } else if dt * r.fastest > limit {
        format!(
            "a particle runs away: a step of length {:.3e} beside samples of diameter {:.3e}",
            dt * r.fastest,
            diameter
        )
    } else {
        return Ok(());
    };
    let advice = "try a smaller dt or lr, constraint: \"spectral\" instead of a penalty or none, or a smaller L (a reversed divergence of linearly growing f can put its whole weight on one particle: kl or chi2 does not); everything recorded so far is kept (last_run())";
    Err(Error::Diverged { step, what, advice: advice.into() })
}

/// The distance between the means of two samples.
fn gap(p: &Points, q: &Points) -> Result<f64> {
    let difference = crate::device::rows_f64(&(p.clone().mean_dim(0) - q.clone().mean_dim(0)))?;
    Ok(difference.iter().map(|d| d * d).sum::<f64>().sqrt())
}

/// The diagonal of the bounding box of a sample, at least 1e-6.
pub fn diameter(points: &Points) -> Result<f64> {
    let d = points.dims()[1];
    let rows = crate::device::rows_f64(points)?;
    if rows.iter().any(|v| !v.is_finite()) {
        return Ok(f64::INFINITY);
    }
    let extent = |k: usize| {
        let column = rows.iter().skip(k).step_by(d);
        let (lo, hi) = column.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(*v), hi.max(*v)));
        (hi - lo).powi(2)
    };
    Ok((0..d).map(extent).sum::<f64>().sqrt().max(1e-6))
}
