//! What a named generator is made of, and the parts several of them share.
use crate::catalogue::Entry;
use crate::error::GeneratorError;
use crate::generator::Generator;
use crate::generator::conjugate::ClosedForm;
use crate::generator::expr::{self, Expr, constant, ln, x};

/// A named f: its catalogue entry and how to build it from its parameters.
pub struct Named {
    /// its name, help, options and example
    pub entry: Entry,
    /// number of parameters, 0 or 1
    pub parameters: usize,
    /// f for these parameters
    pub f: fn(&[f64]) -> Expr,
    /// a closed form of f* the inversion does not find by itself
    pub conjugate: Option<fn() -> ClosedForm>,
    /// f as a user would type it, with the parameters given here
    pub typed: &'static [(&'static [f64], &'static str)],
}

impl Named {
    /// The generator for these parameters; errors if they make f no generator.
    pub fn build(&self, parameters: &[f64]) -> Result<Generator, GeneratorError> {
        let name = match parameters {
            [a] => format!("{}({a})", self.entry.name),
            _ => self.entry.name.to_string(),
        };
        Generator::with_closed_form(name, (self.f)(parameters), self.conjugate.map(|c| c()))
    }
}

/// x ln x
pub(super) fn x_ln_x() -> Expr {
    expr::mul(&x(), &ln(&x()))
}
/// x − 1
pub(super) fn x_minus_one() -> Expr {
    expr::sub(&x(), &constant(1.0))
}
/// x + 1
pub(super) fn x_plus_one() -> Expr {
    expr::add(&x(), &constant(1.0))
}
