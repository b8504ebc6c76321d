//! Text as figures set it: words in DejaVu Sans, `$…$` as TeX sets mathematics, other scripts in a face of the system.
//!
//! A text becomes glyphs at places before anything is drawn, so that every output shows the same, and the layout knows what
//! it measures.
mod commands;
pub mod faces;
mod line;
mod maths;
mod outline;
mod paragraph;
mod setting;
mod words;

pub use commands::{COMMANDS, NAMES};
pub use line::{check, set};
pub use outline::{Path, Step};
pub use paragraph::{Paragraph, wrapped};
pub use setting::{Glyph, Mistake, Setting};
pub use words::needs_shaping;
