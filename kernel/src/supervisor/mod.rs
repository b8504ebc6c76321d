//! The session process as the kernel sees it: started, asked, stopped, and started again when it dies.
mod control;
mod death;
mod display;
mod input;
mod items;
mod lifecycle;
mod marks;
mod settings;
mod shared;
mod spawn;
mod stderr;
mod stdout;

pub use control::Control;
pub use display::Display;
pub use input::Input;
pub use items::Question;
pub use lifecycle::Supervisor;
pub use settings::Settings;
