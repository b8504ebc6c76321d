//! Cells, imports, interrupts, completion: what a notebook will need.
use crate::common::session;
use gflow::script::{Class, Completeness, Event};
use std::time::{Duration, Instant};

#[test]
fn cells_share_variables_functions_and_imports() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.rhai"), "fn shape(x, a) { a*(x - 1)**2 }\nexport const A = 3;").unwrap();
    let (_, recorder) = session();
    let mut s = gflow::script::Session::new(gflow::script::SessionOptions {
        folder: Some(folder.path().to_path_buf()),
        ..gflow::script::SessionOptions::new(crate::common::cpu(), recorder.clone())
    });
    for cell in [
        "let a = 2; fn double(x) { a*x }",
        "import \"mine\" as m;",
        "a = 5;",
        "double(3)",
        "m::shape(3, m::A)",
        "fn through(x) { m::shape(x, 1) }\nthrough(3)",
        "let a = \"shadowed\"; double(2)",
    ] {
        let _ = s.eval("cell", cell);
    }
    assert_eq!(recorder.text(), "15\n12\n4\nerror: `*` is not defined between text and number");
}

#[test]
fn an_error_keeps_what_came_before_and_names_its_own_cell() {
    let (mut s, _) = session();
    assert!(s.eval("cell 1", "let kept = 4; fn bad(x) {\n  let a = [1];\n  a[x]\n}").is_ok());
    let d = s.eval("cell 2", "let more = 1;\nbad(9)").unwrap_err();
    let place = d.place.clone().unwrap();
    assert_eq!((place.source.as_str(), place.line), ("cell 1", 3), "{d:?}");
    assert!(d.trace[0].contains("cell 2:2:1"), "{d:?}");
    assert_eq!(s.eval("cell 3", "kept + more").unwrap().as_int(), Ok(5));
}

#[test]
fn errors_in_imported_files_point_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.rhai"), "fn f(x) {\n  x + undefined_name\n}").unwrap();
    let (_, recorder) = session();
    let mut s = gflow::script::Session::new(gflow::script::SessionOptions {
        folder: Some(folder.path().to_path_buf()),
        ..gflow::script::SessionOptions::new(crate::common::cpu(), recorder)
    });
    let d = s.eval("cell", "import \"broken\" as b;").unwrap_err();
    assert!(d.place.as_ref().unwrap().source.ends_with("broken.rhai"), "{d:?}");
    assert_eq!(d.place.unwrap().line, 2);
}

/// Modules import modules beside them, read the same way; a circle is an error.
#[test]
fn imports_nest_and_circles_end() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outer.rhai"), "import \"inner\" as i; fn h(x) { i::negated_square(x) }")
        .unwrap();
    std::fs::write(folder.path().join("inner.rhai"), "fn negated_square(x) { -x**2 }").unwrap();
    std::fs::write(folder.path().join("circle.rhai"), "import \"circle\" as c; fn h() { 1 }").unwrap();
    let mut s = gflow::script::Session::new(gflow::script::SessionOptions {
        folder: Some(folder.path().to_path_buf()),
        ..gflow::script::SessionOptions::new(crate::common::cpu(), gflow::script::Recorder::default())
    });
    assert_eq!(s.eval("cell", "import \"outer\" as m;\nm::h(3)").unwrap().as_int(), Ok(-9));
    let d = s.eval("cell", "import \"circle\" as m;").unwrap_err();
    assert!(d.message.contains("imports itself"), "{}", d.message);
}

/// 100 ms from the request to the end, in script loops, estimates, exact metrics; `try` does not swallow it. Other
/// tests share the processor, so the best of three attempts counts.
#[test]
fn everything_can_be_interrupted() {
    for script in [
        "let i = 0; loop { i += 1; }",
        "f_divergence(\"f\", |x| { loop {} })",
        "f_divergence(\"f\", |x| { let y = x; loop { y = y + x; } y })",
        "f_divergence(\"f\", |x| { let k = 0; while k >= 0 { k += 1; if x > 1 { k += 1; } } x - 1 })",
        "fn g(x) { while true { sleep(1); } } f_divergence(\"f\", |x| g(x))",
        "try { loop { let a = 1; } } catch (e) { print(\"swallowed\") }",
        "kl().regularized(lipschitz(1.0)).estimate(data::gaussian(500, 2), data::ring(500), #{ steps: 100000000 })",
        "let p = data::gaussian(3000, 2); let q = data::ring(3000); loop { metric::w2(p, q); }",
        "let p = data::gaussian(20000, 2); loop { metric::energy(p, p); }",
        "let p = data::gaussian(100000, 2); loop { metric::sliced(p, p); }",
        "gpa(tv().regularized(lipschitz(1.0))).run(data::gaussian(1000, 2), data::ring(1000), #{ steps: 10000000 })",
    ] {
        let attempt = || {
            let (mut s, recorder) = session();
            let interrupt = s.interrupt();
            let asker = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(400));
                interrupt.request();
                Instant::now()
            });
            let d = s.eval("t", script).unwrap_err();
            let latency = asker.join().unwrap().elapsed();
            assert_eq!(d.class, Class::Interrupted, "{script}: {}", d.message);
            assert!(!recorder.text().contains("swallowed"));
            assert_eq!(s.eval("t", "1 + 1").unwrap().as_int(), Ok(2));
            latency
        };
        assert!((0..3).any(|_| attempt() < Duration::from_millis(100)), "{script}: never within 100 ms");
    }
}

