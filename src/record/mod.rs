//! What a flow leaves behind: where it is, what one step saw, the table of a run, and copies of its particles.
//!
//! ```
//! use burn::tensor::Tensor;
//! use gflow::device::{Choice, open, points};
//! use gflow::record::{Record, State};
//!
//! let device = open(Choice::Cpu)?.device;
//! let state = State::at(points(vec![0.0, 0.0, 1.0, 2.0], 2, 2, &device));
//! assert_eq!((state.step, state.time.read()?), (0, 0.0));
//!
//! // two velocities of lengths 5 and 0
//! let velocities = points(vec![3.0, 4.0, 0.0, 0.0], 2, 2, &device);
//! let record = Record::of(Tensor::from_floats([0.5], &device), &velocities);
//! let [divergence, fisher, speed, fastest] = record.read()?;
//! assert_eq!([divergence, fisher, speed, fastest], [0.5, 12.5, 2.5, 5.0]);
//! # Ok::<(), gflow::error::Error>(())
//! ```
mod history;
mod snapshot;
mod state;
mod step;
pub use history::{History, compact};
pub use snapshot::Snapshot;
pub use state::{State, Time};
pub use step::Record;
