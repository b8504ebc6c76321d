//! Studies: a script over settings and seeds, each of them a job with a folder of its own, and what came out of all of them.
//!
//! A job is named by what decides its numbers: the text of its script with all that it imports, the version of the program, the
//! parameters and the seed. Where a folder of that name holds a `run.json`, the job is done; where it holds a kept run without one, it
//! was broken off and goes on from there. So a study has no other state than its folders: nothing has to run while nothing is computed,
//! and several programs can work on one study.
mod axis;
mod child;
mod claim;
mod collect;
mod compare;
mod draw;
mod due;
mod inputs;
mod job;
mod outcome;
mod pace;
mod plan;
mod script;
mod state;
mod summary;
mod work;

pub use axis::Axis;
pub use child::{JOB, Manner, Scan};
pub use claim::{Cell, Claim, Named, short};
pub use collect::{Rows, collected, rows};
pub use compare::{Paired, adjusted, paired};
pub use draw::Draw;
pub use due::{Wanted, due};
pub use inputs::{Input, Reads, Seen, changed};
pub use job::{Job, jobs_of};
pub use outcome::{FAILURE, Failure, Outcome, Place, RECORD};
pub use pace::{Pace, duration};
pub use plan::{Plan, STUDY};
pub use script::Script;
pub use state::{LOCK, Stamp, State, stamp, states};
pub use summary::{Arm, Centre, Summary};
pub use work::{Audience, Due, Ended, Work};
