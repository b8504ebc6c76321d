//! Estimates: values with their proof.
use super::critic::critic_option;
use super::table_values::of_history;
use crate::critic::certificate::{Upper, certify};
use crate::critic::estimate::{EstimateOptions, Request, estimate_on, estimate_optimizer};
use crate::critic::mlp::{MlpBuilder, MlpOptions};
use crate::critic::{Asked, Weights};
use crate::device::check_samples;
use crate::error::{Error, Result};
use crate::observer::progress::Report;
use crate::record::History;
use crate::script::call::{Call, Outcome};
use crate::script::context::Context;
use crate::script::convert::{list, numbers};
use crate::script::front_end::Event;
use crate::script::library::Library;
use crate::script::options::Options;
use crate::script::values::{DivergenceValue, EstimateValue, FittedCritic, GeneratorValue, proved};
use crate::transport::weights;
use rhai::{Array, Dynamic, Map};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Options that only an ascent has.
const ASCENT: &[&str] = &["steps", "batch", "tolerance", "repeats", "held_out", "upper"];

fn text(e: &EstimateValue) -> String {
    let mut lines = vec![
        format!("{} ≈ {:.6}", e.divergence.name(), e.value),
        format!("  proved                 {}", proved(e)),
        format!("  critic                 {}", e.method),
    ];
    for (l, b) in e.lipschitz.iter().filter_map(|(l, b)| l.map(|l| (l, b))) {
        lines.push(format!(
            "  Lipschitz constant     L {l}, the critic's at most {}",
            b.map_or("unknown".into(), |b| format!("{b:.6}"))
        ));
    }
    if let Some(slope) = e.slope {
        lines.push(format!("  dD/dL                  {slope:.6}"));
    }
    if let Some(v) = e.held_out {
        lines.push(format!("  on held-out points     {v:.6}, a generalisation gap of {:.6}", e.value - v));
    }
    if e.values.len() > 1 {
        let (low, high) = e.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        lines.push(format!("  repeats                {} seeds, values from {low:.6} to {high:.6}", e.values.len()));
    }
    lines.push(format!("  iterations             {}", e.iterations));
    lines.extend(e.remarks.iter().map(|r| format!("  note                   {r}")));
    lines.join("\n")
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.kind::<EstimateValue>(text);
    reading(l);
    proofs(l);
    let mut d = l.of::<DivergenceValue>();
    d.expose("estimate", |call, d, (p, q): (Dynamic, Dynamic)| estimated(call, d, &p, &q));
    let mut g = l.of::<GeneratorValue>();
    g.hidden("estimate", |_, g, (_, _): (Dynamic, Dynamic)| needs_a_space(g));
    g.hidden("estimate", |_, g, (_, _, _): (Dynamic, Dynamic, Map)| needs_a_space(g));
    l.expose("certify", |call, (f, p, q): (FittedCritic, Dynamic, Dynamic)| Ok(certified(call, &f, &p, &q)?));
}

fn needs_a_space(g: &GeneratorValue) -> Outcome<EstimateValue> {
    Err(Error::Unsupported {
        what: g.name().into(),
        reason: "between samples needs a function space: without one D_f is infinite or meaningless".into(),
        advice: format!("write {}.regularized(lipschitz(1.0)).estimate(p, q)", g.name()),
    }
    .into())
}

fn reading(l: &mut Library) {
    let mut e = l.of::<EstimateValue>();
    e.property("value", "the value of the objective", |_, e| Ok(e.value));
    e.property("lower", "a proved lower bound between these samples", |_, e| Ok(e.lower));
    e.property("upper", "a proved upper bound between these samples", |_, e| Ok(e.upper));
    e.property("gap", "upper - lower", |_, e| Ok(e.upper - e.lower));
    e.property("values", "the value under every seed", |_, e| Ok(list(e.values.iter().copied())));
    e.property("history", "the objective along the ascent", |_, e| Ok(list(e.history.iter().copied())));
    e.property("iterations", "how many were made", |_, e| Ok(e.iterations as i64));
    e.property("critic", "the fitted potential", |_, e| Ok(FittedCritic::of_estimate(e)));
    e.property("remarks", "what to know about the value", |_, e| {
        Ok(e.remarks.iter().map(|r| Dynamic::from(r.clone())).collect::<Array>())
    });
    e.property("held_out", "the objective on points kept aside", |_, e| Ok(optional(e.held_out)));
}

