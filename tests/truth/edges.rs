//! f at the edges of what a formula says: values of its own at 0, kinks too weak to be seen or that are none, f* next to
//! equilibrium (reference_edges.py), constants that leave f(1) a little off 0, branches that are no number, f known by its values
//! that end, and far ends.
use super::conjugates::typed;
use crate::common::{column, estimate, regularized, session};
use burn::tensor::{Tensor, TensorData};
use gflow::critic::SolverBuilder;
use gflow::critic::estimate::EstimateOptions;
use gflow::critic::exact::Exact;
use gflow::device::{Choice, open, values};
use gflow::generator::expr::{native, x};
use gflow::generator::{Generator, NativeFunction};
use std::sync::Arc;

fn refused(f: &str) -> String {
    let (mut session, _) = session();
    let said = session.eval("test", &format!("f_divergence(\"f\", |x| {{ {f} }})"));
    said.err().unwrap_or_else(|| panic!("{f} is accepted")).message.to_string()
}

/// Below its limit f(0) is no value of a convex f, and three points show it: 0 < h < 2h with f(h) above the mean of the others.
/// Above it f is convex and not closed: its limit is kept, and both are said.
#[test]
fn a_value_of_its_own_at_0() {
    for (f, own) in [
        ("if x==0 {-1.0} else {(x-1)**2}", -1.0),
        ("if x==0 {0.9999} else {(x-1)**2}", 0.9999),
        ("if x==0 {0.0} else {x*ln(x)-x+1}", 0.0),
        ("if x>0 {(x-1)**2} else {0.0}", 0.0),
    ] {
        let said = refused(f);
        assert!(said.contains("not convex: at x = 0,") && said.contains(&format!("it is {own},")), "{f}: {said}");
    }
    for (f, shown) in [
        ("if x==0 {5.0} else {(x-1)**2}", "1 (5 as written"),
        ("if x>0 {(x-1)**2} else {5.0}", "1 (5 as written"),
        ("if x==0 {1.0/0.0} else {(x-1)**2}", "1 (∞ as written"),
        ("if x>0 {x*ln(x)-x+1} else {1.0}", "1\n"),
    ] {
        let g = typed("f", f);
        assert!(g.report().contains(&format!("f(0)        {shown}")), "{}", g.report());
        assert!(g.proof().contains("convex, proved"), "{}", g.proof());
        assert_eq!((g.f(0.0), g.conjugate(-1e3)), (1.0, -1.0), "{f}");
    }
}

/// |x − 1|^p has the slope 0 at 1 for every p > 1, though beside 1 no double has one near 0; what kinks as weakly as 1e-8 of f'' is
/// shown with its slopes.
#[test]
fn kinks_that_are_none_and_weak_ones() {
    for f in ["abs(x-1)**1.01", "abs(x-1)**1.0001", "abs(x-1)**1.05+(x-1)**2", "((x-1)**2)**0.51"] {
        let g = typed("f", f);
        assert!(g.kinks().is_empty(), "{f}: {:?}", g.jumps());
        assert_eq!(g.slope_at_one(), (0.0, 0.0), "{f}");
        // next to 0 f* is y to all digits
        assert!((g.conjugate(1e-3) - 1e-3).abs() <= 1e-16 && g.report().contains("kinks       none"), "{f}");
    }
    let both = typed("f", "abs(x-1)**1.01+abs(x-1)");
    assert_eq!(both.jumps(), [(1.0, -1.0, 1.0)]);
    for (f, size) in [("1e-8*abs(x-1)+(x-1)**2", "1e-8"), ("2.5e-10*abs(x-1)+(x-1)**2", "2.5e-10")] {
        let g = typed("f", f);
        let s: f64 = size.parse().unwrap();
        let (left, right) = g.slope_at_one();
        // 1e-15 is f'' on the way to the next doubles
        assert!((left + s).abs() <= 1e-14 && (right - s).abs() <= 1e-14, "{f}: {left} to {right}");
        let shown = format!("1 (-{size} to {size})");
        assert!(g.report().contains(&shown), "{}", g.report());
        assert!((g.conjugate(0.5 * s) - 0.5 * s).abs() <= 1e-24, "{f}: {}", g.conjugate(0.5 * s));
    }
}

