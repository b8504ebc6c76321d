//! The GPU path on whatever Vulkan driver there is, software included: single steps against the CPU.
//!
//! Without an adapter the test says so and passes, unless GFLOW_REQUIRE_WGPU is set (as CI does).
use gflow::device::{self, Choice, Compute};
use gflow::script::{Recorder, Session, SessionOptions};
use rhai::Dynamic;

mod kernels;
mod operations;

fn wgpu() -> Option<Compute> {
    match device::open(Choice::Wgpu) {
        Ok(c) => Some(c),
        Err(e) => {
            assert!(std::env::var_os("GFLOW_REQUIRE_WGPU").is_none(), "no wgpu device: {e}");
            eprintln!("no wgpu device, nothing compared: {e}");
            None
        }
    }
}

fn numbers(compute: &Compute, script: &str) -> Vec<f64> {
    let mut s = Session::new(SessionOptions::new(compute.clone(), Recorder::default()));
    let v: Dynamic = s.eval("t", script).unwrap_or_else(|d| panic!("on {}: {}\n{script}", compute.name, d.message));
    let list = v.into_array().unwrap();
    list.into_iter()
        .flat_map(|v| match v.clone().into_array() {
            Ok(inner) => inner.into_iter().map(|x| x.as_float().unwrap()).collect::<Vec<f64>>(),
            Err(_) => vec![v.as_float().unwrap()],
        })
        .collect()
}

