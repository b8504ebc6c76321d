//! Samples far from 0: what is measured between them is what is measured between the same samples at 0, and nothing that was
//! a number becomes infinite on the way.
//!
//! Coordinates are multiples of 2⁻¹⁰ and offsets whole numbers, so that moved samples are exact in f64 up to 2⁴² and differ
//! from the others by nothing but where they are. What is left is rounding in f64: 1e-12 relative.
use crate::common::{printed, session_in};
use gflow::device::{Points, host, rows_f64, wide};
use gflow::metric::{self, Metric};
use gflow::random;
use rand::Rng;

const OFFSETS: [f64; 4] = [0.0, 1e6, -1e8, 1e9];

/// n points of a unit square about `at`, on the grid.
fn cloud(seed: u64, n: usize, at: [f64; 2]) -> Vec<f64> {
    let mut rng = random::rng(seed, 64);
    (0..n).flat_map(|_| at.map(|a| a + f64::from(rng.random_range(-512..512)) / 1024.0)).collect()
}

fn samples(offset: f64) -> (Points, Points) {
    let at = |shift: f64| [offset + shift, shift - offset];
    (wide(cloud(1, 40, at(0.0)), 40, 2), wide(cloud(2, 50, at(0.125)), 50, 2))
}

fn close(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{what}: {found:e}, expected {expected:e}");
}

