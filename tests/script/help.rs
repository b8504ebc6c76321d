//! Everything that can be named can be found: by completion, by inspection, by help; and what the pages show runs.
use crate::common::{session, session_in};
use gflow::script::{Session, names};
use std::collections::BTreeSet;

/// Types of Rust's numbers that no script can make.
const NEVER: [&str; 13] =
    ["i8", "i16", "i32", "i128", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "isize", "StepRange"];

/// Whether somebody can write the name: operators and indices are no words, `__…` is what the rewriting inserts.
fn can_be_written(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic()) && !name.contains("__")
}

/// What the engine has registered, as (module, type before the dot, name), each once.
fn registered(s: &Session) -> BTreeSet<(String, String, String)> {
    let name = |name: &str| match name.split_once('$') {
        Some(("get" | "set", property)) => Some(property.to_string()),
        Some(_) => None,
        None => Some(name.to_string()),
    };
    let all = s.registered().into_iter().filter(|f| !NEVER.contains(&f.first.as_str()));
    let named = all.filter_map(|f| Some((f.module, f.first, name(&f.name)?)));
    named.filter(|f| can_be_written(&f.2)).collect()
}

/// As typed: with its module.
fn full(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_string() } else { format!("{module}::{name}") }
}

#[test]
fn whatever_the_engine_knows_has_a_page() {
    let (s, _) = session();
    let missing: Vec<_> = registered(&s)
        .into_iter()
        .filter(|(module, kind, name)| {
            let of_type = !kind.is_empty() && names::page(&format!("{kind}.{name}")).is_some();
            !of_type && names::page(&full(module, name)).is_none()
        })
        .collect();
    assert!(missing.is_empty(), "without a page, (module, type, name): {missing:#?}");
}

/// Names that are written behind a dot only.
fn is_method(name: &str) -> bool {
    let all = names::everything();
    !all.iter().any(|(owner, n, _)| owner.is_empty() && *n == name)
        && all.iter().any(|(owner, n, _)| !owner.is_empty() && *n == name)
}

