//! Verdicts of runs: each word from samples that deserve it, in any units, and from runs that fail in its way.
use crate::common::printed;
use gflow::device::{Points, rows_f64, wide};
use gflow::flow::verdict::{Measured, Seen, Verdict, Word};
use gflow::interrupt::Interrupt;
use gflow::random;
use rand::Rng;

/// n points of standard deviation 0.1 about centres on the line y = 0, drawn in the given shares.
fn clusters(seed: u64, n: usize, centers: &[(f64, f64)]) -> Vec<f64> {
    let mut rng = random::rng(seed, 0);
    let mut normal = || (0..12).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() - 6.0;
    let mut out = vec![];
    for (x, share) in centers {
        for _ in 0..(share * n as f64).round() as usize {
            out.extend([x + 0.1 * normal(), 0.1 * normal()]);
        }
    }
    out
}

/// The word for particles, where they were before and at the start, and a target, at any scale and offset; it must not depend on them.
fn word(now: &[f64], before: &[f64], start: &[f64], target: &[f64], drawn: bool) -> Word {
    let judged = |scale: f64, offset: f64| {
        let points =
            |rows: &[f64]| -> Points { wide(rows.iter().map(|v| scale * v + offset).collect(), rows.len() / 2, 2) };
        let (now, before, start, target) = (points(now), points(before), points(start), points(target));
        let seen = Seen {
            now: &now,
            before: Some(&before),
            start: Some(&start),
            target: &target,
            held: None,
            drawn,
            mapped: false,
        };
        Verdict::of(Measured::of(&seen, &Interrupt::default()).unwrap()).word
    };
    let found = judged(1.0, 0.0);
    for (scale, offset) in [(1e-6, 0.0), (1e200, 0.0), (1.0, 1e6)] {
        assert_eq!(judged(scale, offset), found, "scale {scale}, offset {offset}");
    }
    found
}

const TWO: [(f64, f64); 2] = [(-2.0, 0.5), (2.0, 0.5)];

/// Samples of a law of two clusters 4 apart, 400 points, against another sample of it; the words for both ways of measuring.
#[test]
fn every_word_has_its_samples() {
    let target = clusters(0, 400, &TWO);
    let far = clusters(9, 400, &[(30.0, 1.0)]);
    for seed in 1..3 {
        let fresh = clusters(seed, 400, &TWO);
        let other = clusters(seed + 10, 400, &TWO);
        let moved = |rows: &[f64], by: f64| rows.iter().map(|v| v + by).collect::<Vec<f64>>();
        for drawn in [false, true] {
            let word = |now: &[f64], before: &[f64], start: &[f64]| word(now, before, start, &target, drawn);
            assert_eq!(word(&fresh, &other, &far), Word::Settled);
            assert_eq!(word(&moved(&fresh, 3.0), &moved(&fresh, 4.0), &far), Word::Moving);
            assert_eq!(word(&moved(&fresh, 3.0), &moved(&fresh, 3.0), &far), Word::Stuck);
            let mirrored: Vec<f64> = moved(&fresh, 3.0).iter().map(|v| -v).collect();
            assert_eq!(word(&moved(&fresh, 3.0), &mirrored, &far), Word::Jittering);
            assert_eq!(word(&far, &moved(&far, -1.0), &moved(&fresh, 3.0)), Word::Diverged);
            let shares = clusters(seed, 400, &[(-2.0, 0.65), (2.0, 0.35)]);
            assert_eq!(word(&shares, &shares, &far), Word::Masses);
            let lost = clusters(seed, 400, &[(-2.0, 1.0)]);
            assert_eq!(word(&lost, &lost, &far), Word::Lost);
            assert_eq!(word(&target, &target, &far), Word::Memorising);
            let few = &fresh[..6];
            assert_eq!(self::word(few, few, few, &target[..6], drawn), Word::Few);
        }
    }
}

/// Norms of the target are r = u^(−1/2), of the particles they end at 1.3: as far as W₂ sees, which the tail itself dominates, all is
/// well.
#[test]
fn tails_are_seen() {
    let heavy = |seed: u64, most: f64| -> Vec<f64> {
        let mut rng = random::rng(seed, 0);
        let one = |_| {
            let (u, t): (f64, f64) = (rng.random_range(1e-4..1.0), rng.random_range(0.0..std::f64::consts::TAU));
            let r = u.powf(-0.5).min(most);
            [r * t.cos(), r * t.sin()]
        };
        (0..400).flat_map(one).collect()
    };
    let target = heavy(0, f64::INFINITY);
    let start = heavy(5, 1.01);
    assert_eq!(word(&heavy(1, f64::INFINITY), &heavy(2, f64::INFINITY), &start, &target, false), Word::Settled);
    let cut = heavy(1, 1.3);
    assert_ne!(word(&cut, &cut, &start, &target, false), Word::Settled);
}

