//! Runs whose ranks hold some rows of both samples alone are those of one rank, bit for bit: particles, history, metrics, verdict, what is
//! saved and what goes on from it. The ranks are threads of this process, and every sample is split however small it is.
use super::ranks::team;
use crate::common::session_in;
use gflow::catalogue::Given;
use gflow::device::{host, rows_f64, wide};
use gflow::divergence::Regularized;
use gflow::flow::algorithms::gpa;
use gflow::flow::{Ingredients, Run, RunOptions};
use gflow::generator::named;
use gflow::interrupt::Interrupt;
use gflow::ranks;
use gflow::space::Lipschitz;
use std::path::Path;
use std::sync::Arc;

/// What a run leaves: particles, snapshots and history as bits, and its verdict.
#[derive(PartialEq)]
struct Left {
    particles: Vec<u64>,
    snapshots: Vec<Vec<u64>>,
    history: Vec<(String, Vec<u64>)>,
    verdict: String,
}

fn bits(v: &[f64]) -> Vec<u64> {
    v.iter().map(|v| v.to_bits()).collect()
}

fn left(run: &Run) -> Left {
    let columns = run.history.columns().iter().filter(|(name, _)| name != "seconds");
    let whole = |p| bits(&rows_f64(&p).unwrap());
    Left {
        particles: whole(run.particles().unwrap()),
        snapshots: run.snapshots.iter().map(|s| whole(run.view(s).unwrap())).collect(),
        history: columns.map(|(name, v)| (name.clone(), bits(v))).collect(),
        verdict: run.verdict(&Interrupt::default()).unwrap().describe(),
    }
}

/// What `f` makes of the run that ends a script, on so many ranks that split every sample.
fn with<T: Send>(size: usize, script: &str, f: impl Fn(&Run) -> T + Sync) -> Vec<T> {
    team::splitting(size, (0, 0), |team, _| {
        let _team = ranks::enter(Some(team));
        let (mut s, _) = session_in(None, &[]);
        let run = s.eval("t", script).unwrap_or_else(|d| panic!("{script}: {}", d.message));
        let run = run.flatten().try_cast::<Arc<Run>>().unwrap();
        assert_eq!(run.splits.is_some(), size > 1, "{script} on {size} ranks");
        f(&run)
    })
}

fn are_one(what: &str, script: &str) {
    let alone = with(1, script, left).remove(0);
    assert!(!alone.particles.is_empty() && !alone.history.is_empty(), "{what}");
    for size in [2, 3] {
        for (rank, found) in with(size, script, left).into_iter().enumerate() {
            let same = |a: bool, which: &str| assert!(a, "{what}: rank {rank} of {size} has {which}");
            same(found.particles == alone.particles, "other particles");
            same(found.snapshots == alone.snapshots, "other snapshots");
            same(found.history == alone.history, "another history");
            same(found.verdict == alone.verdict, "another verdict");
        }
    }
}

