//! Divergences as saved runs have them.
use super::term::{Divergence, Term};

/// A divergence given by its terms alone, as a saved run stores it.
pub struct FromTerms {
    /// as it was typed
    pub name: String,
    /// the terms with their weights
    pub terms: Vec<(f64, Term)>,
    /// its formula
    pub latex: String,
}

impl Divergence for FromTerms {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        self.terms.clone()
    }
    fn latex(&self) -> String {
        self.latex.clone()
    }
}
