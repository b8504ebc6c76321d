//! Recipes of critics, and fitted potentials.
use super::estimate::EstimateValue;
use super::flow::RunValue;
use super::{describe, none};
use crate::critic::kind::Form;
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::critic::natural::CRITICS;
use crate::critic::solver::SolverBuilder;
use crate::critic::{Critic, CriticBuilder, OPTIMIZER};
use crate::device::{self, Points};
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::network::optimizer::OptimizerOptions;
use crate::script::context::Context;
use crate::script::convert::{Native, count, list, numbers, points, raise, type_of};
use crate::script::options::Options;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use std::sync::Arc;

/// A recipe for critics.
#[derive(Clone)]
pub struct CriticValue(pub Arc<dyn CriticBuilder>);

/// Fitted potentials with their weights: φ = Σ wₖ φₖ.
#[derive(Clone)]
pub struct FittedCritic {
    pub parts: Arc<Vec<(f64, Box<dyn Critic>)>>,
    /// what they were fitted for, term by term
    pub divergence: Arc<dyn Divergence>,
}

impl FittedCritic {
    /// The critics of an estimate.
    pub fn of_estimate(e: &EstimateValue) -> FittedCritic {
        FittedCritic {
            parts: Arc::new(e.critics.iter().map(|(w, c)| (*w, c.boxed_clone())).collect()),
            divergence: e.divergence.clone(),
        }
    }
    /// The critics of a run as its last step left them.
    pub fn of_run(r: &RunValue) -> Result<FittedCritic> {
        let c = r.flow.critics(&r.state)?;
        Ok(FittedCritic { parts: Arc::new(c.parts), divergence: c.divergence })
    }
    fn fold<T>(
        &self,
        f: impl Fn(&dyn Critic) -> Result<T>,
        scale: impl Fn(T, f64) -> T,
        add: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let terms: Vec<T> = self.parts.iter().map(|(w, c)| Ok(scale(f(c.as_ref())?, *w))).collect::<Result<_>>()?;
        terms.into_iter().reduce(add).ok_or_else(|| Error::data("critic", "there is no fitted critic"))
    }
    /// φ at points.
    pub fn value(&self, x: &Points) -> Result<Vec<f64>> {
        let v = self.fold(|c| c.value(x), |v, w| v.mul_scalar(w), |a, b| a + b);
        Ok(device::values(&v?)?.into_iter().map(f64::from).collect())
    }
    /// ∇φ at points.
    pub fn gradient(&self, x: &Points) -> Result<Points> {
        self.fold(|c| c.gradient(x), |v, w| v.mul_scalar(w), |a, b| a + b)
    }
    fn bound(&self) -> Result<f64> {
        let mut total = 0.0;
        for (w, c) in self.parts.iter() {
            total += w * c.lipschitz_bound()?.unwrap_or(f64::INFINITY);
        }
        Ok(total)
    }
}

/// The critic named in an option map, with the optimiser of the same map, and whether it was named; `default` where
/// none is. Options of an ascent are an error beside a critic that has none.
pub fn critic_option(
    o: &Options,
    optimizer: OptimizerOptions,
    default: Result<MlpBuilder>,
    ascent: &[&str],
) -> Result<(Arc<dyn CriticBuilder>, bool)> {
    let optimizer = o.typed_over(optimizer)?;
    match o.value("critic") {
        None => Ok((default?.with_optimizer(optimizer), false)),
        Some(v) => match v.clone().try_cast::<CriticValue>() {
            Some(c) => {
                let idle = OPTIMIZER.iter().map(|o| o.name).chain(ascent.iter().copied()).find(|name| o.has(name));
                if let (false, Some(name)) = (c.0.trains(), idle) {
                    return Err(Error::Unsupported {
                        what: format!("the option `{name}`"),
                        reason: format!("has no meaning for {}, which is not trained", c.0.describe()),
                        advice: "leave it out".into(),
                    });
                }
                Ok((c.0.with_optimizer(optimizer), true))
            }
            None => Err(Error::Option {
                owner: "critic".into(),
                key: "critic".into(),
                got: format!("a {}", type_of(v)),
                expected: "a critic such as mlp([32, 32]) or exact()".into(),
            }),
        },
    }
}

/// An option of an ascent is an error where no term of the divergence has one.
pub fn refuse_idle(
    o: &Options,
    builder: &dyn CriticBuilder,
    chosen: bool,
    d: &dyn Divergence,
    ascent: &[&str],
) -> Result<()> {
    if chosen || d.terms().iter().any(|(_, t)| builder.supports(t)) {
        return Ok(());
    }
    match OPTIMIZER.iter().map(|o| o.name).chain(ascent.iter().copied()).find(|name| o.has(name)) {
        Some(name) => Err(Error::Unsupported {
            what: format!("the option `{name}`"),
            reason: format!("has no meaning for {}: it is solved, not trained", d.name()),
            advice: "leave it out".into(),
        }),
        None => Ok(()),
    }
}

