//! The language, its errors, its examples, and the command line.
mod cli;
mod errors;
mod examples;
mod first_attempts;
mod grammars;
mod help;
mod language;
mod notebook;
mod numbers;
mod prepare;
mod reproduce;
mod sessions;
mod sweep;
mod sweep_closures;
mod table_values;
mod tables;
