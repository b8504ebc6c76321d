//! A map that is led: towards points that were moved along their velocities, on the same minibatch.
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::flow::field::Velocity;
use crate::flow::map::Map;
use crate::flow::pace::Pace;
use crate::interrupt::Interrupt;
use crate::record::{Record, State, Time};

/// The name of the saved numbers of the pace.
const PACE: &str = "pace";

/// How a map is led.
#[derive(Clone)]
pub(super) struct Lead {
    /// what chooses Δt, unless it has a length
    pub pace: Option<Pace>,
    /// Δt that was given
    pub dt: f64,
    /// descents towards the moved points
    pub descents: usize,
    /// of the points, in which the loss is measured
    pub unit: f64,
}

impl Lead {
    /// Moves the points y = G(z) along v and the map after them; the time of the flow then.
    ///
    /// # Errors
    /// What the map reports, and an interrupt.
    pub fn follow(
        &mut self,
        map: &mut dyn Map,
        state: &State,
        (z, y, v): (&Points, Points, Points),
        record: &Record,
        interrupt: &Interrupt,
    ) -> Result<Time> {
        let m = v.dims()[0] as f64;
        let (time, goal) = match &mut self.pace {
            None => (&state.time + self.dt, y + v.mul_scalar(self.dt)),
            Some(pace) => {
                let here = Velocity { record: Record::of(record.divergence().clone(), &v), v };
                let (dt, own) = pace.step(state.step, &here, &y, None)?;
                (state.time.after(&dt)?, y + here.v * own)
            }
        };
        let weight = 2.0 / (m * self.unit * self.unit);
        for _ in 0..self.descents {
            interrupt.check()?;
            map.descend(z, &mut |y| Ok((y.clone() - goal.clone()).mul_scalar(weight)))?;
        }
        Ok(time)
    }

    /// What goes on with a saved run.
    ///
    /// # Errors
    /// Numbers that cannot be read from their device.
    pub fn state(&self) -> Result<Option<Named>> {
        self.pace.as_ref().map(|pace| Ok(Named { name: PACE.into(), data: pace.state()? })).transpose()
    }
    /// The same put back.
    pub fn restore(&mut self, tensors: &[Named], like: &Points) {
        if let Some(pace) = &mut self.pace {
            let saved = tensors.iter().find(|n| n.name == PACE);
            pace.restore(saved.map_or(&[][..], |n| &n.data), &like.device());
        }
    }
}
