//! Estimates: values with their proof, and statistics made of them.
use super::critic::{FittedCritic, critic_option, refuse_idle};
use super::divergence::{DivergenceValue, GeneratorValue};
use super::flow::TableValue;
use super::{describe, none};
use crate::critic::Weights;
use crate::critic::bootstrap::{BOOTSTRAP, bootstrap};
use crate::critic::certificate::{Upper, certify};
use crate::critic::estimate::{ESTIMATE, Estimate, EstimateOptions, Request, estimate, estimate_optimizer};
use crate::critic::mlp::{MlpBuilder, MlpOptions};
use crate::critic::path::path;
use crate::critic::permutation::{TEST, two_sample_test};
use crate::device::{Points, check_samples};
use crate::error::{Error, Result};
use crate::flow::record::{Table, compact};
use crate::observer::progress::Report;
use crate::script::context::Context;
use crate::script::convert::{Native, list, numbers, points, raise};
use crate::script::front_end::Event;
use crate::script::options::Options;
use crate::transport::weights;
use rand::Rng;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Options that only an ascent has.
const ASCENT: &[&str] = &["steps", "batch", "tolerance", "repeats", "held_out", "upper"];

/// An estimate as a value.
pub type EstimateValue = Arc<Estimate>;

/// The bracket in words: "3.8 ≤ D ≤ 3.9", or why there is none.
pub fn bracket(e: &Estimate) -> String {
    match (e.lower.is_finite(), e.upper.is_finite()) {
        (true, true) => {
            format!("{:.6} ≤ D ≤ {:.6} between these samples, gap {}", e.lower, e.upper, compact(e.upper - e.lower))
        }
        (true, false) => format!("D ≥ {:.6} between these samples", e.lower),
        (false, true) => format!("D ≤ {:.6} between these samples", e.upper),
        (false, false) => "none for this divergence".into(),
    }
}

