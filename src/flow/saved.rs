//! Divergences and recipes as data, so that a saved run carries what it was made with.
use super::Recipe;
use super::codec::CodecRecipe;
use super::generator_flow::{GeneratorOptions, GeneratorRecipe, Scheme};
use super::gradient_flow::FlowRecipe;
use super::langevin::{LangevinRecipe, Saved as SavedLangevin};
use super::latent::LatentRecipe;
use super::noise::Noise;
use super::options::FlowOptions;
use crate::critic::mlp::MlpBuilder;
use crate::critic::natural;
use crate::divergence::{Divergence, FromTerms, Objective, Renyi, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::generator::portable::Portable;
use crate::network::optimizer::OptimizerOptions;
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

/// Errors if a formula needs a function made in Rust.
pub fn complete(what: &str, missing: Option<&str>) -> Result<()> {
    let Some(function) = missing else { return Ok(()) };
    let advice = "run the Rust cell that defines it, build the flow again, and go on from the saved particles: load them with io::load".to_string();
    Err(Error::Unsupported {
        what: format!("the saved run's {what}"),
        reason: format!("uses `{function}`, a function made in Rust, which no file can hold"),
        advice,
    })
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
    pub fn of(d: &dyn Divergence) -> SavedDivergence {
        let term = |(weight, t): (f64, Term)| SavedTerm {
            weight,
            objective: SavedObjective::of(&t.objective),
            space: t.space,
            reversed: t.reversed,
        };
        SavedDivergence { name: d.name(), latex: d.latex(), terms: d.terms().into_iter().map(term).collect() }
    }
    pub fn rebuild(self) -> Result<Arc<dyn Divergence>> {
        let term = |t: SavedTerm| {
            Ok((t.weight, Term { objective: t.objective.rebuild()?, space: t.space, reversed: t.reversed }))
        };
        let terms = self.terms.into_iter().map(term).collect::<Result<_>>()?;
        Ok(Arc::new(FromTerms { name: self.name, terms, latex: self.latex }))
    }
}

#[derive(Serialize, Deserialize)]
struct SavedGradient {
    preset: String,
    divergence: SavedDivergence,
    options: FlowOptions,
    critic: serde_json::Value,
    chosen: bool,
}

/// A particle flow as data.
pub fn gradient_to_json(r: &FlowRecipe) -> serde_json::Value {
    let saved = SavedGradient {
        preset: r.preset.clone(),
        divergence: SavedDivergence::of(r.divergence.as_ref()),
        options: r.options.clone(),
        critic: r.critic.to_json(),
        chosen: r.chosen,
    };
    let mut v = serde_json::to_value(saved).unwrap_or_default();
    v["kind"] = "gradient".into();
    v
}

#[derive(Serialize, Deserialize)]
struct SavedGenerator {
    preset: String,
    divergence: SavedDivergence,
    scheme: Scheme,
    options: GeneratorOptions,
    generator: MlpBuilder,
    critic: serde_json::Value,
    chosen: bool,
    optimizer: OptimizerOptions,
}

/// A generator flow as data.
pub fn generator_to_json(r: &GeneratorRecipe) -> serde_json::Value {
    let saved = SavedGenerator {
        preset: r.preset.clone(),
        divergence: SavedDivergence::of(r.divergence.as_ref()),
        scheme: r.scheme,
        options: r.options.clone(),
        generator: r.generator.clone(),
        critic: r.critic.to_json(),
        chosen: r.chosen,
        optimizer: r.optimizer.clone(),
    };
    let mut v = serde_json::to_value(saved).unwrap_or_default();
    v["kind"] = "generator".into();
    v
}

/// A value as a saved struct, its tag left out.
pub fn read<T: serde::de::DeserializeOwned>(v: &serde_json::Value) -> Result<T> {
    let mut v = v.clone();
    if let Some(map) = v.as_object_mut() {
        map.remove("kind");
    }
    serde_json::from_value(v).map_err(|e| Error::data("saved flow", e.to_string()))
}

/// A recipe from what its `to_json` wrote.
pub fn recipe(v: &serde_json::Value) -> Result<Arc<dyn Recipe>> {
    match v["kind"].as_str() {
        Some("gradient") => {
            let s: SavedGradient = read(v)?;
            if let Noise::Schedule(f) = &s.options.noise {
                complete("noise", f.missing())?;
            }
            let critic = natural::from_json(&s.critic)?;
            Ok(Arc::new(FlowRecipe {
                preset: s.preset,
                divergence: s.divergence.rebuild()?,
                options: s.options,
                critic,
                chosen: s.chosen,
            }))
        }
        Some("generator") => {
            let s: SavedGenerator = read(v)?;
            let critic = natural::from_json(&s.critic)?;
            let divergence = s.divergence.rebuild()?;
            Ok(Arc::new(GeneratorRecipe {
                preset: s.preset,
                divergence,
                scheme: s.scheme,
                options: s.options,
                generator: s.generator,
                critic,
                chosen: s.chosen,
                optimizer: s.optimizer,
            }))
        }
        Some("latent") => {
            let codec: CodecRecipe =
                serde_json::from_value(v["codec"].clone()).map_err(|e| Error::data("saved flow", e.to_string()))?;
            Ok(Arc::new(LatentRecipe {
                inner: recipe(&v["inner"])?,
                codec,
                mobility: v["mobility"].as_bool().unwrap_or(false),
            }))
        }
        Some("langevin") => Ok(Arc::new(LangevinRecipe::from_saved(&read::<SavedLangevin>(v)?)?)),
        other => Err(Error::data("saved flow", format!("unknown kind {other:?}"))),
    }
}
