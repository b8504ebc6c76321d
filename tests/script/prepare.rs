//! Preparing data in scripts: what transforms print, what goes along with rows, what notes say.
use crate::common::{printed, session_in};
use gflow::script::Event;

/// What a script prints, and the notes beside.
fn with_notes(script: &str) -> (String, Vec<String>) {
    let (mut session, recorder) = session_in(None, &[]);
    let _ = session.eval("t", script).unwrap_or_else(|d| panic!("{script}: {}", d.message));
    let (mut out, mut notes) = (vec![], vec![]);
    for event in recorder.take() {
        match event {
            Event::Text(t) => out.push(t),
            Event::Note(n) => notes.push(n),
            _ => {}
        }
    }
    (out.join("\n"), notes)
}

#[test]
fn a_transform_prints_itself() {
    let (out, notes) = with_notes(
        "let t = standardise([[1.0, 5.0], [3.0, 5.0]]);\nprint(t); print(t.dim()); print(t.center); print(t.scale);",
    );
    assert_eq!(
        out,
        "Transform: 2 columns, standardised\n  z = (x - center)/scale\n  center   2  5\n  scale    1  1\n  column 1 is constant: moved to 0 and not scaled\n2\n[2.0, 5.0]\n[1.0, 1.0]"
    );
    assert_eq!(notes, ["standardise: column 1 is constant: moved to 0 and not scaled"]);
    let out = printed("print(whiten([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]], #{ shrink: 0.5 }))");
    assert!(
        out.starts_with("Transform: 2 columns, whitened, correlations shrunk by 0.5\n  z = M (x - center)/scale"),
        "{out}"
    );
    assert_eq!(printed("print(scale([1000.0]).back([[2.5]])[0])"), "[2500.0]");
    // both spellings
    assert_eq!(printed("print(standardize([[1.0], [3.0]]).apply([[5.0]])[0])"), "[3.0]");
    assert_eq!(printed("print(points([[1.0], [3.0]]).standardized().col(0))"), "[-1.0, 1.0]");
    assert_eq!(printed("print(points([[1.0], [3.0]]).whitened().col(0))"), "[-1.0, 1.0]");
}

/// Labels, weights and texts stay beside their rows.
#[test]
fn rows_stay_together() {
    let set = "let x = points([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]]);
        let set = #{ points: x, labels: [0, 1, 2, 3, 4, 5], weights: [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], names: [\"0\", \"1\", \"2\", \"3\", \"4\", \"5\"] };
        let together = |s| { let out = true; for i in 0..s.points.len() { let v = s.points[i][0];
            out = out && s.labels[i] == v && abs(s.weights[i] - v/10) < 1e-12 && s.names[i] == v.to_int().to_string(); } out };";
    let check = |what: &str, expected: &str| assert_eq!(printed(&format!("{set} {what}")), expected, "{what}");
    check("let s = shuffle(set, #{ seed: 3 }); print(together.call(s)); print(s.labels != set.labels)", "true\ntrue");
    check(
        "let s = split(set, 2/3, #{ seed: 3 }); print(together.call(s.train) && together.call(s.held_out)); print(s.train.points.len())",
        "true\n4",
    );
    check(
        "let s = split(x, 0.5, #{ shuffle: false }); print(s.train.col(0)); print(s.held_out.col(0))",
        "[0.0, 1.0, 2.0]\n[3.0, 4.0, 5.0]",
    );
    check("let s = split(x, 0.5, #{ seed: 1 }); print(x[s.train_rows].col(0) == s.train.col(0))", "true");
    check("print(split(x, 0.5, #{ seed: 1 }).train_rows == split(x, 0.5, #{ seed: 1 }).train_rows)", "true");
    check("print(x.split(0.5, #{ shuffle: false }).held_out.len()); print(x.shuffle().len())", "3\n6");
    // another one each call, the same in the same session
    check("let a = split(x, 0.5); seed(0); let b = split(x, 0.5); print(a.train_rows == b.train_rows)", "true");
    let half = "let s = split(#{ points: data::digits(), labels: data::digit_labels() }, 0.5, #{ stratify: \"labels\" });
        let count = |l| l.filter(|v| v == 3.0).len(); print(abs(count.call(s.train.labels) - count.call(s.held_out.labels)) <= 1)";
    assert_eq!(printed(half), "true");
}

#[test]
fn rows_are_chosen_by_index() {
    let x = "let x = points([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]);";
    for (what, expected) in [
        ("x[1]", "[2.0, 3.0]"),
        ("x[-1]", "[4.0, 5.0]"),
        ("x[2.0]", "[4.0, 5.0]"),
        ("x[1][0]", "2.0"),
        ("x[0..2].to_array()", "[[0.0, 1.0], [2.0, 3.0]]"),
        ("x[1..=2].to_array()", "[[2.0, 3.0], [4.0, 5.0]]"),
        ("x[[2, 0]].to_array()", "[[4.0, 5.0], [0.0, 1.0]]"),
        ("x[[true, false, true]].to_array()", "[[0.0, 1.0], [4.0, 5.0]]"),
        ("x[x.col(0).map(|v| v > 1)].to_array()", "[[2.0, 3.0], [4.0, 5.0]]"),
    ] {
        assert_eq!(printed(&format!("{x} print({what})")), expected, "{what}");
    }
}

/// A file with gaps: said when it is read, listed, left out with what belongs to the rows.
#[test]
fn gaps_are_reported_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("raw.csv");
    std::fs::write(&file, "height,weight\n1.8,70\n,71\n1.7,NA\n1.6,60\n").unwrap();
    let load = format!("let x = io::load(\"{}\");", file.display());
    let (out, notes) = with_notes(&format!(
        "{load} print(x.len()); print(not_finite(x).column(\"row\")); print(not_finite(x).column(\"column\"));
        let clean = finite_rows(x); print(clean.to_array()); print(not_finite(clean).len());
        print(finite_rows(#{{ points: x, labels: [\"a\", \"b\", \"c\", \"d\"] }}).labels);
        print(finite_rows(#{{ points: x, weights: [1.0, 1.0, 1.0, 1.0/0.0] }}).points.len())"
    ));
    assert_eq!(out, "4\n[1.0, 2.0]\n[0.0, 1.0]\n[[1.8, 70.0], [1.6, 60.0]]\n0\n[\"a\", \"d\"]\n1");
    let found = "2 of 4 rows are not finite: row 1 (column 0), row 2 (column 1)";
    assert_eq!(notes[0], format!("io::load: {found}; finite_rows(x) leaves them out"));
    assert_eq!(notes[1], format!("finite_rows: {found}"));
    assert!(notes.contains(&format!("finite_rows: points: {found}")), "{notes:?}");
    assert!(
        notes.contains(&"finite_rows: weights: 1 of 4 rows is not finite: row 3 (column 0)".to_string()),
        "{notes:?}"
    );
    // what is whole comes back without a word
    assert!(with_notes("finite_rows(data::ring(5))").1.is_empty());
}