/// To 1e-10 of the terms x y and f(x), however small they are: closed forms cancel there. x* to 1e-6, where f'' leaves it.
#[test]
fn conjugates_next_to_equilibrium() {
    let (mut seen, mut wrong) = (0, vec![]);
    for row in csv::Reader::from_reader(include_str!("edges.csv").as_bytes()).records() {
        let row = row.unwrap();
        let [y, value, maximiser, terms] = [1, 2, 3, 4].map(|i| row[i].parse::<f64>().unwrap());
        let (v, at) = typed("f", &row[0]).conjugate_pair(y);
        if !((v - value).abs() <= 1e-10 * terms && (at - maximiser).abs() <= 1e-6 * maximiser) {
            wrong.push(format!("{}: f*({y:e}) = {v:e} at {at}, not {value:e} at {maximiser}", &row[0]));
        }
        seen += 1;
    }
    assert!(wrong.is_empty() && seen > 180, "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

/// f(1) is 0 to 12 digits of what f is nearby, or f is refused like any other that does not vanish there.
#[test]
fn f_1_is_0_to_twelve_digits() {
    for f in ["(x-1)**2+0.1", "(x-1)**2+1e-9", "(x-1)**2-1e-11", "x*ln(x)-x+1+1e-10", "1e-6*(x-1)**2+1e-15"] {
        assert!(refused(f).contains("a generator vanishes at 1"), "{f}");
    }
    for f in ["(x-1)**2+1e-14", "x*ln(x+1)-0.693147180560*x", "exp(30*x)-10686474581524.463", "x*ln(x)-x+1+1e6*(x-1)"] {
        typed("f", f);
    }
}

/// NaN from an `if` is no end of f, wherever it begins; a formula that is no number any more is one.
#[test]
fn nan_is_no_end() {
    for (f, place) in [
        ("if x>3 {0.0/0.0} else {(x-1)**2}", "just above 3"),
        ("if x<0.5 {0.0/0.0} else {(x-1)**2}", "just below 0.5"),
        ("if x<2 {(x-1)**2} else {if x<3 {2*x-3} else {0.0/0.0}}", "just above 3"),
        ("if x<=2 {(x-1)**2} else {ln(-x)}", "just above 2"),
        ("(x-1)**2 + (if x>3 {0.0/0.0} else {0.0})", "just above 3"),
    ] {
        assert!(refused(f).contains(place), "{f}: {}", refused(f));
    }
    assert_eq!(typed("f", "if x<3 {-ln(3-x)+ln(2.0)} else {0.0/0.0}").ends(), (0.0, 3.0));
}

/// An f that falls to −∞ next to 0, and one whose slope falls, are shown, though values there are beyond all numbers; and what is
/// below its limit at an end of f.
#[test]
fn what_is_far_below_is_shown() {
    for f in [
        "2*exp(-2*x)-2*exp(-2)-0.1*exp(1/x)+0.1*exp(1)",
        "x**2-1-0.1*exp(1/x)+0.1*exp(1)",
        "1/x-1-exp(0.01*x)+exp(0.01)",
        "if x>3 {1.0/0.0} else if x==3 {1.0} else {(x-1)**2}",
        "if x<0.5 {1.0/0.0} else if x==0.5 {0.1} else {(x-1)**2}",
    ] {
        assert!(refused(f).contains("the middle one above the chord"), "{f}: {}", refused(f));
    }
}

/// What rules, leading terms and intervals together prove; the value at 1 is subtracted by the option.
#[test]
fn more_is_proved() {
    let mut unproved = vec![];
    for f in PROVED {
        let (mut session, _) = session();
        let text = format!("f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }}).proof()");
        let said = session.eval("test", &text).map(|v| v.to_string()).unwrap_or_else(|d| d.message.to_string());
        if !said.contains("convex, proved") {
            unproved.push(format!("{f}: {said}"));
        }
    }
    assert!(unproved.is_empty(), "{}", unproved.join("\n"));
}

const PROVED: [&str; 54] = [
    "lgamma(x)",
    "lgamma(0.5*x+2)+2*lgamma(x)",
    "-digamma(x)",
    "-ln(erf(x))",
    "1/erf(x)",
    "-atan(x)**0.5",
    "-ln(tanh(0.3*x))",
    "1/ln(x+1.5)",
    "-ln(ln(x+1.5))",
    "ln(exp(x)+exp(2*x)+exp(-3*x))",
    "ln(exp(x)+exp(2*x)+exp(-3*x)+exp(0.5*x)+2)",
    "0.3*ln(exp(x)+exp(2*x)+exp(-x))+x*ln(x)",
    "ln(exp(x**2)+exp(3*x)+exp(-x))",
    "sqrt((x-1)**2+1e-6)",
    "sqrt((x-1)**2+1e-14)",
    "sqrt(x**2-2*x+1.000001)",
    "sqrt((x-1)**2+(2*x-3)**2+0.1)",
    "(1e-4+abs(x-1)**3)**0.34",
    "((x-1)**4+1e-9)**0.25",
    "if x>2 {1.0/0.0} else {1/(2-x)}",
    "if x>=2 {1.0/0.0} else {1/(2-x)**2}",
    "if x<0.5 {1.0/0.0} else {1/(x-0.5)}",
    "(x-1)**2/(0.9*x+0.1)",
    "(x-1)**4/((0.3*x+0.7)**2*sqrt(x))",
    "1/(x*(0.3*x+0.1)**0.7)",
    "-(x*(0.3*x+0.1))**0.45",
    "0.3*x*ln(x)-(0.3*x+0.7)*ln(0.3*x+0.7)",
    "0.1*x*ln(x)-(0.1*x+0.9)*ln(0.1*x+0.9)",
    "x**x*exp(1/x)",
    "exp(x*ln(x)-x)",
    "cosh(0.3*x)",
    "max(sqrt(1+(x-1)**2)-1.5,-0.5)",
    "abs(ln(x))*(x-1)*sign(x-1)",
    "if x>0 {x*ln(x)} else {3.0}",
    "if x>3 {1.0/0.0} else if x==3 {10.0} else {(x-1)**2}",
    // factors e^x and the like, and what is below all powers
    "(x-1)*exp(x)",
    "(x-1)**2*exp(x)+2*(x-1)**2",
    "x*ln(x)*exp(0.3*x)",
    "x*exp(1/x)",
    "exp(2*x)-exp(x)",
    "exp(x**2)-exp(x)",
    "x*exp(x)-x**2*exp(0.5*x)",
    "x*ln(x)-x+0.01*(cos(x)-cos(1))*exp(-x)",
    "x*ln(x)-x-exp(-x)",
    "x*ln(x)-x+exp(-x**2)",
    "1/x+exp(-3*x)*sin(x)",
    "x**2*tanh(x)",
    "x**2+erf(x)",
    // functions of Gamma beside their poles and far out
    "lgamma(x)-lgamma(0.5*x+2)",
    "lgamma(x)-0.1*x*ln(x)",
    "lgamma(x)+0.9*ln(x)",
    "-digamma(x)-1/x",
    "x**2+digamma(x+1)-digamma(2*x+1)",
    "x*ln(x)+0.4*digamma(x+1)",
];

/// What the rules must not be led astray by: none of these is convex.
#[test]
fn nothing_wrong_is_proved() {
    for f in [
        "(1+x**3)**0.3-2**0.3",
        "(x**2-2*x+2)**0.4",
        "sqrt(abs(x-1)+1)-1",
        "(x-1)**2/(0.9*x+0.1)**1.01",
        "(x-1)**2/(sqrt(x)*(x+1)**0.6)",
        "x*ln(x)-1.0001*x*ln(x+1)+1.0001*ln(2.0)",
        "x*ln(x)-(x-0.1)*ln(x+1)+0.9*ln(2.0)",
        "softplus(x-softplus(2*x))",
        "softplus(2*x)-1.1*softplus(x)",
        "ln(exp(x)+exp(2*x))-0.9*ln(exp(x)+exp(2*x)+exp(-x))",
        "erf(x)-erf(1.0)",
        "digamma(x)-digamma(1.0)",
        "-lgamma(x)",
        "atan(x)-atan(1.0)",
        "-1/erf(x)+1/erf(1.0)",
        "x**(0.1+x)-1",
        "(x-3)*exp(x)",
        "exp(x)-1.1*x**2*exp(0.5*x)",
        "exp(x**2)-3*exp(x)",
        "x*ln(x)-x-3*exp(-x)",
        "0.001/x-exp(-x)",
        "lgamma(x)+1.1*ln(x)",
        "lgamma(x)-1.1*x*ln(x)",
        "-digamma(x)-1.1/x",
        "2*exp(-2*x)-0.1*exp(1/x)",
    ] {
        let (mut session, _) = session();
        let text = format!("f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }}).proof()");
        let said = session.eval("test", &text).map(|v| v.to_string()).unwrap_or_else(|d| d.message.to_string());
        assert!(!said.contains("convex, proved"), "{f}: {said}");
    }
}

/// Rules look at each expression once: formulas within formulas take no time that doubles with each.
#[test]
fn rules_of_nested_formulas_take_no_time() {
    let begun = std::time::Instant::now();
    for (step, n) in
        [("y = 1/(1+y)", 40), ("y = sqrt(1+y**2)", 60), ("y = max(y, 2*y-1)**1.5", 9), ("y = ln(1+exp(y))", 60)]
    {
        let (mut session, _) = session();
        let f = format!("let y = x; for i in 0..{n} {{ {step}; }} y");
        // whatever is said of it
        let _ = session.eval("test", &format!("f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }}).proof()"));
    }
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

fn by_values(f: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Generator {
    Generator::new("f", native(NativeFunction::new("f", Arc::new(f)), &x())).unwrap()
}

/// Functions known by their values that are +∞ from somewhere on: f* is a line beyond the slope at the end. Slopes are differences,
/// good to 1e-7, and f* to their square and what rounding of f leaves; within a step of differences of the end they are one-sided.
#[test]
fn functions_known_by_values_that_end() {
    let inf = f64::INFINITY;
    let chi2 = by_values(move |x| if x > 3.0 { inf } else { (x - 1.0) * (x - 1.0) });
    let kl = by_values(move |x| if x > 2.5 { inf } else { x * x.ln() - x + 1.0 });
    let both = by_values(move |x| if (0.25..=4.0).contains(&x) { x - 1.0 - x.ln() } else { inf });
    assert_eq!((chi2.ends(), kl.ends(), both.ends()), ((0.0, 3.0), (0.0, 2.5), (0.25, 4.0)));
    for k in -60..=60 {
        let y = 0.1 * f64::from(k);
        let at = |x: f64, f: f64| x * y - f;
        let x = (1.0 + 0.5 * y).clamp(0.0, 3.0);
        let exact = at(x, (x - 1.0) * (x - 1.0));
        assert!(
            (chi2.conjugate(y) - exact).abs() <= 1e-7 * (1.0 + exact.abs()),
            "chi2 at {y}: {} {exact}",
            chi2.conjugate(y)
        );
        let x = y.exp().min(2.5);
        let exact = at(x, x * x.ln() - x + 1.0);
        assert!(
            (kl.conjugate(y) - exact).abs() <= 1e-7 * (1.0 + exact.abs()),
            "kl at {y}: {} {exact}",
            kl.conjugate(y)
        );
        let x = if y < 1.0 { (1.0 / (1.0 - y)).clamp(0.25, 4.0) } else { 4.0 };
        let exact = at(x, x - 1.0 - x.ln());
        assert!(
            (both.conjugate(y) - exact).abs() <= 1e-7 * (1.0 + exact.abs()),
            "both at {y}: {} {exact}",
            both.conjugate(y)
        );
    }
}

/// Brackets of the same three, exactly solved, are those of the formulas: 1e-6, which is what slopes by differences leave.
#[test]
fn brackets_of_functions_known_by_values_that_end() {
    let inf = f64::INFINITY;
    let pairs = [
        (by_values(move |x| if x > 3.0 { inf } else { (x - 1.0) * (x - 1.0) }), "if x>3 {1.0/0.0} else {(x-1)**2}"),
        (by_values(move |x| if x > 2.5 { inf } else { x * x.ln() - x + 1.0 }), "if x>2.5 {1.0/0.0} else {x*ln(x)-x+1}"),
        (
            by_values(move |x| if (0.25..=4.0).contains(&x) { x - 1.0 - x.ln() } else { inf }),
            "if x<0.25 || x>4 {1.0/0.0} else {x-1-ln(x)}",
        ),
    ];
    let (p, q) = (column(&[0.0, 0.5, 1.0, 2.5]), column(&[0.25, 0.75, 3.0]));
    for (by_values, text) in pairs {
        let by_values = Arc::new(by_values);
        for l in [0.3, 1.0, 5.0] {
            let solver = SolverBuilder(Arc::new(Exact::default()));
            let solve = |g: &Arc<Generator>| {
                let e = estimate(&regularized(g, l), &p, &q, &solver, &EstimateOptions::default());
                [e.lower, e.upper]
            };
            let (a, b) = (solve(&by_values), solve(&typed("f", text)));
            assert!(
                a.iter().chain(&b).all(|v| (v - b[0]).abs() <= 1e-6 * (1.0 + b[0].abs())),
                "{text}, {l}: {a:?} and {b:?}"
            );
        }
    }
}

/// f that end far out, where f' hardly rises any more: host and table of a device to 1e-4 of the value.
#[test]
fn far_ends_on_a_device() {
    let device = open(Choice::Wgpu).ok();
    for f in [
        "if x>2000 {1.0/0.0} else {x-1-ln(x)}",
        "if x>1e4 {1.0/0.0} else {(sqrt(x)-1)**2}",
        "if x>1e3 {1.0/0.0} else {(x-1)**2/(x+1)}",
        "if x>3e5 {1.0/0.0} else {sqrt(1+(x-1)**2)-1}",
        "if x>1e5 {1.0/0.0} else {x*ln(x)-(x+1)*ln((x+1)/2)}",
    ] {
        let g = typed("f", f);
        let y: Vec<f32> = (0..4000).map(|i| (-3.0 + 0.0015 * f64::from(i)) as f32).collect();
        let mut host = vec![];
        g.on_slices().at_slice(&y, 0.0, |_, n, out| host.extend_from_slice(&out.value[..n]));
        let table = device.as_ref().map(|d| {
            let y = Tensor::from_data(TensorData::new(y.clone(), [y.len()]), &d.device);
            values(&g.conjugate_tensor(&y).value).unwrap()
        });
        let mut worst = [(0.0f64, 0.0f32); 2];
        for (i, y) in y.iter().enumerate() {
            let exact = g.conjugate(f64::from(*y));
            let forms = [Some(host[i]), table.as_ref().map(|t| t[i])];
            for (w, v) in worst.iter_mut().zip(forms) {
                let off = v.map_or(0.0, |v| (f64::from(v) - exact).abs() / (exact.abs() + 1e-3));
                if off > w.0 || off.is_nan() {
                    *w = (off, *y);
                }
            }
        }
        assert!(worst.iter().all(|w| w.0 <= 1e-4), "{f}: {worst:?}");
    }
}

/// A value of its own at 1, as 0/0 needs one, leaves the slope there that of the formula beside it: f*(y) = e^(y − 1) for x ln x,
/// (y − 1)²/4 + 2 for x² + x − 2.
#[test]
fn a_value_at_1_is_no_slope() {
    for f in ["if x==1 {0.0} else {x*ln(x)}", "if x!=1 {x*ln(x)} else {0.0}"] {
        let g = typed("f", f);
        assert_eq!(g.slope_at_one(), (1.0, 1.0), "{f}");
        for y in [-2.0, 0.5, 0.9, 1.0, 3.0] {
            let truth = f64::exp(y - 1.0);
            assert!((g.conjugate(y) - truth).abs() <= 1e-10 * truth.max(1.0), "{f} at {y}: {}", g.conjugate(y));
        }
    }
    for f in ["if x==1 {0.0} else {(x**3-1)/(x-1)-3}", "if x==1 {0.0} else {(x-1)**2+3*(x-1)}"] {
        let g = typed("f", f);
        assert!((g.slope_at_one().0 - 3.0).abs() < 1e-12, "{f}: {:?}", g.slope_at_one());
        for y in [1.5f64, 3.0, 3.001, 5.0] {
            let truth = (y - 1.0) * (y - 1.0) / 4.0 + 2.0;
            assert!((g.conjugate(y) - truth).abs() <= 1e-10 * truth, "{f} at {y}: {}", g.conjugate(y));
        }
    }
}

/// A kink at the place of a guard is one still.
#[test]
fn a_guarded_kink_is_a_kink() {
    let g = typed("f", "if x==1 {0.0} else {abs(x-1)}");
    assert_eq!(g.slope_at_one(), (-1.0, 1.0));
    assert_eq!((g.conjugate(0.5), g.conjugate(-0.5)), (0.5, -0.5));
}

/// Tents much narrower than any grid, whose top is where something inside them has its kink, and poles between finite values.
#[test]
fn narrow_tents_and_poles_are_seen() {
    for f in [
        "(x-1)**2+max(0.0,1-abs(x-0.5)*1e4)",
        "(x-1)**2+max(0.0,1-abs(x-0.5)*1e9)",
        "(x-1)**2+max(0.0,1e-3-abs(x-5))",
        "lgamma(x-0.5)-lgamma(0.5)",
        "lgamma(x-0.25)-lgamma(0.75)+(x-1)**2",
        "digamma(0.5)-digamma(x-0.5)",
    ] {
        let said = refused(f);
        assert!(!said.contains("f(1)"), "{f}: {said}");
    }
}

/// A dent that is all of f between three points counts, however small it is beside f at half or twice x; what rounding of the
/// constants leaves does not.
#[test]
fn dents_next_to_1_count_by_what_f_is_there() {
    for f in ["1e15*((x-1)**4-1e-7*(x-1)**2)", "(x-1)**4-1e-7*(x-1)**2", "(x-1)**4-1e-9*(x-1)**2"] {
        assert!(refused(f).contains("not convex: at x = "), "{f}");
    }
    for f in [
        "0.1*x**4-0.4*x**3+0.6*x**2-0.4*x+0.1",
        "x*ln(x)-x+1-(0.1+0.2-0.3)*abs(x-1)",
        "(x-1)**4",
        "(x-1)**4+1e-9*(x-1)**2",
    ] {
        typed("f", f);
    }
}
