//! lower ≤ D ≤ upper in every one of 1000 random cases, for exact, entropic and neural critics and every f.
use crate::common::{estimate, generators, regularized, upload};
use gflow::critic::CriticBuilder;
use gflow::critic::SolverBuilder;
use gflow::critic::entropic::{Entropic, EntropicOptions};
use gflow::critic::estimate::{EstimateOptions, estimate_optimizer};
use gflow::critic::exact::Exact;
use gflow::critic::mlp::{Activation, Constraint, MlpBuilder, MlpOptions};
use gflow::dataset::Rows;
use gflow::random;
use rand::Rng;
use rayon::prelude::*;
use std::sync::Arc;

fn rows(n: usize, d: usize, rng: &mut random::Rng, kind: u32) -> Rows {
    let spread = [0.3, 1.0, 5.0][rng.random_range(0..3)];
    let mut data: Vec<f64> = (0..n * d).map(|_| f64::from(spread * rng.random_range(-1.0f32..1.0))).collect();
    match kind {
        // a coarse grid: ties, and points that coincide
        1 => data.iter_mut().for_each(|v| *v = v.round()),
        // one point, many times
        2 => {
            let first = data[..d].to_vec();
            data.chunks_mut(d).step_by(2).for_each(|r| r.copy_from_slice(&first));
        }
        _ => {}
    }
    Rows { data, n, d }
}

#[test]
fn brackets_contain_the_exact_value_in_a_thousand_random_cases() {
    let all = generators();
    let cases: Vec<u64> = (0..1000).collect();
    cases.par_iter().for_each(|&case| {
        let mut rng = random::rng(case, 77);
        let g = &all[case as usize % all.len()];
        let (n, m, d) = (rng.random_range(1..25), rng.random_range(1..25), rng.random_range(1..4));
        let (kind_p, kind_q) = (rng.random_range(0..4), rng.random_range(0..4));
        let (p, q) = (upload(rows(n, d, &mut rng, kind_p)), upload(rows(m, d, &mut rng, kind_q)));
        let l = [0.05, 0.5, 1.0, 3.0, 20.0][rng.random_range(0..5)];
        let divergence = regularized(g, l);
        let what = format!("case {case}: {} with L {l}, {n} and {m} points in dimension {d}", g.name());
        let exact =
            estimate(&divergence, &p, &q, &SolverBuilder(Arc::new(Exact::default())), &EstimateOptions::default());
        let size = 1e-12 + exact.upper.abs();
        assert!(exact.lower <= exact.upper + 1e-12 * (1.0 + l), "{what}: exact {} to {}", exact.lower, exact.upper);
        // tight, not merely valid: 1e-6 relative, or rounding of costs of size L
        assert!(
            exact.upper - exact.lower <= 1e-6 * size + 1e-12 * (1.0 + 10.0 * l),
            "{what}: exact {} to {}",
            exact.lower,
            exact.upper
        );
        // the true value lies in the exact bracket; another bracket must reach into it
        let touches = |name: &str, lower: f64, upper: f64| {
            let slack = 1e-10 * (1.0 + l + size);
            assert!(
                lower <= exact.upper + slack && upper >= exact.lower - slack,
                "{what}: {name} {lower} to {upper}, exact {} to {}",
                exact.lower,
                exact.upper
            );
        };
        let entropic = Entropic {
            options: EntropicOptions {
                epsilon: [1e-3, 1e-2, 0.1][case as usize % 3],
                tolerance: 1e-3,
                iterations: 100,
            },
        };
        let e = estimate(&divergence, &p, &q, &SolverBuilder(Arc::new(entropic)), &EstimateOptions::default());
        touches("entropic", e.lower, e.upper);
        let activation = [Activation::Groupsort, Activation::Relu][case as usize % 2];
        let constraint = [Constraint::Spectral, Constraint::Lp, Constraint::None][case as usize % 3];
        let mlp = MlpBuilder::new(vec![8, 8], MlpOptions { activation, constraint, ..Default::default() }).unwrap();
        let mlp = mlp.with_optimizer(estimate_optimizer());
        let e = estimate(
            &divergence,
            &p,
            &q,
            mlp.as_ref(),
            &EstimateOptions {
                steps: 8,
                seed: case,
                upper: gflow::critic::certificate::Upper::Entropic,
                ..Default::default()
            },
        );
        touches("neural", e.lower, e.upper);
    });
}
