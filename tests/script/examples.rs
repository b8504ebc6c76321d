//! Every example of the catalogue and every script in scripts/ runs.
use crate::common::session_in;
use gflow::script::names;

#[test]
fn every_catalogue_example_runs() {
    for e in names::all() {
        let folder = tempfile::tempdir().unwrap();
        let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[]);
        if let Err(d) = s.eval(e.name, e.example) {
            panic!("the example of {} fails:\n{}", e.name, s.render(&d, false));
        }
        assert!(!e.doc.is_empty() && !e.signature.is_empty(), "{}", e.name);
    }
}

/// Options of an entry and fields of its typed struct are the same names.
#[test]
fn every_option_has_a_default() {
    for e in names::all() {
        let defaults = (e.defaults)();
        for o in e.options {
            let value = matches!(o.kind, gflow::catalogue::OptionKind::Value(_));
            assert!(
                value || defaults.get(o.name).is_some(),
                "{}: option {} is not a field of its options",
                e.name,
                o.name
            );
        }
        let keys = defaults.as_object().map(|m| m.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        for k in keys {
            assert!(e.options.iter().any(|o| o.name == k), "{}: field {k} has no option entry", e.name);
        }
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = names::all().iter().map(|e| e.name).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(before, names.len());
}

/// Every script, in a quick mode: few particles, few steps.
#[test]
fn every_script_runs() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "rhai") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//") && text.contains('['), "{} has no header with a citation", path.display());
        let folder = tempfile::tempdir().unwrap();
        let (mut s, _) = session_in(Some(folder.path().to_path_buf()), &[("n", "64"), ("steps", "6")]);
        if let Err(d) = s.eval(&path.display().to_string(), &text) {
            panic!("{}", s.render(&d, false));
        }
        count += 1;
    }
    assert!(count >= 1);
}