/// Six groups of rows in one sample, four in the other.
fn flow(divergence: &str, options: &str, run: &str) -> String {
    format!(
        "gpa({divergence}, #{{ critic: mlp([16, 16]), inner_steps: 2{options} }})
         .run(data::gaussian(700, 2), data::ring(450), #{{ steps: 24, record_every: 2, snapshots: 3{run} }})"
    )
}

#[test]
fn critics() {
    for d in [
        "kl().regularized(lipschitz(1.0))",
        "alpha(2).regularized(lipschitz(1.0))",
        "tv().regularized(lipschitz(1.0))",
        "ipm(lipschitz(1.0))",
        "kl().regularized(lipschitz(1.0)) + 0.5 * ipm(lipschitz(1.0))",
    ] {
        are_one(d, &flow(d, "", ""));
        are_one(d, &flow(d, ", dt: 0.1", ""));
    }
}

#[test]
fn options() {
    let kl = "kl().regularized(lipschitz(1.0))";
    for options in [
        ", batch: 200",
        ", integrator: \"heun\"",
        ", integrator: \"rk4\", dt: 0.1",
        ", integrator: \"ab2\", dt: 0.1",
        ", critic: mlp([8, 8], #{ constraint: \"none\", activation: \"tanh\" })",
        ", critic: mlp([8], #{ constraint: \"bjorck\", activation: \"groupsort\", standardize: false })",
        ", warm_up: 3, inner_tolerance: 1e-3",
    ] {
        let script =
            flow(kl, options, "").replacen("critic: mlp([16, 16]), ", "", usize::from(options.contains("critic")));
        are_one(options, &script);
    }
    are_one("metrics", &flow(kl, "", ", metrics: [\"energy\", \"sliced\"], metrics_every: 6"));
    are_one("a rule", &flow(kl, "", ", stop: #{ divergence: 0.2 }"));
}

/// Long enough to be carried, from a dot that goes to the size of its target, far from 0, and at rest beside points it copies.
#[test]
fn what_looks_at_whole_samples() {
    let d = "kl().regularized(lipschitz(1.0))";
    let far = |source: &str, target: &str| {
        format!(
            "gpa({d}, #{{ critic: mlp([8, 8]), inner_steps: 1 }})
             .run({source}, {target}, #{{ steps: 110, record_every: 10, snapshots: 2 }})"
        )
    };
    are_one("a dot", &far("data::gaussian(400, 2) * 0.01", "data::ring(390)"));
    are_one("far from 0", &far("data::gaussian(400, 2) + [1e6, 0.0]", "data::ring(390) + [1e6, 0.0]"));
    are_one("at rest", &far("data::gaussian(400, 1)", "data::gaussian(400, 1, #{ mean: 1.0 })"));
    are_one("heavy tails", &far("data::gaussian(400, 2)", "data::student_t(390, 2, 1.0)"));
}

/// What needs all points has them, and gives the same.
#[test]
fn what_is_not_split() {
    let kl = "kl().regularized(lipschitz(1.0))";
    let run = |script: &str| {
        team::splitting(2, (0, 0), |team, _| {
            let (mut s, _) = session_in(None, &[]);
            let _team = ranks::enter(Some(team));
            let run = s.eval("t", script).unwrap_or_else(|d| panic!("{script}: {}", d.message));
            let run = run.flatten().try_cast::<Arc<Run>>().unwrap();
            assert!(run.splits.is_none(), "{script}");
            left(&run).particles
        })
    };
    for script in [
        flow(kl, ", critic: mlp([8], #{ constraint: \"gp\" })", "").replacen("critic: mlp([16, 16]), ", "", 1),
        flow(kl, ", noise: 0.1", ""),
        flow(kl, "", ", holdout: 0.2"),
        flow(kl, "", ", prepare: \"standardise\""),
        flow("kl().regularized(lipschitz(1.0)).reversed()", "", ""),
        "mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(300, 2), data::ring(300), #{ steps: 2 })".into(),
    ] {
        let all = run(&script);
        assert!(all[0] == all[1], "{script}");
    }
}

/// A run that two ranks save goes on on one, on two and on three; what is saved is what one rank saves.
#[test]
fn what_is_saved_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let script = flow("alpha(2).regularized(lipschitz(1.0))", ", integrator: \"ab2\", dt: 0.1", "");
    let saved = |size: usize| dir.path().join(size.to_string());
    for size in [1, 2, 3] {
        with(size, &script, |run| run.save(&saved(size)).unwrap());
    }
    let arrays = |size: usize| std::fs::read(saved(size).join("arrays.npz")).unwrap();
    assert!(arrays(1) == arrays(2) && arrays(1) == arrays(3));
    let on = |from: &Path, size: usize| {
        team::splitting(size, (0, 0), |team, _| {
            let _team = ranks::enter(Some(team));
            let mut run = Run::load(from, &host()).unwrap();
            assert_eq!(run.splits.is_some(), size > 1);
            run.advance(5, &Interrupt::default(), &mut |_| {});
            left(&run)
        })
    };
    let alone = on(&saved(1), 1).remove(0);
    for (from, size) in [(2, 1), (1, 2), (2, 3), (3, 2)] {
        assert!(on(&saved(from), size).into_iter().all(|found| found == alone), "from {from} ranks on {size}");
    }
}

/// Points of a script are what they are on one rank, whatever is asked of them.
#[test]
fn points_of_a_script() {
    let script = "let p = data::gaussian(700, 2); let q = data::ring(700) + p * 0.5; let m = #{ p: p, l: [q, 1] };
        [p.len(), q.dim(), p[0], q[699], p.rows(130, 132), q.rows(0, 700).mean(), p.cols(0, 1).max(), (p - q).min(),
         p.filter(|r| r[0] > 1.5).len(), (m.l[0] - q).max(), #{ x: m.p }.to_json().len(), [p, q].map(|x| x.mean()), metric::energy(p, q),
         `${p}`, q.concat(p).len(), type_of(p)].to_string()";
    let said = |size: usize| {
        team::splitting(size, (0, 0), |team, _| {
            let _team = ranks::enter(Some(team));
            let (mut s, _) = session_in(None, &[]);
            s.eval("t", script).unwrap_or_else(|d| panic!("{}", d.message)).to_string()
        })
    };
    let alone = said(1).remove(0);
    assert!(alone.contains("Points"), "{alone}");
    assert!(said(3).into_iter().all(|found| found == alone), "{alone}");
}

/// A disk that refuses is everybody's error, and nobody waits.
#[test]
fn what_cannot_be_saved_is_said() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("run");
    let found = with(3, &flow("ipm(lipschitz(1.0))", "", ""), |run| run.save(&below).unwrap_err().to_string());
    assert!(found[0].contains("cannot write"), "{}", found[0]);
    assert!(found[1..].iter().all(|e| e.contains("rank 0 could not write")), "{found:?}");
}

/// A number that is not finite is found on whichever rank it is.
#[test]
fn what_is_not_finite_is_everybodys() {
    let device = host();
    let found = team::splitting(3, (0, 0), |team, _| {
        let _team = ranks::enter(Some(team));
        let mut rows: Vec<f64> = (0..1400).map(f64::from).collect();
        let target = wide(rows.clone(), 700, 2);
        rows[2 * 650 + 1] = f64::NAN;
        let kl = named::find("kl").unwrap().build(&[]).unwrap();
        let divergence = Arc::new(Regularized { generator: Arc::new(kl), space: Lipschitz::new(1.0).unwrap() });
        let flow = gpa::build(divergence, &Ingredients::of(Given::new("gpa"))).unwrap();
        let samples = (wide(rows, 700, 2), target);
        let run = Run::on(&device, flow.as_ref(), samples, None, RunOptions::default(), &Interrupt::default());
        run.err().map(|e| e.to_string())
    });
    let said = |e: &Option<String>| e.as_ref().is_some_and(|e| e.contains("the source has NaN in row 650, column 1"));
    assert!(found.iter().all(said), "{found:?}");
}
