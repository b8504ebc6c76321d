//! Recipes of flows and codecs: every algorithm of the lists.
use super::critic::{builder_option, critic_option, whole_widths};
use crate::catalogue::{Entry, OptionKind};
use crate::error::{Error, Result};
use crate::flow::algorithms::{Build, Built};
use crate::flow::codec::{self, CodecBuild, CodecRecipe, Layers};
use crate::flow::noise::Noise;
use crate::flow::{ALGORITHMS, Ingredients};
use crate::generator::expr::{Expr, constant};
use crate::memory;
use crate::script::call::{Call, Outcome};
use crate::script::convert::{count, number, type_of};
use crate::script::kind::Kind;
use crate::script::library::Library;
use crate::script::symbolic_point::SymbolicPoint;
use crate::script::trace::{trace, trace_at};
use crate::script::values::{CriticValue, DivergenceValue, FlowValue, GeneratorValue};
use crate::space::kernel::Kernel;
use rhai::{Dynamic, FnPtr};

/// Bytes that a coordinate takes on its way from a symbol to instructions, at least.
const FORMULA: usize = 1000;

/// A flow towards a density whose dimension is not known yet.
#[derive(Clone)]
pub struct DensityFlow {
    log_density: FnPtr,
    made_of: Ingredients,
    build: fn(Expr, usize, &Ingredients) -> Built,
}

impl Kind for DensityFlow {
    const NAME: &'static str = "Flow";
    const PAGE: &'static str = "langevin";
}

impl DensityFlow {
    /// The recipe for points of a dimension.
    pub fn recipe(&self, call: &Call, dim: usize) -> Outcome<FlowValue> {
        memory::check(&format!("langevin, formulas in {dim} coordinates"), memory::product(&[dim, FORMULA]))?;
        let point = Dynamic::from(SymbolicPoint::new(dim));
        let log_density = trace_at(call.context, call.native, &self.log_density, &point)?;
        Ok(FlowValue((self.build)(log_density, dim, &self.made_of)?))
    }
    /// Errors unless it can run behind a codec, whatever the density is.
    fn check_latent(&self) -> Result<()> {
        (self.build)(constant(0.0), 0, &self.made_of)?.check_latent(false)
    }
}

/// The codec of a latent flow, as a value.
#[derive(Clone)]
pub struct CodecValue(CodecRecipe);

impl Kind for CodecValue {
    const NAME: &'static str = "Codec";
    const PAGE: &'static str = "latent";
    const ABOUT: &'static str = "How points become codes of fewer numbers, and codes points again: pca(2), autoencoder([64], 2). latent(flow, codec) takes one.";
    const SAMPLE: &'static str = "let c = pca(2);";
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.kind::<FlowValue>(|f| f.0.describe());
    l.kind::<DensityFlow>(|_| "langevin of a log density".into());
    l.kind::<CodecValue>(|v| v.0.describe());
    for algorithm in ALGORITHMS {
        expose(l, &algorithm.entry, &algorithm.build);
    }
    for codec in codec::ALL {
        let name = codec.entry.name;
        match codec.build {
            CodecBuild::Dim(build) => l.expose(name, move |call, (dim,): (Dynamic,)| {
                let dim = count(&format!("{name}(dim)"), &dim)?;
                Ok(CodecValue(build(dim, &call.options.given)?))
            }),
            CodecBuild::Layers(build) => l.expose(name, move |call, (widths, dim): (Dynamic, Dynamic)| {
                let dim = count(&format!("{name}, dim"), &dim)?;
                Ok(CodecValue(build(layers(name, &widths)?, dim, &call.options.given)?))
            }),
        }
    }
}

/// Exposes an algorithm for what it takes.
fn expose(l: &mut Library, entry: &'static Entry, build: &Build) {
    let name = entry.name;
    let flow = |b: Built| -> Outcome<FlowValue> { Ok(FlowValue(b?)) };
    match *build {
        Build::Divergence { build, of_f } => {
            l.expose(name, move |call, (d,): (DivergenceValue,)| flow(build(d.0, &ingredients(call, entry)?)));
            l.expose(name, move |call, (f,): (GeneratorValue,)| flow(of_f(f, &ingredients(call, entry)?)));
        }
        Build::Kernel { build, usual } => {
            l.expose(name, move |call, (k,): (Kernel,)| flow(build(k, &ingredients(call, entry)?)));
            l.expose(name, move |call, ()| flow(build(usual(), &ingredients(call, entry)?)));
        }
        Build::Alone(build) => l.expose(name, move |call, ()| flow(build(&ingredients(call, entry)?))),
        Build::LogDensity(build) => l.expose(name, move |call, (log_density,): (FnPtr,)| {
            Ok(DensityFlow { log_density, made_of: ingredients(call, entry)?, build })
        }),
        Build::Behind(build) => {
            l.expose(name, move |call, (inner, codec): (FlowValue, CodecValue)| {
                flow(build(inner.0, codec.0, &ingredients(call, entry)?))
            });
            l.expose(name, move |call, (inner, codec): (DensityFlow, CodecValue)| {
                inner.check_latent()?;
                let inner = inner.recipe(call, codec.0.dim())?;
                flow(build(inner.0, codec.0, &ingredients(call, entry)?))
            });
        }
    }
}

/// What an option map gives to an algorithm.
fn ingredients(call: &Call, entry: &Entry) -> Outcome<Ingredients> {
    let options = &call.options;
    let noise = options.value("noise").map(|v| noise(call, v)).transpose()?;
    let network = entry.options.iter().find(|o| o.kind == OptionKind::Value("network")).map_or("network", |o| o.name);
    Ok(Ingredients {
        critic: critic_option(options)?,
        network: builder_option(options, "flow", network, "layers such as mlp([64, 64])")?,
        noise,
        options: options.given.clone(),
    })
}

/// The noise an option names: a number, a schedule, or "adaptive".
fn noise(call: &Call, v: &Dynamic) -> Outcome<Noise> {
    let v = v.flatten_clone();
    if let Some(f) = v.clone().try_cast::<FnPtr>() {
        return Ok(Noise::schedule(&trace(call.context, call.native, &f)?));
    }
    let got = match (number("noise", &v), v.clone().into_string()) {
        (Ok(b), _) if b.is_finite() && b >= 0.0 => return Ok(Noise::Constant(b)),
        (Ok(b), _) => b.to_string(),
        (_, Ok(text)) if text == "adaptive" => return Ok(Noise::Adaptive),
        (_, Ok(text)) if text == "none" => return Ok(Noise::None),
        (_, Ok(text)) => format!("\"{text}\""),
        _ => format!("a {}", type_of(&v)),
    };
    Err(Error::Option {
        owner: "flow".into(),
        key: "noise".into(),
        got,
        expected: "a number ≥ 0, a schedule such as |t| 0.3 / (1 + t), or \"adaptive\"".into(),
    }
    .into())
}

/// Layers given as widths, or as a network.
fn layers(what: &str, v: &Dynamic) -> Result<Layers> {
    let Some(c) = v.clone().try_cast::<CriticValue>() else {
        return Ok(Layers::Widths(whole_widths(&format!("{what}(widths)"), v)?));
    };
    match c.0.network() {
        Some(n) => Ok(Layers::Network(Box::new(n.clone()))),
        None => Err(Error::Shape {
            what: what.into(),
            expected: "widths such as [64, 64], mlp(..) or cnn(..)".into(),
            got: c.0.describe(),
        }),
    }
}