/// Two stations in metres, moved by 10 cm: doubles near 532000 are 1.2e-10 apart.
#[test]
fn stations_move_by_ten_centimetres() {
    let script = "let p = points([[532000.0, 4181000.0], [532010.0, 4181005.0]]);
        let q = points([[532000.1, 4181000.0], [532010.1, 4181005.0]]);
        let exact = w1().estimate(p, q, #{ critic: exact() });
        print(`${metric::w1(p, q)} ${metric::w2(p, q)} ${exact.value} ${exact.lower} ${exact.upper}`);";
    let out = printed(script);
    let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{out}"))).collect();
    assert_eq!(v.len(), 5);
    assert!(v.iter().all(|v| (v - 0.1).abs() < 1e-9), "{out}");
}

#[test]
fn metrics_do_not_know_where_samples_are() {
    let kernel =
        || metric::Mmd { kernel: Some(gflow::space::kernel::Kernel::Laplace(0.3)), ..metric::Mmd::named("mmd") };
    let all = |offset: f64| -> Vec<(&'static str, f64)> {
        let (p, q) = samples(offset);
        let named = metric::names().map(|name| (name, metric::by_name(name).unwrap().evaluate(&p, &q).unwrap()));
        let sinkhorn = metric::Sinkhorn { epsilon: 0.1, interrupt: Default::default() };
        let centers = wide([-0.25, 0.25].iter().flat_map(|v| [offset + v, v - offset]).collect(), 2, 2);
        let labels = |n: usize| (0..n).map(|i| (i % 3) as f64).collect::<Vec<f64>>();
        let near = metric::neighbours::memorisation(&p, &q, &p).unwrap();
        named
            .chain([
                ("laplace", kernel().evaluate(&p, &q).unwrap()),
                ("sinkhorn", sinkhorn.evaluate(&p, &q).unwrap()),
                ("strays", metric::modes::modes(&p, &centers, 0.3).unwrap().strays),
                ("accuracy", metric::neighbours::nn_accuracy(&p, &labels(40), &q, &labels(50)).unwrap()),
                ("memorisation", near.to_training),
            ])
            .collect()
    };
    let expected = all(0.0);
    for offset in OFFSETS {
        for ((name, found), (_, expected)) in all(offset).into_iter().zip(&expected) {
            close(&format!("{name} at {offset:e}"), found, *expected);
        }
    }
}

/// (divergence, options, relative tolerance): iterations stop where they may, networks compute in f32.
const ESTIMATES: &[(&str, &str, f64)] = &[
    ("w1()", ", #{ critic: exact() }", 1e-12),
    ("w2()", "", 1e-12),
    ("wasserstein(1.5)", "", 1e-12),
    ("kl().regularized(lipschitz(1.0))", ", #{ critic: exact() }", 1e-11),
    ("kl().regularized(lipschitz(1.0))", ", #{ critic: entropic() }", 1e-11),
    ("w2_squared()", ", #{ critic: entropic() }", 1e-11),
    ("sinkhorn(0.1)", "", 1e-11),
    ("unbalanced(kl(), w2_squared())", "", 1e-11),
    ("infconv(kl(), w1())", "", 1e-11),
    ("renyi(2.0).regularized(lipschitz(1.0))", ", #{ critic: exact() }", 1e-11),
    ("energy()", "", 1e-11),
    ("mmd(gaussian_kernel(0.3))", "", 1e-11),
    ("mmd(imq_kernel(0.3) + laplace_kernel(1.0))", "", 1e-11),
    ("kl().penalized(rkhs(gaussian_kernel(1.0)), 0.1)", "", 1e-9),
    ("kl().regularized(lipschitz(1.0))", ", #{ critic: mlp([16, 16]), steps: 50, seed: 1 }", 0.0),
    ("w2_squared()", ", #{ critic: pair([16]), steps: 20, seed: 1 }", 0.0),
];

fn written(rows: &[f64]) -> String {
    format!("points([{}])", rows.chunks(2).map(|r| format!("[{:?}, {:?}]", r[0], r[1])).collect::<Vec<_>>().join(", "))
}

/// Estimates, their critics at points of their samples, and what those critics prove.
#[test]
fn estimates_do_not_know_where_samples_are() {
    let numbers = |divergence: &str, options: &str, offset: f64| -> Vec<f64> {
        let at = |shift: f64| [offset + shift, shift - offset];
        let (p, q) = (written(&cloud(1, 20, at(0.0))), written(&cloud(2, 25, at(0.125))));
        let script = format!(
            "let p = {p}; let q = {q}; let e = ({divergence}).estimate(p, q{options}); let x = p.rows(0, 2);
             let g = e.critic.gradient(x).to_array();
             print(`${{e.value}} ${{e.critic.value(x)[0]}} ${{e.critic.value(x)[1]}} ${{g[0][0]}} ${{g[1][1]}}`);"
        );
        let out = printed(&script);
        out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{divergence}{options}: {out}"))).collect()
    };
    for (divergence, options, relative) in ESTIMATES {
        let expected = numbers(divergence, options, 0.0);
        let size = expected.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        for offset in OFFSETS {
            let found = numbers(divergence, options, offset);
            assert_eq!(found.len(), 5, "{divergence}{options}: {found:?}");
            for (f, e) in found.iter().zip(&expected) {
                let what = format!("{divergence}{options} at {offset:e}");
                assert!((f - e).abs() <= relative * size, "{what}: {found:?}, expected {expected:?}");
            }
        }
    }
}

/// The run at an offset is the run at 0, bit for bit, and so is what it records; saved and loaded it goes on as it would have.
#[test]
fn flows_do_not_know_where_samples_are() {
    let dir = tempfile::tempdir().unwrap();
    let (mut s, _) = session_in(Some(dir.path().into()), &[]);
    let flows = [
        "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.1 })",
        "gpa(kl().regularized(lipschitz(1.0)), #{ integrator: \"heun\", dt: \"auto\", batch: 16 })",
        "gradient_flow(w2_squared(), #{ dt: 0.1, critic: exact() })",
        "mmd_flow(gaussian_kernel(1.0), #{ dt: 0.1, adapt_width: 2 })",
        "w2_fe(#{ generator: mlp([8]) })",
        "gan(js(), #{ generator: mlp([8]), residual: true })",
        "w1w2_flow(kl().regularized(lipschitz(1.0)), #{ potential: mlp([8]), critic_steps: 1 })",
        "latent(gpa(kl().regularized(lipschitz(1.0))), pca(1))",
        "latent(gpa(kl().regularized(lipschitz(1.0))), autoencoder([8], 1, #{ steps: 20 }), #{ mobility: true })",
    ];
    for (i, flow) in flows.into_iter().enumerate() {
        let mut ended = vec![];
        for offset in [0.0, 1e6, 1e9] {
            let at = |shift: f64| [offset + shift, shift - offset];
            let (p, q) = (written(&cloud(1, 24, at(0.0))), written(&cloud(2, 24, at(0.125))));
            let script = format!(
                "let r = ({flow}).run({p}, {q}, #{{ steps: 4, seed: 1, metrics: [\"w2\", \"sliced\", \"mmd\"], record_every: 1, metrics_every: 1, snapshots: 3 }});
                 r.save(\"kept{i}\"); [r, load_run(\"kept{i}\"), r.resume(2), load_run(\"kept{i}\").resume(2)]"
            );
            let v = s.eval("t", &script).unwrap_or_else(|d| panic!("{flow} at {offset:e}: {}", d.message));
            let runs: Vec<std::sync::Arc<gflow::flow::Run>> =
                v.into_array().unwrap().into_iter().map(|r| r.try_cast().unwrap()).collect();
            let end = |k: usize| rows_f64(&runs[k].particles().unwrap()).unwrap();
            assert_eq!(end(0), end(1), "{flow} at {offset:e}: loaded");
            assert_eq!(end(2), end(3), "{flow} at {offset:e}: resumed");
            assert_eq!(rows_f64(&runs[1].source.here).unwrap(), cloud(1, 24, at(0.0)), "{flow}: the source");
            let inside = rows_f64(&runs[2].state.particles).unwrap();
            let outside: Vec<f64> = end(2).chunks(2).flat_map(|r| [r[0] - offset, r[1] + offset]).collect();
            let first = rows_f64(&runs[0].view(&runs[0].snapshots[0]).unwrap()).unwrap();
            let first: Vec<f64> = first.chunks(2).flat_map(|r| [r[0] - offset, r[1] + offset]).collect();
            let w2 = runs[0].history.column("w2").unwrap().to_vec();
            ended.push((inside, w2, outside, first));
        }
        for (k, found) in ended.iter().enumerate().skip(1) {
            assert_eq!((&found.0, &found.1), (&ended[0].0, &ended[0].1), "{flow}, offset {k}");
            // doubles near 1e9 are 1.2e-7 apart
            let pairs = found.2.iter().zip(&ended[0].2).chain(found.3.iter().zip(&ended[0].3));
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 2.5e-7, "{flow}, offset {k}: {worst:e}");
        }
    }
}

/// Every format keeps every bit, and files of f32 are read as before.
#[test]
fn files_keep_every_bit() {
    let dir = tempfile::tempdir().unwrap();
    let values = [0.1, 1.0 / 3.0, -1e300, 5e-324, 532000.1, 1e15 + 0.125, -0.0, f64::MAX, 2f64.powi(-1074) * 3.0, 1e16];
    let rows = gflow::dataset::Rows { data: values.to_vec(), n: 5, d: 2 };
    for name in ["x.npy", "x.npz", "x.csv"] {
        let path = dir.path().join(name);
        gflow::io::save(&rows, &path).unwrap();
        let back = gflow::io::load(&path).unwrap();
        let bits = |r: &gflow::dataset::Rows| r.data.iter().map(|v| v.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&back), bits(&rows), "{name}");
    }
    std::fs::write(dir.path().join("big.csv"), "1.0,2.0\n1e400,3.0\n").unwrap();
    let said = gflow::io::load(&dir.path().join("big.csv")).unwrap_err().to_string();
    assert!(said.contains("line 2, column 1: `1e400` is beyond 1.8e308"), "{said}");
    let single = gflow::io::numpy::Numbers::Single(vec![0.1, 2.5]);
    gflow::io::numpy::save_npz(&[("a".into(), single, vec![2, 1])], &dir.path().join("f4.npz")).unwrap();
    assert_eq!(gflow::io::load(&dir.path().join("f4.npz")).unwrap().data, [f64::from(0.1f32), 2.5]);
}

