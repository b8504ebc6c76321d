//! Recipes of flows.
use super::critic::{critic_option, layers_of, refuse_idle};
use super::none;
use crate::catalogue::Entry;
use crate::critic::CriticBuilder;
use crate::critic::exact::Exact;
use crate::critic::mlp::{Activation, Constraint, MlpBuilder, MlpOptions};
use crate::critic::solver::SolverBuilder;
use crate::divergence::{Divergence, Variational};
use crate::error::{Error, Result};
use crate::flow::ENTRIES;
use crate::flow::codec::{AutoencoderOptions, CodecRecipe, Fit};
use crate::flow::generator_flow::{GeneratorRecipe, Scheme as Push, default_generator, generator_optimizer};
use crate::flow::gradient_flow::{FlowRecipe, default_critic, flow_optimizer};
use crate::flow::integrators::Scheme;
use crate::flow::langevin::{LangevinOptions, LangevinRecipe};
use crate::flow::latent::LatentRecipe;
use crate::flow::noise::Noise;
use crate::flow::options::{Dt, FlowOptions};
use crate::flow::presets::{LAMBDA, half_mmd, half_w2_squared, kale, preset, w1};
use crate::generator::named;
use crate::network::optimizer::OptimizerOptions;
use crate::script::context::Context;
use crate::script::convert::{Native, count, number, raise, type_of};
use crate::script::options::Options;
use crate::script::symbolic_point::SymbolicPoint;
use crate::script::trace::Tracer;
use crate::script::values::{CriticValue, DivergenceValue, FlowValue, GeneratorValue};
use crate::space::Space;
use crate::space::kernel::Kernel;
use rhai::{Dynamic, Engine, FnPtr, Map, NativeCallContext};
use serde::Deserialize;
use std::sync::Arc;

/// Options that only an ascent has.
pub const ASCENT: &[&str] = &["inner_steps", "warm_up", "inner_tolerance", "batch"];

/// `langevin` before its dimension is known.
#[derive(Clone)]
pub struct LangevinValue {
    log_density: FnPtr,
    options: LangevinOptions,
}

impl LangevinValue {
    /// The recipe for points of a dimension.
    pub fn recipe(&self, c: &Context, ctx: &NativeCallContext, tracer: &Tracer, dim: usize) -> Native<FlowValue> {
        let log_density = tracer.trace_at(c, ctx, &self.log_density, &Dynamic::from(SymbolicPoint::new(dim)))?;
        Ok(FlowValue(Arc::new(LangevinRecipe { log_density, dim, options: self.options })))
    }
}

pub fn entry(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|e| e.name == name)
}

/// The noise an option names: a number, a schedule, or "adaptive".
fn noise(c: &Context, ctx: &NativeCallContext, tracer: &Tracer, v: &Dynamic) -> Native<Noise> {
    let v = v.flatten_clone();
    if let Some(f) = v.clone().try_cast::<FnPtr>() {
        return Ok(Noise::schedule(&tracer.trace(c, ctx, &f)?));
    }
    let wrong = |got: String| Error::Option {
        owner: "flow".into(),
        key: "noise".into(),
        got,
        expected: "a number ≥ 0, a schedule such as |t| 0.3 / (1 + t), or \"adaptive\"".into(),
    };
    if let Ok(b) = number("noise", &v) {
        return if b.is_finite() && b >= 0.0 {
            Ok(Noise::Constant(b))
        } else {
            Err(raise(c, ctx, wrong(b.to_string())))
        };
    }
    match v.clone().into_string().as_deref() {
        Ok("adaptive") => Ok(Noise::Adaptive),
        Ok("none") => Ok(Noise::None),
        Ok(text) => Err(raise(c, ctx, wrong(format!("\"{text}\"")))),
        Err(_) => Err(raise(c, ctx, wrong(format!("a {}", type_of(&v))))),
    }
}

