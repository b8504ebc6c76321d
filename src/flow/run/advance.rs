//! A run: a flow on its way from a source to a target, everything it recorded, and what is needed to go on.
use super::ending::Ending;
use super::keep::{Clock, RUNNING};
use super::limits::Limits;
use super::met::Met;
use super::options::RunOptions;
use super::run_loop::{Memory, Part, RunLoop};
use super::splitting;
use super::units::in_units;
use crate::device::Points;
use crate::error::Result;
use crate::fault::guarded;
use crate::flow::labels::Labels;
use crate::flow::origins::{Inside, Origins, Place};
use crate::flow::recipe::{Recipe, Setting};
use crate::flow::traits::Flow;
use crate::flow::verdict::Verdict;
use crate::interrupt::Interrupt;
use crate::memory;
use crate::metric;
use crate::observer::Observer;
use crate::observer::history::HistoryWriter;
use crate::observer::progress::{Progress, Report};
use crate::observer::snapshots::Snapshots;
use crate::observer::stop::Stop;
use crate::prepare::Transform;
use crate::ranks::{self, Splits, Spread};
use crate::record::{History, Snapshot, State};
use burn::tensor::Device;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A run, finished or not: everything recorded, and what is needed to go on.
///
/// Its particles follow dY/dt = −∇(δD/δP)(Y), the Wasserstein gradient flow of D(P‖Q) from the law of the source towards that
/// of the target, by the scheme of its flow, or another law that its flow moves. [jko1998](crate::references#jko1998),
/// [gu2024gpa](crate::references#gu2024gpa) Particles are in the units of the data, times in those of Δt.
///
/// ```
/// use gflow::catalogue::Given;
/// use gflow::device::{Choice, open, points, rows};
/// use gflow::divergence::Regularized;
/// use gflow::flow::{Ingredients, Run, RunOptions, algorithms::gpa};
/// use gflow::generator::named;
/// use gflow::interrupt::Interrupt;
/// use gflow::space::Lipschitz;
/// use std::sync::Arc;
///
/// let device = open(Choice::Cpu)?.device;
/// let source = points(vec![-1.0, -0.5, 0.0, 0.5], 4, 1, &device);
/// let target = points(vec![4.0, 4.5, 5.0, 5.5], 4, 1, &device);
///
/// let kl = named::find("kl").expect("it is in the catalogue").build(&[]).expect("it is convex");
/// let divergence = Arc::new(Regularized { generator: Arc::new(kl), space: Lipschitz::new(1.0)? });
/// let flow = gpa::build(divergence, &Ingredients::of(Given::new("gpa").with("dt", 0.5)))?;
///
/// let go = Interrupt::default();
/// let mut run = Run::new(flow.as_ref(), source, target, None, RunOptions::default(), &go)?;
/// run.advance(5, &go, &mut |_| {});
/// assert_eq!(run.state.step, 5);
/// // the particles have left for the target, at speed |∇φ| ≤ 1
/// let mean = rows(&run.particles()?)?.iter().sum::<f32>() / 4.0;
/// assert!(mean > 0.5 && mean < -0.25 + 2.5 + 1e-3, "{mean}");
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone)]
pub struct Run {
    /// the flow with its critics
    pub flow: Box<dyn Flow>,
    /// where it is
    pub state: State,
    /// rows y, shape [n, k], as they were given
    pub source: Spread,
    /// rows x, shape [m, d], as they were given
    pub target: Spread,
    /// who has which rows of both samples, where those of this rank alone are in `source`, `target`, `state`, `snapshots` and `inside`
    pub splits: Option<Splits>,
    /// what the run was told
    pub options: RunOptions,
    /// rows of numbers over the steps
    pub history: History,
    /// copies of the particles, in the space they move in
    pub snapshots: Vec<Snapshot>,
    /// how both samples were prepared, and what was then subtracted from them
    pub origins: Origins,
    /// both samples about their origins, as the flow has them: of the target what is not held out
    pub inside: Inside,
    /// why the last part ended, for people
    pub ending: String,
    /// wall-clock seconds of all parts
    pub seconds: f64,
    /// classes of the rows of both samples
    pub labels: Option<Labels>,
    /// which run of its script it is, from 1, where a script started it
    pub number: Option<usize>,
    /// its verdict, once somebody asked
    pub(crate) judged: OnceLock<Verdict>,
}

/// Writes the run as it is, or hears why it cannot be written.
pub type Write<'a> = &'a mut dyn FnMut(Result<&Run>);

/// Who keeps a run on its way.
pub struct Keep<'a> {
    /// how much time passes in between at least
    pub every: Duration,
    /// writes it
    pub write: Write<'a>,
}

/// What goes on beside a run.
#[derive(Default)]
pub struct Beside<'a> {
    /// one more observer
    pub extra: Option<&'a mut dyn Observer>,
    /// the step from which on snapshots are evenly spaced; where it goes on from, if not given
    pub begun: Option<usize>,
    /// who keeps it
    pub keep: Option<Keep<'a>>,
    /// who is told of every row of its history
    pub rows: Option<&'a mut dyn FnMut(&History)>,
}

