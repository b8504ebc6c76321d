//! The named generators: one file each, one line here.
use super::expr::{self, Expr, constant, ln, x};
use super::{Generator, GeneratorError};
use crate::catalogue::Entry;

mod alpha;
mod chi2;
mod hellinger;
mod jeffreys;
mod js;
mod kl;
mod le_cam;
mod reverse_kl;
mod tv;

/// A named f: its catalogue entry and how to build it from its parameters.
pub struct Named {
    pub entry: Entry,
    /// number of parameters, 0 or 1
    pub parameters: usize,
    /// f for these parameters
    pub f: fn(&[f64]) -> Expr,
    /// a closed form of f* the inversion does not find by itself
    pub conjugate: Option<fn() -> super::invert::ClosedForm>,
    /// f as a user would type it, with the parameters given here
    pub typed: &'static [(&'static [f64], &'static str)],
}

/// Every named f.
pub const ALL: &[Named] = &[
    kl::NAMED,
    reverse_kl::NAMED,
    chi2::NAMED,
    hellinger::NAMED,
    tv::NAMED,
    js::NAMED,
    jeffreys::NAMED,
    le_cam::NAMED,
    alpha::NAMED,
];

impl Named {
    pub fn build(&self, parameters: &[f64]) -> Result<Generator, GeneratorError> {
        let name = match parameters {
            [a] => format!("{}({a})", self.entry.name),
            _ => self.entry.name.to_string(),
        };
        Generator::with_closed_form(name, (self.f)(parameters), self.conjugate.map(|c| c()))
    }
}

/// The named f with this name.
pub fn find(name: &str) -> Option<&'static Named> {
    ALL.iter().find(|n| n.entry.name == name)
}

/// x ln x
fn x_ln_x() -> Expr {
    expr::mul(&x(), &ln(&x()))
}
/// x − 1
fn x_minus_one() -> Expr {
    expr::sub(&x(), &constant(1.0))
}
/// x + 1
fn x_plus_one() -> Expr {
    expr::add(&x(), &constant(1.0))
}
