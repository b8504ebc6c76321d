//! One variational term, and what a divergence is: a weighted sum of them.
use super::objective::Objective;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::space::{Cost, Origin, Space};
use std::sync::Arc;

/// A divergence as a weighted sum of variational terms, each with a critic of its own: D(P‖Q) = Σ wₖ sup_{φ∈Γₖ} Jₖ(φ; P, Q), for
/// f-divergences J(φ; P, Q) = E_P φ − inf_ν { ν + E_Q f*(φ − ν) }. [birrell2022](crate::references#birrell2022)
///
/// ```
/// use gflow::divergence::{Divergence, Ipm, symmetrised};
/// use gflow::space::Lipschitz;
/// use std::sync::Arc;
///
/// // ½D(P‖Q) + ½D(Q‖P) has a critic for each
/// let d = symmetrised(Arc::new(Ipm { space: Lipschitz::new(1.0)? }))?;
/// let terms: Vec<(f64, bool)> = d.terms().iter().map(|(w, term)| (*w, term.reversed)).collect();
/// assert_eq!(terms, [(0.5, false), (0.5, true)]);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub trait Divergence: Send + Sync {
    /// As a user would type it.
    fn name(&self) -> String;
    /// The terms with their weights, all > 0.
    fn terms(&self) -> Vec<(f64, Term)>;
    /// Its variational formula.
    fn latex(&self) -> String;
    /// How many divergences stand one inside the other.
    fn depth(&self) -> usize {
        1
    }
}

/// The origin that both samples are moved to before terms are solved or trained for: 0 where a term knows where 0 is.
///
/// # Errors
/// Samples that cannot be read.
pub fn origin(terms: &[(f64, Term)], p: &Points, q: &Points) -> Result<Origin> {
    if terms.iter().all(|(_, t)| t.is_translation_invariant()) { Origin::of(Some(p), q) } else { Ok(Origin::default()) }
}

/// Most divergences one inside the other.
const DEEPEST: usize = 64;

/// Errors if one more around these would be more than anybody can read, or the stack holds.
pub fn check_depth<'a>(parts: impl IntoIterator<Item = &'a Arc<dyn Divergence>>) -> Result<()> {
    match parts.into_iter().map(|d| d.depth()).max().unwrap_or(0) {
        n if n >= DEEPEST => Err(Error::data(
            "the divergence",
            format!("would be the {n}th around another; at most {DEEPEST} can be nested"),
        )),
        _ => Ok(()),
    }
}

/// An objective, the space of its critic, and whether P and Q change places.
#[derive(Clone)]
pub struct Term {
    /// the functional of φ
    pub objective: Objective,
    /// where φ lives
    pub space: Space,
    /// whether it is the divergence of Q from P
    pub reversed: bool,
}

impl Term {
    /// L, where the critic is confined to Lipschitz functions.
    pub fn lipschitz(&self) -> Option<f64> {
        match &self.space {
            Space::Lipschitz(l) => Some(l.constant),
            _ => None,
        }
    }

    /// The transport cost whose c-concave functions the critic is confined to: L|x − y| for a Lipschitz space.
    pub fn cost(&self) -> Option<Cost> {
        match &self.space {
            Space::Lipschitz(l) => Some(Cost { scale: l.constant, power: 1.0 }),
            Space::Cost(c) => Some(*c),
            Space::Rkhs(_) | Space::Neurons(_) | Space::Networks => None,
        }
    }

    /// Whether the objective is a functional of φ's values alone, which ascent can climb.
    pub fn is_trainable(&self) -> bool {
        matches!(
            (&self.objective, &self.space),
            (Objective::F(_) | Objective::Ipm | Objective::Renyi(_), Space::Lipschitz(_))
                | (Objective::Variational(_), Space::Networks)
        )
    }

    /// Whether it is the same for samples that are both moved by one vector; neurons know where 0 is.
    pub fn is_translation_invariant(&self) -> bool {
        !matches!(self.space, Space::Neurons(_))
    }

    /// Whether the first variation in P is the critic itself, whatever its values.
    pub fn varies_as_critic(&self) -> bool {
        !self.reversed && !matches!(self.objective, Objective::Renyi(_) | Objective::Variational(_))
    }
}