/// A particle flow of a divergence under the options of an entry.
fn particle_flow(
    c: &Context,
    ctx: &NativeCallContext,
    tracer: &Tracer,
    entry: &'static Entry,
    options: &Options,
    d: Arc<dyn Divergence>,
) -> Native<FlowValue> {
    let noise = options.value("noise").map(|v| noise(c, ctx, tracer, v)).transpose()?;
    let build = || {
        let (critic, chosen) = critic_option(options, flow_optimizer(), default_critic(), ASCENT)?;
        refuse_idle(options, critic.as_ref(), chosen, d.as_ref(), ASCENT)?;
        let mut typed: FlowOptions = options.typed_over(preset(entry.name))?;
        if let Some(tau) = options.number("tau") {
            typed.dt = Dt::Fixed(tau);
        }
        typed.noise = noise.unwrap_or_default();
        if typed.batch > 0 && typed.inner_tolerance > 0.0 {
            let reason = "compares ascent steps with each other, which are taken on different minibatches".into();
            return Err(Error::Unsupported {
                what: "the option `inner_tolerance` beside `batch`".into(),
                reason,
                advice: "leave one of them out".into(),
            });
        }
        let scheme = typed.integrator;
        let idle = |name: &str, used: bool| options.has(name) && !used;
        for (name, used) in [
            ("tolerance", matches!(scheme, Scheme::Adaptive | Scheme::Implicit)),
            ("iterations", scheme == Scheme::Implicit),
        ] {
            if idle(name, used) {
                let reason = format!("has no meaning for the scheme \"{}\"", scheme.integrator().name());
                return Err(Error::Unsupported {
                    what: format!("the option `{name}`"),
                    reason,
                    advice: "leave it out, or choose integrator: \"adaptive\" or \"implicit\"".into(),
                });
            }
        }
        if !typed.noise.is_none() && matches!(scheme, Scheme::Adaptive | Scheme::Implicit) {
            let reason = format!(
                "makes the field another one at every step, which the scheme \"{}\" cannot follow",
                scheme.integrator().name()
            );
            return Err(Error::Unsupported {
                what: "the option `noise`".into(),
                reason,
                advice: "use integrator: \"euler\" or \"heun\"".into(),
            });
        }
        Ok(FlowValue(Arc::new(FlowRecipe { preset: entry.name.into(), divergence: d, options: typed, critic, chosen })))
    };
    build().map_err(|e| raise(c, ctx, e))
}

pub fn register(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer) {
    for entry in ["gpa", "gradient_flow", "jko", "gan", "w1w2_flow"].into_iter().filter_map(entry) {
        of_divergence(engine, c, tracer, entry);
    }
    for entry in ["mmd_flow", "kale_flow"].into_iter().filter_map(entry) {
        of_kernel(engine, c, tracer, entry);
    }
    generators(engine, c);
    latents(engine, c);
    if let Some(entry) = entry("langevin") {
        let make = move |c: &Context, ctx: &NativeCallContext, f: FnPtr, map: Map| -> Native<LangevinValue> {
            let options = Options::read(c, ctx, entry, map)?.typed().map_err(|e| raise(c, ctx, e))?;
            Ok(LangevinValue { log_density: f, options })
        };
        let k = c.clone();
        engine.register_fn(entry.name, move |ctx: NativeCallContext, f: FnPtr| make(&k, &ctx, f, none()));
        let k = c.clone();
        engine.register_fn(entry.name, move |ctx: NativeCallContext, f: FnPtr, o: Map| make(&k, &ctx, f, o));
    }
}

/// The layers an option names, as another network than the critic.
fn network(options: &Options, key: &str) -> Result<MlpBuilder> {
    let Some(v) = options.value(key) else { return default_generator() };
    let made = v.clone().try_cast::<CriticValue>();
    match made.as_ref().and_then(|c| c.0.network()) {
        Some(n)
            if n.options
                != (MlpOptions {
                    activation: n.options.activation,
                    residual: n.options.residual,
                    ..MlpOptions::default()
                }) =>
        {
            Err(Error::Unsupported {
                what: format!("the option `{key}`"),
                reason: "takes layers and an activation; constraints, penalties and standardize are the critic's"
                    .into(),
                advice: "write mlp([64, 64], #{ activation: \"relu\" })".into(),
            })
        }
        Some(n) if key == "potential" && (n.layers.images.is_some() || n.options.residual) => Err(Error::Unsupported {
            what: "the option `potential`".into(),
            reason: "takes plain layers, whose gradient is the velocity".into(),
            advice: "write mlp([64, 64])".into(),
        }),
        Some(n) if key == "potential" && !matches!(n.options.activation, Activation::Tanh | Activation::Groupsort) => {
            Err(Error::Unsupported {
                what: "the option `potential`".into(),
                reason: "takes layers alone: a potential must be smooth, and its activation is always tanh".into(),
                advice: "write mlp([64, 64])".into(),
            })
        }
        Some(n) => Ok(n.clone()),
        None => {
            let got = made.map_or_else(|| format!("a {}", type_of(v)), |c| c.0.describe());
            Err(Error::Option {
                owner: "flow".into(),
                key: key.into(),
                got,
                expected: "layers such as mlp([64, 64])".into(),
            })
        }
    }
}

