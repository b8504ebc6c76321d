//! Running a flow: the one loop, what it is told, what ends it, and runs on disk.
mod advance;
mod again;
mod ending;
mod form;
mod holdout;
mod judged;
mod limits;
mod load;
mod options;
mod run_loop;
mod save;
mod stored;
mod units;
pub use advance::Run;
pub use ending::Ending;
pub(super) use limits::diameter;
pub use load::Loaded;
pub use options::{RUN, RunOptions};
