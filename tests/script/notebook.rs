//! What notebooks build on: rich values, names asked for from another thread, functions and values from outside.
use crate::common::session;
use gflow::script::{Completeness, Event, Foreign, Rows, Value};
use std::sync::Arc;

fn shown(code: &str) -> gflow::script::Rich {
    let (mut s, recorder) = session();
    let _ = s.eval("t", code).map_err(|d| d.message).unwrap();
    recorder.take().into_iter().rev().find_map(|e| if let Event::Result(r) = e { Some(r) } else { None }).unwrap()
}

#[test]
fn values_have_the_forms_a_notebook_shows() {
    let f = shown("f_divergence(\"half tv\", |x| 0.5*abs(x - 1))");
    let markdown = f.markdown.unwrap();
    assert!(markdown.contains("$f^*(y)$") && markdown.contains("$f(1)=0$"), "{markdown}");
    // a bar in a formula would end the cell of the table
    assert!(markdown.lines().filter(|l| l.starts_with("| $f(x)$")).all(|l| l.matches('|').count() == 3), "{markdown}");
    assert!(f.latex.unwrap().starts_with("$$"));
    let d = shown("kl().regularized(lipschitz(2.0))");
    assert!(d.latex.unwrap().contains(r"\mathrm{Lip}(\varphi)\le 2"));
    let p = shown("points([[1, 2], [3, 6]])");
    let html = p.html.unwrap();
    assert!(
        html.contains("2 in dimension 2")
            && html.contains("<td style=\"text-align:right\">2</td><td style=\"text-align:right\">4</td>"),
        "{html}"
    );
    let run = shown(
        "gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(20, 2), data::ring(20), #{ steps: 4, record_every: 1 })",
    );
    let html = run.html.unwrap();
    assert!(html.contains("finished") && html.contains("<svg") && html.contains("20 in dimension 2"), "{html}");
    let table = shown(
        "gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(20, 2), data::ring(20), #{ steps: 60, record_every: 1 }).history",
    );
    assert!(table.html.unwrap().contains("… 46 more rows"));
    assert_eq!(shown("1/2").html, None);
}

