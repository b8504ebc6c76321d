//! Divergences with P and Q exchanged.
use super::term::{Divergence, Term};
use std::sync::Arc;

/// D(Q‖P) as a divergence of the moving P.
pub struct Reversed(pub Arc<dyn Divergence>);

impl Divergence for Reversed {
    fn name(&self) -> String {
        format!("({}).reversed()", self.0.name())
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        self.0.terms().into_iter().map(|(w, t)| (w, Term { reversed: !t.reversed, ..t })).collect()
    }
    fn latex(&self) -> String {
        format!(r"D(Q\|P),\quad {}", self.0.latex())
    }
    fn depth(&self) -> usize {
        1 + self.0.depth()
    }
}