pub fn check_dim(c: &FittedCritic, x: &Points) -> Result<()> {
    let dim = c.parts.first().map(|p| p.1.dim());
    match dim {
        Some(d) if d > x.dims()[1] => Err(Error::Shape {
            what: "critic".into(),
            expected: format!(
                "points of dimension {d} (that of a run with labels also takes the coordinates of their classes, that of a latent run points of the latent space)"
            ),
            got: format!("dimension {}", x.dims()[1]),
        }),
        Some(d) if d != x.dims()[1] => Err(Error::Shape {
            what: "critic".into(),
            expected: format!("points of dimension {d}"),
            got: format!("dimension {}", x.dims()[1]),
        }),
        _ => Ok(()),
    }
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<CriticValue>(engine, "CriticRecipe", |v| v.0.describe());
    describe::<FittedCritic>(engine, "Critic", |v| match v.bound() {
        Ok(b) => format!("fitted critic, Lipschitz constant at most {b:.6}"),
        Err(_) => "fitted critic".into(),
    });
    recipes(engine, c);
    fitted(engine, c);
}

/// Layers given as widths, or as a network.
pub fn layers_of(what: &str, v: &Dynamic, activation: Activation) -> Result<MlpBuilder> {
    match v.clone().try_cast::<CriticValue>() {
        Some(c) => match c.0.network() {
            Some(n) => Ok(n.clone()),
            None => Err(Error::Shape {
                what: what.into(),
                expected: "widths such as [64, 64], mlp(..) or cnn(..)".into(),
                got: c.0.describe(),
            }),
        },
        // the same checks as for one network
        None => MlpBuilder::new(
            whole_widths(&format!("{what}(widths)"), v)?,
            MlpOptions { activation, ..MlpOptions::default() },
        ),
    }
}

pub fn whole_widths(what: &str, widths: &Dynamic) -> Result<Vec<usize>> {
    let widths = numbers(what, widths)?;
    match widths.iter().find(|w| w.fract() != 0.0 || **w < 1.0) {
        Some(w) => Err(Error::data(what, format!("a width is {w}, expected whole numbers ≥ 1"))),
        None => Ok(widths.into_iter().map(|w| w as usize).collect()),
    }
}

/// Every critic with a page, as its form is written.
fn recipes(engine: &mut Engine, c: &Arc<Context>) {
    for kind in CRITICS {
        let (Some(entry), form) = (&kind.entry, kind.form) else { continue };
        let made = move |widths: Option<&Dynamic>, o: &Options| -> Result<CriticValue> {
            let given = &o.given();
            Ok(CriticValue(match (form, widths) {
                (Form::Widths { make, .. }, Some(w)) => {
                    make(whole_widths(&format!("{}(widths)", entry.name), w)?, given)?
                }
                (Form::Options { make }, _) => make(given)?,
                (Form::Solver { make, .. }, _) => Arc::new(SolverBuilder(make(given)?)),
                _ => return Err(Error::data(entry.name, "it has no layers")),
            }))
        };
        let build = move |c: &Context, ctx: &NativeCallContext, widths: Option<&Dynamic>, map: Map| {
            let options = Options::read(c, ctx, entry, map)?;
            made(widths, &options).map_err(|e| raise(c, ctx, e))
        };
        let (k, l) = (c.clone(), c.clone());
        match form {
            Form::Widths { .. } => {
                engine.register_fn(entry.name, move |ctx: NativeCallContext, w: Dynamic| {
                    build(&k, &ctx, Some(&w), none())
                });
                engine.register_fn(entry.name, move |ctx: NativeCallContext, w: Dynamic, o: Map| {
                    build(&l, &ctx, Some(&w), o)
                });
            }
            Form::Options { .. } | Form::Solver { .. } => {
                engine.register_fn(entry.name, move |ctx: NativeCallContext| build(&k, &ctx, None, none()));
                engine.register_fn(entry.name, move |ctx: NativeCallContext, o: Map| build(&l, &ctx, None, o));
            }
            Form::Features { activation, make, .. } => {
                let build = move |network: &Dynamic, dim: &Dynamic| {
                    let layers = layers_of(entry.name, network, activation)?;
                    make(layers, count(&format!("{}, dim", entry.name), dim)?).map(CriticValue)
                };
                engine.register_fn(entry.name, move |ctx: NativeCallContext, n: Dynamic, dim: Dynamic| {
                    build(&n, &dim).map_err(|e| raise(&k, &ctx, e))
                });
            }
        }
    }
}

fn fitted(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn("value", move |ctx: NativeCallContext, f: &mut FittedCritic, x: Dynamic| -> Native<Array> {
        let run = || {
            let x = points(&k, "value(points)", &x)?;
            check_dim(f, &x)?;
            f.value(&x)
        };
        run().map(list).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("gradient", move |ctx: NativeCallContext, f: &mut FittedCritic, x: Dynamic| -> Native<Points> {
        let run = || {
            let x = points(&k, "gradient(points)", &x)?;
            check_dim(f, &x)?;
            f.gradient(&x)
        };
        run().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("lipschitz_bound", move |ctx: NativeCallContext, f: &mut FittedCritic| {
        f.bound().map_err(|e| raise(&k, &ctx, e))
    });
}
