//! Several ranks are one: the same particles and the same history, bit for bit, whatever is shared. The ranks are threads of this
//! process here, and everything is shared however small it is; `.ci/mpi-test` has processes.
use crate::common::session_in;
use gflow::device::rows;
use gflow::flow::Run;
use gflow::ranks::{self, Team};
use gflow::script::Class;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[path = "../../benches/team.rs"]
pub mod team;

/// What f returns on each of so many ranks, to which everything is worth sharing.
fn on<T: Send>(size: usize, f: impl Fn(Arc<Team>) -> T + Sync) -> Vec<T> {
    team::splitting(size, (0, usize::MAX), |team, _| f(team))
}

/// The particles of a run as bits, and its history without seconds.
type Left = (Vec<u32>, Vec<(String, Vec<u64>)>);

fn left(run: &Run) -> Left {
    let particles = rows(&run.state.particles).unwrap().iter().map(|v| v.to_bits()).collect();
    let columns = run.history.columns().iter().filter(|(name, _)| name != "seconds");
    (particles, columns.map(|(name, v)| (name.clone(), v.iter().map(|v| v.to_bits()).collect())).collect())
}

/// The run that ends a script, on so many ranks.
fn runs(size: usize, script: &str) -> (Vec<Left>, usize) {
    let all = team::splitting(size, (0, usize::MAX), |team, traffic| {
        let (mut s, _) = session_in(None, &[]);
        let _team = ranks::enter(Some(team));
        let run = s.eval("t", script).unwrap_or_else(|d| panic!("{script}: {}", d.message));
        (left(&run.flatten().try_cast::<Arc<Run>>().unwrap()), traffic.shared.load(Ordering::Relaxed))
    });
    let shared = all.iter().map(|(_, shared)| shared).sum();
    (all.into_iter().map(|(left, _)| left).collect(), shared)
}

fn are_one(what: &str, script: &str) {
    let alone = runs(1, script).0.remove(0);
    assert!(!alone.0.is_empty() && !alone.1.is_empty(), "{what}");
    for size in [2, 3, 4] {
        let (all, shared) = runs(size, script);
        assert!(shared > 10, "{what}: {size} ranks shared nothing");
        for (rank, found) in all.into_iter().enumerate() {
            assert!(found == alone, "{what}: rank {rank} of {size} has another run");
        }
    }
}

