//! The decisions of a closure that is read as a formula, along the path being run.
use crate::generator::expr::Expr;

/// Answers comparisons of symbols: as prescribed first, then true.
#[derive(Default)]
pub struct Oracle {
    /// whether a closure is being read
    pub active: bool,
    /// whether it is being read once more, only to see that it is the same: what it prints was printed
    pub again: bool,
    /// the answers to give first
    pub prefix: Vec<bool>,
    /// what was asked, and what was answered
    pub log: Vec<(Expr, bool)>,
}
