//! Schemes for dY/dt = v(Y): one file each, one line in [`ALL`].
//!
//! ```
//! use burn::tensor::Tensor;
//! use gflow::device::{Choice, Points, open, points, rows};
//! use gflow::error::Result;
//! use gflow::flow::field::{Field, Velocity};
//! use gflow::flow::integrators::{Control, find};
//! use gflow::record::{Record, State};
//!
//! /// v(y) = −y
//! struct Decay;
//! impl Field for Decay {
//!     fn velocity(&mut self, y: &Points) -> Result<Velocity> {
//!         let v = y.clone().neg();
//!         Ok(Velocity { record: Record::of(Tensor::zeros([1], &y.device()), &v), v })
//!     }
//!     fn velocity_at(&mut self, _: &Points, x: &Points) -> Result<Points> {
//!         Ok(x.clone().neg())
//!     }
//! }
//!
//! let heun = find("heun").expect("it is in the list");
//! let control = Control { dt: 0.1, tolerance: 1e-3, scale: 1.0, iterations: 50, halvings: 0 };
//! let start = State::at(points(vec![1.0], 1, 1, &open(Choice::Cpu)?.device));
//! let (next, _) = (heun.step)(start, &control, &mut Decay)?;
//! // 1 − h + h²/2 instead of exp(−h)
//! assert!((rows(&next.particles)?[0] - 0.905).abs() < 1e-6);
//! # Ok::<(), gflow::error::Error>(())
//! ```
use serde::de::{Deserialize, Deserializer, Error};

mod adams_bashforth;
mod adaptive;
mod euler;
mod heun;
mod implicit;
mod integrator;
mod runge_kutta;
pub use euler::EULER;
pub use implicit::IMPLICIT;
pub use integrator::{Control, Integrator, OneStep};

/// Every scheme, in the order help lists them: options, saved runs and the order test read this list.
pub const ALL: &[Integrator] = &[
    // the default of particle flows
    euler::EULER,
    heun::HEUN,
    adams_bashforth::AB2,
    runge_kutta::RK4,
    adaptive::ADAPTIVE,
    implicit::IMPLICIT,
];

/// The names `integrator:` accepts.
pub const NAMES: &[&str] = &{
    let mut out = [""; ALL.len()];
    let mut i = 0;
    while i < ALL.len() {
        out[i] = ALL[i].name;
        i += 1;
    }
    out
};

/// The scheme of a name.
pub fn find(name: &str) -> Option<&'static Integrator> {
    ALL.iter().find(|i| i.name == name)
}

/// By its name.
impl<'de> Deserialize<'de> for &'static Integrator {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        find(&name).ok_or_else(|| D::Error::unknown_variant(&name, NAMES))
    }
}
