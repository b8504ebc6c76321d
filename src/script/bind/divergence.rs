//! Divergences: spaces, compositions, transport, inf-convolutions.
use crate::divergence::infconv::InfConv;
use crate::divergence::kernels::{Mmd, Penalized};
use crate::divergence::neurons::TwoLayer;
use crate::divergence::renyi::{self, Order};
use crate::divergence::transport::{Sinkhorn, Unbalanced, Wasserstein};
use crate::divergence::{self as room, Combination, Divergence, Ipm, Regularized, Reversed, check_depth, symmetrised};
use crate::error::Error;
use crate::script::call::Outcome;
use crate::script::convert::number;
use crate::script::library::Library;
use crate::script::values::{DivergenceValue, EstimateValue, GeneratorValue, Rkhs};
use crate::space::Lipschitz;
use crate::space::kernel::Kernel;
use crate::space::neurons::{Hidden, Neurons};
use rhai::Dynamic;
use std::sync::Arc;

fn wrap(d: impl Divergence + 'static) -> Outcome<DivergenceValue> {
    Ok(DivergenceValue::new(d))
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.kind::<Lipschitz>(|l| format!("lipschitz({})", l.constant));
    l.expose("lipschitz", |_, (constant,): (Dynamic,)| Ok(Lipschitz::new(number("lipschitz(L)", &constant)?)?));
    l.expose("ipm", |_, (space,): (Lipschitz,)| wrap(Ipm { space }));
    l.expose("w1", |_, ()| Ok(DivergenceValue::w1()));
    let mut d = l.kind::<DivergenceValue>(|d| d.0.name());
    d.method("latex()", "its formula as LaTeX", |_, d, ()| Ok(d.0.latex()));
    d.method("name()", "its name", |_, d, ()| Ok(d.0.name()));
    d.expose("reversed", |_, d, ()| {
        check_depth([&d.0])?;
        wrap(Reversed(d.0.clone()))
    });
    d.expose("symmetrised", |_, d, ()| Ok(DivergenceValue(Arc::new(symmetrised(d.0.clone())?))));
    of_generators(l);
    sums(l);
    kernels(l);
    two_layer(l);
    renyi_orders(l);
    transports(l);
    infconvs(l);
}

/// From an f to a divergence.
fn of_generators(l: &mut Library) {
    let mut g = l.of::<GeneratorValue>();
    g.expose("regularized", |_, g, (space,): (Lipschitz,)| wrap(Regularized { generator: g.clone(), space }));
    g.expose("penalized", |_, g, (space, lambda): (Rkhs, Dynamic)| {
        wrap(Penalized::new(g.clone(), space.0, number("the penalty lambda", &lambda)?)?)
    });
    g.hidden("reversed", |_, g, ()| -> Outcome<DivergenceValue> {
        Err(Error::Unsupported {
            what: g.name().into(),
            reason: "has no function space yet, so there is nothing to reverse".into(),
            advice: format!("write {}.regularized(lipschitz(1.0)).reversed()", g.name()),
        }
        .into())
    });
}

fn sums(l: &mut Library) {
    let sum = |parts| wrap(Combination::new(parts)?);
    l.operator("+", move |_, (a, b): (DivergenceValue, DivergenceValue)| sum(vec![(1.0, a.0), (1.0, b.0)]));
    l.operator("*", move |_, (w, d): (f64, DivergenceValue)| sum(vec![(w, d.0)]));
    l.operator("*", move |_, (w, d): (i64, DivergenceValue)| sum(vec![(w as f64, d.0)]));
    l.operator("*", move |_, (d, w): (DivergenceValue, f64)| sum(vec![(w, d.0)]));
    l.operator("*", move |_, (d, w): (DivergenceValue, i64)| sum(vec![(w as f64, d.0)]));
}

fn kernels(l: &mut Library) {
    l.kind::<Rkhs>(|k| format!("rkhs({})", k.0.describe()));
    l.expose("rkhs", |_, (k,): (Kernel,)| Ok(Rkhs(k)));
    l.expose("mmd", |call, (kernel,): (Kernel,)| wrap(Mmd { kernel, unbiased: call.options.flag("unbiased") }));
    l.expose("energy", |_, ()| wrap(Mmd { kernel: Kernel::Energy, unbiased: false }));
}