/// A generator flow under the options of an entry.
fn generator_flow(entry: &'static Entry, options: &Options, d: Arc<dyn Divergence>) -> Result<FlowValue> {
    let optimizer: OptimizerOptions = options.typed_over(generator_optimizer())?;
    let (critic, chosen): (Arc<dyn CriticBuilder>, bool) = match options.value("critic") {
        // each minibatch transported exactly: nothing to tune, and better than networks at the same time
        None if entry.name == "w2_fe" => (Arc::new(SolverBuilder(Arc::new(Exact::default()))), true),
        None if d.terms().iter().any(|(_, t)| matches!(t.space, Space::Networks)) => {
            let free = default_critic()?;
            let options = MlpOptions { constraint: Constraint::None, ..free.options.clone() };
            (MlpBuilder { options, ..free }.with_optimizer(optimizer.clone()), false)
        }
        None => (default_critic()?.with_optimizer(optimizer.clone()), false),
        Some(v) => match v.clone().try_cast::<CriticValue>() {
            Some(c) => (c.0.with_optimizer(optimizer.clone()), true),
            None => {
                return Err(Error::Option {
                    owner: "critic".into(),
                    key: "critic".into(),
                    got: format!("a {}", type_of(v)),
                    expected: "a critic such as mlp([32, 32]) or exact()".into(),
                });
            }
        },
    };
    let trained = critic.trains() && (chosen || d.terms().iter().any(|(_, t)| critic.supports(t)));
    if let (false, Some(name)) = (trained, ["lr", "critic_steps"].into_iter().find(|name| options.has(name))) {
        let advice = "leave it out; generator_lr is the generator's own".to_string();
        return Err(Error::Unsupported {
            what: format!("the option `{name}`"),
            reason: "has no meaning here: the critic is solved for, not trained".into(),
            advice,
        });
    }
    let scheme = match entry.name {
        "gan" => Push::Adversarial,
        "w1w2_flow" => Push::Potential,
        _ => Push::Euler,
    };
    let generator = network(options, if scheme == Push::Potential { "potential" } else { "generator" })?;
    Ok(FlowValue(Arc::new(GeneratorRecipe {
        preset: entry.name.into(),
        divergence: d,
        scheme,
        options: options.typed()?,
        generator,
        critic,
        chosen,
        optimizer,
    })))
}

fn generators(engine: &mut Engine, c: &Arc<Context>) {
    for entry in ["w2_fe", "w1_fe"].into_iter().filter_map(entry) {
        let make = move |c: &Context, ctx: &NativeCallContext, map: Map| -> Native<FlowValue> {
            let options = Options::read(c, ctx, entry, map)?;
            let build = || {
                let d: Arc<dyn Divergence> = if entry.name == "w2_fe" { half_w2_squared()? } else { w1()? };
                generator_flow(entry, &options, d)
            };
            build().map_err(|e| raise(c, ctx, e))
        };
        let k = c.clone();
        engine.register_fn(entry.name, move |ctx: NativeCallContext| make(&k, &ctx, none()));
        let k = c.clone();
        engine.register_fn(entry.name, move |ctx: NativeCallContext, o: Map| make(&k, &ctx, o));
    }
}

/// The codec of a latent flow, as a value.
#[derive(Clone)]
pub struct CodecValue(CodecRecipe);

#[derive(Deserialize)]
struct PcaOptions {
    fit: Fit,
}

