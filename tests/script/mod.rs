//! The language, its errors, its examples, and the command line.
mod cli;
mod errors;
mod examples;
mod language;
mod notebook;
mod prepare;
mod reproduce;
mod sessions;
mod tables;
