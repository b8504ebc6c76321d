//! Noise injection: the velocity is read where each particle would be after a random kick. [arbel2019](crate::references#arbel2019)
use super::field::{Field, Velocity};
use crate::device::{self, Points, number};
use crate::error::{Error, Result};
use crate::generator::expr::Expr;
use crate::generator::portable::Portable;
use crate::generator::tape::Tape;
use crate::random;
use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

/// The standard deviation β of the kick.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// no kick: the velocity is read where the particles are
    #[default]
    None,
    /// the same β at all times
    Constant(f64),
    /// β(t) as a formula in the time
    Schedule(Portable),
    /// the largest β, of a grid, at which the field is still strong enough to descend: 8 β² ½MMD²/s² ≤ E|∇f(Y + βξ)|²
    Adaptive,
}

impl Noise {
    /// A schedule; it must be finite and not negative wherever it is asked.
    pub fn schedule(e: &Expr) -> Noise {
        Noise::Schedule(Portable::from(e))
    }
    /// Whether there is no kick.
    pub fn is_none(&self) -> bool {
        *self == Noise::None
    }

    /// β at a time; none where it has to be found from the field. Errors if a schedule
    /// gives no number ≥ 0.
    pub fn at(&self, time: f64) -> Result<Option<f64>> {
        let beta = match self {
            Noise::None => 0.0,
            Noise::Constant(b) => *b,
            Noise::Schedule(f) => {
                let (tape, mut regs) = (Tape::new(&[Expr::from(f)]), vec![]);
                tape.eval(time, &mut regs);
                tape.out(0, &regs)
            }
            Noise::Adaptive => return Ok(None),
        };
        if beta.is_finite() && beta >= 0.0 {
            return Ok(Some(beta));
        }
        Err(Error::data("noise", format!("the schedule gives {beta} at time {time}, expected a number ≥ 0")))
    }
}

/// A field read at kicked particles.
pub struct Kicked<'a> {
    /// the field that is read
    pub inner: &'a mut dyn Field,
    /// β
    pub noise: &'a Noise,
    /// seed of the run
    pub seed: u64,
    /// number of the step, whose stages all get the same kick
    pub step: u64,
    /// time of the flow
    pub time: f64,
}

impl Kicked<'_> {
    /// The same kick at every stage of a step: schemes compare the velocities of one field.
    fn kick(&self, y: &Points) -> Points {
        let [n, d] = y.dims();
        let mut rng = random::rng(self.seed ^ 0x6E6F_6973_6500, self.step);
        let draws: Vec<f32> = (0..n * d).map(|_| rng.sample(StandardNormal)).collect();
        device::points(draws, n, d, &y.device())
    }
}

impl Field for Kicked<'_> {
    fn velocity(&mut self, particles: &Points) -> Result<Velocity> {
        let xi = self.kick(particles);
        if let Some(beta) = self.noise.at(self.time)? {
            if beta == 0.0 {
                return self.inner.velocity(particles);
            }
            // the record is that of the particles where they are: only the velocity is read elsewhere
            let here = self.inner.velocity(particles)?;
            let away = self.inner.velocity_at(particles, &(particles.clone() + xi.mul_scalar(beta)))?;
            return Ok(Velocity { v: away, record: here.record });
        }
        let here = self.inner.velocity(particles)?;
        let (value, spread) = (number(here.record.divergence())?.max(0.0), number(&particles.clone().var(0).mean())?);
        let mut beta = 2.0 * spread.max(1e-30).sqrt();
        for _ in 0..16 {
            let v = self.inner.velocity_at(particles, &(particles.clone() + xi.clone().mul_scalar(beta)))?;
            let strength = number(&(v.clone() * v.clone()).sum_dim(1).mean())?;
            if 8.0 * beta * beta * value / spread.max(1e-30) <= strength {
                return Ok(Velocity { v, record: here.record });
            }
            beta *= 0.5;
        }
        Ok(here)
    }
    fn velocity_at(&mut self, particles: &Points, x: &Points) -> Result<Points> {
        self.inner.velocity_at(particles, x)
    }
}
