//! c f has c times the conjugate and the divergence of f, for any c: tables, tolerances and optimisers are at the scale of f.
use super::conjugates::typed;
use crate::common::printed;
use burn::tensor::{Device, Tensor, TensorData};
use gflow::device::{Choice, open, values};
use gflow::generator::Generator;

const F: [(&str, &str); 6] = [
    ("kl", "x*ln(x)-x+1"),
    ("js", "x*ln(x)-(x+1)*ln(0.5*(x+1))"),
    ("quartic", "(x-1)**4"),
    ("hinges", "abs(x-1)+max(x-2,0.0)"),
    ("mixed", "x*ln(x)-x+1+0.3*(x-1)**2"),
    ("ends", "if x > 2 { 1.0/0.0 } else { (x-1)**2 }"),
];
const SCALES: [f64; 5] = [1e-11, 1e-8, 1.4901161193847656e-8, 67108864.0, 1e12];

/// f with c in front of every branch.
fn times(f: &str, c: f64) -> String {
    match f.split_once("else { ") {
        Some((ends, f)) => format!("{ends}else {{ {c:?}*({} }}", f.replace(" }", ")")),
        None => format!("{c:?}*({f})"),
    }
}

/// f* of a device at all y.
fn table(f: &Generator, y: &[f64], device: &Device) -> Vec<f64> {
    let narrow: Vec<f32> = y.iter().map(|y| *y as f32).collect();
    let y = Tensor::from_data(TensorData::new(narrow, [y.len()]), device);
    values(&f.conjugate_tensor(&y).value).unwrap().into_iter().map(f64::from).collect()
}

/// In f64 to 1e-13 of the terms x y − f(x); on lanes of the host to 4e-6 of them; from a device so, or as well as for f itself, whose
/// steps and cusps of f*' lie between nodes.
#[test]
fn conjugates_scale() {
    let device = open(Choice::Wgpu).ok().map(|c| c.device);
    for (name, f) in F {
        let one = typed(name, f);
        // the end of the domain is one of f32
        let y: Vec<f64> = (0..101).map(|i| -3.0 + 0.06 * f64::from(i)).filter(|y| one.slopes().1 - y > 1e-3).collect();
        let exact: Vec<(f64, f64)> = y.iter().map(|y| one.conjugate_pair(*y)).collect();
        let off = |i: usize, v: f64| (v - exact[i].0).abs() / (exact[i].0.abs() + (exact[i].1 * y[i]).abs() + 1.0);
        let of_device = |f: &Generator, c: f64| {
            let y: Vec<f64> = y.iter().map(|y| y * c).collect();
            let found = device.as_ref().map_or(vec![], |d| table(f, &y, d));
            found.iter().enumerate().map(|(i, v)| off(i, v / c)).fold(0.0, f64::max)
        };
        let usual = of_device(&one, 1.0);
        for c in SCALES {
            let scaled = typed(name, &times(f, c));
            let narrow: Vec<f32> = y.iter().map(|y| (y * c) as f32).collect();
            let mut lanes = vec![];
            scaled.on_slices().at_slice(&narrow, 0.0, |_, n, out| lanes.extend_from_slice(&out.value[..n]));
            for (i, y) in y.iter().enumerate() {
                let (value, lane) = (scaled.conjugate(c * y) / c, f64::from(lanes[i]) / c);
                assert!(off(i, value) <= 1e-13, "{c} {name}: f*({y}) = {value}, not {}", exact[i].0);
                assert!(off(i, lane) <= 4e-6, "{c} {name}, lanes: f*({y}) = {lane}, not {}", exact[i].0);
            }
            let found = of_device(&scaled, c);
            assert!(found <= 4e-6 + 2.0 * usual, "{c} {name}: off by {found:e} on a device, {usual:e} at unit scale");
        }
    }
}

/// The brackets of c f with costs times c and penalties over c are those of f times c, to 1e-7; a network that climbs it arrives where
/// it does for f, to a fifth: the same ascent, whose roundings a hundred steps carry apart.
#[test]
fn divergences_scale() {
    let bounds = |f: &str, c: f64| -> Vec<f64> {
        let script = format!(
            "let x = [[0.0],[0.5],[1.25],[2.0],[2.5]]; let y = [[0.25],[0.75],[1.0],[1.5],[3.0],[3.5]];
            let p = data::gaussian(100, 2, #{{ mean: 0.5 }}); let q = data::gaussian(100, 2);
            let c = {c:?}; let f = f_divergence(\"f\", |x| {{ {} }});
            let e = f.regularized(lipschitz(c)).estimate(x, y, #{{ critic: exact() }}); print(`${{e.lower/c}} ${{e.upper/c}}`);
            let e = f.penalized(rkhs(gaussian_kernel(1.0)), 0.1/c).estimate(x, y); print(`${{e.lower/c}} ${{e.upper/c}}`);
            let e = infconv(f, c*mmd(gaussian_kernel(1.0))).estimate(x, y); print(`${{e.lower/c}} ${{e.upper/c}}`);
            let e = unbalanced(f, c*w2_squared()).estimate(x, y); print(`${{e.lower/c}} ${{e.upper/c}}`);
            let e = f.regularized(lipschitz(c)).estimate(p, q, #{{ critic: mlp([16,16]), steps: 100 }});
            print(`${{e.value/c}} ${{e.upper/c}}`);",
            times(f, c)
        );
        printed(&script).split_whitespace().map(|v| v.parse().unwrap()).collect()
    };
    for (name, f) in F {
        let one = bounds(f, 1.0);
        // penalized is 1 + λ times as large for KL itself
        let factor = |i: usize| if name == "kl" && (2..4).contains(&i) { 1.1 } else { 1.0 };
        for c in [1e-11, 1e-8, 1e12] {
            let scaled = bounds(f, c);
            assert_eq!(scaled.len(), one.len());
            for (i, (a, b)) in one.iter().zip(&scaled).enumerate() {
                // moments of Adam below 1e-30 are 0
                let tolerance = if i == 8 { if c < 1e-10 { continue } else { 0.2 } } else { 1e-7 };
                assert!((a / factor(i) - b).abs() <= tolerance * a.abs(), "{c} {name}, {i}: {one:?} and {scaled:?}");
            }
        }
    }
}
