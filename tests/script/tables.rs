//! Tables of text and archives of arrays in scripts: columns, labels and what goes on with them.
use crate::common::{printed, session_in};
use gflow::script::Event;

/// A folder with files, and scripts that read them.
struct Files(tempfile::TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Files {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Files(folder)
    }
    /// What a script prints in which `@name` is a file.
    fn printed(&self, script: &str) -> String {
        printed(&script.replace('@', &format!("{}/", self.0.path().display())))
    }
}

const IRIS: &str =
    "id;width;length;species\n1;3,5;1,4;setosa\n2;3;1,5;virginica\n3;NA;1,6;setosa\n4;3,2;1,25;virginica\n";

#[test]
fn labels_go_along_with_their_points() {
    let files = Files::new(&[("iris.csv", IRIS), ("classes.tsv", "c\tx\n2\t0.5\n0\t1.5\n")]);
    let load = "let d = io::load(\"@iris.csv\", #{ columns: [\"length\", \"width\"], labels: \"species\" });";
    for (script, expected) in [
        ("print(d.labels); print(d.points.len())", "[\"setosa\", \"virginica\", \"setosa\", \"virginica\"]\n4"),
        (
            "let c = finite_rows(d); print(c.labels); print(c.points[0])",
            "[\"setosa\", \"virginica\", \"virginica\"]\n[1.4, 3.5]",
        ),
        ("print(split(d, 0.5, #{ stratify: \"labels\", seed: 1 }).train.labels.len())", "2"),
        // texts are classes as numbers are
        ("let c = finite_rows(d); print(metric::nn_accuracy(c.points, c.labels, c.points, c.labels))", "1.0"),
        (
            "let c = finite_rows(d); print(metric::nn_accuracy(c.points, [\"no\", \"no\", \"no\"], c.points, c.labels))",
            "0.0",
        ),
    ] {
        assert_eq!(files.printed(&format!("{load} {script}")), expected, "{script}");
    }
    let classes = "let d = io::load(\"@classes.tsv\", #{ labels: 0 }); print(d.labels); print(d.points.to_array())";
    assert_eq!(files.printed(classes), "[2.0, 0.0]\n[[0.5], [1.5]]");
    let run = "let c = finite_rows(d); let r = mmd_flow(gaussian_kernel(1.0)).run(c.points, c.points, \
               #{ steps: 1, labels: [c.labels, c.labels] }); print(r.labels)";
    assert_eq!(files.printed(&format!("{load} {run}")), "[0.0, 1.0, 1.0]");
    let said = files.printed(&format!("{load} metric::nn_accuracy(d.points, d.labels, d.points, [1, 2, 3, 4])"));
    assert!(said.contains("labels of the second sample: expected a list of texts, as the other one"), "{said}");
}

#[test]
fn options_are_checked() {
    let files = Files::new(&[("iris.csv", IRIS)]);
    for (options, why) in [
        ("columns: 3", "option `columns` is 3, expected a list of names or numbers of columns"),
        ("columns: []", "option `columns` is a list, expected a list of names"),
        ("columns: [0.5]", "option `columns` is 0.5, expected a list of names"),
        ("labels: [1]", "option `labels` is a list, expected the name of one column, or its number from 0"),
        ("decimal: \"x\"", "option `decimal` is \"x\", expected one of \".\", \",\""),
        ("lables: \"species\"", "has no option `lables`"),
        ("array: \"x\"", "the option `array` is for .npz, .h5ad, .h5, .hdf5, .safetensors files"),
        (
            "labels: \"spezies\"",
            "there is no column `spezies`, there are `id`, `width`, `length`, `species`; did you mean `species`?",
        ),
    ] {
        let said = files.printed(&format!("io::load(\"@iris.csv\", #{{ {options} }})"));
        assert!(said.contains(why), "{options}: {said}");
    }
    // the way it is asked for is the one that is told
    let said = files.printed("io::load(\"@iris.csv\")");
    assert!(
        said.contains("column 4 (`species`) holds texts, `setosa` in line 2: labels: \"species\" reads it as labels"),
        "{said}"
    );
}

#[test]
fn decisions_and_gaps_are_notes() {
    let files = Files::new(&[("index.csv", ",x,y\n0,1.5,\n1,2.5,3\n")]);
    let (mut session, recorder) = session_in(None, &[]);
    let script = format!("io::load(\"{}/index.csv\")", files.0.path().display());
    let _ = session.eval("t", &script).unwrap();
    let notes: Vec<String> =
        recorder.take().into_iter().filter_map(|e| if let Event::Note(n) = e { Some(n) } else { None }).collect();
    let expected = [
        "io::load: the first column has no name and is taken as an index; index: false reads it",
        "io::load: 1 of 2 rows is not finite: row 0 (column 1); finite_rows(x) leaves them out",
    ];
    assert_eq!(notes, expected);
}
