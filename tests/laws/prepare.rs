//! A run with the option `prepare` is the run on prepared samples, brought back: for every kind of flow, saved or not.
use crate::common::session_in;
use gflow::device::{Points, rows_f64, wide};
use gflow::flow::Run;
use gflow::prepare::Transform;
use std::sync::Arc;

/// Samples of columns of unlike sizes, far from 0, that lean on each other.
const SAMPLES: &str = "let q = data::moons(60).matmul([[1.0, 300.0], [0.5, 100.0]]) + [1e6, -40.0];
let t = whiten(q);
let p = t.back(data::gaussian(40, 2));
";

fn eval(script: &str, out: Option<std::path::PathBuf>) -> rhai::Dynamic {
    let (mut session, _) = session_in(out, &[]);
    session.eval("t", script).unwrap_or_else(|d| panic!("{script}: {}", d.message)).flatten()
}

fn points(script: &str) -> Vec<f64> {
    rows_f64(&eval(script, None).cast::<Points>()).unwrap()
}

/// Flows that carry particles from the source, maps of it, maps of noise, and codes.
const FLOWS: [(&str, &str); 7] = [
    ("gpa(kl().regularized(lipschitz(1.0)))", "p"),
    ("mmd_flow(gaussian_kernel(1.0))", "p"),
    ("gradient_flow(w2_squared())", "p"),
    ("jko(mmd(gaussian_kernel(1.0)), #{ tau: 2.0 })", "p"),
    ("w1w2_flow(kl().regularized(lipschitz(1.0)), #{ potential: mlp([8]), critic: mlp([8]) })", "p"),
    ("latent(gpa(kl().regularized(lipschitz(1.0))), pca(1))", "p"),
    ("gan(w1(), #{ generator: mlp([8]), critic: mlp([8]) })", "data::gaussian(40, 3)"),
];

/// The same numbers, bit for bit: z → x is the one step that the second run does by hand. Noise of a generator is not prepared.
#[test]
fn it_is_the_run_on_prepared_samples() {
    for (flow, source) in FLOWS {
        let options = "steps: 4, record_every: 1, snapshots: 3, seed: 2";
        let prepared = |what: &str| {
            points(&format!(
                "{SAMPLES}let p = {source}; let r = {flow}.run(p, q, #{{ {options}, prepare: t }}); {what}"
            ))
        };
        let inside = if source == "p" { "t.apply(p)" } else { "p" };
        let by_hand = |what: &str| {
            points(&format!(
                "{SAMPLES}let p = {source}; let r = {flow}.run({inside}, t.apply(q), #{{ {options} }}); t.back({what})"
            ))
        };
        assert_eq!(prepared("r.particles"), by_hand("r.particles"), "{flow}");
        assert_eq!(prepared("r.snapshots[1]"), by_hand("r.snapshots[1]"), "{flow}");
    }
}

/// Samples and metrics stay in the user's units; the critic takes their points, and its slope is that in their units.
#[test]
fn what_is_looked_at_is_in_the_users_units() {
    let run = "let r = gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ steps: 30, metrics: [\"w2\", \"sliced\"], prepare: t });";
    let v = points(&format!(
        "{SAMPLES}{run} points([[r.history.last(\"w2\"), metric::w2(r.particles, q), r.history.last(\"sliced\"),
            metric::sliced(r.particles, q), metric::w1(r.target, q), metric::w1(r.source, p), metric::w1(r.snapshots[0], p)]])"
    ));
    // particles and targets were rounded to f32 of their width, 150 and 300
    assert!((v[0] - v[1]).abs() < 1e-4 * v[1] && (v[2] - v[3]).abs() < 1e-4 * v[3], "{v:?}");
    assert!(v[4] == 0.0 && v[5] == 0.0 && v[6] < 1e-4, "{v:?}");
    // a difference quotient of the critic along either coordinate, 1e-4 of its width long
    let v = points(&format!(
        "{SAMPLES}{run} let x = q[0..20]; let g = r.critic.gradient(x); let out = [[r.critic.lipschitz_bound(), 0.0]];
        let h = [1e-4*t.scale[0], 1e-4*t.scale[1]];
        for k in 0..2 {{ let s = [0.0, 0.0]; s[k] = h[k];
            let up = r.critic.value(x + s); let down = r.critic.value(x - s);
            for i in 0..20 {{ out.push([(up[i] - down[i])/(2.0*h[k]), g[i][k]]) }} }} points(out)"
    ));
    let near = v[2..].chunks(2).filter(|c| (c[0] - c[1]).abs() < 0.02 * c[1].abs() + 1e-6).count();
    // a kink of the network lies between the two points of some
    assert!(near >= 36, "{near} of 40: {v:?}");
    let steepest = v[2..].chunks(2).map(|c| c[1].abs()).fold(0.0, f64::max);
    assert!(steepest <= v[0] && v[0].is_finite(), "{steepest} and {}", v[0]);
}

/// A saved run has its transform, matrices and all, and goes on bit for bit in the same units.
#[test]
fn a_saved_run_keeps_its_transform() {
    for how in ["t", "\"standardise\"", "\"robust\"", "scale([2.0, 300.0])"] {
        let folder = tempfile::tempdir().unwrap();
        let start = format!(
            "{SAMPLES}let r = gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{{ steps: 4, prepare: {how} }});"
        );
        let whole =
            eval(&format!("{start} r.save(\"kept\"); r.resume(3)"), Some(folder.path().into())).cast::<Arc<Run>>();
        let kept = folder.path().join("kept");
        let again = eval(&format!("load_run(\"{}\").resume(3)", kept.display()), None).cast::<Arc<Run>>();
        let rows = |r: &Run| rows_f64(&r.particles().unwrap()).unwrap();
        assert_eq!(rows(&whole), rows(&again), "{how}");
        assert_eq!(whole.transform(), again.transform(), "{how}");
        // a matrix that is lost is missed
        if how == "t" {
            let json = std::fs::read_to_string(kept.join("run.json")).unwrap();
            assert!(json.contains("\"prepare\"") && json.contains("\"mixes\": true"), "{json}");
        }
    }
    let without = eval("gpa(kl().regularized(lipschitz(1.0))).run(data::ring(9), data::ring(9), #{ steps: 1 })", None);
    assert!(without.cast::<Arc<Run>>().transform().is_none());
}

/// Two moons of unlike columns at 10⁶: prepared, gpa with nothing else said brings particles to them.
/// W₂ to a fresh sample over that between two samples is 1 where particles are as good as data.
#[test]
fn it_helps() {
    let v = points(
        "let make = |n| data::moons(n).matmul([[1.0, 0.0], [0.0, 300.0]]) + [1e6, 0.0];
        let q = make.call(200); let p = standardise(q).back(data::gaussian(200, 2)); let v = scale([1.0, 300.0]);
        let r = gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ steps: 150, seed: 1, prepare: \"standardise\" });
        points([[metric::w2(v.apply(r.particles), v.apply(make.call(200))), metric::w2(v.apply(q), v.apply(make.call(200)))]])",
    );
    assert!(v[0] < 1.5 * v[1], "{v:?}");
}

/// Transforms cross into the library: what a script found is what Rust finds.
#[test]
fn the_library_has_it_too() {
    let x = wide(vec![1.0, 10.0, 3.0, 30.0, 8.0, 20.0], 3, 2);
    let t = gflow::prepare::whiten::whiten(&x, 0.0).unwrap();
    let s = eval("whiten([[1.0, 10.0], [3.0, 30.0], [8.0, 20.0]])", None).cast::<Arc<Transform>>();
    assert_eq!(t, *s);
}
