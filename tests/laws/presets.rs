//! Flows of every kind: resuming and loading are bit-identical, also over many steps; classes do not mix.
use crate::common::session_in;
use gflow::device::rows;
use gflow::flow::{ALGORITHMS, Run};
use gflow::script::Class;
use rhai::Dynamic;
use std::sync::Arc;

fn as_run(v: Dynamic) -> Arc<Run> {
    v.flatten().try_cast::<Arc<Run>>().unwrap()
}

const FLOWS: &[&str] = &[
    "mmd_flow(gaussian_kernel(1.0), #{ noise: |t| 0.5 / (1 + t), integrator: \"heun\" })",
    "mmd_flow(gaussian_kernel(1.0), #{ noise: \"adaptive\", adapt_width: 2 })",
    "langevin(|x| logsumexp([-dot(x - 1.0, x - 1.0), -norm(x)]), #{ dt: 0.1 })",
    "kale_flow(gaussian_kernel(1.0), #{ lambda: 0.1, dt: 0.01 })",
    "mmd_flow()",
    "kale_flow()",
    "gradient_flow(mmd(laplace_kernel() + 0.5 * imq_kernel()))",
    "gradient_flow(mmd(gaussian_kernel()), #{ adapt_width: 2 })",
    "jko(mmd(gaussian_kernel()))",
    "langevin(|x| -dot(x, x))",
    "gradient_flow(sinkhorn(0.5), #{ integrator: \"adaptive\" })",
    "jko(mmd(gaussian_kernel(1.0)), #{ tau: 1.0, iterations: 10, tolerance: 0.05 })",
    "gpa(kl().regularized(lipschitz(1.0)), #{ dt: \"auto\", critic: mlp([8]) })",
    "gan(kl().regularized(lipschitz(1.0)), #{ generator: mlp([8]), critic: mlp([8]), batch: 10, ema: 0.9 })",
    "gan(w1(), #{ generator: mlp([8]), critic: mlp([8], #{ constraint: \"gp\" }), batch: 10, latent: \"gaussian\" })",
    "w2_fe(#{ generator: mlp([8]), critic: pair([8]), persistent: 2, batch: 10, residual: true })",
    "w2_fe(#{ generator: mlp([8]), critic: pair([8], #{ hinge: \"diagonal\" }), batch: 10 })",
    "w2_fe(#{ generator: mlp([8]), critic: exact(), persistent: 2, batch: 10 })",
    "w1_fe(#{ generator: mlp([8]), critic: mlp([8]), persistent: 2, batch: 10, dt: 0.1 })",
    "w1w2_flow(kl().regularized(lipschitz(1.0)), #{ potential: mlp([8]), critic: mlp([8]), batch: 10 })",
    "gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8]), batch: 12, integrator: \"heun\" })",
    "latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8]) }), pca(2))",
    "latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8]) }), autoencoder([8], 2, #{ steps: 20 }))",
    "latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8]) }), autoencoder([8], 2, #{ steps: 20 }), #{ mobility: true })",
    "gan(kl(), #{ generator: mlp([8, 8, 8], #{ residual: true, activation: \"relu\" }), critic: mlp([8, 8, 8], #{ residual: true, constraint: \"lp\" }), batch: 10 })",
    "gan(mmd(gaussian_kernel(1.0) + laplace_kernel(1.0)), #{ critic: deep_kernel([8], 3), generator: mlp([8]), batch: 10 })",
    "gpa(kl().regularized(lipschitz(1.0)), #{ critic: cnn(#{ channels: [4], widths: [6] }) })",
    "gan(js(), #{ generator: cnn(#{ channels: [4, 6] }), critic: cnn(#{ channels: [4], constraint: \"gp\" }), batch: 10 })",
    "latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8]) }), autoencoder(cnn(#{ channels: [4] }), 2, #{ steps: 20 }))",
];

