//! Statistics of divergences: bootstrap, two-sample tests, paths over the Lipschitz constant.
use super::table_values::of_history;
use crate::critic::{bootstrap, path, permutation};
use crate::device::Points;
use crate::error::Result;
use crate::record::History;
use crate::script::call::Call;
use crate::script::convert::{list, numbers};
use crate::script::library::Library;
use crate::script::values::DivergenceValue;
use rand::Rng;
use rhai::{Dynamic, Map};
use serde::Deserialize;

#[derive(Deserialize)]
struct Resampling {
    resamples: usize,
    level: f64,
    permutations: usize,
    seed: Option<u64>,
}

fn resampling(call: &Call) -> Result<(Resampling, u64)> {
    let defaults = serde_json::json!({ "resamples": 200, "level": 0.95, "permutations": 200, "seed": null });
    let r: Resampling = call.options.typed_json(defaults)?;
    // another call draws anew
    let seed = r.seed.unwrap_or_else(|| call.context.rng().random());
    Ok((r, seed))
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    let mut d = l.of::<DivergenceValue>();
    d.expose("bootstrap", |call, d, (p, q): (Dynamic, Dynamic)| Ok(bootstrap(call, d, &p, &q)?));
    d.expose("two_sample_test", |call, d, (p, q): (Dynamic, Dynamic)| Ok(two_sample_test(call, d, &p, &q)?));
    d.expose("path", |call, d, (p, q, constants): (Dynamic, Dynamic, Dynamic)| {
        let (p, q) = call.samples("path", &p, &q)?;
        Ok(of_history(&path(call, d, (&p, &q), &numbers("path, constants", &constants)?)?)?)
    });
}

fn bootstrap(call: &Call, d: &DivergenceValue, p: &Dynamic, q: &Dynamic) -> Result<Map> {
    let (p, q) = call.samples("bootstrap", p, q)?;
    let (r, seed) = resampling(call)?;
    let i = bootstrap::bootstrap(d.0.as_ref(), &p, &q, r.resamples, r.level, seed, &call.context.interrupt)?;
    let mut out = Map::new();
    for (name, v) in [("value", i.value), ("low", i.low), ("high", i.high)] {
        out.insert(name.into(), Dynamic::from(v));
    }
    out.insert("values".into(), Dynamic::from(list(i.values)));
    Ok(out)
}

fn two_sample_test(call: &Call, d: &DivergenceValue, p: &Dynamic, q: &Dynamic) -> Result<Map> {
    let (p, q) = call.samples("two_sample_test", p, q)?;
    let (r, seed) = resampling(call)?;
    let t = permutation::two_sample_test(d.0.as_ref(), &p, &q, r.permutations, seed, &call.context.interrupt)?;
    let mut out = Map::new();
    out.insert("statistic".into(), Dynamic::from(t.statistic));
    out.insert("p_value".into(), Dynamic::from(t.p_value));
    out.insert("permuted".into(), Dynamic::from(list(t.null)));
    Ok(out)
}

fn path(call: &Call, d: &DivergenceValue, (p, q): (&Points, &Points), constants: &[f64]) -> Result<History> {
    let path = path::path(d.0.as_ref(), p, q, constants, &call.context.interrupt)?;
    let column = |f: &dyn Fn(usize) -> f64| (0..path.solutions.len()).map(f).collect::<Vec<f64>>();
    Ok(History::from_columns(vec![
        ("L".into(), path.constants.clone()),
        ("value".into(), column(&|i| path.solutions[i].value)),
        ("lower".into(), column(&|i| path.solutions[i].lower)),
        ("upper".into(), column(&|i| path.solutions[i].upper)),
        ("slope".into(), column(&|i| path.solutions[i].transport.map_or(f64::NAN, |t| t / path.constants[i]))),
        ("w1".into(), column(&|i| path.constants[i] * path.w1)),
        ("limit".into(), column(&|_| path.limit)),
    ]))
}