#[test]
fn whatever_the_engine_knows_is_completed_and_inspected() {
    let (s, _) = session();
    let found = |text: &str| s.complete(text, text.chars().count()).1.into_iter().map(|c| c.text).collect::<Vec<_>>();
    let mut missing = vec![];
    for (module, _, name) in registered(&s) {
        let name = full(&module, &name);
        if is_method(&name) {
            continue;
        }
        let offered = !names::spellings().contains(&name.as_str());
        if offered && !found(&name).contains(&name) {
            missing.push(format!("completion of {name}"));
        }
        // inside an open call, too
        if offered && !found(&format!("print(1, {name}")).contains(&name) {
            missing.push(format!("completion of print(1, {name}"));
        }
        if s.inspect(&format!("print({name}"), 7).is_none_or(|p| p.markdown.is_none()) {
            missing.push(format!("inspection of {name}"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_method_and_property_is_completed_and_inspected_behind_its_value() {
    let mut missing = vec![];
    for (kind, sample, variable) in names::types() {
        let folder = tempfile::tempdir().unwrap();
        let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[]);
        let _ = s.eval(kind, sample).unwrap_or_else(|d| panic!("the sample of {kind}: {}", d.message));
        assert!(names::page(kind).is_some_and(|p| !p.doc.is_empty() && !p.example.is_empty()), "{kind} has no page");
        // the x of a log density is no variable of the session
        let behind = if kind == "point of formulas" { continue } else { format!("print({variable}.") };
        let all = names::everything();
        for (_, name, _) in all.iter().filter(|n| n.0 == kind) {
            let first: String = name.chars().take(1).collect();
            let text = format!("{behind}{first}");
            if !s.complete(&text, text.chars().count()).1.iter().any(|c| c.text == *name) {
                missing.push(format!("completion of {kind}.{name}"));
            }
            let text = format!("{behind}{name}");
            let page = s.inspect(&text, text.chars().count());
            if page.is_none_or(|p| !p.text.contains(name)) {
                missing.push(format!("inspection of {kind}.{name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_examples_of_methods_and_properties_run() {
    let mut broken = vec![];
    for (owner, name, example) in names::everything() {
        let folder = tempfile::tempdir().unwrap();
        let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[]);
        if let Err(d) = s.eval(name, &example) {
            broken.push(format!("the example of {owner}.{name}:\n{}", s.render(&d, false)));
        }
        let shows = example.contains(name.rsplit("::").next().unwrap());
        assert!(shows, "the example of {owner}.{name} does not show it: {example}");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// `for`, `if`, `fn`: their pages, and that their examples run.
#[test]
fn statements_have_pages_whose_examples_run() {
    let all = names::statements();
    for (word, example) in &all {
        let (mut s, r) = session();
        let result = s.eval("example", example);
        assert!(result.is_ok(), "{word}: {:?}", r.take());
    }
    let words: Vec<&str> = all.iter().map(|s| s.0).collect();
    for word in ["for", "while", "if", "switch", "fn", "let", "throw", "import", "return", "break"] {
        assert!(words.contains(&word), "{word}");
    }
    assert!(names::page("for").unwrap().text().contains("for (x, i) in v"));
    assert!(names::page("try").unwrap().text().contains("catch (e)"));
}

/// Names of pandas and NumPy that have no page lead to what is written here.
#[test]
fn names_from_elsewhere_have_a_word_in_help() {
    for (name, said) in [
        ("read_csv", "io::table(\"x.csv\") for a table"),
        ("DataFrame", "table(#{ x: [1, 2]"),
        ("dropna", "t.drop_missing()"),
        ("merge", "t.join(u, \"key\")"),
        ("value_counts", "t.group(\"g\").count()"),
    ] {
        assert!(names::page(name).is_none() && names::instead(name).contains(said), "{name}: {}", names::instead(name));
    }
}

#[test]
fn every_argument_of_a_signature_is_explained() {
    let missing = names::unexplained();
    assert!(missing.is_empty(), "src/script/arguments.rs says nothing about (function, word): {missing:?}");
}

#[test]
fn help_answers_names_types_methods_values_and_rooms() {
    let (mut s, recorder) = session();
    let mut told = |script: &str| {
        let _ = s.eval("t", script).unwrap_or_else(|d| panic!("{script}: {}", d.message));
        recorder.text()
    };
    let points = told("help(\"Points\")");
    for part in ["rows(from, to)", "shuffle(options)", "p[a..b]", "given by", "data::ring", "let p = data::ring(6);"] {
        assert!(points.contains(part), "{part} is missing in\n{points}");
    }
    assert_eq!(told("help(data::ring(3))"), points);
    assert!(told("help(\"list\")").contains("index_of(x)") && told("help([1])").contains("index_of(x)"));
    assert!(told("help(\"Points.rows\")").contains("p.rows(0, 3)"));
    assert!(told("help(\"text.split\")").contains("between a text"));
    assert!(told("help(\"push\")").contains("list.push(x)"));
    assert!(told("help(#{ a: 1 })").contains("keys()"));
    assert!(told("help(|x| x)").contains("call(x, ...)"));
    assert!(told("help(1.5)").contains("is_nan()") && told("help(true)").contains("a && b"));
    assert!(told("help(kl())").starts_with("kl()"));
    assert!(told("help(\"types\")").contains("Divergence"));
    assert!(told("help(\"metric\")").contains("metric::sliced"));
    assert!(told("help(\"gpa\")").contains("arguments") && told("help(\"gpa\")").contains("see also"));
    assert!(told("help(\"catch\")").contains("e.kind"));
    let lost = s.eval("t", "help(\"Pionts\")").unwrap_err();
    assert!(lost.message.contains("no page"), "{}", lost.message);
}

#[test]
fn an_open_call_offers_what_its_next_argument_takes() {
    let (mut s, _) = session();
    let _ =
        s.eval("t", "let cloud = data::ring(8); let d = kl().regularized(lipschitz(1.0)); let number = 3;").unwrap();
    let texts = |text: &str| s.complete(text, text.chars().count()).1.into_iter().map(|c| c.text).collect::<Vec<_>>();
    let options = texts("gpa(kl(), ");
    assert!(options.contains(&"#{ dt: ".to_string()) && options.iter().all(|o| o.starts_with("#{ ")), "{options:?}");
    assert_eq!(texts("gpa(kl(), inner_s"), ["#{ inner_steps: "]);
    let sample = texts("d.estimate(");
    assert!(sample.contains(&"cloud".to_string()) && sample.contains(&"data::moons".to_string()), "{sample:?}");
    assert!(!sample.contains(&"number".to_string()) && !sample.contains(&"gpa".to_string()), "{sample:?}");
    let divergence = texts("gpa(");
    assert!(divergence.contains(&"d".to_string()) && divergence.contains(&"w1".to_string()), "{divergence:?}");
    // keys that are there are not offered again; values behind a colon
    assert!(!texts("gpa(d, #{ dt: 1, ").contains(&"dt".to_string()));
    assert!(texts("gpa(d, #{ integrator: ").contains(&"\"heun\"".to_string()));
    assert!(texts("mlp([8], #{ constraint: ").contains(&"\"spectral\"".to_string()));
    assert_eq!(texts("data::moons(9, #{ st"), ["std"]);
    // a map within a map
    let stop = texts("gpa(d).run(cloud, cloud, #{ stop: #{ ");
    assert!(stop.contains(&"divergence".to_string()), "{stop:?}");
    // over several lines, behind comments, within templates
    assert!(texts("gpa(d, // the flow\n  #{ dt: 0.1,\n  ").contains(&"inner_steps".to_string()));
    assert!(texts("`${cloud.").contains(&"rows".to_string()));
    assert_eq!(texts("help(\"Points.ro"), ["Points.rows"]);
}

#[test]
fn an_open_call_is_inspected() {
    let (mut s, _) = session();
    let _ = s.eval("t", "let cloud = data::ring(8); /// twice a number\nfn twice(a) { 2*a }").unwrap();
    let head = |text: &str| {
        let page = s.inspect(text, text.chars().count()).unwrap_or_else(|| panic!("nothing about {text}"));
        page.text.lines().next().unwrap_or_default().to_string()
    };
    assert_eq!(head("gpa(kl(), "), "gpa(d, options)");
    assert_eq!(head("gpa(kl(), #{ dt: 0.1, "), "gpa(d, options)");
    assert_eq!(head("gpa(kl(), #{ dt"), "dt: an option of gpa");
    assert_eq!(head("cloud.rows"), "Points.rows(from, to)");
    assert_eq!(head("cloud.rows(0, "), "Points.rows(from, to)");
    assert_eq!(head("cloud.col(0).len"), "list.len()");
    assert_eq!(head("\"a\".len"), "text.len()");
    assert_eq!(head("list.push"), "list.push(x)");
    assert_eq!(head("twice("), "twice(a)");
    assert_eq!(head("cloud"), "cloud: Points");
    assert!(s.inspect("// gpa(", 7).is_none());
}
