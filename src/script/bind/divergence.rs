//! Generators and divergences: names, closures, spaces, compositions.
use super::{describe, none};
use crate::divergence::infconv::InfConv;
use crate::divergence::kernels::{Mmd, Penalized};
use crate::divergence::neurons::TwoLayer;
use crate::divergence::renyi::{self, Order};
use crate::divergence::transport::{Sinkhorn, Unbalanced, Wasserstein};
use crate::divergence::{self as room, Combination, Divergence, Ipm, Regularized, Reversed, symmetrised};
use crate::error::{Error, Result};
use crate::generator::{Generator, GeneratorError, expr, named};
use crate::script::context::Context;
use crate::script::convert::{Native, list, number, points, raise, text};
use crate::script::options::Options;
use crate::script::trace::Tracer;
use crate::space::Lipschitz;
use crate::space::kernel::Kernel;
use crate::space::neurons::{Hidden, Neurons};
use rhai::{Array, Dynamic, Engine, FnPtr, Map, NativeCallContext};
use std::sync::Arc;

/// An f, not yet a divergence with a function space.
pub type GeneratorValue = Arc<Generator>;

/// Any divergence.
#[derive(Clone)]
pub struct DivergenceValue(pub Arc<dyn Divergence>);

fn wrap(d: impl Divergence + 'static) -> DivergenceValue {
    DivergenceValue(Arc::new(d))
}

pub fn register(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer) {
    describe::<GeneratorValue>(engine, "Generator", |g| format!("{}: f(x) = {}", g.name(), g.latex()));
    describe::<DivergenceValue>(engine, "Divergence", |d| d.0.name());
    describe::<Lipschitz>(engine, "Lipschitz", |l| format!("lipschitz({})", l.constant));
    named_generators(engine, c);
    closures(engine, c, tracer);
    methods(engine, c);
    describe::<Order>(engine, "Renyi", |o| o.name());
    describe::<Rkhs>(engine, "Rkhs", |k| format!("rkhs({})", k.0.describe()));
    compositions(engine, c);
    kernels(engine, c);
    two_layer(engine, c);
    transports(engine, c);
    infconvs(engine, c);
}

/// A reproducing kernel Hilbert space as a value.
#[derive(Clone)]
struct Rkhs(Kernel);

fn entry_of(c: &Context, ctx: &NativeCallContext, name: &str) -> Native<&'static crate::catalogue::Entry> {
    room::ENTRIES
        .iter()
        .find(|e| e.name == name)
        .ok_or_else(|| raise(c, ctx, Error::data(name, "the catalogue has no such entry")))
}

