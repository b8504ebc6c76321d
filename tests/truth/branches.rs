//! f whose formula says something of its own at one ratio, just above 0, or in a window narrower than any grid.
use super::conjugates::typed;
use crate::common::{printed, session};

/// A branch that 1 alone takes has no slope: f*(y) of x ln x is e^(y − 1), of −ln x it is −1 − ln(−y), of (x − 1)² + 0.1 (x − 1) it
/// is y + (y − 0.1)²/4, to 1e-10.
#[test]
fn a_branch_of_one_ratio_has_no_slope() {
    type Form = (fn(&str) -> String, fn(f64) -> f64, f64, &'static [f64]);
    let forms: [Form; 3] = [
        (|x| format!("{x}*ln({x})"), |y| (y - 1.0).exp(), 1.0, &[-3.0, 0.3068528194400547, 0.9, 1.0, 2.5]),
        (|x| format!("(-ln({x}))"), |y: f64| -1.0 - (-y).ln(), -1.0, &[-7.0, -1.1, -1.0, -1.0 / 7.0]),
        (
            |x| format!("(({x}-1)**2+0.1*({x}-1))"),
            |y| y + (y - 0.1) * (y - 0.1) / 4.0,
            0.1,
            &[-1.0, 0.0, 0.1, 0.3, 4.0],
        ),
    ];
    for (of, conjugate, slope, ys) in forms {
        let f = of("x");
        for whole in [
            format!("if x<1 {{{f}}} else if x>1 {{{f}}} else {{0.0}}"),
            format!("if x>1 {{{f}}} else if x>=1 {{0.0}} else {{{f}}}"),
            format!("if x>=1 && x<=1 {{0.0}} else {{{f}}}"),
            format!("if 2*x==2 {{0.0}} else {{{f}}}"),
            format!("if ln(x)==0 {{0.0}} else {{{f}}}"),
            format!("if abs(x-1)<1e-15 {{0.0}} else {{{f}}}"),
            format!("{}+{}", of("max(x,1.0)"), of("min(x,1.0)")),
        ] {
            let g = typed("f", &whole);
            assert!(
                (g.slope_at_one().0 - slope).abs() < 1e-12 && g.kinks().is_empty(),
                "{whole}: {:?}",
                g.slope_at_one()
            );
            for y in ys {
                let truth = conjugate(*y);
                assert!(
                    (g.conjugate(*y) - truth).abs() <= 1e-10 * (1.0 + truth.abs()),
                    "{whole} at {y}: {}",
                    g.conjugate(*y)
                );
            }
        }
    }
}

/// What depends on f'(1) is that of the plain formula: D of P = 0 and Q on 0 and 1.
#[test]
fn divergences_of_such_f_are_those_of_the_formula() {
    let plain = "(x-1)**2+0.1*(x-1)";
    let split = "if x<1 {(x-1)**2+0.1*(x-1)} else if x>1 {(x-1)**2+0.1*(x-1)} else {0.0}";
    let halves = "(max(x,1.0)-1)**2+(1-min(x,1.0))**2+0.1*(max(x,1.0)-1)-0.1*(1-min(x,1.0))";
    for f in [plain, split, halves] {
        let out = printed(&format!(
            "let f = f_divergence(\"f\", |x| {{ {f} }}); let p = points([[0.0]]); let q = points([[0.0], [1.0]]);
             print(unbalanced(f, w2_squared()).estimate(p, q).value);
             print(f.penalized(rkhs(gaussian_kernel(1.0)), 0.5).estimate(p, q).value);"
        ));
        let v: Vec<f64> = out.lines().map(|l| l.parse().unwrap()).collect();
        // mass a on 0 and b on 1 with the plan on 0 alone: 0.40625; the second by the plain formula
        assert!((v[0] - 0.40625).abs() < 1e-7 && (v[1] - 0.1643928893).abs() < 1e-9, "{f}: {v:?}");
    }
}

/// Held constant below a tiny ratio f is what it is above, to all digits, and its slope at 0 is none of its own.
#[test]
fn ratios_kept_away_from_zero() {
    for least in ["1e-300", "1e-100", "1e-12"] {
        for f in [
            format!("if x<={least} {{1.0}} else {{x*ln(x)-x+1}}"),
            format!("if x<={least} {{1.0-x}} else {{x*ln(x)-x+1}}"),
            format!("max(x,{least})*ln(max(x,{least}))-x+1"),
        ] {
            let g = typed("f", &f);
            for y in [-20.0f64, -0.5, -1e-7, 0.0, 1.0] {
                let truth = y.exp_m1();
                assert!((g.conjugate(y) - truth).abs() <= 1e-10, "{f} at {y}: {}", g.conjugate(y));
            }
        }
    }
    let g = typed("f", "-ln(max(x,1e-100))");
    for (y, truth) in [(-0.5, -1.0 + 2f64.ln()), (-1e300, -100.0 * 10f64.ln())] {
        assert!((g.conjugate(y) - truth).abs() <= 1e-10 * (1.0 + truth.abs()), "at {y}: {}", g.conjugate(y));
    }
}

/// Bumps, steps and poles in windows of width 1e-5 to 1e-7 around places the formula names, also beside a large linear part.
#[test]
fn narrow_windows_are_looked_into() {
    for bump in [
        "0.5*max(0.0,1-((x-2.1)/1e-7)**2)",
        "0.5/cosh((x-2.1)/1e-7)",
        "1e-3*tanh((x-2.1)/1e-5)",
        "1e-3*sigmoid((x-2.1)/1e-6)",
        "0.5*exp(-((x-97.9524)/1e-5)**2)",
        "1e6*(x-1)+1e-3*exp(-((x-3.1)/1e-3)**2)",
        "1e9*(x-1)+1e-3*exp(-((x-3.1)/1e-3)**2)",
        "1e-30/(x-3)",
        "(if exp(x)==exp(2.0) {9.0} else {0.0})",
        "(if x==2 {1e-3} else {0.0})",
    ] {
        let text = format!("f_divergence(\"f\", |x| {{ let b = {bump}; x*ln(x)-x+1+b }}, #{{ shift: true }})");
        let said = session().0.eval("test", &text).err().map(|e| e.message.to_string());
        assert!(said.as_ref().is_some_and(|s| s.contains("is not convex")), "{bump}: {said:?}");
    }
}

/// Exponents that are equal to rounding only are no order that a sort relies on.
#[test]
fn many_exponentials_are_told_apart() {
    for n in [100, 150] {
        let f = format!("let s=0.0; for i in 0..{n} {{ s += exp((i-50)*0.1*x); }} ln(s)");
        let out = printed(&format!("print(f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }}).conjugate(0.0))"));
        // f*(0) ≥ −f(0) = ln Σ e^((i − 50)/10) − ln n, and no more where f rises from 0 on, as with 150
        let sum: f64 = (0..n).map(|i| (0.1 * f64::from(i - 50)).exp()).sum();
        let truth = sum.ln() - f64::from(n).ln();
        let off = out.trim().parse::<f64>().unwrap() - truth;
        assert!(off > -1e-9 && (off < 1e-9 || n == 100 && off < 0.1), "{n}: {off}");
    }
}

/// The maximiser beyond all numbers: f*(½) of x − x^0.9999 is about e^6930.
#[test]
fn conjugates_beyond_all_numbers_are_infinite() {
    let g = typed("f", "x-x**0.9999");
    assert_eq!([g.conjugate(0.5), g.conjugate(0.9), g.conjugate(-1.0)], [f64::INFINITY, f64::INFINITY, 0.0]);
    // a wall that overflows before it ends: what is not known is not −∞
    let g = typed("f", "if x>0.2 {exp(1/(x-0.2))-exp(1.25)} else {1.0/0.0}");
    for y in [-0.3, -5.0] {
        assert!(g.conjugate(y) >= y, "{y}: {}", g.conjugate(y));
    }
}

/// (cosh t − 1)/t² − ½ = t²/4! + t⁴/6! + … about c = 1 or 2, t = x − c: written with its 0/0, which cancels to anything within 1e-8 of c, it
/// has the f* of the series, to 1e-11.
#[test]
fn formulas_that_cancel_beside_their_0_0() {
    let series = |t: f64| {
        let (mut f, mut d1, mut d2, mut factorial) = (0.0, 0.0, 0.0, 2.0);
        for k in 1..12 {
            let n = 2 * k;
            factorial *= f64::from((n + 1) * (n + 2));
            f += t.powi(n) / factorial;
            d1 += f64::from(n) * t.powi(n - 1) / factorial;
            d2 += f64::from(n * (n - 1)) * t.powi(n - 2) / factorial;
        }
        (f, d1, d2)
    };
    for c in [1.0, 2.0] {
        let ys = [-0.07, -1e-3, -1e-6, -1e-9, 0.0, 1e-9, 1e-5, 1e-3, 0.02, 0.2];
        let list: Vec<String> = ys.iter().map(|y| format!("{y:e}")).collect();
        let out = printed(&format!(
            "let g = f_divergence(\"g\", |x| if x=={c:?} {{0.5}} else {{(cosh(x-{c:?})-1)/(x-{c:?})**2}}, #{{ shift: true }});
             for y in [{}] {{ print(g.conjugate(y)) }}",
            list.join(", ")
        ));
        for (line, y) in out.lines().zip(ys) {
            let t = (0..60).fold(12.0 * y, |t, _| {
                let (_, d1, d2) = series(t);
                t - (d1 - y) / d2
            });
            // less f at 1
            let truth = (c + t) * y - series(t).0 + series(1.0 - c).0;
            let found: f64 = line.parse().unwrap();
            assert!((found - truth).abs() <= 1e-11, "about {c} at {y}: {found} for {truth}");
        }
    }
}

/// f that are finite in a narrow interval around 1 alone, with kinks, poles and ends of infinite slope, are convex and accepted.
#[test]
fn narrow_domains_are_no_dents() {
    for f in [
        "if abs(x-1)>0.1 {1.0/0.0} else {(x-1)**2}",
        "if abs(x-1)>0.02 {1.0/0.0} else {(x-1)**4}",
        "if x<0.9||x>1.1 {1.0/0.0} else {abs(x-1)}",
        "if x<0.8||x>1.2 {1.0/0.0} else {abs(x-1)**3}",
        "-ln(0.2-abs(x-1))+ln(0.2)",
        "if abs(x-1)>0.02 {1.0/0.0} else {0.02-sqrt(0.0004-(x-1)**2)}",
        "if abs(x-1)<0.1 {1/(0.01-(x-1)**2)-100} else {1.0/0.0}",
    ] {
        let text = format!("f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }})");
        let said = session().0.eval("test", &text).err().map(|e| e.message.to_string());
        assert!(said.is_none(), "{f}: {said:?}");
    }
}

/// The place of 0/0 may be written in several ways in one f, and a window around it may hold a series: f* to 1e-6 of what 30 digits say.
#[test]
fn guards_in_other_words() {
    for (f, y, truth) in [
        ("if x-1==0 {0.0} else {if x==1 {0.0} else {x*ln(x)}}", 0.5, 0.606_530_66),
        ("let u=x-1; let a=if u==0 {1.0} else {ln(x)/u}; let b=if x==1 {0.0} else {x*ln(x)}; a+b-1", 1.0, 1.087_938),
        ("let d=if x-1==0 {1.0} else {x-1}; let r=ln(x)/d; if x==1 {0.0} else {r-1}", -0.45, -0.448_012),
        ("if abs(x-1)<1e-5 {-(x-1)/6+(x-1)**2/12} else {(x*ln(x)-x+1)/(x-1)**2-0.5}", -0.235_089_062_8, -0.223_757),
        ("if abs(x-1)<1e-5 {(x-1)/6+(x-1)**2/24} else {(exp(x-1)-x)/(x-1)**2-0.5}", 0.118_893_06, 0.134_473),
    ] {
        let found = typed("f", f).conjugate(y);
        assert!((found - truth).abs() <= 1e-6, "{f} at {y}: {found} for {truth}");
    }
}

/// A jump among so many pieces that none is looked at closely, and a bump at 1 itself.
#[test]
fn jumps_among_many_pieces() {
    for jump in ["1.0", "-1.0", "0.01"] {
        let f = format!(
            "let s = (x-1)**2; for j in 0..130 {{ if x > 0.05*j {{ s += 1e-3*(x-0.05*j) }} if j == 41 && x > 2.05 {{ s += {jump} }} }} s"
        );
        let text = format!("f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }})");
        let said = session().0.eval("test", &text).err().map(|e| e.message.to_string());
        assert!(said.as_ref().is_some_and(|s| s.contains("not convex")), "{jump}: {said:?}");
    }
    let said = session().0.eval("test", "f_divergence(\"f\", |x| (x-1)**2+1e-5/cosh((x-1)/0.001), #{ shift: true })");
    assert!(said.is_err());
}

/// Lines but for a window that no grid meets are no piecewise linear f: f*(y) is y + y²/4 for |y| ≤ 2w, and |y| in the jump of f' at c ± w.
#[test]
fn a_curved_window_between_lines() {
    for (c, w) in [(1.0, 0.01), (1.0, 0.003), (1.0, 0.05), (2.0, 0.01)] {
        let f = format!("let f = if abs(x-{c:?})<{w} {{(x-{c:?})**2}} else {{abs(x-{c:?})-{w}+{w}*{w}}}; f");
        let out = printed(&format!(
            "let g = f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }}); for y in [-0.5*{w}, 0.0, {w}, 0.5] {{ print(g.conjugate(y)) }}"
        ));
        let shift = if c == 1.0 { 0.0 } else { 1.0 - w + w * w };
        let truth = [-0.5 * w, 0.0, w].map(|y| c * y + 0.25 * y * y + shift);
        let truth = truth.into_iter().chain([0.5 * (c + w) - w * w + shift]);
        for (line, truth) in out.lines().zip(truth) {
            assert!((line.parse::<f64>().unwrap() - truth).abs() <= 1e-10, "{c} {w}: {line} for {truth}");
        }
    }
}

/// Walls whose formulas leave the range of numbers before f ends: f* has its digits, against 60-digit arithmetic (bisection of f' = y), to
/// 1e-10, up to slopes of 1e20, and the end is where the condition says.
#[test]
fn f_that_overflows_before_its_end_ends_there() {
    type Wall = (&'static str, f64, [(f64, f64); 4]);
    let up: [Wall; 4] = [
        (
            "if x<3 {exp(1/(3-x))-exp(0.5)} else {1.0/0.0}",
            3.0,
            [
                (0.5, 0.5067885920786015),
                (5.0, 9.163216512195785),
                (1e3, 2697.410060944113),
                (1e20, 2.973519208475218e20),
            ],
        ),
        (
            "if x>=3 {1.0/0.0} else {cosh(1/(3-x))-cosh(0.5)}",
            3.0,
            [
                (0.16, 0.16200232919526117),
                (5.0, 10.442698942414491),
                (1e3, 2734.033085024593),
                (1e20, 2.973973380681027e20),
            ],
        ),
        (
            "if x<3 {(1.5-0.5*x)**(-50)-1} else {1.0/0.0}",
            3.0,
            [
                (0.16, 1.1196153961445563),
                (0.5, 1.398680550267638),
                (1e3, 1103.3451427290588),
                (1e20, 2.119186640444015e20),
            ],
        ),
        (
            "if x>0.25 {exp(1/(x-0.25))-exp(1/0.75)} else {1.0/0.0}",
            0.25,
            [
                (-0.3, 1.4841430603418988),
                (-5.0, -4.941836863821166),
                (-1e3, -550.4449924319039),
                (-1e20, -2.7648079152478237e19),
            ],
        ),
    ];
    for (text, end, truths) in up {
        let g = typed("f", text);
        let ends = if end > 1.0 { (0.0, end) } else { (end, f64::INFINITY) };
        assert_eq!(g.ends(), ends, "{text}");
        for (y, truth) in truths {
            let off = (g.conjugate(y) - truth).abs() / (1.0 + truth.abs());
            assert!(off <= 1e-10, "{text} at {y}: {} for {truth}", g.conjugate(y));
        }
    }
}

/// A series inside a window whose formula has no digits left at its edge: f* is read from both sides of it, to 1e-8, and is never below
/// y − f(1). 60-digit arithmetic.
#[test]
fn noise_at_the_edge_of_a_window_is_not_read() {
    let series = "let u=x-2.0; let g=if abs(u)<1e-6 {1.0/6+u/24+u**2/120} else {(exp(u)-1-u-0.5*u*u)/u**3};
        g+0.1*(x-1)**2-0.1321205588285577";
    let g = typed("f", series);
    for (y, truth) in [
        (0.2, 0.137349407674852),
        (0.24, 0.213339744221365),
        (0.2416, 0.216533343589784),
        (0.24166688550000429, 0.216667104333452),
        (0.242, 0.217333589738531),
        (0.25, 0.233493510374245),
        (0.3, 0.341157945334818),
    ] {
        let truth = truth + 0.1321205588285577;
        assert!((g.conjugate(y) - truth).abs() < 1e-8, "{y}: {} for {truth}", g.conjugate(y));
    }
    // between them f* is its tangent to 1e-6: x* is 2
    for k in -40..=40 {
        let y = 0.24166688550000429 + 1e-9 * f64::from(k * k * k);
        let truth = 0.3487876631620215 + 2.00000101 * (y - 0.24166688550000429);
        assert!((g.conjugate(y) - truth).abs() < 1e-6, "{y}: {} for {truth}", g.conjugate(y));
    }
}

/// ln(sigmoid) is a softplus and does not overflow; a pole of what f is divided by is found wherever it is.
#[test]
fn poles_and_logarithms_of_sigmoids() {
    let g = typed("f", "-ln(sigmoid(1-x))-ln(2.0)");
    assert!(matches!(g.convexity(), gflow::generator::Convexity::Proved(_)));
    // f = softplus(x - 1) - ln 2, so that f*(y) = y + y ln y + (1 - y) ln(1 - y) + ln 2 for y > sigmoid(-1)
    for y in [0.3f64, 0.5, 0.9, 0.999999] {
        let truth = y + y * y.ln() + (1.0 - y) * (1.0 - y).ln() + 2f64.ln();
        assert!((g.conjugate(y) - truth).abs() < 1e-10, "{y}: {} for {truth}", g.conjugate(y));
    }
    for pole in [
        "(x-1)**2+1e-6/(x*x-1e10)-1e-6/(1-1e10)",
        "(x-1)**2+1e-9/(x**2-5)**2-1e-9/16",
        "(x-1)**2+1e-12/(exp(x)-40)-1e-12/(exp(1)-40)",
    ] {
        let said = printed(&format!("f_divergence(\"f\", |x| {pole});"));
        assert!(said.starts_with("error: "), "{pole} was accepted: {said}");
    }
}

/// A constant for 0/0 in a window narrower than rounding needs: f* and f'(1) are those of the formula around it, to 1e-8, as
/// far as slopes beside the window have digits.
/// f* of (x ln x − x + 1)/(x − 1)² − 1/2 at −0.1 and −1/6 by 40-digit arithmetic; f'(1) = −1/6.
#[test]
fn a_window_narrower_than_its_noise_has_no_slope() {
    for width in ["1e-9", "1e-8", "1e-12"] {
        let g = typed("f", &format!("let g = if abs(x-1)<{width} {{0.5}} else {{(x*ln(x)-x+1)/(x-1)**2}}; g - 0.5"));
        assert!((g.slope_at_one().0 + 1.0 / 6.0).abs() < 1e-8, "{width}: {:?}", g.slope_at_one());
        for (y, truth) in [(-0.1, -0.08221227369276947), (-1.0 / 6.0, -1.0 / 6.0)] {
            assert!((g.conjugate(y) - truth).abs() < 1e-9, "{width} at {y}: {}", g.conjugate(y));
        }
    }
}

/// Ends beyond the place where numbers overflow, at 200 digits of exponents and from both sides; a gap behind a wall is one.
#[test]
fn ends_far_beyond_the_range_of_numbers() {
    for (f, y, truth) in [
        ("if x<=1000 {exp(x)-exp(1)} else {1.0/0.0}", 10.0, 10.0 * 10f64.ln() - 10.0 + 1f64.exp()),
        ("if x>1e-3 {exp(1/x)-exp(1)} else {1.0/0.0}", -10.0, -8.430007323286349),
        ("if x<3 {exp(exp(3/(3-x)))-exp(exp(1.5))} else {1.0/0.0}", 1e50, 2.3585779367764345e50),
        (
            "let u=x-50; let g=if abs(u)<0.0001 {1+u/2+u*u/6+u**3/24} else {(exp(u)-1)/u}; g-(1-exp(-49))/49",
            0.5,
            24.020408163265305,
        ),
    ] {
        let g = typed("f", f);
        assert!((g.conjugate(y) - truth).abs() <= 1e-9 * truth.abs(), "{f} at {y}: {} for {truth}", g.conjugate(y));
    }
    for gap in ["4.0", "50.0", "1e9"] {
        let f = format!("if x<3 {{exp(1/(3-x))-exp(0.5)}} else if x>{gap} {{0.0}} else {{1.0/0.0}}");
        let said = printed(&format!("f_divergence(\"f\", |x| {{ {f} }});"));
        assert!(said.contains("between places where it is finite"), "{f}: {said}");
    }
}