/// At the ends of f64: right, or refused in words.
#[test]
fn nothing_becomes_infinite() {
    let at = |v: &[f64]| wide(v.to_vec(), v.len() / 2, 2);
    let (p, q) = (at(&[0.0, 0.0, 3.0, 4.0]), at(&[1.0, 0.0, 3.0, 1.0]));
    for unit in [1e300, 1e-300, 2f64.powi(500), 2f64.powi(-500)] {
        let scaled = |x: &Points| wide(rows_f64(x).unwrap().into_iter().map(|v| v * unit).collect(), 2, 2);
        for name in ["w1", "w2", "sliced", "max_sliced"] {
            let metric = metric::by_name(name).unwrap();
            let (one, found) = (metric.evaluate(&p, &q).unwrap(), metric.evaluate(&scaled(&p), &scaled(&q)).unwrap());
            close(&format!("{name} in units of {unit:e}"), found / unit, one);
        }
        for name in ["mmd", "energy"] {
            let found = metric::by_name(name).unwrap().evaluate(&scaled(&p), &scaled(&q));
            assert!(found.as_ref().map_or_else(|e| e.to_string().contains("powers"), |v| v.is_finite()), "{found:?}");
        }
    }
    let far = gflow::device::widened(&gflow::device::points(vec![1.0, 2.0], 1, 2, &host())).unwrap();
    assert_eq!(rows_f64(&far).unwrap(), [1.0, 2.0]);
    for (script, expected) in [
        (
            "let p = points([[1e300, 0.0], [2e300, 1e300]]); print(p); print(p.mean()); print(p.std()); print(2 * p / 2)",
            "e300",
        ),
        ("w1().estimate(points([[1e300]]), points([[-1e300]]))", "powers of differences"),
        (
            "gpa(kl().regularized(lipschitz(1.0))).run(points([[1e300], [0.0]]), points([[0.0], [1.0]]), #{ steps: 1 })",
            "has coordinates up to 1e300",
        ),
        (
            "kl().regularized(lipschitz(1.0)).estimate(points([[1e40], [0.0]]), points([[0.0], [1.0]]), #{ critic: mlp([4]), steps: 1 })",
            "has coordinates up to 1e40",
        ),
        (
            "let e = kl().regularized(lipschitz(1.0)).estimate(points([[1e40], [0.0]]), points([[0.0], [1e40]]), #{ critic: exact() }); print(e.value)",
            "0",
        ),
        ("metric::mmd(points([[1e300]]), points([[-1e300]]), gaussian_kernel(1.0))", "powers of differences"),
    ] {
        let out = printed(script);
        assert!(out.contains(expected) && !out.contains("inf"), "{script}: {out}");
    }
}
