//! Weighted sums of divergences.
use super::reversed::Reversed;
use super::term::{Divergence, Term, check_depth};
use crate::error::{Error, Result};
use std::sync::Arc;

/// Most terms of a sum.
const MOST: usize = 1000;

/// Σ wᵢ Dᵢ with wᵢ > 0.
pub struct Combination {
    parts: Vec<(f64, Arc<dyn Divergence>)>,
}

impl Combination {
    /// Weights must be finite and positive: a difference of divergences is not a divergence.
    ///
    /// # Errors
    /// A weight that is not a number > 0, alone or times those inside; more than 1000 terms; divergences nested deeper
    /// than 64.
    pub fn new(parts: Vec<(f64, Arc<dyn Divergence>)>) -> Result<Combination> {
        match parts.iter().find(|(w, _)| !(w.is_finite() && *w > 0.0)) {
            Some((w, d)) => {
                Err(Error::data(format!("{w} * {}", d.name()), "the weight of a divergence must be a number > 0"))
            }
            None => {
                check_depth(parts.iter().map(|p| &p.1))?;
                let count = parts.iter().map(|(_, d)| d.terms().len()).sum::<usize>();
                if count > MOST {
                    return Err(Error::data(
                        "the sum",
                        format!("has {count} terms, each with a critic; at most {MOST} can be"),
                    ));
                }
                let c = Combination { parts };
                match c.terms().iter().find(|(w, _)| !(w.is_finite() && *w > 0.0)) {
                    Some((w, _)) => Err(Error::data(c.name(), format!("its terms multiply to the weight {w}"))),
                    None => Ok(c),
                }
            }
        }
    }
}

impl Divergence for Combination {
    fn name(&self) -> String {
        let part = |(w, d): &(f64, Arc<dyn Divergence>)| {
            let name = d.name();
            match (*w == 1.0, name.contains(" + ") || name.contains(" * ")) {
                (true, _) => name,
                (false, true) => format!("{w} * ({name})"),
                (false, false) => format!("{w} * {name}"),
            }
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join(" + ")
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        self.parts.iter().flat_map(|(w, d)| d.terms().into_iter().map(move |(v, t)| (w * v, t))).collect()
    }
    fn latex(&self) -> String {
        let part = |(w, d): &(f64, Arc<dyn Divergence>)| {
            let weight = if *w == 1.0 { String::new() } else { format!("{w}\\,") };
            format!(r"{weight}\left[{}\right]", d.latex())
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join("+")
    }
    fn depth(&self) -> usize {
        1 + self.parts.iter().map(|p| p.1.depth()).max().unwrap_or(0)
    }
}

/// ½D(P‖Q) + ½D(Q‖P)
///
/// # Errors
/// As [`Combination::new`].
pub fn symmetrised(d: Arc<dyn Divergence>) -> Result<Combination> {
    Combination::new(vec![(0.5, d.clone()), (0.5, Arc::new(Reversed(d)))])
}