impl Run {
    /// A run about to begin, on the device of its source. Errors on bad samples, labels or unknown metrics, before any work.
    pub fn new(
        recipe: &dyn Recipe,
        source: Points,
        target: Points,
        labels: Option<Labels>,
        options: RunOptions,
        interrupt: &Interrupt,
    ) -> Result<Run> {
        let device = source.device();
        Run::on(&device, recipe, (source, target), labels, options, interrupt)
    }

    /// A run about to begin on a device, from a source to a target. Errors as [`Run::new`].
    pub fn on(
        device: &Device,
        recipe: &dyn Recipe,
        (source, target): (Points, Points),
        labels: Option<Labels>,
        options: RunOptions,
        interrupt: &Interrupt,
    ) -> Result<Run> {
        Run::prepared(device, recipe, (source.into(), target.into()), None, labels, options, interrupt)
    }

    /// The same in the units of a transform: the flow has prepared samples, whoever looks at the run sees those of the data.
    /// Errors as [`Run::new`], for samples of another dimension than the transform's, and for flows that know where 0 is.
    pub fn prepared(
        device: &Device,
        recipe: &dyn Recipe,
        (source, target): (Spread, Spread),
        prepare: Option<Arc<Transform>>,
        labels: Option<Labels>,
        options: RunOptions,
        interrupt: &Interrupt,
    ) -> Result<Run> {
        metric::by_names(&options.metrics, interrupt)?;
        let plain = prepare.is_none() && labels.is_none();
        let splits = plain.then(|| splitting::splits(recipe, device, (&source, &target), &options)).flatten();
        let met = match &splits {
            Some(to) => Met::apart(recipe, device, (source, target), to)?,
            None => {
                Met::whole(recipe, device, (source.whole()?, target.whole()?), prepare, (labels.as_ref(), &options))?
            }
        };
        let Met { source, target, labels: its_labels, origins, inside } = met;
        let flow = recipe.start(&Setting {
            source: &inside.source,
            target: &inside.target,
            splits: splits.as_ref(),
            labels: its_labels.as_ref(),
            seed: options.seed.unwrap_or(0),
            steps: options.steps,
            saved: &[],
            interrupt,
        })?;
        let state = State::at(flow.initial(&inside.source)?);
        let [n, d] = state.particles.dims();
        let copies = options.snapshots.min(options.steps.saturating_add(1));
        memory::check(
            &format!("run, {copies} snapshots of {n} particles in dimension {d}"),
            memory::product(&[copies, n, d, 4]),
        )?;
        Ok(Run {
            flow,
            state,
            source,
            target,
            splits,
            options,
            history: History::default(),
            snapshots: vec![],
            origins,
            inside,
            ending: "not started".into(),
            seconds: 0.0,
            labels,
            number: None,
            judged: OnceLock::new(),
        })
    }

    /// The particles in the space of the data, wide.
    ///
    /// # Errors
    /// What the decoder of a latent flow reports; numbers that cannot be read from their device.
    pub fn particles(&self) -> Result<Points> {
        self.leave(&self.moved(&self.state.particles).whole()?)
    }

    /// Rows where particles move, of which other ranks may have some.
    pub(super) fn moved(&self, here: &Points) -> Spread {
        Spread::of(here.clone(), self.splits.as_ref().map(|s| &s.source))
    }

    /// The target as the flow has it, of which other ranks may have some.
    ///
    /// # Errors
    /// What the encoder of a latent flow reports.
    pub fn aimed_at(&self) -> Result<Spread> {
        let here = self.flow.encode_target(&self.inside.target)?;
        Ok(Spread::of(here, self.splits.as_ref().map(|s| &s.target)))
    }

    /// How many particles there are, on all ranks.
    pub fn size(&self) -> usize {
        self.splits.as_ref().map_or(self.state.particles.dims()[0], |s| s.source.rows())
    }

    /// The particles of a snapshot likewise. Errors as [`Run::particles`].
    pub fn view(&self, snapshot: &Snapshot) -> Result<Points> {
        self.leave(&self.moved(&snapshot.points).whole()?)
    }

    /// n new samples of the law that was reached, wide. Errors for flows that have no map, and as [`Run::particles`].
    pub fn sample(&self, n: usize, seed: u64) -> Result<Points> {
        self.origins.place().leave(&self.flow.sample(&self.inside.source, n, seed)?)
    }

    /// What its samples were prepared by, if anything.
    pub fn transform(&self) -> Option<&Transform> {
        self.origins.prepared.as_ref().map(|p| p.by.as_ref())
    }

    /// Particles in the space of the data, wide.
    ///
    /// # Errors
    /// As [`Run::particles`].
    pub(super) fn leave(&self, particles: &Points) -> Result<Points> {
        self.origins.place().leave(&self.flow.decode(particles)?)
    }