fn text(e: &EstimateValue) -> String {
    let mut lines = vec![
        format!("{} ≈ {:.6}", e.divergence.name(), e.value),
        format!("  proved                 {}", bracket(e)),
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

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<EstimateValue>(engine, "Estimate", text);
    reading(engine);
    estimates(engine, c);
    certificates(engine, c);
    statistics(engine, c);
    paths(engine, c);
}

fn reading(engine: &mut Engine) {
    engine.register_get("value", |e: &mut EstimateValue| e.value);
    engine.register_get("lower", |e: &mut EstimateValue| e.lower);
    engine.register_get("upper", |e: &mut EstimateValue| e.upper);
    engine.register_get("gap", |e: &mut EstimateValue| e.upper - e.lower);
    engine.register_get("values", |e: &mut EstimateValue| list(e.values.iter().copied()));
    engine.register_get("history", |e: &mut EstimateValue| list(e.history.iter().copied()));
    engine.register_get("iterations", |e: &mut EstimateValue| e.iterations as i64);
    engine.register_get("critic", |e: &mut EstimateValue| FittedCritic::of_estimate(e));
    engine.register_get("lipschitz", |e: &mut EstimateValue| {
        list(e.lipschitz.iter().map(|(_, b)| b.unwrap_or(f64::INFINITY)))
    });
    engine.register_get("remarks", |e: &mut EstimateValue| {
        e.remarks.iter().map(|r| Dynamic::from(r.clone())).collect::<Array>()
    });
    engine.register_get("slope", |e: &mut EstimateValue| optional(e.slope));
    engine.register_get("held_out", |e: &mut EstimateValue| optional(e.held_out));
    engine.register_get("proximal", |e: &mut EstimateValue| {
        e.proximal.as_ref().map_or(Dynamic::UNIT, |w| Dynamic::from(list(w.iter().copied())))
    });
    engine.register_get("plan", |e: &mut EstimateValue| match e.solution.as_ref().and_then(|f| f.plan.as_ref()) {
        Some(plan) => Dynamic::from(
            plan.iter()
                .map(|(i, j, w)| {
                    Dynamic::from(vec![Dynamic::from(*i as i64), Dynamic::from(*j as i64), Dynamic::from(*w)])
                })
                .collect::<Array>(),
        ),
        None => Dynamic::UNIT,
    });
    engine.register_get("bracket", |e: &mut EstimateValue| {
        let history = e.solution.as_ref().map_or(vec![], |f| f.history.clone());
        TableValue::new(bracket_table(&history))
    });
}

fn bracket_table(history: &[(f64, f64)]) -> Table {
    let column = |f: fn(&(f64, f64)) -> f64| history.iter().map(f).collect::<Vec<f64>>();
    Table::from_columns(vec![
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

fn estimates(engine: &mut Engine, c: &Arc<Context>) {
    let run = |c: &Context,
               ctx: &NativeCallContext,
               d: &DivergenceValue,
               p: &Dynamic,
               q: &Dynamic,
               map: Map|
     -> Native<EstimateValue> {
        let options = Options::read(c, ctx, &ESTIMATE, map)?;
        let fit = || {
            let (p, q) = samples(c, "estimate", p, q)?;
            let (critic, chosen) = critic_option(
                &options,
                estimate_optimizer(),
                MlpBuilder::new(vec![64, 64], MlpOptions::default()),
                ASCENT,
            )?;
            refuse_idle(&options, critic.as_ref(), chosen, d.0.as_ref(), ASCENT)?;
            let settings: EstimateOptions =
                options.typed_over(EstimateOptions { seed: c.seed(), ..EstimateOptions::default() })?;
            let weights = Weights {
                source: weights_option(&options, "source_weights", p.dims()[0])?,
                target: weights_option(&options, "target_weights", q.dims()[0])?,
            };
            let (begun, mut last) = (Instant::now(), Instant::now());
            let label = format!("estimate {}", d.0.name());
            let request = Request {
                divergence: d.0.clone(),
                p: &p,
                q: &q,
                builder: critic.as_ref(),
                explicit: chosen,
                weights,
                options: settings,
            };
            estimate(&request, &c.interrupt, &mut |done, total| {
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
            })
        };
        let e = fit().map_err(|e| raise(c, ctx, e))?;
        e.remarks.iter().for_each(|r| c.note(format!("{}: {r}", d.0.name())));
        Ok(Arc::new(e))
    };
    let k = c.clone();
    engine.register_fn("estimate", move |ctx: NativeCallContext, d: &mut DivergenceValue, p: Dynamic, q: Dynamic| {
        run(&k, &ctx, d, &p, &q, none())
    });
    let k = c.clone();
    engine.register_fn(
        "estimate",
        move |ctx: NativeCallContext, d: &mut DivergenceValue, p: Dynamic, q: Dynamic, o: Map| {
            run(&k, &ctx, d, &p, &q, o)
        },
    );
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
    engine.register_fn("estimate", move |ctx: NativeCallContext, g: &mut GeneratorValue, _: Dynamic, _: Dynamic| {
        f(ctx, g)
    });
    engine.register_fn(
        "estimate",
        move |ctx: NativeCallContext, g: &mut GeneratorValue, _: Dynamic, _: Dynamic, _: Map| plain(ctx, g),
    );
}

/// What a Rényi order says when it is asked for a number: it needs a space first.
pub fn needs_a_space(name: &str) -> Error {
    Error::Unsupported {
        what: name.into(),
        reason: "between samples needs a function space".into(),
        advice: format!("write {name}.regularized(lipschitz(1.0)).estimate(p, q)"),
    }
}

fn samples(c: &Context, what: &str, p: &Dynamic, q: &Dynamic) -> Result<(Points, Points)> {
    Ok((points(c, &format!("{what}, first sample"), p)?, points(c, &format!("{what}, second sample"), q)?))
}

fn certificates(engine: &mut Engine, c: &Arc<Context>) {
    let run = |c: &Context, critic: &FittedCritic, p: &Dynamic, q: &Dynamic| -> Result<Map> {
        let (p, q) = samples(c, "certify", p, q)?;
        check_samples("certify", &p, &q)?;
        super::critic::check_dim(critic, &p)?;
        let (mut lower, mut upper, mut proximal) = (0.0, 0.0, None);
        for ((weight, critic), (_, term)) in critic.parts.iter().zip(critic.divergence.terms()) {
            let found = certify(critic.as_ref(), &term, &p, &q, Upper::Auto, &c.interrupt)?;
            lower += weight * found.lower;
            upper += weight * found.upper;
            proximal = found.proximal;
        }
        let mut out = Map::new();
        out.insert("lower".into(), Dynamic::from(lower));
        out.insert("upper".into(), Dynamic::from(upper));
        out.insert("gap".into(), Dynamic::from(upper - lower));
        if let Some(w) = proximal.filter(|_| critic.parts.len() == 1) {
            out.insert("proximal".into(), Dynamic::from(list(w)));
        }
        Ok(out)
    };
    let k = c.clone();
    engine.register_fn("certify", move |ctx: NativeCallContext, f: FittedCritic, p: Dynamic, q: Dynamic| {
        run(&k, &f, &p, &q).map_err(|e| raise(&k, &ctx, e))
    });
}

#[derive(Deserialize)]
struct Resampling {
    resamples: usize,
    level: f64,
    permutations: usize,
    seed: Option<u64>,
}

fn resampling(o: &Options, c: &Context) -> Result<(Resampling, u64)> {
    let r: Resampling =
        o.typed_json(serde_json::json!({ "resamples": 200, "level": 0.95, "permutations": 200, "seed": null }))?;
    // another call draws anew
    let seed = r.seed.unwrap_or_else(|| c.rng().random());
    Ok((r, seed))
}

fn statistics(engine: &mut Engine, c: &Arc<Context>) {
    type Run = fn(&Context, &DivergenceValue, &Points, &Points, &Options) -> Result<Map>;
    let interval: Run = |c, d, p, q, o| {
        let (r, seed) = resampling(o, c)?;
        let i = bootstrap(d.0.as_ref(), p, q, r.resamples, r.level, seed, &c.interrupt)?;
        let mut out = Map::new();
        for (name, v) in [("value", i.value), ("low", i.low), ("high", i.high)] {
            out.insert(name.into(), Dynamic::from(v));
        }
        out.insert("values".into(), Dynamic::from(list(i.values)));
        Ok(out)
    };
    let test: Run = |c, d, p, q, o| {
        let (r, seed) = resampling(o, c)?;
        let t = two_sample_test(d.0.as_ref(), p, q, r.permutations, seed, &c.interrupt)?;
        let mut out = Map::new();
        out.insert("statistic".into(), Dynamic::from(t.statistic));
        out.insert("p_value".into(), Dynamic::from(t.p_value));
        out.insert("permuted".into(), Dynamic::from(list(t.null)));
        Ok(out)
    };
    for (entry, run) in [(&BOOTSTRAP, interval), (&TEST, test)] {
        let go = move |c: &Context,
                       ctx: &NativeCallContext,
                       d: &DivergenceValue,
                       p: &Dynamic,
                       q: &Dynamic,
                       map: Map|
              -> Native<Map> {
            let options = Options::read(c, ctx, entry, map)?;
            let inner = || {
                let (p, q) = samples(c, entry.name, p, q)?;
                run(c, d, &p, &q, &options)
            };
            inner().map_err(|e| raise(c, ctx, e))
        };
        let k = c.clone();
        engine.register_fn(
            entry.name,
            move |ctx: NativeCallContext, d: &mut DivergenceValue, p: Dynamic, q: Dynamic| {
                go(&k, &ctx, d, &p, &q, none())
            },
        );
        let k = c.clone();
        engine.register_fn(
            entry.name,
            move |ctx: NativeCallContext, d: &mut DivergenceValue, p: Dynamic, q: Dynamic, o: Map| {
                go(&k, &ctx, d, &p, &q, o)
            },
        );
    }
}

fn paths(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn(
        "path",
        move |ctx: NativeCallContext,
              d: &mut DivergenceValue,
              p: Dynamic,
              q: Dynamic,
              constants: Dynamic|
              -> Native<TableValue> {
            let run = || {
                let (p, q) = samples(&k, "path", &p, &q)?;
                let path = path(d.0.as_ref(), &p, &q, &numbers("path, constants", &constants)?, &k.interrupt)?;
                let column = |f: &dyn Fn(usize) -> f64| (0..path.solutions.len()).map(f).collect::<Vec<f64>>();
                Ok(Table::from_columns(vec![
                    ("L".into(), path.constants.clone()),
                    ("value".into(), column(&|i| path.solutions[i].value)),
                    ("lower".into(), column(&|i| path.solutions[i].lower)),
                    ("upper".into(), column(&|i| path.solutions[i].upper)),
                    (
                        "slope".into(),
                        column(&|i| path.solutions[i].transport.map_or(f64::NAN, |t| t / path.constants[i])),
                    ),
                    ("w1".into(), column(&|i| path.constants[i] * path.w1)),
                    ("limit".into(), column(&|_| path.limit)),
                ]))
            };
            run().map(TableValue::new).map_err(|e| raise(&k, &ctx, e))
        },
    );
}
