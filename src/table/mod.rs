//! Tables: named columns of numbers, truths and texts, of equal length. An entry may be missing: a number that is missing is NaN.
//!
//! Columns are lists of one type each, texts numbers of words, and a copy of a table shares its columns: what does not change
//! is not copied, and a million rows are grouped in hundredths of a second.
//!
//! ```
//! use gflow::table::{Column, Statistic, Table};
//!
//! let flows = Column::texts([Some("gpa"), Some("kale"), Some("gpa")])?;
//! let t = Table::new(vec![("flow".into(), flows), ("w2".into(), Column::numbers(vec![0.5, 0.75, 1.5]))])?;
//! let means = t.group(&["flow"])?.table(&[("w2", Statistic::Mean)])?;
//! assert_eq!(means.column("w2"), Some(&Column::numbers(vec![1.0, 0.75])));
//! assert_eq!(t.sorted(&[("w2", true)])?.column("w2"), Some(&Column::numbers(vec![1.5, 0.75, 0.5])));
//! # Ok::<(), gflow::error::Error>(())
//! ```
mod column;
mod data;
mod describe;
mod filling;
mod group;
mod join;
mod keys;
mod order;
mod print;
mod show;
mod statistic;
mod words;

pub use column::{Cell, Column, MISSING, Texts};
pub use data::Table;
pub use filling::Filling;
pub use group::Groups;
pub use join::How;
pub use print::latex_text;
pub use show::{GAP, View, digits};
pub use statistic::Statistic;
pub use words::{Interner, Words};