#[test]
fn every_flow_resumes_bit_identically() {
    let folder = tempfile::tempdir().unwrap();
    for flow in FLOWS {
        let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[]);
        let dim = if flow.contains("cnn") { 16 } else { 2 };
        let script = format!(
            "let p = data::gaussian(30, {dim}); let q = data::embed(data::ring(40), {dim});
             let flow = {flow};
             let whole = flow.run(p, q, #{{ steps: 7, record_every: 2, snapshots: 3 }});
             let part = flow.run(p, q, #{{ steps: 3, record_every: 1, snapshots: 2 }});
             part.save(\"kept\");
             [whole, part.resume(4), load_run(\"kept\").resume(4)]"
        );
        let list = s.eval("t", &script).unwrap_or_else(|d| panic!("{flow}: {}", d.message)).into_array().unwrap();
        let runs: Vec<Arc<Run>> = list.into_iter().map(as_run).collect();
        let particles: Vec<Vec<f32>> = runs.iter().map(|r| rows(&r.state.particles).unwrap()).collect();
        assert_eq!(particles[0], particles[1], "{flow}: resume");
        assert_eq!(particles[0], particles[2], "{flow}: load_run");
        assert!(particles[0].iter().all(|v| v.is_finite()), "{flow}");
    }
}

/// The run of every algorithm's example, saved and loaded, goes on as the run itself does.
#[test]
fn every_algorithm_is_saved_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut runs = 0;
    for algorithm in ALGORITHMS {
        let entry = algorithm.entry;
        let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[]);
        let _ = s.eval("t", entry.example).unwrap_or_else(|d| panic!("{}: {}", entry.name, d.message));
        if s.eval("t", "last_run().save(\"kept\")").is_err() {
            continue;
        }
        let script = "[last_run(), load_run(\"kept\")].map(|r| r.resume(2))";
        let list = s.eval("t", script).unwrap_or_else(|d| panic!("{}: {}", entry.name, d.message));
        let [kept, loaded] = list.into_array().unwrap().try_into().map(|l: [Dynamic; 2]| l.map(as_run)).unwrap();
        assert_eq!(rows(&kept.state.particles).unwrap(), rows(&loaded.state.particles).unwrap(), "{}", entry.name);
        assert_eq!(kept.flow.to_json(), loaded.flow.to_json(), "{}", entry.name);
        runs += 1;
    }
    assert!(runs >= 9, "{runs} examples run");
}

/// 20,000 steps, stopped from outside on the way and resumed, against the same run left alone.
#[test]
fn long_runs_survive_an_interrupt() {
    for flow in [
        "mmd_flow(gaussian_kernel(1.0), #{ dt: 0.05, noise: 0.1 })",
        "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.01, critic: mlp([8]), inner_steps: 1 })",
    ] {
        let (mut s, _) = session_in(None, &[]);
        let setup = format!(
            "let p = data::gaussian(16, 2); let q = data::ring(16); let flow = {flow}; let o = #{{ steps: 20000, record_every: 500, snapshots: 0 }};"
        );
        let _ = s.eval("t", &setup).unwrap();
        let whole = as_run(s.eval("t", "flow.run(p, q, o)").unwrap());
        let interrupt = s.interrupt();
        let waiter = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(120));
            interrupt.request();
        });
        let error = s.eval("t", "flow.run(p, q, o)").unwrap_err();
        waiter.join().unwrap();
        assert_eq!(error.class, Class::Interrupted, "{flow}");
        let part = as_run(s.eval("t", "last_run()").unwrap());
        assert!(part.state.step > 0 && part.state.step < 20_000, "{flow}: stopped at {}", part.state.step);
        let resumed = as_run(s.eval("t", "last_run().resume(20000 - last_run().steps)").unwrap());
        assert_eq!(resumed.state.step, 20_000);
        assert_eq!(rows(&whole.state.particles).unwrap(), rows(&resumed.state.particles).unwrap(), "{flow}");
        // the same rows of the history, one for every 500 steps and the end
        assert_eq!(whole.history.column("divergence"), resumed.history.column("divergence"), "{flow}");
    }
}