#[test]
fn everything_leaves_in_order() {
    let (mut s, recorder) = session();
    let _ =
        s.eval("t", "print(1); plot::scatter(data::ring(10)).show(); print(2); for i in 0..3 { print(i); } 7").unwrap();
    let kinds: Vec<String> = recorder
        .take()
        .into_iter()
        .map(|e| match e {
            Event::Text(t) => t,
            Event::Figure(_) => "figure".into(),
            Event::Result(r) => format!("= {}", r.text),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["1", "figure", "2", "0", "1", "2", "= 7"]);
}

/// A theme is for figures that do not say what they are for.
#[test]
fn a_preset_that_is_said_holds_under_a_theme() {
    let (mut s, recorder) = session();
    let _ = s
        .eval(
            "t",
            "plot::theme(\"paper\"); let t = #{ x: [0.0, 1.0], y: [0.0, 1.0] };
             plot::lines(t, \"x\", [\"y\"]).show(); plot::lines(t, \"x\", [\"y\"], #{ preset: \"notebook\" }).show();",
        )
        .unwrap();
    let figures = recorder.take().into_iter().filter_map(|e| match e {
        Event::Figure(f) => Some(f.width.round()),
        _ => None,
    });
    assert_eq!(figures.collect::<Vec<_>>(), [336.0, 460.0]);
}

#[test]
fn completion_knows_names_options_and_methods() {
    let (mut s, _) = session();
    let _ = s.eval("t", "let krylov = kl(); fn kfun(x) { x }").unwrap();
    let texts = |text: &str| s.complete(text, text.chars().count()).1.into_iter().map(|c| c.text).collect::<Vec<_>>();
    assert_eq!(texts("k"), ["kale_flow", "kfun", "kl", "krylov"]);
    assert!(texts("data::ri").contains(&"data::ring".to_string()));
    assert_eq!(texts("gpa(d, #{ inn"), ["inner_steps", "inner_tolerance"]);
    assert_eq!(texts("x = data::ring(10, #{ modes: 3, ra"), ["radius"]);
    assert_eq!(texts("krylov.con"), ["conjugate", "conjugate_grad"]);
    assert_eq!(s.complete("let φ = k", 9).0, 8);
    assert!(s.inspect("gpa(d)", 1).unwrap().text.contains("inner_steps"));
    assert!(s.inspect("krylov", 3).unwrap().text.contains("x ln x"));
}

#[test]
fn completeness() {
    let (s, _) = session();
    for (text, expected) in [
        ("let a = 1;", Completeness::Complete),
        ("fn f(x) {", Completeness::Incomplete),
        ("gpa(d, #{ dt: 1,", Completeness::Incomplete),
        ("let a = [1,\n2", Completeness::Incomplete),
        ("1 /* a", Completeness::Incomplete),
        ("let f = |x|", Completeness::Incomplete),
        ("let f = |x| x", Completeness::Complete),
        ("a != b != c", Completeness::Invalid),
        ("let = 3;", Completeness::Invalid),
        ("1 +* 2", Completeness::Invalid),
    ] {
        assert_eq!(s.completeness(text), expected, "{text}");
    }
}

#[test]
fn help_explains_names_and_values() {
    let (mut s, r) = session();
    for script in ["help(\"ring\")", "help(kl())", "help(gpa(kl().regularized(lipschitz(1))))"] {
        let _ = s.eval("t", script).unwrap();
    }
    let text = r.text();
    assert!(
        text.contains("data::ring(n, options)")
            && text.contains("Kullback-Leibler")
            && text.contains("How P moves towards Q")
            && text.contains("run(source, target, options)"),
        "{text}"
    );
}
