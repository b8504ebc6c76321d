//! Critics, estimates, fitted potentials.
use super::{describe, none};
use super::divergence::{DivergenceValue, GeneratorValue};
use crate::critic::estimate::{Estimate, EstimateOptions, estimate, estimate_optimizer};
use crate::critic::mlp::{MlpBuilder, MlpOptions};
use crate::critic::optimizer::OptimizerOptions;
use crate::critic::{Critic, CriticBuilder, ESTIMATE, MLP};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::observer::progress::Report;
use crate::script::context::Context;
use crate::script::convert::{Native, list, numbers, points, raise, type_of};
use crate::script::front_end::Event;
use crate::script::options::Options;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A recipe for critics.
#[derive(Clone)]
pub struct CriticValue(pub Arc<dyn CriticBuilder>);

/// Fitted potentials with their weights: φ = Σ wₖ φₖ.
#[derive(Clone)]
pub struct FittedCritic {
    pub parts: Arc<Vec<(f64, Box<dyn Critic>)>>,
}

impl FittedCritic {
    pub fn of(parts: &[(f64, &dyn Critic)]) -> FittedCritic {
        FittedCritic { parts: Arc::new(parts.iter().map(|(w, c)| (*w, c.boxed_clone())).collect()) }
    }
    fn fold<T>(&self, f: impl Fn(&dyn Critic) -> Result<T>, scale: impl Fn(T, f64) -> T, add: impl Fn(T, T) -> T) -> Result<T> {
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

/// An estimate as a value.
pub type EstimateValue = Arc<Estimate>;

fn describe_estimate(e: &EstimateValue) -> String {
    let bounds: Vec<String> = e.lipschitz.iter().map(|(l, b)| format!("L {l}, network at most {}", b.map_or("unknown".into(), |b| format!("{b:.6}")))).collect();
    format!("{} ≈ {:.6}\n  certified lower bound  {:.6}\n  Lipschitz constant     {}\n  ascent steps           {}", e.divergence, e.value, e.lower, bounds.join("; "), e.iterations)
}

/// The critic named in an option map, with the optimiser of the same map; `default` where none is named.
pub fn critic_option(o: &Options, optimizer: OptimizerOptions, default: Result<MlpBuilder>) -> Result<Arc<dyn CriticBuilder>> {
    let optimizer = o.typed_over(optimizer)?;
    match o.value("critic") {
        None => Ok(default?.with_optimizer(optimizer)),
        Some(v) => match v.clone().try_cast::<CriticValue>() {
            Some(c) => Ok(c.0.with_optimizer(optimizer)),
            None => Err(Error::Option { owner: "critic".into(), key: "critic".into(), got: format!("a {}", type_of(v)), expected: "a critic such as mlp([32, 32])".into() }),
        },
    }
}

fn check_dim(c: &FittedCritic, x: &Points) -> Result<()> {
    let dim = c.parts.first().map(|p| p.1.dim());
    match dim {
        Some(d) if d != x.dims()[1] => Err(Error::Shape { what: "critic".into(), expected: format!("points of dimension {d}"), got: format!("dimension {}", x.dims()[1]) }),
        _ => Ok(()),
    }
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<CriticValue>(engine, "CriticRecipe", |v| v.0.describe());
    describe::<FittedCritic>(engine, "Critic", |v| match v.bound() {
        Ok(b) => format!("fitted critic, Lipschitz constant at most {b:.6}"),
        Err(_) => "fitted critic".into(),
    });
    describe::<EstimateValue>(engine, "Estimate", describe_estimate);
    let mlp = |c: &Context, ctx: &NativeCallContext, widths: &Dynamic, map: Map| -> Native<CriticValue> {
        let options = Options::read(c, ctx, &MLP, map)?;
        let build = || {
            let widths = numbers("mlp(widths)", widths)?;
            if let Some(w) = widths.iter().find(|w| w.fract() != 0.0 || **w < 1.0) {
                return Err(Error::data("mlp(widths)", format!("a width is {w}, expected whole numbers ≥ 1")));
            }
            MlpBuilder::new(widths.into_iter().map(|w| w as usize).collect(), options.typed()?)
        };
        build().map(|b| CriticValue(Arc::new(b))).map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("mlp", move |ctx: NativeCallContext, w: Dynamic| mlp(&k, &ctx, &w, none()));
    let k = c.clone();
    engine.register_fn("mlp", move |ctx: NativeCallContext, w: Dynamic, o: Map| mlp(&k, &ctx, &w, o));
    fitted(engine, c);
    estimates(engine, c);
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
    engine.register_fn("lipschitz_bound", move |ctx: NativeCallContext, f: &mut FittedCritic| f.bound().map_err(|e| raise(&k, &ctx, e)));
    engine.register_get("value", |e: &mut EstimateValue| e.value);
    engine.register_get("lower", |e: &mut EstimateValue| e.lower);
    engine.register_get("history", |e: &mut EstimateValue| list(e.history.iter().copied()));
    engine.register_get("critic", |e: &mut EstimateValue| FittedCritic::of(&e.critics.iter().map(|(w, c)| (*w, c.as_ref())).collect::<Vec<_>>()));
    engine.register_get("lipschitz", |e: &mut EstimateValue| list(e.lipschitz.iter().map(|(_, b)| b.unwrap_or(f64::INFINITY))));
}

fn estimates(engine: &mut Engine, c: &Arc<Context>) {
    let run = |c: &Context, ctx: &NativeCallContext, d: &DivergenceValue, p: &Dynamic, q: &Dynamic, map: Map| -> Native<EstimateValue> {
        let options = Options::read(c, ctx, &ESTIMATE, map)?;
        let fit = || {
            let (p, q) = (points(c, "estimate, first sample", p)?, points(c, "estimate, second sample", q)?);
            let critic = critic_option(&options, estimate_optimizer(), MlpBuilder::new(vec![64, 64], MlpOptions::default()))?;
            let settings: EstimateOptions = options.typed_over(EstimateOptions { seed: c.seed(), ..EstimateOptions::default() })?;
            let (begun, mut last) = (Instant::now(), Instant::now());
            let label = format!("estimate {}", d.0.name());
            estimate(d.0.as_ref(), &p, &q, critic.as_ref(), &settings, &c.interrupt, &mut |done, total| {
                if last.elapsed() > Duration::from_millis(50) || done == total {
                    last = Instant::now();
                    let steps_per_second = done as f64 / begun.elapsed().as_secs_f64().max(1e-9);
                    c.emit(Event::Progress(Report { label: label.clone(), done, total, steps_per_second, divergence: None, finished: done == total }));
                }
            })
        };
        fit().map(Arc::new).map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("estimate", move |ctx: NativeCallContext, d: &mut DivergenceValue, p: Dynamic, q: Dynamic| run(&k, &ctx, d, &p, &q, none()));
    let k = c.clone();
    engine.register_fn("estimate", move |ctx: NativeCallContext, d: &mut DivergenceValue, p: Dynamic, q: Dynamic, o: Map| run(&k, &ctx, d, &p, &q, o));
    let k = c.clone();
    let plain = move |ctx: NativeCallContext, g: &mut GeneratorValue| -> Native<EstimateValue> {
        let e = Error::Unsupported {
            what: g.name().into(),
            reason: "between samples needs a function space: without one D_f is infinite or meaningless".into(),
            advice: format!("write {}.regularized(lipschitz(1.0)).estimate(p, q)", g.name()),
        };
        Err(raise(&k, &ctx, e))
    };
    let f = plain.clone();
    engine.register_fn("estimate", move |ctx: NativeCallContext, g: &mut GeneratorValue, _: Dynamic, _: Dynamic| f(ctx, g));
    engine.register_fn("estimate", move |ctx: NativeCallContext, g: &mut GeneratorValue, _: Dynamic, _: Dynamic, _: Map| plain(ctx, g));
}