/// What an estimate proves, and the solution it is read from.
fn proofs(l: &mut Library) {
    let mut e = l.of::<EstimateValue>();
    e.property("lipschitz", "bounds of the critics' Lipschitz constants", |_, e| {
        Ok(list(e.lipschitz.iter().map(|(_, b)| b.unwrap_or(f64::INFINITY))))
    });
    e.property("slope", "dD/dL, where it is known", |_, e| Ok(optional(e.slope)));
    e.property("proximal", "the weights of the proxy on the points of Q", |_, e| {
        Ok(e.proximal.as_ref().map_or(Dynamic::UNIT, |w| Dynamic::from(list(w.iter().copied()))))
    });
    e.property("plan", "[i, j, mass] of a transport plan", |_, e| {
        Ok(e.solution.as_ref().and_then(|f| f.plan.as_ref()).map_or(Dynamic::UNIT, |plan| {
            let row = |(i, j, w): &(usize, usize, f64)| {
                Dynamic::from(vec![Dynamic::from(*i as i64), Dynamic::from(*j as i64), Dynamic::from(*w)])
            };
            Dynamic::from(plan.iter().map(row).collect::<Array>())
        }))
    });
    e.property("bracket", "the bounds along the iterations, a table", |_, e| {
        Ok(of_history(&bracket_table(e.solution.as_ref().map_or(&[][..], |f| &f.history)))?)
    });
}

fn bracket_table(history: &[(f64, f64)]) -> History {
    let column = |f: fn(&(f64, f64)) -> f64| history.iter().map(f).collect::<Vec<f64>>();
    History::from_columns(vec![
        ("iteration".into(), (0..history.len()).map(|i| i as f64).collect()),
        ("lower".into(), column(|h| h.0)),
        ("upper".into(), column(|h| h.1)),
        ("gap".into(), column(|h| h.1 - h.0)),
    ])
}

fn optional(v: Option<f64>) -> Dynamic {
    v.map_or(Dynamic::UNIT, Dynamic::from)
}

/// The weights of one sample from an option map, checked.
fn weights_option(o: &Options, key: &str, n: usize) -> Result<Option<Arc<Vec<f64>>>> {
    let Some(v) = o.value(key) else { return Ok(None) };
    Ok(Some(Arc::new(weights::checked(key, &numbers(key, v)?, n)?)))
}

fn estimated(call: &Call, d: &DivergenceValue, p: &Dynamic, q: &Dynamic) -> Outcome<EstimateValue> {
    let (c, options) = (call.context, call.options);
    let (p, q) = call.samples("estimate", p, q)?;
    let default = MlpBuilder::new(vec![64, 64], MlpOptions::default());
    let critic = Asked::of(critic_option(options)?, default, estimate_optimizer(), &options.given, ASCENT)?;
    critic.check_ascent(d.0.as_ref(), &options.given, ASCENT)?;
    let settings: EstimateOptions =
        options.typed_over(EstimateOptions { seed: c.seed(), ..EstimateOptions::default() })?;
    let weights = Weights {
        source: weights_option(options, "source_weights", p.dims()[0])?,
        target: weights_option(options, "target_weights", q.dims()[0])?,
    };
    let (builder, explicit) = (critic.builder.as_ref(), critic.explicit);
    let request = Request { divergence: d.0.clone(), p: &p, q: &q, builder, explicit, weights, options: settings };
    let e =
        estimate_on(&request, &c.compute.device, &c.interrupt, &mut progress(c, format!("estimate {}", d.0.name())))?;
    e.remarks.iter().for_each(|r| c.note(format!("{}: {r}", d.0.name())));
    Ok(Arc::new(e))
}

/// Reports steps to the front end, not more often than anybody looks.
fn progress(c: &Context, label: String) -> impl FnMut(usize, usize) {
    let (begun, mut last) = (Instant::now(), Instant::now());
    move |done, total| {
        if last.elapsed() > Duration::from_millis(50) || done == total {
            last = Instant::now();
            let steps_per_second = done as f64 / begun.elapsed().as_secs_f64().max(1e-9);
            c.emit(Event::Progress(Report {
                label: label.clone(),
                done,
                total,
                steps_per_second,
                divergence: None,
                finished: done == total,
            }));
        }
    }
}

fn certified(call: &Call, critic: &FittedCritic, p: &Dynamic, q: &Dynamic) -> Result<Map> {
    let (p, q) = call.samples("certify", p, q)?;
    check_samples("certify", &p, &q)?;
    critic.check_dim(&p)?;
    let (p, q) = (critic.place.exactly(&p)?, critic.place.exactly(&q)?);
    let (mut lower, mut upper, mut proximal) = (0.0, 0.0, None);
    for ((weight, critic), (_, term)) in critic.parts.iter().zip(critic.divergence.terms()) {
        let found = certify(critic.as_ref(), &term, &p, &q, Upper::Auto, &call.context.interrupt)?;
        lower += weight * found.lower;
        upper += weight * found.upper;
        proximal = found.proximal;
        if let Some(remark) = found.remark {
            call.context.note(format!("certify: {remark}"));
        }
    }
    let mut out = Map::new();
    out.insert("lower".into(), Dynamic::from(lower));
    out.insert("upper".into(), Dynamic::from(upper));
    out.insert("gap".into(), Dynamic::from(upper - lower));
    if let Some(w) = proximal.filter(|_| critic.parts.len() == 1) {
        out.insert("proximal".into(), Dynamic::from(list(w)));
    }
    Ok(out)
}
