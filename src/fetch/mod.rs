//! Published data sets: downloaded once, when they are asked for, to a folder of the user's, and checked before they are
//! read. What is known about them is in `known.rs`; more can be named in a file of the user's (`listed.rs`).
mod cache;
mod download;
mod known;
mod listed;
mod load;
mod transfer;
pub use cache::{Progress, Settings};
pub use download::file;
pub use known::{File, Form, KNOWN, Set};
pub use load::{ENTRIES, FetchOptions, Fetched, fetch};