#[derive(serde::Deserialize)]
struct Activated {
    activation: Hidden,
}

fn two_layer(l: &mut Library) {
    l.expose("two_layer", |call, (inputs,): (Dynamic,)| {
        let inputs = call.points("two_layer(inputs)", &inputs)?;
        crate::device::check_sample("two_layer(inputs)", "the sample of inputs", &inputs)?;
        let Activated { activation: hidden } = call.options.typed_json((room::TWO_LAYER.defaults)())?;
        let neurons = Neurons { inputs: crate::device::rows_f64(&inputs)?, k: inputs.dims()[1], hidden };
        wrap(TwoLayer { neurons: Arc::new(neurons) })
    });
}

fn renyi_orders(l: &mut Library) {
    l.expose("renyi", |_, (a,): (Dynamic,)| Ok(Order::new(number("renyi(a)", &a)?)?));
    l.expose("worst_case_regret", |_, ()| Ok(Order(room::Renyi::regret())));
    let mut o = l.kind::<Order>(|o| o.name());
    o.expose("regularized", |_, order, (space,): (Lipschitz,)| wrap(renyi::Regularized { order: *order, space }));
    // asked for a number, it says that it needs a space first
    o.hidden("estimate", |_, o, (_, _): (Dynamic, Dynamic)| -> Outcome<EstimateValue> {
        let name = o.name();
        Err(Error::Unsupported {
            what: name.clone(),
            reason: "between samples needs a function space".into(),
            advice: format!("write {name}.regularized(lipschitz(1.0)).estimate(p, q)"),
        }
        .into())
    });
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

fn transports(l: &mut Library) {
    l.expose("w2", |_, ()| wrap(Wasserstein { power: 2.0, root: true }));
    l.expose("w2_squared", |_, ()| wrap(Wasserstein { power: 2.0, root: false }));
    l.expose("wasserstein", |call, (p,): (Dynamic,)| {
        let power = number("wasserstein(p)", &p)?;
        if !(1.0..=20.0).contains(&power) {
            return Err(Error::data(
                "wasserstein(p)",
                format!(
                    "p is {power}, expected a number from 1 to 20: beyond, powers of distances leave double precision"
                ),
            )
            .into());
        }
        wrap(Wasserstein { power, root: !call.options.has("root") || call.options.flag("root") })
    });
    l.expose("sinkhorn", |call, (epsilon,): (Dynamic,)| {
        let epsilon = number("sinkhorn(epsilon)", &epsilon)?;
        if !(epsilon.is_finite() && epsilon > 0.0) {
            return Err(Error::data(
                "sinkhorn(epsilon)",
                format!("epsilon is {epsilon}, expected a number > 0; w2_squared() is the limit 0"),
            )
            .into());
        }
        let power: Power = call.options.typed()?;
        wrap(Sinkhorn { epsilon, power: power.p })
    });
}

fn infconvs(l: &mut Library) {
    l.expose("infconv", |_, (g, d): (GeneratorValue, DivergenceValue)| wrap(InfConv::new(g, d.0)?));
    l.expose("infconv", |_, (d, g): (DivergenceValue, GeneratorValue)| wrap(InfConv::new(g, d.0)?));
    l.expose("infconv", |_, (a, b): (GeneratorValue, GeneratorValue)| {
        refuse(a.name(), b.name(), "of two f-divergences has no metric between P and its proxy")
    });
    l.expose("infconv", |_, (a, b): (DivergenceValue, DivergenceValue)| {
        refuse(&a.0.name(), &b.0.name(), "has no f to compare the proxy with Q")
    });
    l.expose("unbalanced", |_, (f, d): (GeneratorValue, DivergenceValue)| wrap(Unbalanced::new(f.clone(), f, d.0)?));
    l.expose("unbalanced", |_, (g, f, d): (GeneratorValue, GeneratorValue, DivergenceValue)| {
        wrap(Unbalanced::new(g, f, d.0)?)
    });
}

fn refuse(a: &str, b: &str, reason: &str) -> Outcome<DivergenceValue> {
    let advice = "one argument is an f such as kl(), the other w1(), w2_squared(), mmd(k) or a multiple of one".into();
    Err(Error::Unsupported { what: format!("infconv({a}, {b})"), reason: reason.into(), advice }.into())
}
