//! How the program ends.
use crate::script::Class;

/// Exit codes, the same in every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// everything was done
    Ok = 0,
    /// a script failed, or a claim does not hold
    Script = 1,
    /// the command cannot be done as it was typed
    Usage = 2,
    /// numbers left the range in which they mean something
    Diverged = 3,
    /// no such device, or it failed
    Device = 4,
    /// its terminal went away
    HungUp = 129,
    /// somebody stopped it
    Interrupted = 130,
    /// nobody reads on what it prints, as for every program in front of `| head`
    Unheard = 141,
    /// it was told to end
    Terminated = 143,
}

impl From<Class> for Exit {
    fn from(c: Class) -> Exit {
        match c {
            Class::Script => Exit::Script,
            Class::Diverged => Exit::Diverged,
            Class::Device => Exit::Device,
            Class::Interrupted => Exit::Interrupted,
        }
    }
}