fn latents(engine: &mut Engine, c: &Arc<Context>) {
    super::describe::<CodecValue>(engine, "Codec", |v| v.0.describe());
    let l = c.clone();
    let langevin = move |ctx: &NativeCallContext| -> Native<FlowValue> {
        let e = Error::Unsupported {
            what: "latent(langevin(..), ..)".into(),
            reason: "would need the density of the codes, which nobody has written down".into(),
            advice: "use a flow towards a sample, such as gpa(d), behind a codec".into(),
        };
        Err(raise(&l, ctx, e))
    };
    let again = langevin.clone();
    engine.register_fn("latent", move |ctx: NativeCallContext, _: LangevinValue, _: CodecValue| langevin(&ctx));
    engine.register_fn("latent", move |ctx: NativeCallContext, _: LangevinValue, _: CodecValue, _: Map| again(&ctx));
    let k = c.clone();
    let make = move |ctx: &NativeCallContext, f: FlowValue, codec: CodecValue, map: Map| -> Native<FlowValue> {
        let saved = f.0.to_json();
        let refuse = |what: &str, reason: &str, advice: &str| {
            Err(raise(&k, ctx, Error::Unsupported { what: what.into(), reason: reason.into(), advice: advice.into() }))
        };
        if saved["kind"] == "latent" {
            return refuse(
                "latent(latent(..), ..)",
                "is one codec behind another",
                "use one codec of the smaller dimension",
            );
        }
        let mobility = match self::entry("latent") {
            Some(entry) => Options::read(&k, ctx, entry, map)?.flag("mobility"),
            None => false,
        };
        if mobility && (saved["kind"] != "gradient" || saved["options"]["integrator"] != "euler") {
            return refuse(
                "the option `mobility`",
                "pulls explicit Euler steps of particle flows back to the latent space",
                "use it with gpa, gradient_flow, mmd_flow or kale_flow and integrator: \"euler\"",
            );
        }
        Ok(FlowValue(Arc::new(LatentRecipe { inner: f.0, codec: codec.0, mobility })))
    };
    let m = make.clone();
    engine.register_fn("latent", move |ctx: NativeCallContext, f: FlowValue, codec: CodecValue| {
        m(&ctx, f, codec, none())
    });
    engine.register_fn("latent", move |ctx: NativeCallContext, f: FlowValue, codec: CodecValue, o: Map| {
        make(&ctx, f, codec, o)
    });
    if let Some(entry) = entry("pca") {
        let make = move |c: &Context, ctx: &NativeCallContext, dim: &Dynamic, map: Map| -> Native<CodecValue> {
            let options = Options::read(c, ctx, entry, map)?;
            let build = || {
                Ok(CodecValue(CodecRecipe::Pca {
                    dim: count("pca(dim)", dim)?,
                    fit: options.typed_json::<PcaOptions>((entry.defaults)())?.fit,
                }))
            };
            build().map_err(|e| raise(c, ctx, e))
        };
        let k = c.clone();
        engine.register_fn("pca", move |ctx: NativeCallContext, dim: Dynamic| make(&k, &ctx, &dim, none()));
        let k = c.clone();
        engine.register_fn("pca", move |ctx: NativeCallContext, dim: Dynamic, o: Map| make(&k, &ctx, &dim, o));
    }
    if let Some(entry) = entry("autoencoder") {
        let make = move |c: &Context,
                         ctx: &NativeCallContext,
                         widths: &Dynamic,
                         dim: &Dynamic,
                         map: Map|
              -> Native<CodecValue> {
            let options = Options::read(c, ctx, entry, map)?;
            let build = || {
                let dim = count("autoencoder, dim", dim)?;
                let activation_given = options.has("activation");
                let mut options: AutoencoderOptions = options.typed()?;
                let one = layers_of("autoencoder", widths, options.activation)?;
                if one.options != (MlpOptions { activation: one.options.activation, ..MlpOptions::default() }) {
                    let reason = "takes layers and an activation: residual, constraint, penalty, power_iterations and standardize are for critics".into();
                    return Err(Error::Unsupported {
                        what: "autoencoder(network, dim)".into(),
                        reason,
                        advice: "write autoencoder(cnn(#{ channels: [16, 32], activation: \"relu\" }), 8)".into(),
                    });
                }
                if activation_given && one.options.activation != options.activation {
                    return Err(Error::Unsupported {
                        what: "the option `activation`".into(),
                        reason: "differs from that of the network beside it".into(),
                        advice: "give it to the network alone".into(),
                    });
                }
                options.activation = one.options.activation;
                if dim == 0 {
                    return Err(Error::data("autoencoder, dim", "it is 0, expected 1 or more"));
                }
                Ok(CodecValue(CodecRecipe::Autoencoder { layers: one.layers, dim, options }))
            };
            build().map_err(|e| raise(c, ctx, e))
        };
        let k = c.clone();
        engine.register_fn("autoencoder", move |ctx: NativeCallContext, w: Dynamic, dim: Dynamic| {
            make(&k, &ctx, &w, &dim, none())
        });
        let k = c.clone();
        engine.register_fn("autoencoder", move |ctx: NativeCallContext, w: Dynamic, dim: Dynamic, o: Map| {
            make(&k, &ctx, &w, &dim, o)
        });
    }
}