/// A flow of a divergence, whole samples unless `options` say otherwise: more blocks than ranks in one sample, fewer in the other.
fn flow(divergence: &str, options: &str) -> String {
    format!(
        "gpa({divergence}, #{{ dt: 0.1, inner_steps: 2{options} }})
         .run(data::gaussian(700, 2), data::ring(300), #{{ steps: 6, record_every: 2, snapshots: 0 }})"
    )
}

#[test]
fn critics_on_whole_samples() {
    for f in ["kl()", "alpha(2)", "tv()", "js()"] {
        are_one(f, &flow(&format!("{f}.regularized(lipschitz(1.0))"), ", critic: mlp([16, 16])"));
    }
    are_one("reversed", &flow("kl().regularized(lipschitz(1.0)).reversed()", ", critic: mlp([16])"));
    are_one("Rényi", &flow("renyi(2.0).regularized(lipschitz(1.0))", ", critic: mlp([16])"));
    are_one("W1", &flow("ipm(lipschitz(1.0))", ", critic: mlp([16])"));
}

#[test]
fn constraints_and_activations() {
    for critic in [
        "mlp([16], #{ activation: \"tanh\", constraint: \"penalty\" })",
        "mlp([16], #{ activation: \"groupsort\", constraint: \"gp\" })",
        "mlp([8, 8], #{ activation: \"leaky_relu\", constraint: \"lp\" })",
    ] {
        are_one(critic, &flow("alpha(2).regularized(lipschitz(1.0))", &format!(", critic: {critic}")));
    }
}

#[test]
fn batches_integrators_and_noise() {
    let kl = "kl().regularized(lipschitz(1.0))";
    for options in [", batch: 256", ", integrator: \"heun\"", ", integrator: \"rk4\"", ", noise: 0.3"] {
        are_one(options, &flow(kl, &format!(", critic: mlp([16]){options}")));
    }
    are_one("dt auto", &flow(kl, "").replace("dt: 0.1", "dt: \"auto\""));
}

#[test]
fn generators() {
    let map = "generator: mlp([16])";
    let samples = "data::gaussian(700, 2), data::ring(300), #{ steps: 5, record_every: 2, snapshots: 0 }";
    are_one("gan", &format!("gan(kl().regularized(lipschitz(1.0)), #{{ {map}, batch: 200 }}).run({samples})"));
    are_one("w2_fe", &format!("w2_fe(#{{ {map}, batch: 200 }}).run({samples})"));
}

/// Flows by kernels, by entropic transport, and metrics at their end.
#[test]
fn kernels_and_transport() {
    let samples = "data::gaussian(130, 2), data::ring(90), #{ steps: 4, record_every: 2, snapshots: 0, metrics: [\"mmd\", \"energy\", \"sliced\", \"max_sliced\"] }";
    for f in [
        "mmd_flow(gaussian_kernel(1.0), #{ dt: 0.1, noise: 0.1 })",
        "mmd_flow(energy_kernel(), #{ dt: 0.1 })",
        "kale_flow(gaussian_kernel(1.0), #{ dt: 0.01 })",
        "gradient_flow(sinkhorn(0.5), #{ dt: 0.1 })",
        "gradient_flow(w2(), #{ dt: 0.1, critic: entropic(#{ epsilon: 0.1 }) })",
    ] {
        are_one(f, &format!("{f}.run({samples})"));
    }
    let wide =
        "data::gaussian(130, 12), data::gaussian(70, 12, #{ mean: 2.0 }), #{ steps: 3, record_every: 1, snapshots: 0 }";
    are_one("many dimensions", &format!("mmd_flow(gaussian_kernel(2.0), #{{ dt: 0.1 }}).run({wide})"));
}

/// More targets than an exact solution takes: Newton's method in the span of features.
#[test]
fn features_of_a_kernel() {
    let script = "kale_flow(gaussian_kernel(1.0), #{ dt: 0.01 })
         .run(data::gaussian(200, 2), data::ring(3100), #{ steps: 1, record_every: 1, snapshots: 0 })";
    let alone = runs(1, script).0.remove(0);
    let (all, shared) = runs(3, script);
    assert!(shared > 10 && all.iter().all(|found| *found == alone));
}

/// A sample of one block leaves most of the ranks without rows.
#[test]
fn ranks_without_rows() {
    are_one(
        "few rows",
        "gpa(js().regularized(lipschitz(1.0)), #{ dt: 0.1, critic: mlp([8]) })
         .run(data::gaussian(3, 2), data::ring(5), #{ steps: 4, record_every: 1, snapshots: 0 })",
    );
}

/// Ranks whose scripts do different things hear of it, and nobody waits.
#[test]
fn ranks_that_part_are_told() {
    let messages = on(3, |team| {
        let (mut s, _) = session_in(None, &[]);
        let n = if team.rank() == 1 { 90 } else { 80 };
        let _team = ranks::enter(Some(team));
        let script = format!(
            "gpa(js().regularized(lipschitz(1.0))).run(data::gaussian({n}, 2), data::ring(50), #{{ steps: 3 }})"
        );
        s.eval("t", &script).unwrap_err().message
    });
    for m in messages {
        assert!(m.contains("no longer in step") && m.contains("rank 1 at"), "{m}");
    }
}

/// A stop that one rank is asked for ends all of them at the same step.
#[test]
fn one_stop_is_everybodys() {
    let steps = on(3, |team| {
        let (mut s, _) = session_in(None, &[]);
        team.stops(s.interrupt());
        if team.rank() == 2 {
            let team = team.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(200));
                team.ask();
            });
        }
        let _team = ranks::enter(Some(team));
        let endless = "gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8]) })
             .run(data::gaussian(200, 2), data::ring(200), #{ steps: 1000000 })";
        assert_eq!(s.eval("t", endless).unwrap_err().class, Class::Interrupted);
        s.interrupt().clear();
        let _alone = ranks::enter(None);
        let run = s.eval("t", "last_run()").unwrap().flatten().try_cast::<Arc<Run>>().unwrap();
        (run.state.step, left(&run))
    });
    assert!(steps[0].0 > 0 && steps.iter().all(|s| *s == steps[0]));
}

/// What all must have is compared.
#[test]
fn what_differs_is_said() {
    let said = on(3, |team| {
        let mine = if team.rank() == 2 { "another" } else { "this" };
        let same = team.agree("start", "the script", "same").is_ok();
        (same, team.agree("start", "the script", mine).map_err(|e| e.to_string()))
    });
    for (same, differs) in said {
        assert!(same && differs.unwrap_err().contains("the script of rank 2 is not that of rank 0"));
    }
}