#[test]
fn an_assistant_answers_while_the_session_is_busy() {
    let (mut s, _) = session();
    let _ = s.eval("t", "let known = kl(); /// twice a number\nfn twice(a) { 2*a }").unwrap();
    let (assistant, interrupt) = (s.assistant().clone(), s.interrupt());
    std::thread::scope(|scope| {
        let busy = scope.spawn(move || s.eval("t", "let local = 1; loop {}").is_err());
        std::thread::sleep(std::time::Duration::from_millis(100));
        let texts = |text: &str| {
            assistant.complete(text, text.chars().count()).1.into_iter().map(|c| c.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("known.conj"), ["conjugate", "conjugate_grad"]);
        assert_eq!(texts("loca"), ["local"]);
        assert_eq!(texts("twi"), ["twice"]);
        assert!(assistant.inspect("twice", 3).unwrap().text.contains("twice(a)"));
        assert!(assistant.inspect("gpa", 2).unwrap().markdown.unwrap().contains("inner_steps"));
        assert_eq!(assistant.inspect("known", 2).unwrap().text, "known: Generator");
        assert_eq!(assistant.completeness("fn f() {"), Completeness::Incomplete);
        interrupt.request();
        assert!(busy.join().unwrap());
    });
}

#[test]
fn completion_knows_where_it_stands() {
    let (mut s, _) = session();
    let _ = s.eval("t", "let d = kl().regularized(lipschitz(1.0)); let text = \"a\"; let list = [1];").unwrap();
    let texts = |text: &str| s.complete(text, text.chars().count()).1.into_iter().map(|c| c.text).collect::<Vec<_>>();
    assert_eq!(texts("d.est"), ["estimate"]);
    assert_eq!(texts("kl().regularized(lipschitz(1.0)).rev"), ["reversed"]);
    assert_eq!(texts("data::ring(10).co"), ["col", "cols", "concat", "corr", "cov"]);
    assert_eq!(texts("gpa(d).run(p, q).hist"), ["history"]);
    assert_eq!(texts("mlp([8], #{ constraint: \"spec"), ["spectral"]);
    assert_eq!(texts("gpa(d).run(p, q, #{ metrics: [\"w1\", \"sli"), ["sliced"]);
    assert_eq!(texts("help(\"data::moo"), ["data::moons"]);
    // behind the colon of an option a value is due, not another option
    assert!(!texts("gpa(d, #{ dt: in").contains(&"inner_steps".to_string()));
    assert_eq!(texts("gpa(d, #{dt:lips"), ["lipschitz"]);
    assert_eq!(texts("// data::ri"), Vec::<String>::new());
    assert!(texts("\"//\" + data::ri").contains(&"data::ring".to_string()));
    assert_eq!(texts("wh"), ["while", "whiten"]);
    assert_eq!(texts("lipsch"), ["lipschitz"]);
    assert!(!texts("resum").contains(&"resume".to_string()));
    assert_eq!(s.inspect("kl(", 3).unwrap().text.lines().next(), Some("kl()"));
    assert!(s.inspect("d", 1).unwrap().text.contains("kl.regularized(lipschitz(1))"));
    assert_eq!(s.inspect("nothing_of_this_name", 3), None);
}

#[test]
fn values_cross_the_border_unchanged() {
    let (mut s, _) = session();
    let rows = Rows { data: vec![0.1, 1e300, 532000.1, 4181000.2, 5e-324, -1.0 / 3.0], n: 3, d: 2 };
    for v in [
        Value::Bool(true),
        Value::Integer(-3),
        Value::Number(0.1),
        Value::Text("λ".into()),
        Value::Numbers(vec![1.0, -2.5]),
        Value::Points(rows),
    ] {
        s.set("v", v.clone()).unwrap();
        assert_eq!(s.get("v").unwrap(), v);
    }
    assert_eq!(s.call("t", "v.dim() + 1").unwrap(), Value::Integer(3));
    assert!(s.get("w").unwrap_err().to_string().contains("did you mean `v`"));
    assert!(s.set("not a name", Value::Nothing).is_err());
    let _ = s.eval("t", "let f = kl();").unwrap();
    assert!(s.get("f").unwrap_err().to_string().contains("got a Generator"));
    // closures and functions share the variable
    let _ = s.eval("t", "let c = 1; const K = 2; let add = |x| x + c;").unwrap();
    s.set("c", Value::Integer(10)).unwrap();
    assert_eq!(s.call("t", "add.call(1)").unwrap(), Value::Integer(11));
    assert!(s.set("K", Value::Integer(3)).unwrap_err().to_string().contains("constant"));
    assert!(s.set("let", Value::Integer(3)).unwrap_err().to_string().contains("word of the language"));
    let bad = Rows { data: vec![1.0], n: 2, d: 2 };
    assert!(s.set("v", Value::Points(bad)).is_err());
}

fn number(f: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Foreign {
    Arc::new(move |v| match v[..] {
        [Value::Number(x)] => Ok(Value::Number(f(x))),
        [Value::Integer(x)] => Ok(Value::Number(f(x as f64))),
        _ => Err("expected one number".into()),
    })
}

#[test]
fn a_foreign_function_is_called_and_is_part_of_formulas() {
    let (mut s, recorder) = session();
    s.register("cube", 1, number(|x| x.powi(3))).unwrap();
    let _ = s.eval("t", "cube(2) + [1, 3].map(|x| cube(x))[1]").unwrap();
    assert_eq!(recorder.text(), "35.0");
    assert!(s.eval("t", "cube(\"a\")").unwrap_err().message.contains("expected one number"));
    // f = x³ − 3x + 2 with x³ from outside: f* = 2 ((y + 3)/3)^{3/2} − 2
    let _ = s.eval("t", "let f = f_divergence(\"cubic\", |x| cube(x) - 3*x + 2);").unwrap();
    for y in [-1.0, 0.0, 2.0, 50.0] {
        let exact = 2.0 * ((y + 3.0f64) / 3.0).powf(1.5) - 2.0;
        let _ = recorder.take();
        let _ = s.eval("t", &format!("f.conjugate({y:?})")).unwrap();
        let found: f64 = recorder.text().parse().unwrap();
        assert!((found - exact).abs() < 1e-9 * (1.0 + exact.abs()), "{y}: {found} against {exact}");
    }
    // what is gflow's own is not replaced silently
    for name in ["exp", "kl", "if", "plot"] {
        assert!(s.register(name, 1, number(|x| x)).is_err() || name == "plot", "{name}");
    }
    // registered again, it is the new one
    s.register("cube", 1, number(|x| -x)).unwrap();
    let _ = recorder.take();
    let _ = s.eval("t", "cube(2)").unwrap();
    assert_eq!(recorder.text(), "-2.0");
}

#[test]
fn an_f_known_by_its_values_has_the_conjugate_and_domain_of_its_formula() {
    type F = fn(f64) -> f64;
    // f, f*, f'(0+), f'(∞)
    let cases: [(&str, F, F, f64, f64); 7] = [
        // f' runs to 20 as slowly as x^-0.05
        (
            "alpha 0.95",
            |x| (x.powf(0.95) - 0.95 * x - 0.05) / -0.0475,
            |y| ((1.0 - 0.05 * y).powf(-19.0) - 1.0) / 0.95,
            f64::NEG_INFINITY,
            20.0,
        ),
        // leaves the range of numbers at 710
        ("exponential", |x| (x - 1.0).exp() - x, |y| (y + 1.0) * (1.0 + y).ln(), (-1f64).exp() - 1.0, f64::INFINITY),
        ("kl", |x| x * x.ln() - x + 1.0, |y| y.exp_m1(), f64::NEG_INFINITY, f64::INFINITY),
        ("chi2", |x| (x - 1.0).powi(2), |y| if y < -2.0 { -1.0 } else { y + 0.25 * y * y }, -2.0, f64::INFINITY),
        ("reverse_kl", |x| x - 1.0 - x.ln(), |y| -(1.0 - y).ln(), f64::NEG_INFINITY, 1.0),
        ("hellinger", |x| (x.sqrt() - 1.0).powi(2), |y| y / (1.0 - y), f64::NEG_INFINITY, 1.0),
        ("le_cam", |x| (x - 1.0).powi(2) / (x + 1.0), |y| 4.0 - y - 4.0 * (1.0 - y).sqrt(), -3.0, 1.0),
    ];
    for (name, f, conjugate, low, high) in cases {
        let (mut s, recorder) = session();
        s.generator("f", Arc::new(f)).map_err(|e| format!("{name}: {e}")).unwrap();
        let y = |x: f64| (f(x * 1.0001) - f(x * 0.9999)) / (x * 2e-4);
        for x in [0.02, 0.3, 1.0, 2.5, 30.0] {
            let y = y(x);
            let _ = recorder.take();
            let _ = s.eval("t", &format!("f.conjugate({y:?})")).unwrap();
            let found: f64 = recorder.text().parse().unwrap();
            // what the values of f can tell: their rounding, amplified by nothing, since f* is stationary in x
            assert!(
                (found - conjugate(y)).abs() < 1e-9 * (1.0 + found.abs()),
                "{name} at y = {y}: {found} against {}",
                conjugate(y)
            );
        }
        let report = {
            let _ = recorder.take();
            let _ = s.eval("t", "f.report()").unwrap();
            recorder.text()
        };
        let line = |key: &str| report.lines().find(|l| l.trim_start().starts_with(key)).unwrap().to_string();
        let text = |v: f64| {
            if v.is_infinite() {
                if v > 0.0 { "∞".to_string() } else { "-∞".to_string() }
            } else {
                format!("{:.3}", v).trim_end_matches('0').trim_end_matches('.').to_string()
            }
        };
        assert!(line("f'(0+)").contains(&text(low)), "{name}: {report}");
        assert!(line("f'(∞)").contains(&text(high)), "{name}: {report}");
    }
    let (mut s, _) = session();
    assert!(s.generator("f", Arc::new(|x: f64| 1.0 - x * x)).unwrap_err().to_string().contains("not convex"));
    assert!(s.generator("f", Arc::new(|x: f64| x * x)).unwrap_err().to_string().contains("f(1) = 1"));
    assert!(s.generator("f", Arc::new(|_| f64::NAN)).is_err());
}

#[test]
fn a_run_with_a_foreign_f_is_saved_and_says_what_a_file_cannot_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (mut s, _) = session();
    s.generator("mine", Arc::new(|x: f64| x * x.ln() - x + 1.0)).unwrap();
    let path = folder.path().join("kept").display().to_string();
    let _ = s.eval("t", &format!("gpa(mine.regularized(lipschitz(1.0))).run(data::gaussian(20, 2), data::ring(20), #{{ steps: 2 }}).save(\"{path}\")")).unwrap();
    let d = s.eval("t", &format!("load_run(\"{path}\")")).unwrap_err();
    assert!(d.message.contains("made in Rust") && d.hint.unwrap().contains("io::load"), "{}", d.message);
}

#[test]
fn nobody_can_be_asked_in_a_test() {
    let (mut s, _) = session();
    assert!(s.eval("t", "input(\"? \")").unwrap_err().message.contains("nobody to ask"));
}
