//! What a value looks like where more than plain text can be shown.
mod forms;
mod html;
mod math;
mod shown;
mod table;

pub use forms::Rich;
pub use html::escape;
pub(super) use shown::rich;