/// In 50 dimensions W₂ from one point in the middle of a Gaussian is less than between two samples of it. Neither that point nor a
/// sample of half the size passes.
#[test]
fn a_dot_in_the_middle_has_collapsed() {
    let (n, d) = (300, 50);
    let sample = |seed: u64, scale: f64| {
        let mut rng = random::rng(seed, 0);
        let mut normal = || (0..12).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() - 6.0;
        wide((0..n * d).map(|_| scale * normal()).collect(), n, d)
    };
    let target = sample(0, 1.0);
    for drawn in [false, true] {
        let word = |now: &Points| {
            let seen = Seen { now, before: Some(now), start: None, target: &target, held: None, drawn, mapped: false };
            Verdict::of(Measured::of(&seen, &Interrupt::default()).unwrap()).word
        };
        assert_eq!(word(&sample(1, 1.0)), Word::Settled);
        assert_eq!(word(&sample(1, 1e-3)), Word::Collapsed);
        assert_ne!(word(&sample(1, 0.5)), Word::Settled);
    }
}

/// The words say what a run may have come to; a line of advice follows each that is not the best.
#[test]
fn verdicts_are_one_line() {
    let target = clusters(0, 40, &TWO);
    let numbers = wide(target.clone(), 40, 2);
    let seen =
        Seen { now: &numbers, before: None, start: None, target: &numbers, held: None, drawn: true, mapped: false };
    let v = Verdict::of(Measured::of(&seen, &Interrupt::default()).unwrap());
    assert!(v.describe().starts_with("memorising: W2 to the target is 0.00 times"), "{}", v.describe());
    assert!(v.describe().contains("Try") && !v.describe().contains('\n'));
    assert_eq!(rows_f64(&numbers).unwrap(), target);
}

/// Runs that fail each in its way, and what their verdict begins with.
#[test]
fn runs_are_called_what_they_are() {
    let runs = [
        ("still moving", "gpa(f).run(p, q, #{ steps: 12, seed: 1 })"),
        ("settled", "gpa(f).run(p, data::moons(200), #{ steps: 300, seed: 1 })"),
        (
            "stuck",
            "mmd_flow(gaussian_kernel(0.1), #{ dt: 0.1 }).run(p, data::gaussian(200, 2, #{ mean: 10.0 }), #{ steps: 50, seed: 1 })",
        ),
        ("memorising", "gradient_flow(w2_squared(), #{ dt: 0.2 }).run(p, q, #{ steps: 60, seed: 1 })"),
        ("mode masses off", "gpa(f, #{ carry: false }).run(p, q, #{ steps: 300, seed: 1 })"),
        ("jittering", "gradient_flow(mmd(gaussian_kernel(0.3)), #{ dt: 5.0 }).run(p, q, #{ steps: 100, seed: 1 })"),
        ("too few points to tell", "gpa(f).run(p.rows(0, 3), q.rows(0, 3), #{ steps: 5, seed: 1 })"),
        ("settled", "gpa(f).run(q, q, #{ steps: 50, seed: 1 })"),
        ("settled", "gpa(f).run(p, q * 0.0 + 3.0, #{ steps: 100, seed: 1 })"),
    ];
    for (word, run) in runs {
        let said = printed(&format!(
            "let p = data::gaussian(200, 2); let q = data::ring(200); let f = kl().regularized(lipschitz(1.0)); print({run}.verdict);"
        ));
        assert!(said.starts_with(word), "{run}: {said}");
    }
    let said = printed(
        "let p = data::gaussian(50, 2); let q = data::ring(50);
         try { gpa(kl().regularized(lipschitz(1.0)), #{ dt: 1e6 }).run(p, q, #{ steps: 9 }); } catch { print(last_run().verdict); }",
    );
    assert!(said.starts_with("diverged"), "{said}");
}

/// What is held out comes back, is not among the points that the flow was given, and is what the verdict compares with.
#[test]
fn a_part_can_be_held_out() {
    let said = printed(
        "let q = data::moons(200);
         let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(150, 2), q, #{ steps: 200, holdout: 0.25, seed: 2 });
         print(`${run.held_out.len()} ${run.target.len()} ${run.verdict}`);",
    );
    assert!(said.starts_with("50 200 settled: W2 to the target is ") && said.contains("two samples"), "{said}");
}

/// Two GANs that collapse: their critics climb less than their generators descend, at rates that somebody wrote. They end farther from
/// the target than they began, which is not what is wrong with them. And eight modes with bridges between them are not settled, though
/// W₂ between samples says so.
#[test]
fn collapsed_generators_are_called_so() {
    for flow in [
        "gan(w1(), #{ generator_lr: 0.003, lr: 0.0005, critic_steps: 1, ema: 0.0 })",
        "gan(kl().regularized(lipschitz(1.0)), #{ generator_lr: 0.002, lr: 0.0003, critic_steps: 1, ema: 0.0 })",
    ] {
        let said = printed(&format!(
            "let r = {flow}.run(data::gaussian(500, 2), data::ring(500), #{{ steps: 300, live: false, seed: 0 }}); print(r.verdict);"
        ));
        assert!(said.starts_with("collapsed"), "{flow}: {said}");
    }
    let said = printed(
        "let r = gan(kl().regularized(lipschitz(1.0)), #{ critic_steps: 2 }).run(data::gaussian(300, 2), data::ring(300), #{ steps: 60, live: false, seed: 0 }); print(r.verdict);",
    );
    assert!(!said.starts_with("settled"), "{said}");
}
