//! `eprint!` and `eprintln!` of a cell: two pipes have no common order, so what goes to the standard error takes the way
//! of figures, and stands where it was printed among the lines of `println!`.
use std::fmt::Arguments;

/// Prints on the standard error.
pub fn print(text: Arguments<'_>) {
    crate::session::remark(&text.to_string());
}

macro_rules! eprint {
    ($($text:tt)*) => { $crate::streams::print(::std::format_args!($($text)*)) };
}

macro_rules! eprintln {
    () => { $crate::streams::print(::std::format_args!("\n")) };
    ($($text:tt)*) => { $crate::streams::print(::std::format_args!("{}\n", ::std::format_args!($($text)*))) };
}

pub(crate) use {eprint, eprintln};