fn of_divergence(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer, entry: &'static Entry) {
    let t = tracer.clone();
    let make = move |c: &Context, ctx: &NativeCallContext, d: DivergenceValue, map: Map| -> Native<FlowValue> {
        let options = Options::read(c, ctx, entry, map)?;
        if matches!(entry.name, "gan" | "w1w2_flow") {
            return generator_flow(entry, &options, d.0).map_err(|e| raise(c, ctx, e));
        }
        particle_flow(c, ctx, &t, entry, &options, d.0)
    };
    let (k, m) = (c.clone(), make.clone());
    engine.register_fn(entry.name, move |ctx: NativeCallContext, d: DivergenceValue| m(&k, &ctx, d, none()));
    let k = c.clone();
    engine.register_fn(entry.name, move |ctx: NativeCallContext, d: DivergenceValue, o: Map| make(&k, &ctx, d, o));
    let k = c.clone();
    let plain = move |ctx: NativeCallContext, g: GeneratorValue, map: Map| -> Native<FlowValue> {
        // a generator network only needs φ on samples, which the variational form gives without a space
        if entry.name == "gan" {
            if g.has_kinks() {
                let reason =
                    "has kinks or straight pieces, where f'(dP/dQ) says nothing about dP/dQ: its f-GAN has no gradient"
                        .into();
                let advice = format!("write gan({}.regularized(lipschitz(1.0)), ..)", g.name());
                return Err(raise(&k, &ctx, Error::Unsupported { what: g.name().into(), reason, advice }));
            }
            let options = Options::read(&k, &ctx, entry, map)?;
            return generator_flow(entry, &options, Arc::new(Variational(g))).map_err(|e| raise(&k, &ctx, e));
        }
        let advice = format!("write {}({}.regularized(lipschitz(1.0)))", entry.name, g.name());
        Err(raise(
            &k,
            &ctx,
            Error::Unsupported {
                what: g.name().into(),
                reason: "has no function space, so its first variation does not exist between samples".into(),
                advice,
            },
        ))
    };
    let f = plain.clone();
    engine.register_fn(entry.name, move |ctx: NativeCallContext, g: GeneratorValue| f(ctx, g, none()));
    engine.register_fn(entry.name, move |ctx: NativeCallContext, g: GeneratorValue, o: Map| plain(ctx, g, o));
}

fn of_kernel(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer, entry: &'static Entry) {
    let t = tracer.clone();
    let make = move |c: &Context, ctx: &NativeCallContext, kernel: Kernel, map: Map| -> Native<FlowValue> {
        let options = Options::read(c, ctx, entry, map)?;
        let divergence = || -> Result<Arc<dyn Divergence>> {
            if entry.name == "mmd_flow" {
                return half_mmd(kernel);
            }
            let kl = named::find("kl").ok_or_else(|| Error::data("kale_flow", "there is no kl"))?;
            let kl = kl.build(&[]).map_err(|source| Error::Generator { name: "kl".into(), source })?;
            kale(Arc::new(kl), kernel, options.number("lambda").unwrap_or(LAMBDA))
        };
        let d = divergence().map_err(|e| raise(c, ctx, e))?;
        particle_flow(c, ctx, &t, entry, &options, d)
    };
    let (k, m) = (c.clone(), make.clone());
    engine.register_fn(entry.name, move |ctx: NativeCallContext, kernel: Kernel| m(&k, &ctx, kernel, none()));
    let k = c.clone();
    engine.register_fn(entry.name, move |ctx: NativeCallContext, kernel: Kernel, o: Map| make(&k, &ctx, kernel, o));
}
