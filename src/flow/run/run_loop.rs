//! The one run loop: step, read, observe, until the steps are done, a rule fires, or something goes wrong; with pauses in which the run
//! is kept.
use super::ending::Ending;
use super::limits::Limits;
use crate::error::{Error, Result};
use crate::fault::guarded;
use crate::flow::traits::Flow;
use crate::interrupt::Interrupt;
use crate::observer::{Observer, Reading, Signal};
use crate::ranks;
use crate::record::{Record, State};
use std::time::Instant;

/// A flow on its way, and who watches it.
pub(super) struct RunLoop<'a, 'b> {
    pub flow: &'a mut Box<dyn Flow>,
    pub state: &'a mut State,
    /// wall-clock seconds of all steps so far, those of earlier parts included
    pub seconds: &'a mut f64,
    pub limits: Limits,
    pub interrupt: &'a Interrupt,
    pub watchers: &'a mut [&'b mut dyn Observer],
    /// whether it is time to pause, so that the run can be kept
    pub due: &'a dyn Fn() -> bool,
}

/// How far the loop came.
pub(super) enum Part {
    /// it goes on where it is
    Paused,
    /// the run has ended
    Ended(Ending),
}

/// What the loop remembers between steps.
pub(super) struct Memory {
    begun: Instant,
    /// seconds of earlier parts
    before: f64,
    /// the last flow and state whose reading was sound
    good: (Box<dyn Flow>, State),
    latest: Reading,
    /// whether it is time to pause
    due: bool,
}

impl Memory {
    /// Of a run that goes on from here.
    pub fn new(good: (Box<dyn Flow>, State), seconds: f64) -> Memory {
        let none = f64::NAN;
        Memory {
            begun: Instant::now(),
            before: seconds,
            good,
            latest: Reading { divergence: none, fisher: none, speed: none, fastest: none, seconds },
            due: false,
        }
    }
}

impl RunLoop<'_, '_> {
    /// Takes steps up to one, or until it is time to pause. Whatever the ending, the flow and the state fit each other and can go on.
    pub fn advance(mut self, end: usize, memory: &mut Memory) -> Part {
        let mut ending = Ending::Finished;
        while self.state.step < end {
            match self.step(memory) {
                Ok(Signal::Continue) if self.state.step < end && memory.due => return Part::Paused,
                Ok(Signal::Continue) => {}
                Ok(Signal::Stop(rule)) => {
                    ending = Ending::Rule(rule);
                    break;
                }
                Err(e) => return Part::Ended(Ending::Broken(self.interrupt.check().err().unwrap_or(e))),
            }
        }
        Part::Ended(self.end(ending, memory))
    }

    /// The last reading.
    fn end(&mut self, ending: Ending, memory: &mut Memory) -> Ending {
        if let Err(e) = self.flow.push_forward(self.state) {
            return Ending::Broken(e);
        }
        match self.last().and_then(|()| self.interrupt.check()) {
            Ok(()) => ending,
            Err(e) => {
                if matches!(e, Error::Diverged { .. }) {
                    (*self.flow, *self.state) = memory.good.clone();
                }
                Ending::Broken(e)
            }
        }
    }

    /// One step. One that fails or is stopped half-way never happened; one whose reading is not sound takes the run back to
    /// the last that was.
    fn step(&mut self, memory: &mut Memory) -> Result<Signal> {
        self.interrupt.check()?;
        let wanted = self.watchers.iter().any(|w| w.wants(self.state.step, false));
        if wanted {
            self.flow.push_forward(self.state)?;
        }
        let at = self.state.clone();
        // a step that is broken off leaves the critics somewhere in between
        let untouched = self.flow.clone();
        // what a step leaves behind that was asked to stop is no step
        let step = || {
            let done = self.flow.step(at.clone())?;
            let clock = self.clock(memory)?;
            self.interrupt.check().map(|()| (done, clock))
        };
        let ((next, record), (seconds, due)) = match guarded("a step of the flow", step) {
            Ok(done) => done,
            Err(e) => {
                *self.flow = untouched;
                return Err(e);
            }
        };
        *self.seconds = seconds;
        memory.due = due;
        if wanted {
            match self.examine(&at, &next, &record) {
                Ok(reading) => memory.latest = reading,
                Err(e) => {
                    (*self.flow, *self.state) = memory.good.clone();
                    return Err(e);
                }
            }
            memory.good = (untouched, at.clone());
        }
        *self.state = next;
        memory.latest.seconds = *self.seconds;
        tell(self.watchers, &at, &memory.latest, false)
    }

    /// Seconds so far, and whether it is time to pause: what rank 0 says, where there are several. They meet here once a step, so that
    /// all hear of a stop.
    fn clock(&self, memory: &Memory) -> Result<(f64, bool)> {
        let (seconds, due) = (memory.before + memory.begun.elapsed().as_secs_f64(), (self.due)());
        let Some(team) = ranks::current() else { return Ok((seconds, due)) };
        let word = team.meet("step", 0, ((seconds * 1e9) as u64) << 1 | u64::from(due))?;
        Ok(((word >> 1) as f64 * 1e-9, word & 1 == 1))
    }

    /// The numbers of a step, if they are sound.
    fn examine(&self, at: &State, next: &State, record: &Record) -> Result<Reading> {
        let advects = self.flow.advects();
        if !advects {
            self.limits.check_spread(at)?;
        }
        let reading = read(record, *self.seconds)?;
        self.limits.check_reading(
            &reading,
            at.step,
            if advects { next.time.read()? - at.time.read()? } else { 0.0 },
        )?;
        Ok(reading)
    }

    /// The reading of the state where the run ends.
    fn last(&mut self) -> Result<()> {
        let record = self.flow.measure(self.state)?;
        self.interrupt.check()?;
        let reading = read(&record, *self.seconds)?;
        self.limits.check_reading(&reading, self.state.step, 0.0)?;
        tell(self.watchers, self.state, &reading, true).map(|_| ())
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
