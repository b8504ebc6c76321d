//! The command line: what is typed, and what each command does.
pub mod args;
pub mod bench;
pub mod commands;
pub mod doctor;
pub mod jupyter;
pub mod notebook;
pub mod picture;
pub mod repl;
pub mod reproduce;
pub mod run;
pub mod terminal;

/// Exit codes, the same in every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Ok = 0,
    Script = 1,
    Usage = 2,
    Diverged = 3,
    Device = 4,
    Interrupted = 130,
}

impl From<crate::script::Class> for Exit {
    fn from(c: crate::script::Class) -> Exit {
        match c {
            crate::script::Class::Script => Exit::Script,
            crate::script::Class::Diverged => Exit::Diverged,
            crate::script::Class::Device => Exit::Device,
            crate::script::Class::Interrupted => Exit::Interrupted,
        }
    }
}
