//! What watches a run: history, snapshots, stop rules, progress. Observers see states and readings, never the flow.
pub mod history;
pub mod live;
pub mod progress;
pub mod rows;
pub mod snapshots;
pub mod stop;
mod watch;
pub use watch::{Observer, Reading, Signal};
