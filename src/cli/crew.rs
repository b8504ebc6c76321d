//! The processes that run a script together, as one of them sees them: one alone, or the ranks of MPI.
use super::Exit;
use super::streams::say;
use crate::interrupt::Interrupt;
use crate::ranks::{Entered, Team, enter};
use crate::script::context::lock;
use std::fmt::Display;
use std::sync::{Arc, Mutex};

#[cfg(feature = "mpi")]
use {super::mute::Mute, crate::ranks::World, std::time::Duration};

/// How long a rank waits for the others that has come to its end with an error: longer than they differ in time, and well below a
/// second. Rank 0 is the first to say it.
#[cfg(feature = "mpi")]
const PATIENCE: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(500)];

/// What the session and the signals have of it.
#[derive(Clone, Default)]
pub struct Crew {
    team: Option<Arc<Team>>,
    /// what this rank had to say and nobody heard
    said: Arc<Mutex<String>>,
    #[cfg(feature = "mpi")]
    world: Option<(World, Arc<Mute>)>,
}

impl Crew {
    #[cfg(feature = "mpi")]
    pub(super) fn of(world: World, mute: Mute) -> Crew {
        let team = Some(Arc::new(Team::new(Box::new(world))));
        Crew { team, said: Arc::default(), world: Some((world, Arc::new(mute))) }
    }
    /// Whether there are several.
    pub fn is_several(&self) -> bool {
        self.team.is_some()
    }
    /// Whether this is the one that speaks, draws and writes.
    pub fn speaks(&self) -> bool {
        self.team.as_ref().is_none_or(|t| t.rank() == 0)
    }
    /// What is said of it beside the device.
    pub fn describe(&self) -> String {
        self.team.as_ref().map_or(String::new(), |t| format!(", on {} ranks", t.size()))
    }
    /// Makes the team that of this thread.
    pub fn enter(&self) -> Entered {
        enter(self.team.clone())
    }
    /// What stops the script once all have agreed to.
    pub fn stops(&self, stop: Interrupt) {
        if let Some(team) = &self.team {
            team.stops(stop);
        }
    }
    /// Asks for a stop: of this process, or of all together.
    pub fn ask(&self, interrupt: &Interrupt) {
        match &self.team {
            Some(team) => team.ask(),
            None => interrupt.request(),
        }
    }
    /// Says what is wrong with the command.
    pub fn usage(&self, message: impl Display) -> Exit {
        say(format_args!("error: {message}"));
        self.note(format!("error: {message}\n"));
        Exit::Usage
    }
    /// Keeps what was said, should this rank be the only one that has to say it.
    pub fn note(&self, text: String) {
        *lock(&self.said) = text;
    }
    /// An error if the ranks differ in something that each of them has.
    pub fn agree(&self, what: &str, mine: &str) -> Result<(), Exit> {
        let Some(team) = &self.team else { return Ok(()) };
        team.agree("start", what, mine).map_err(|e| self.usage(e))
    }
    /// The script has come to its end here. All meet; where they do not, this rank alone has failed: it says so, and ends all of them.
    /// `last` is what it does before.
    #[cfg(feature = "mpi")]
    pub fn end(&self, exit: Exit, last: impl FnOnce()) -> Exit {
        let Some(((world, mute), team)) = self.world.as_ref().zip(self.team.as_ref()) else { return exit };
        let exit = match exit {
            Exit::Ok => team.meet("the end", 0, 0).map_or_else(|e| self.usage(e), |_| Exit::Ok),
            failed => failed,
        };
        if world.all_end(PATIENCE[usize::from(team.rank() > 0)]) {
            return exit;
        }
        if team.rank() > 0 {
            let said = lock(&self.said);
            mute.say(&format!("rank {}: {}", team.rank(), if said.is_empty() { "it ended alone\n" } else { &said }));
        }
        last();
        world.end(exit as i32)
    }
    /// The script has come to its end here.
    #[cfg(not(feature = "mpi"))]
    pub fn end(&self, exit: Exit, _: impl FnOnce()) -> Exit {
        exit
    }
}