/// Samples at 10⁶, where f32 has steps of 0.06: they are kept in f64 on the host and moved to the device about their origin.
/// Two steps of 2e-4 each, as below.
#[test]
fn samples_far_from_0_on_wgpu_agree_with_the_cpu() {
    let Some(gpu) = wgpu() else { return };
    let cpu = device::open(Choice::Cpu).unwrap();
    for flow in [
        "gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([8, 8], #{ activation: \"tanh\" }), inner_steps: 2, warm_up: 0 })",
        "mmd_flow(gaussian_kernel(1.0), #{ dt: 0.5 })",
        "gan(js(), #{ generator: mlp([8]), critic: mlp([8]) })",
    ] {
        let script = format!(
            "let far = [1e6, -1e6]; let p = data::gaussian(16, 2) + far; let q = data::ring(16) + far;
             let r = {flow}.run(p, q, #{{ steps: 2, seed: 3 }}); let x = q.rows(0, 4);
             let out = (r.particles - far).to_array();
             for row in r.critic.gradient(x).to_array() {{ out.push(row) }}
             for s in r.snapshots {{ out.push(metric::w2(s, q)) }}
             out"
        );
        let (a, b) = (numbers(&cpu, &script), numbers(&gpu, &script));
        let worst = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(a.len() == b.len() && a.iter().all(|v| v.abs() < 100.0) && worst < 4e-4, "{flow}: {worst:e}");
    }
}

/// One step of each kind of critic and flow; 2e-4 absolute per step on particles of size 4 (f32 sums in another order).
#[test]
fn steps_on_wgpu_agree_with_the_cpu() {
    let Some(gpu) = wgpu() else { return };
    let cpu = device::open(Choice::Cpu).unwrap();
    let kinds = [
        ("kl()", "euler", "mlp([16, 16])"),
        ("reverse_kl()", "euler", "mlp([16, 16], #{ activation: \"relu\" })"),
        (
            "f_divergence(\"table\", |x| x*ln(x) - x + 1 + abs(x - 1)/2)",
            "heun",
            "mlp([16], #{ activation: \"tanh\", constraint: \"penalty\" })",
        ),
        ("jeffreys()", "ab2", "mlp([16], #{ activation: \"leaky_relu\", constraint: \"lp\" })"),
        ("tv()", "rk4", "mlp([16], #{ activation: \"tanh\", constraint: \"gp\" })"),
        ("kl()", "euler", "mlp([16, 16], #{ constraint: \"bjorck\", activation: \"groupsort\" })"),
        ("alpha(2.0)", "euler", "mlp([8, 8, 8], #{ activation: \"tanh\", constraint: \"gp\", residual: true })"),
    ];
    for (f, integrator, critic) in kinds {
        let script = format!(
            "let q = data::ring(64); let p = data::gaussian(64, 2);
             let d = 0.5 * {f}.regularized(lipschitz(1.0)) + 0.5 * {f}.regularized(lipschitz(1.0)).reversed();
             let run = gradient_flow(d, #{{ dt: 0.2, integrator: \"{integrator}\", critic: {critic}, inner_steps: 1 }}).run(p, q, #{{ steps: 1, record_every: 1, snapshots: 0 }});
             [run.particles.col(0), run.particles.col(1), run.history[\"divergence\"]]"
        );
        let (a, b) = (numbers(&cpu, &script), numbers(&gpu, &script));
        assert_eq!(a.len(), b.len());
        let worst = a.iter().zip(&b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        println!("{f} {integrator} {critic}: worst difference {worst:.1e}");
        assert!(worst < 2e-4, "{f} {integrator} {critic}: {worst:e}");
    }
}

/// One step of convolutional critics, with classes and without, of shortcuts, of an f-GAN with a transposed generator and
/// of trained features: 5e-4 of sums over patches in another order.
#[test]
fn networks_on_wgpu_agree_with_the_cpu() {
    let Some(gpu) = wgpu() else { return };
    let cpu = device::open(Choice::Cpu).unwrap();
    let gpa = |critic: &str, options: &str| {
        format!(
            "gpa(kl().regularized(lipschitz(1.0)), #{{ critic: {critic}, inner_steps: 1 }}).run(p, q, #{{ steps: 1, record_every: 1, snapshots: 0{options} }})"
        )
    };
    for run in [
        gpa("cnn(#{ channels: [4, 6] })", ""),
        gpa("cnn(#{ channels: [4], activation: \"groupsort\", constraint: \"gp\" })", ", labels: [l, l]"),
        gpa("mlp([8, 8, 8], #{ residual: true, activation: \"tanh\", constraint: \"lp\" })", ""),
        "gan(js(), #{ generator: cnn(#{ channels: [4] }), critic: mlp([8]), batch: 0, critic_steps: 1 }).run(p, q, #{ steps: 1, record_every: 1, snapshots: 0 })".into(),
        "gan(mmd(gaussian_kernel(1.0)), #{ generator: mlp([8]), critic: deep_kernel([8], 3), batch: 0, critic_steps: 1 }).run(p, q, #{ steps: 1, record_every: 1, snapshots: 0 })".into(),
    ] {
        let script = format!(
            "let q = data::embed(data::ring(24), 16); let p = data::gaussian(24, 16); let l = []; for i in 0..24 {{ l.push(i % 2); }}
             let run = {run}; [run.particles.col(0), run.particles.col(7), run.history[\"divergence\"]]"
        );
        let (a, b) = (numbers(&cpu, &script), numbers(&gpu, &script));
        let worst = a.iter().zip(&b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(a.len() == b.len() && worst < 5e-4, "{run}: {worst:e}");
    }
}

/// Flows whose whole step streams on the device: five steps of MMD and Sinkhorn against the CPU.
#[test]
fn kernel_and_sinkhorn_flows_on_wgpu_agree_with_the_cpu() {
    let Some(gpu) = wgpu() else { return };
    let cpu = device::open(Choice::Cpu).unwrap();
    for d in [
        "mmd(gaussian_kernel(2.0))",
        "mmd(imq_kernel(1.0))",
        "energy()",
        "sinkhorn(3.0)",
        "sinkhorn(1.0, #{ p: 1.0 })",
        "mmd(gaussian_kernel(1.0) + laplace_kernel(1.0))",
    ] {
        // read away from the particles, too
        let noise = if d.starts_with("mmd(gaussian_kernel(2.0)") { ", noise: 0.2" } else { "" };
        let script = format!(
            "let q = data::ring(90); let p = data::gaussian(70, 2);
             let run = gradient_flow({d}, #{{ dt: 0.2{noise} }}).run(p, q, #{{ steps: 5, record_every: 1, snapshots: 0 }});
             [run.particles.col(0), run.particles.col(1), run.history[\"divergence\"]{}]",
            // between modes far apart in units of ε, potentials are known up to a constant each: velocities are not
            if d.starts_with("sinkhorn") { "" } else { ", run.critic.value(p)" }
        );
        let (a, b) = (numbers(&cpu, &script), numbers(&gpu, &script));
        let worst = a.iter().zip(&b).map(|(x, y)| (x - y).abs() / (1.0 + x.abs())).fold(0.0, f64::max);
        println!("{d}: worst difference {worst:.1e}");
        // Sinkhorn stops at marginal errors of 1e-5; a particle's own row may be off by its share, 70 times that, five times
        // over, and the less ε joins the modes the more
        assert!(a.len() == b.len() && worst < if d.starts_with("sinkhorn") { 1e-3 } else { 2e-5 }, "{d}: {worst:e}");
    }
}

#[test]
fn an_unknown_device_is_an_error_with_a_suggestion() {
    let e = "wgup".parse::<Choice>().unwrap_err();
    assert!(e.to_string().contains("did you mean `wgpu`"), "{e}");
}

/// Kernels launched from one thread, by name.
struct Launches {
    thread: std::thread::ThreadId,
    names: std::sync::Mutex<std::collections::BTreeMap<&'static str, usize>>,
}

impl burn_cubecl::cubecl::logging::LaunchObserver for Launches {
    fn launched(&self, kernel: &'static str) {
        if std::thread::current().id() == self.thread {
            *self.names.lock().unwrap().entry(kernel).or_default() += 1;
        }
    }
}

/// What one more step of a flow launches and waits for: kernels and reads are counted, so that a change which adds some is seen.
#[test]
fn a_step_launches_few_kernels_and_waits_for_none() {
    let Some(gpu) = wgpu() else { return };
    let count = |flow: &str, steps: usize| {
        let script = format!(
            "let q = data::ring(64); let p = data::gaussian(64, 2);
             let run = {flow}.run(p, q, #{{ steps: {steps}, record_every: 100, snapshots: 0 }});
             [run.particles.col(0)]"
        );
        let seen = std::sync::Arc::new(Launches { thread: std::thread::current().id(), names: Default::default() });
        let guard = burn_cubecl::cubecl::logging::LaunchObservation::new(seen.clone());
        let before = device::waits();
        numbers(&gpu, &script);
        drop(guard);
        let names = std::sync::Arc::try_unwrap(seen).ok().unwrap().names.into_inner().unwrap();
        (names, device::waits() - before)
    };
    let gpa = |f: &str, options: &str, inner: usize| {
        format!(
            "gpa({f}().regularized(lipschitz(1.0)), #{{ critic: mlp([32, 32, 32], #{{ activation: \"relu\", {options} }}), inner_steps: {inner} }})"
        )
    };
    let gan = |steps: usize| {
        format!(
            "gan(js(), #{{ generator: mlp([16]), critic: mlp([16]), batch: 0, generator_lr: 0.001, ema: 0.0, critic_steps: {steps} }})"
        )
    };
    let reversed =
        |inner: usize| gpa("kl", "power_iterations: 1", inner).replace("lipschitz(1.0))", "lipschitz(1.0)).reversed()");
    // of a step with one ascent step, and of every other; as tensor operations KL took 284 and 235, reverse KL 522 and 495 of a step
    // whose passes were fused already, a penalty 105 and 88, a GAN 290 and 142; 13 of each find the length of the step
    let cases: [(&str, [String; 2], usize, usize); 5] = [
        ("kl", [gpa("kl", "power_iterations: 1", 1), gpa("kl", "power_iterations: 1", 2)], 37, 6),
        (
            "reverse_kl",
            [gpa("reverse_kl", "power_iterations: 1", 1), gpa("reverse_kl", "power_iterations: 1", 2)],
            37,
            6,
        ),
        ("reversed", [reversed(1), reversed(2)], 38, 6),
        ("penalty", [gpa("kl", "constraint: \"gp\"", 1), gpa("kl", "constraint: \"gp\"", 2)], 49, 19),
        ("gan", [gan(1), gan(2)], 39, 18),
    ];
    for (what, [once, twice], most, most_ascent) in cases {
        // tunes what there is to tune, in launches of its own
        count(&twice, 3);
        let ((two, waits), (three, more_waits), (longer, _)) = (count(&once, 2), count(&once, 3), count(&twice, 3));
        let more = |a: &std::collections::BTreeMap<&str, usize>, b: &std::collections::BTreeMap<&str, usize>| {
            a.values().sum::<usize>().saturating_sub(b.values().sum::<usize>())
        };
        let (step, ascent) = (more(&three, &two), more(&longer, &three) / 3);
        for (name, n) in &three {
            println!("{:4} {name}", n.saturating_sub(two.get(name).copied().unwrap_or(0)));
        }
        println!("{what}: {step} launches in a step of one ascent step, {ascent} more for every other");
        assert!(step <= most && ascent <= most_ascent, "{what}: {step} and {ascent}");
        assert_eq!(waits, more_waits, "{what}: a step waits for the device");
    }
}