fn kernels(engine: &mut Engine, c: &Arc<Context>) {
    engine.register_fn("rkhs", |k: Kernel| Rkhs(k));
    let k = c.clone();
    engine.register_fn(
        "penalized",
        move |ctx: NativeCallContext, g: &mut GeneratorValue, space: Rkhs, lambda: Dynamic| {
            number("the penalty lambda", &lambda)
                .and_then(|l| Penalized::new(g.clone(), space.0, l))
                .map(wrap)
                .map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    let mmd = move |ctx: &NativeCallContext, kernel: Kernel, o: Map| -> Native<DivergenceValue> {
        let unbiased = Options::read(&k, ctx, entry_of(&k, ctx, "mmd")?, o)?.flag("unbiased");
        Ok(wrap(Mmd { kernel, unbiased }))
    };
    let m = mmd.clone();
    engine.register_fn("mmd", move |ctx: NativeCallContext, kernel: Kernel| m(&ctx, kernel, none()));
    engine.register_fn("mmd", move |ctx: NativeCallContext, kernel: Kernel, o: Map| mmd(&ctx, kernel, o));
    engine.register_fn("energy", || wrap(Mmd { kernel: Kernel::Energy, unbiased: false }));
}

fn two_layer(engine: &mut Engine, c: &Arc<Context>) {
    let make = |c: &Context, ctx: &NativeCallContext, inputs: &Dynamic, o: Map| -> Native<DivergenceValue> {
        let o = Options::read(c, ctx, &room::TWO_LAYER, o)?;
        let build = || {
            let inputs = points(c, "two_layer(inputs)", inputs)?;
            crate::device::check_sample("two_layer(inputs)", "the sample of inputs", &inputs)?;
            let Activated { activation } = o.typed_json((room::TWO_LAYER.defaults)())?;
            Ok(wrap(TwoLayer {
                neurons: Arc::new(Neurons {
                    inputs: crate::device::rows_f64(&inputs)?,
                    k: inputs.dims()[1],
                    hidden: activation,
                }),
            }))
        };
        build().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("two_layer", move |ctx: NativeCallContext, inputs: Dynamic| make(&k, &ctx, &inputs, none()));
    let k = c.clone();
    engine.register_fn("two_layer", move |ctx: NativeCallContext, inputs: Dynamic, o: Map| make(&k, &ctx, &inputs, o));
}

#[derive(serde::Deserialize)]
struct Activated {
    activation: Hidden,
}

fn transports(engine: &mut Engine, c: &Arc<Context>) {
    engine.register_fn("w2", || wrap(Wasserstein { power: 2.0, root: true }));
    engine.register_fn("w2_squared", || wrap(Wasserstein { power: 2.0, root: false }));
    let make = |c: &Context, ctx: &NativeCallContext, p: &Dynamic, o: Map| -> Native<DivergenceValue> {
        let o = Options::read(c, ctx, entry_of(c, ctx, "wasserstein")?, o)?;
        let power = number("wasserstein(p)", p).and_then(|p| {
            if (1.0..=20.0).contains(&p) {
                Ok(p)
            } else {
                Err(Error::data(
                    "wasserstein(p)",
                    format!(
                        "p is {p}, expected a number from 1 to 20: beyond, powers of distances leave f64's precision"
                    ),
                ))
            }
        });
        power
            .map(|power| wrap(Wasserstein { power, root: !o.has("root") || o.flag("root") }))
            .map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("wasserstein", move |ctx: NativeCallContext, p: Dynamic| make(&k, &ctx, &p, none()));
    let k = c.clone();
    engine.register_fn("wasserstein", move |ctx: NativeCallContext, p: Dynamic, o: Map| make(&k, &ctx, &p, o));
    let make = |c: &Context, ctx: &NativeCallContext, epsilon: &Dynamic, o: Map| -> Native<DivergenceValue> {
        let o = Options::read(c, ctx, entry_of(c, ctx, "sinkhorn")?, o)?;
        let build = || {
            let epsilon = number("sinkhorn(epsilon)", epsilon)?;
            if !(epsilon.is_finite() && epsilon > 0.0) {
                return Err(Error::data(
                    "sinkhorn(epsilon)",
                    format!("epsilon is {epsilon}, expected a number > 0; w2_squared() is the limit 0"),
                ));
            }
            let power: Power = o.typed()?;
            Ok(wrap(Sinkhorn { epsilon, power: power.p }))
        };
        build().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("sinkhorn", move |ctx: NativeCallContext, e: Dynamic| make(&k, &ctx, &e, none()));
    let k = c.clone();
    engine.register_fn("sinkhorn", move |ctx: NativeCallContext, e: Dynamic, o: Map| make(&k, &ctx, &e, o));
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Power {
    p: f64,
}

impl Default for Power {
    fn default() -> Self {
        Power { p: 2.0 }
    }
}

fn infconvs(engine: &mut Engine, c: &Arc<Context>) {
    let make = |c: &Context, ctx: &NativeCallContext, g: GeneratorValue, d: DivergenceValue| {
        InfConv::new(g, d.0).map(wrap).map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("infconv", move |ctx: NativeCallContext, g: GeneratorValue, d: DivergenceValue| {
        make(&k, &ctx, g, d)
    });
    let k = c.clone();
    engine.register_fn("infconv", move |ctx: NativeCallContext, d: DivergenceValue, g: GeneratorValue| {
        make(&k, &ctx, g, d)
    });
    let refuse = |c: &Context, ctx: &NativeCallContext, names: String, reason: &str| -> Native<DivergenceValue> {
        let advice =
            "one argument is an f such as kl(), the other w1(), w2_squared(), mmd(k) or a multiple of one".to_string();
        Err(raise(c, ctx, Error::Unsupported { what: format!("infconv({names})"), reason: reason.into(), advice }))
    };
    let k = c.clone();
    engine.register_fn("infconv", move |ctx: NativeCallContext, a: GeneratorValue, b: GeneratorValue| {
        refuse(
            &k,
            &ctx,
            format!("{}, {}", a.name(), b.name()),
            "of two f-divergences has no metric between P and its proxy",
        )
    });
    let k = c.clone();
    engine.register_fn("infconv", move |ctx: NativeCallContext, a: DivergenceValue, b: DivergenceValue| {
        refuse(&k, &ctx, format!("{}, {}", a.0.name(), b.0.name()), "has no f to compare the proxy with Q")
    });
    let k = c.clone();
    engine.register_fn("renyi", move |ctx: NativeCallContext, a: Dynamic| {
        number("renyi(a)", &a).and_then(Order::new).map_err(|e| raise(&k, &ctx, e))
    });
    let unbalanced =
        |c: &Context, ctx: &NativeCallContext, g: GeneratorValue, f: GeneratorValue, d: DivergenceValue| {
            Unbalanced::new(g, f, d.0).map(wrap).map_err(|e| raise(c, ctx, e))
        };
    let k = c.clone();
    engine.register_fn("unbalanced", move |ctx: NativeCallContext, f: GeneratorValue, d: DivergenceValue| {
        unbalanced(&k, &ctx, f.clone(), f, d)
    });
    let k = c.clone();
    engine.register_fn(
        "unbalanced",
        move |ctx: NativeCallContext, g: GeneratorValue, f: GeneratorValue, d: DivergenceValue| {
            unbalanced(&k, &ctx, g, f, d)
        },
    );
    let k = c.clone();
    engine.register_fn(
        "estimate",
        move |ctx: NativeCallContext, o: &mut Order, _: Dynamic, _: Dynamic| -> Native<DivergenceValue> {
            Err(raise(&k, &ctx, super::estimate::needs_a_space(&o.name())))
        },
    );
    engine.register_fn("worst_case_regret", || Order(room::Renyi::regret()));
    engine.register_fn("regularized", |order: &mut Order, space: Lipschitz| {
        wrap(renyi::Regularized { order: *order, space })
    });
    let k = c.clone();
    engine.register_fn("symmetrised", move |ctx: NativeCallContext, d: &mut DivergenceValue| {
        symmetrised(d.0.clone()).map(wrap).map_err(|e| raise(&k, &ctx, e))
    });
}

fn named_generators(engine: &mut Engine, c: &Arc<Context>) {
    for n in named::ALL {
        let build = move |c: &Context, ctx: &NativeCallContext, p: Result<Vec<f64>>| -> Native<GeneratorValue> {
            let made =
                p.and_then(|p| n.build(&p).map_err(|source| Error::Generator { name: n.entry.name.into(), source }));
            made.map(Arc::new).map_err(|e| raise(c, ctx, e))
        };
        let k = c.clone();
        if n.parameters == 0 {
            engine.register_fn(n.entry.name, move |ctx: NativeCallContext| build(&k, &ctx, Ok(vec![])));
        } else {
            engine.register_fn(n.entry.name, move |ctx: NativeCallContext, a: Dynamic| {
                let value = number(n.entry.name, &a).and_then(|a| {
                    if a.is_finite() {
                        Ok(vec![a])
                    } else {
                        Err(Error::data(n.entry.name, format!("the parameter is {a}, expected a finite number")))
                    }
                });
                build(&k, &ctx, value)
            });
        }
    }
}

fn closures(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer) {
    let t = tracer.clone();
    let make =
        move |c: &Context, ctx: &NativeCallContext, name: Dynamic, f: &Dynamic, map: Map| -> Native<GeneratorValue> {
            let name = text("f_divergence, first argument", &name).map_err(|e| raise(c, ctx, e))?;
            let Some(f) = f.flatten_clone().try_cast::<FnPtr>() else {
                let e = Error::Shape {
                    what: "f_divergence, second argument".into(),
                    expected: "a closure like |x| x*ln(x) - x + 1".into(),
                    got: format!("a {}", crate::script::convert::type_of(f)),
                };
                return Err(raise(c, ctx, e));
            };
            let entry = room::ENTRIES.iter().find(|e| e.name == "f_divergence");
            let shift = match entry {
                Some(e) => Options::read(c, ctx, e, map)?.flag("shift"),
                None => false,
            };
            let f = t.trace(c, ctx, &f)?;
            let made = match Generator::new(name.clone(), f.clone()) {
                Err(GeneratorError::NonzeroAtOne { value }) if shift => {
                    Generator::new(name.clone(), expr::sub(&f, &expr::constant(value)))
                }
                other => other,
            };
            // a part made outside gives NaN once the cell is stopped: that says nothing about f
            c.interrupt.check().map_err(|e| raise(c, ctx, e))?;
            made.map(Arc::new).map_err(|source| raise(c, ctx, Error::Generator { name, source }))
        };
    let (k, m) = (c.clone(), make.clone());
    engine.register_fn("f_divergence", move |ctx: NativeCallContext, name: Dynamic, f: Dynamic| {
        m(&k, &ctx, name, &f, none())
    });
    let k = c.clone();
    engine.register_fn("f_divergence", move |ctx: NativeCallContext, name: Dynamic, f: Dynamic, o: Map| {
        make(&k, &ctx, name, &f, o)
    });
}

fn methods(engine: &mut Engine, c: &Arc<Context>) {
    for (name, f) in [
        ("f", Generator::f as fn(&Generator, f64) -> f64),
        ("conjugate", Generator::conjugate),
        ("conjugate_grad", Generator::conjugate_grad),
    ] {
        let k = c.clone();
        engine.register_fn(
            name,
            move |ctx: NativeCallContext, g: &mut GeneratorValue, v: Dynamic| -> Native<Dynamic> {
                let flat = v.flatten_clone();
                if let Some(values) = flat.read_lock::<Array>() {
                    let out: Result<Vec<f64>> = values.iter().map(|v| number(name, v).map(|v| f(g, v))).collect();
                    return out.map(|v| Dynamic::from(list(v))).map_err(|e| raise(&k, &ctx, e));
                }
                number(name, &v).map(|v| Dynamic::from(f(g, v))).map_err(|e| raise(&k, &ctx, e))
            },
        );
    }
    engine.register_fn("domain", |g: &mut GeneratorValue| g.domain_text());
    engine.register_fn("latex", |g: &mut GeneratorValue| g.latex());
    engine.register_fn("report", |g: &mut GeneratorValue| g.report());
    engine.register_fn("name", |g: &mut GeneratorValue| g.name().to_string());
    engine.register_get("name", |g: &mut GeneratorValue| g.name().to_string());
    engine.register_fn("latex", |d: &mut DivergenceValue| d.0.latex());
    engine.register_fn("name", |d: &mut DivergenceValue| d.0.name());
    engine.register_fn("regularized", |g: &mut GeneratorValue, space: Lipschitz| {
        wrap(Regularized { generator: g.clone(), space })
    });
    engine.register_fn("reversed", |d: &mut DivergenceValue| wrap(Reversed(d.0.clone())));
    let k = c.clone();
    engine.register_fn("reversed", move |ctx: NativeCallContext, g: &mut GeneratorValue| -> Native<DivergenceValue> {
        let e = Error::Unsupported {
            what: g.name().into(),
            reason: "has no function space yet, so there is nothing to reverse".into(),
            advice: format!("write {}.regularized(lipschitz(1.0)).reversed()", g.name()),
        };
        Err(raise(&k, &ctx, e))
    });
}

fn compositions(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn("lipschitz", move |ctx: NativeCallContext, l: Dynamic| {
        number("lipschitz(L)", &l).and_then(Lipschitz::new).map_err(|e| raise(&k, &ctx, e))
    });
    engine.register_fn("ipm", |space: Lipschitz| wrap(Ipm { space }));
    engine.register_fn("w1", || wrap(Ipm { space: Lipschitz { constant: 1.0 } }));
    let sum =
        |c: &Context, ctx: &NativeCallContext, parts| Combination::new(parts).map(wrap).map_err(|e| raise(c, ctx, e));
    let k = c.clone();
    engine.register_fn("+", move |ctx: NativeCallContext, a: DivergenceValue, b: DivergenceValue| {
        sum(&k, &ctx, vec![(1.0, a.0), (1.0, b.0)])
    });
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, w: f64, d: DivergenceValue| sum(&k, &ctx, vec![(w, d.0)]));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, w: i64, d: DivergenceValue| {
        sum(&k, &ctx, vec![(w as f64, d.0)])
    });
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, d: DivergenceValue, w: f64| sum(&k, &ctx, vec![(w, d.0)]));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, d: DivergenceValue, w: i64| {
        sum(&k, &ctx, vec![(w as f64, d.0)])
    });
}