    /// Where points lie that the critics of the flow take: codes as they are.
    pub fn place_of_critics(&self) -> Place {
        if self.flow.compares_codes() { Place::default() } else { self.origins.place() }
    }

    /// Where particles lie where they move, to be looked at: codes as they are.
    pub fn place_of_particles(&self) -> Place {
        if self.flow.moves_codes() { Place::default() } else { self.origins.place() }
    }

    /// Takes `steps` more steps. The run keeps everything it recorded whatever the ending.
    pub fn advance(&mut self, steps: usize, interrupt: &Interrupt, sink: &mut dyn FnMut(Report)) -> Ending {
        self.advance_beside(steps, interrupt, sink, Beside::default())
    }

    /// The same, with what goes on beside it.
    pub fn advance_beside(
        &mut self,
        steps: usize,
        interrupt: &Interrupt,
        sink: &mut dyn FnMut(Report),
        beside: Beside,
    ) -> Ending {
        self.judged = OnceLock::new();
        self.ending = RUNNING.into();
        let ending = self.try_advance(steps, interrupt, sink, beside).unwrap_or_else(Ending::Broken);
        self.ending = ending.describe();
        ending
    }

    /// Hands a copy of the run, as it is between two steps, to whoever keeps it.
    fn keep(&self, history: &History, taken: &[Snapshot], keep: Option<&mut Keep>) {
        // rank 0 does it alone, where there are several; others lend it what it does not have
        let _alone = ranks::enter(None);
        let mut copy = self.clone();
        copy.history = history.clone();
        copy.snapshots.extend_from_slice(taken);
        copy.snapshots.dedup_by_key(|s| s.step);
        let Some(keep) = keep else {
            // a signal ends the run, not its being kept; what is wrong with it is rank 0's to say
            let _shield = Interrupt::default().enter();
            let _ = copy.lend();
            return;
        };
        // of a flow whose particles are made when they are looked at; the run itself goes on as if nobody had
        match guarded("a run", || copy.flow.push_forward(&mut copy.state)) {
            Ok(()) => (keep.write)(Ok(&copy)),
            Err(e) => (keep.write)(Err(e)),
        }
    }

    fn try_advance(
        &mut self,
        steps: usize,
        interrupt: &Interrupt,
        sink: &mut dyn FnMut(Report),
        beside: Beside,
    ) -> Result<Ending> {
        let Beside { extra, begun, mut keep, rows } = beside;
        let o = self.options.clone();
        let metrics = in_units(metric::by_names(&o.metrics, interrupt)?, &self.place_of_particles());
        let (target, start) = (self.aimed_at()?, self.moved(&self.flow.initial(&self.inside.source)?));
        let compared = if metrics.is_empty() { target.here.clone() } else { target.whole()? };
        let history = HistoryWriter::new(o.record_every, metrics, o.metrics_every, compared).telling(rows);
        let history = history.on(self.splits.as_ref().map(|s| &s.source));
        let mut history = history.continuing(&self.history);
        let end = self.state.step.saturating_add(steps);
        let begun = begun.unwrap_or(self.state.step).min(self.state.step);
        let mut snapshots = Snapshots::new(o.snapshots, begun, end - begun);
        let mut stop = Stop::new(o.stop.clone(), o.record_every);
        let mut progress = Progress::new(self.flow.describe(), self.state.step, steps, sink);
        let limits = Limits::of(&start, &target, o.runaway)?;
        self.flow.set_interrupt(interrupt.clone());
        let mut memory = Memory::new((self.flow.clone(), self.state.clone()), self.seconds);
        let mut clock = keep.as_ref().map(|keep| Clock::new(keep.every));
        let mut extra = extra;
        let ending = loop {
            let mut watchers: Vec<&mut dyn Observer> = vec![&mut history, &mut snapshots, &mut stop, &mut progress];
            if let Some(extra) = &mut extra {
                watchers.push(&mut **extra);
            }
            let due = || clock.as_ref().is_some_and(Clock::is_due);
            let (flow, state, seconds) = (&mut self.flow, &mut self.state, &mut self.seconds);
            let run = RunLoop { flow, state, seconds, limits, interrupt, watchers: &mut watchers, due: &due };
            // a fault of whoever watches, or of the last reading, leaves what was recorded
            let part = guarded("a run", || Ok(run.advance(end, &mut memory)));
            match part.unwrap_or_else(|e| Part::Ended(Ending::Broken(e))) {
                Part::Ended(ending) => break ending,
                Part::Paused => {}
            }
            clock.iter_mut().for_each(Clock::begin);
            self.keep(&history.history, &snapshots.taken, keep.as_mut());
            clock.iter_mut().for_each(Clock::end);
        };
        self.history = history.history;
        self.snapshots.extend(snapshots.taken);
        self.snapshots.dedup_by_key(|s| s.step);
        if matches!(ending, Ending::Broken(_)) {
            // the particles belong to what is kept, also where a stop was asked for
            let _shield = Interrupt::default().enter();
            guarded("a run", || self.flow.push_forward(&mut self.state))?;
        }
        Ok(ending)
    }
}
