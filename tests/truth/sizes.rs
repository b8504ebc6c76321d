//! Problems over a kernel where f and the kernel term differ in size by up to 1e9, against sizes.csv (reference_sizes.py): brackets that
//! hold and close in a moment. They took minutes.
use super::splitmix::SplitMix;
use crate::common::printed;
use std::time::Instant;

/// Forty points, the rows of a list in the language.
fn points(r: &mut SplitMix, far: f64) -> String {
    let row = |r: &mut SplitMix| [r.below(96) as f64 / 32.0 + far, r.below(96) as f64 / 32.0];
    format!("points({:?})", (0..40).map(|_| row(r)).collect::<Vec<_>>())
}

/// The reference is the value of feasible masses, good to 1e-6 of the minimum: no lower bound is above it, and upper bounds are at most
/// so much above. Brackets are narrower than 1e-6 of it or say why not. None takes a second where nothing else runs.
#[test]
fn sizes_of_f_and_of_kernels() {
    let mut r = SplitMix(4711);
    let (p, q) = (points(&mut r, 0.75), points(&mut r, 0.0));
    let mut seen = 0;
    for row in csv::Reader::from_reader(include_str!("sizes.csv").as_bytes()).records() {
        let row = row.unwrap();
        let (f, size, upper) = (&row[1], &row[2], row[3].parse::<f64>().unwrap());
        let f_of = |c: &str| format!("f_divergence(\"f\", |x| {c}*({f}))");
        let k = "gaussian_kernel(1.0)";
        let d = match &row[0] {
            "f" => format!("infconv({}, mmd({k}))", f_of(size)),
            "mmd" => format!("infconv({}, {size}*mmd({k}))", f_of("1.0")),
            _ => format!("({}).penalized(rkhs({k}), {size})", f_of("1.0")),
        };
        let begun = Instant::now();
        let out = printed(&format!(
            "let e = ({d}).estimate({p}, {q}); print(`${{e.lower}} ${{e.upper}} ${{e.remarks.len()}}`);"
        ));
        let took = begun.elapsed();
        let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap()).collect();
        let at = format!("{} {f} {size}: {out} for {upper}, {took:?}", &row[0]);
        assert!(v[0] <= upper * (1.0 + 1e-12), "{at}");
        assert!(v[1] <= upper * (1.0 + 1e-6) || v[2] > 0.0, "{at}");
        assert!(v[1] - v[0] <= 1e-6 * v[1] || v[2] > 0.0, "{at}");
        assert!(took.as_secs_f64() < 20.0, "{at}");
        seen += 1;
    }
    assert_eq!(seen, 80);
}
