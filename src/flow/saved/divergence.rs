//! Divergences as data, so that a saved run carries what it was made with.
use super::read::complete;
use crate::divergence::{Divergence, FromTerms, Objective, Renyi, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::generator::portable::Portable;
use crate::space::Space;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct SavedTerm {
    weight: f64,
    objective: SavedObjective,
    space: Space,
    reversed: bool,
}

/// An objective as data; an f is its name and expression.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedObjective {
    F(String, Portable),
    FreeMass(String, Portable),
    Ipm,
    Root,
    Sinkhorn(f64),
    Renyi(Renyi),
    Unbalanced(Box<[(String, Portable); 2]>),
    Variational(String, Portable),
}

impl SavedObjective {
    fn of(o: &Objective) -> SavedObjective {
        match o {
            Objective::F(f) => SavedObjective::F(f.name().into(), Portable::from(f.expr())),
            Objective::FreeMass(f) => SavedObjective::FreeMass(f.name().into(), Portable::from(f.expr())),
            Objective::Variational(f) => SavedObjective::Variational(f.name().into(), Portable::from(f.expr())),
            Objective::Ipm => SavedObjective::Ipm,
            Objective::Root => SavedObjective::Root,
            Objective::Sinkhorn(e) => SavedObjective::Sinkhorn(*e),
            Objective::Renyi(r) => SavedObjective::Renyi(*r),
            Objective::Unbalanced { source, target } => SavedObjective::Unbalanced(Box::new(
                [source, target].map(|f| (f.name().into(), Portable::from(f.expr()))),
            )),
        }
    }
    fn rebuild(self) -> Result<Objective> {
        Ok(match self {
            SavedObjective::F(name, f) => Objective::F(generator(name, &f)?),
            SavedObjective::FreeMass(name, f) => Objective::FreeMass(generator(name, &f)?),
            SavedObjective::Variational(name, f) => Objective::Variational(generator(name, &f)?),
            SavedObjective::Ipm => Objective::Ipm,
            SavedObjective::Root => Objective::Root,
            SavedObjective::Sinkhorn(e) => Objective::Sinkhorn(e),
            SavedObjective::Renyi(r) => Objective::Renyi(r),
            SavedObjective::Unbalanced(both) => {
                let [(s, g), (t, f)] = *both;
                Objective::Unbalanced { source: generator(s, &g)?, target: generator(t, &f)? }
            }
        })
    }
}

fn generator(name: String, f: &Portable) -> Result<Arc<Generator>> {
    complete(&format!("f `{name}`"), f.missing())?;
    Generator::new(name.clone(), f.into()).map(Arc::new).map_err(|source| Error::Generator { name, source })
}

/// A divergence as data.
#[derive(Serialize, Deserialize)]
pub struct SavedDivergence {
    name: String,
    latex: String,
    terms: Vec<SavedTerm>,
}

impl SavedDivergence {
    /// The terms of a divergence.
    pub fn of(d: &dyn Divergence) -> SavedDivergence {
        let term = |(weight, t): (f64, Term)| SavedTerm {
            weight,
            objective: SavedObjective::of(&t.objective),
            space: t.space,
            reversed: t.reversed,
        };
        SavedDivergence { name: d.name(), latex: d.latex(), terms: d.terms().into_iter().map(term).collect() }
    }
    /// The divergence again. Errors if an f is no longer convex to us, or needs a function made in Rust.
    pub fn rebuild(self) -> Result<Arc<dyn Divergence>> {
        let term = |t: SavedTerm| {
            Ok((t.weight, Term { objective: t.objective.rebuild()?, space: t.space, reversed: t.reversed }))
        };
        let terms = self.terms.into_iter().map(term).collect::<Result<_>>()?;
        Ok(Arc::new(FromTerms { name: self.name, terms, latex: self.latex }))
    }
}