/// Particles move to the targets of their class though those of the other are nearer, for every kind of critic.
#[test]
fn classes_do_not_mix() {
    for (flow, steps) in [
        ("gradient_flow(w1(), #{ dt: 0.1, critic: exact() })", 120),
        ("gradient_flow(0.5 * w2_squared(), #{ dt: 0.2 })", 60),
        ("gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.2, critic: mlp([32, 32]) })", 400),
    ] {
        let (mut s, _) = session_in(None, &[]);
        let script = format!(
            "let a = data::gaussian(20, 2, #{{ std: 0.2, mean: [0.0, 0.0] }}); let b = data::gaussian(20, 2, #{{ std: 0.2, mean: [4.0, 0.0] }});
             let l = []; for i in 0..40 {{ l.push(if i < 20 {{ 0 }} else {{ 1 }}); }}
             let m = []; for i in 0..40 {{ m.push(if i < 20 {{ 1 }} else {{ 0 }}); }}
             let p = a.concat(b) + [0.0, 3.0]; let q = a.concat(b);
             let run = {flow}.run(p, q, #{{ steps: {steps}, labels: [l, m] }});
             metric::nn_accuracy(run.particles, l, q, m)"
        );
        let accuracy = s.eval("t", &script).unwrap_or_else(|d| panic!("{flow}: {}", d.message)).as_float().unwrap();
        assert!(accuracy > 0.97, "{flow}: {accuracy}");
    }
}

/// What cannot be done says so before it begins.
#[test]
fn nonsense_is_refused() {
    let p = "let p = data::gaussian(20, 2); let q = data::ring(20);";
    for (script, expected) in [
        ("mmd_flow(energy_kernel(), #{ adapt_width: 5 }).run(p, q)", "width"),
        ("mmd_flow(gaussian_kernel(1.0), #{ noise: -1.0 })", "≥ 0"),
        ("mmd_flow(gaussian_kernel(1.0), #{ noise: |t| -t }).run(p, q)", "≥ 0"),
        ("gpa(kl().regularized(lipschitz(1.0)).reversed(), #{ noise: 0.1 }).run(p, q, #{ steps: 2 })", "noise"),
        ("gpa(kl().regularized(lipschitz(1.0)), #{ dt: \"fast\" })", "auto"),
        ("w2_fe(#{ residual: true }).run(data::gaussian(20, 3), q)", "dimension 2"),
        ("w1w2_flow(kl().regularized(lipschitz(1.0))).run(data::gaussian(20, 3), q)", "dimension 2"),
        ("w2_fe(#{ generator: exact() })", "layers"),
        ("mlp([8, 8], #{ residual: true })", "3, 5, 7"),
        (
            "gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8, 8, 8], #{ residual: true }) }).run(p, q)",
            "1-Lipschitz",
        ),
        ("cnn(#{ channels: [] })", "channels"),
        ("cnn(#{ channels: [3.5] })", "whole numbers"),
        ("gpa(kl().regularized(lipschitz(1.0)), #{ critic: cnn(#{ shape: [3, 3] }) }).run(p, q)", "9 entries"),
        ("gpa(kl().regularized(lipschitz(1.0)), #{ critic: cnn() }).run(p, q)", "square images"),
        ("gan(kl().regularized(lipschitz(1.0)), #{ critic: deep_kernel([8], 2) }).run(p, q)", "MMD"),
        ("deep_kernel(mlp([8], #{ constraint: \"gp\" }), 2)", "penalty"),
        ("gpa(js())", "function space"),
        ("gpa(kl().regularized(lipschitz(1.0)), #{ batch: 8, inner_tolerance: 0.1 })", "minibatches"),
        ("gradient_flow(mmd(gaussian_kernel(1.0)), #{ batch: 8 })", "batch"),
        ("gan(tv())", "kinks"),
        ("mmd(gaussian_kernel(1.0)).estimate(p, q, #{ critic: deep_kernel([8], 2) })", "another distance"),
        (
            "gradient_flow(mmd(gaussian_kernel(1.0)), #{ critic: deep_kernel([8], 2), adapt_width: 3 }).run(p, q)",
            "adapt_width",
        ),
        (
            "deep_kernel(mlp([8, 8, 8], #{ residual: true }), 2); gan(mmd(gaussian_kernel(1.0)), #{ critic: deep_kernel(mlp([8, 8, 8], #{ residual: true }), 2) }).run(p, q)",
            "1-Lipschitz",
        ),
        ("deep_kernel(exact(), 2)", "mlp(..)"),
        ("mlp([8], #{ penalty: 3.0 })", "penalty"),
        ("cnn(#{ constraint: \"lp\", power_iterations: 3 })", "power_iterations"),
        ("cnn(#{ kernel: 2, stride: 3 })", "leaves out"),
        ("latent(langevin(|x| -dot(x, x)), pca(1))", "density of the codes"),
        ("latent(gan(js()), pca(2), #{ mobility: true })", "Euler"),
        ("gan(kl().regularized(lipschitz(1.0)), #{ critic: pair([8]) }).run(p, q)", "transport cost"),
        ("langevin(|x| x[2]).run(p, q)", "dimension 2"),
        ("langevin(|x| dot(x, [1.0, 2.0, 3.0])).run(p, q)", "3"),
        ("langevin(|x| -dot(x, x)).run(p, q, #{ steps: 1 }).critic", "no critic"),
        ("gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ labels: [[1], [2]] })", "20 labels"),
        ("gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ steps: 1 }).sample(5)", "particles are the sample"),
        ("gan(w1()).run(p, q, #{ steps: 1 }).sample(50)", "20 rows"),
        ("latent(gpa(kl().regularized(lipschitz(1.0))), pca(3)).run(p, q)", "1 to 2"),
        ("claim(\"x\", 1.0, #{})", "at_most"),
        ("claim(\"x\", 1.0, #{ at_least: 2.0, at_most: 1.0 })", "never"),
        ("latent(latent(gpa(kl().regularized(lipschitz(1.0))), pca(2)), pca(2))", "behind another"),
        ("gan(mmd(gaussian_kernel(1.0)), #{ lr: 0.1 })", "solved"),
        ("gan(w1(), #{ generator: mlp([8], #{ constraint: \"lp\" }) })", "layers"),
        ("w1w2_flow(w1(), #{ potential: mlp([8], #{ activation: \"relu\" }) })", "tanh"),
        ("gan(w1(), #{ reset_moments: true })", "reset_moments"),
        ("gan(w1(), #{ latent: \"gaussian\" }).run(p, q, #{ steps: 1 }).sample(0)", "1 or more"),
        ("gan(w1(), #{ generator_lr: 1e10, critic: mlp([8]) }).run(p, q, #{ steps: 60, record_every: 1 })", "apart"),
        ("mmd_flow(gaussian_kernel(1.0), #{ tolerance: 0.1 })", "euler"),
        ("mmd_flow(gaussian_kernel(1.0), #{ noise: 0.1, integrator: \"adaptive\" })", "heun"),
        (
            "gradient_flow(w2_squared()).run(points([[0.0], [0.0], [1.0]]), points([[0.0], [1.0], [1.0]]), #{ labels: [[0, 0, 1], [0, 1, 1]] })",
            "share",
        ),
    ] {
        let (mut s, _) = session_in(None, &[]);
        let error = s.eval("t", &format!("{p} {script}")).unwrap_err();
        let text = format!("{} {}", error.message, error.hint.clone().unwrap_or_default());
        assert!(text.contains(expected), "{script}: {text}");
    }
}

/// Kernels that reach far leave classes alone too: a class that has arrived stays, whatever the other does.
#[test]
fn classes_do_not_feel_each_other() {
    for flow in [
        "mmd_flow(rational_quadratic_kernel(5.0, 1.0), #{ dt: 0.5 })",
        "mmd_flow(imq_kernel(5.0), #{ dt: 0.5 })",
        "gradient_flow(kl().penalized(rkhs(gaussian_kernel(10.0)), 0.1), #{ dt: 0.5 })",
    ] {
        let (mut s, _) = session_in(None, &[]);
        let script = format!(
            "{flow}.run(points([[0.0, 0.0], [10.0, 0.0]]), points([[0.0, 0.0], [10.0, 5.0]]), #{{ steps: 20, labels: [[0, 1], [0, 1]] }})"
        );
        let run = as_run(s.eval("t", &script).unwrap_or_else(|d| panic!("{flow}: {}", d.message)));
        let moved = rows(&run.state.particles).unwrap();
        assert!(moved[0].abs() < 5e-3 && moved[1].abs() < 5e-3, "{flow}: {moved:?}");
    }
}

/// The critic of a loaded run is that of the run.
#[test]
fn critics_survive_saving() {
    let folder = tempfile::tempdir().unwrap();
    let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[]);
    let script = "let r = mmd_flow(gaussian_kernel(1.0), #{ dt: 10.0 }).run(data::gaussian(50, 2), data::gaussian(50, 2), #{ steps: 5 }); r.save(\"kept\");
        let g = points([[0.0, 0.0], [1.0, 1.0]]); [r.critic.value(g), load_run(\"kept\").critic.value(g)]";
    let values: Vec<String> = s
        .eval("t", script)
        .unwrap_or_else(|d| panic!("{}", d.message))
        .into_array()
        .unwrap()
        .into_iter()
        .map(|v| v.to_string())
        .collect();
    assert_eq!(values[0], values[1]);
}
