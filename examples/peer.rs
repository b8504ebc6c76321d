//! The gflow side of benches/peers/transport.py: one piece of work on samples it wrote, timed, as JSON.
use gflow::interrupt::Interrupt;
use gflow::space::kernel::Kernel;
use gflow::space::kernel_sum::KernelSum;
use gflow::transport::exact::exact;
use gflow::transport::ground::Cost;
use gflow::transport::line::line;
use gflow::transport::sinkhorn::{Problem, Side, SinkhornOptions, sinkhorn};
use rand::Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn read(name: &str) -> Vec<f64> {
    let path = std::env::temp_dir().join(format!("gflow_peer_{name}.f64"));
    std::fs::read(path).unwrap_or_default().as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
}

fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|v| v.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

fn work(what: &str, x: &[f64], y: &[f64], d: usize) -> f64 {
    let go = Interrupt::default();
    match what {
        "exact" => exact(x, y, d, 2.0, &go).map_or(f64::NAN, |e| e.cost),
        "sinkhorn" => {
            let cost = Cost { scale: 1.0, power: 2.0 };
            // POT's reg: a hundredth of the largest cost
            let most = x
                .par_chunks(d)
                .map(|a| {
                    y.chunks(d)
                        .map(|b| a.iter().zip(b).map(|(u, v)| (u - v) * (u - v)).sum::<f64>())
                        .fold(0.0, f64::max)
                })
                .reduce(|| 0.0, f64::max);
            let a = vec![d as f64 / x.len() as f64; x.len() / d];
            let p = Problem { x, y, d, cost, a: &a, b: &a, rows: Side::Fixed, columns: Side::Fixed };
            let o = SinkhornOptions { epsilon: 0.01 * most, tolerance: 1e-6, iterations: 10_000 };
            sinkhorn(&p, &o, None, &go).map_or(f64::NAN, |s| {
                s.phi.iter().zip(&a).map(|(v, w)| v * w).sum::<f64>()
                    - s.psi.iter().zip(&a).map(|(v, w)| v * w).sum::<f64>()
            })
        }
        "stream" => {
            // ten iterations at one ε, whatever they reach: what is shown is time and memory
            let a = vec![d as f64 / x.len() as f64; x.len() / d];
            let p = Problem {
                x,
                y,
                d,
                cost: Cost { scale: 1.0, power: 2.0 },
                a: &a,
                b: &a,
                rows: Side::Fixed,
                columns: Side::Fixed,
            };
            let o = SinkhornOptions { epsilon: 1.0, tolerance: 0.0, iterations: 10 };
            sinkhorn(&p, &o, Some(&vec![0.0; a.len()]), &go).map_or(f64::NAN, |s| s.iterations as f64)
        }
        "sliced" => {
            let costs: Vec<f64> = (0..100)
                .into_par_iter()
                .map(|k| {
                    let mut rng = gflow::random::rng(0, k);
                    let mut theta: Vec<f64> = (0..d).map(|_| rng.sample(StandardNormal)).collect();
                    let norm = theta.iter().map(|t| t * t).sum::<f64>().sqrt();
                    theta.iter_mut().for_each(|t| *t /= norm);
                    let project = |rows: &[f64]| {
                        rows.chunks(d)
                            .map(|r| r.iter().zip(&theta).map(|(a, b)| a * b).sum::<f64>())
                            .collect::<Vec<f64>>()
                    };
                    line(&mut project(x), &mut project(y), 2.0)
                })
                .collect();
            (costs.iter().sum::<f64>() / 100.0).sqrt()
        }
        "mmd" => {
            let k = Kernel::Gaussian(1.0);
            let gradient = |over: &[f64]| {
                KernelSum::<f32>::new(&k, over, d, None).at(x, &go).map(|g| g.1.iter().sum::<f64>()).unwrap_or(f64::NAN)
            };
            gradient(x) - gradient(y)
        }
        _ => f64::NAN,
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (what, d) = (args[1].as_str(), args[3].parse::<usize>().unwrap_or(2));
    let (x, y) = (read("x"), read("y"));
    let before = peak_mb();
    let mut value = work(what, &x, &y, d);
    let repeats = if what == "stream" { 1 } else { 5 };
    let mut times: Vec<f64> = (0..repeats)
        .map(|_| {
            let begun = Instant::now();
            value = work(what, &x, &y, d);
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{}", serde_json::json!({ "seconds": times[times.len() / 2], "value": value, "mb": peak_mb() - before }));
}
