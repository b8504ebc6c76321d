//! The grammars of editors know the words of the language, and colour every script to its end.
use gflow::script::names;
use std::path::{Path, PathBuf};
use std::process::Command;

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(path)
}

/// A list of words, wrapped as the language of its file writes it.
fn listed(words: &[&str], (open, close): (&str, &str), indent: &str) -> String {
    let (mut out, mut line) = (String::new(), String::new());
    for w in words {
        let word = format!("\"{w}\", ");
        if line.len() + word.len() > 110 {
            out += &format!("{indent}  {}\n", line.trim_end());
            line.clear();
        }
        line += &word;
    }
    format!("{open}\n{out}{indent}  {}\n{indent}{close}", line.trim_end())
}

/// What stands between two marks, exchanged.
fn between(text: &str, from: &str, to: &str, new: &str) -> String {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from}")) + from.len();
    let end = text[start..].find(to).unwrap() + start;
    format!("{}{new}{}", &text[..start], &text[end..])
}

/// The pattern of a rule of a TextMate grammar with these words as its choice.
fn choice(text: &str, scope: &str, words: &[&str]) -> String {
    let rule = text.find(&format!("\"name\": \"{scope}\"")).unwrap_or_else(|| panic!("no {scope}"));
    let start = rule + text[rule..].find("(?:").unwrap() + 3;
    let end = start + text[start..].find(')').unwrap();
    format!("{}{}{}", &text[..start], words.join("|"), &text[end..])
}

/// A grammar with the words of the language in it.
type Written<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn grammars_know_the_words_of_the_language() {
    let w = names::words();
    let lists = |brackets: (&str, &str), indent: &str, declare: &str, end: &str| -> String {
        [("KEYWORDS", &w.keywords), ("CONSTANTS", &w.constants), ("MODULES", &w.modules), ("FUNCTIONS", &w.functions)]
            .map(|(name, words)| format!("{indent}{declare}{name} = {}{end}\n", listed(words, brackets, indent)))
            .concat()
    };
    let files: [(&str, Written); 3] = [
        ("jupyter/gflow_highlight/words.py", &|t| {
            between(t, "# words\n", "# end of words", &lists(("(", ")"), "", "", ""))
        }),
        ("jupyter/labextension/static/remoteEntry.js", &|t| {
            between(t, "/* words */\n", "  /* end of words */", &lists(("[", "]"), "  ", "const ", ";"))
        }),
        ("gflow.tmLanguage.json", &|t| {
            let t = choice(t, "keyword.control.rhai", &w.keywords);
            let t = choice(&t, "constant.language.rhai", &w.constants);
            let t = choice(&t, "entity.name.namespace.rhai", &w.modules);
            choice(&t, "support.function.rhai", &w.functions)
        }),
    ];
    for (path, written) in files {
        let text = std::fs::read_to_string(at(path)).unwrap();
        let right = written(&text);
        if std::env::var_os("GFLOW_WRITE").is_some() {
            std::fs::write(at(path), &right).unwrap();
        } else {
            assert!(text == right, "editors/{path} has other words: GFLOW_WRITE=1 cargo test --release grammars");
        }
    }
}

/// A program that reads scripts, where it is there.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Command::new(program).args(arguments).current_dir(folder).output().ok()?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let why = String::from_utf8_lossy(&out.stderr);
    // the Python of the kernel's tests has it
    if why.contains("No module named 'pygments'") && std::env::var_os("GFLOW_PYTHON").is_none() {
        return None;
    }
    assert!(out.status.success(), "{program}: {said}{why}");
    Some(said)
}

/// Where Python has Pygments, and where there is Node: no script holds a character that the grammar does not know, and each is
/// the text it was.
#[test]
fn scripts_are_coloured_to_their_end() {
    let python = std::env::var("GFLOW_PYTHON").unwrap_or_else(|_| "python3".into());
    let pygments = run(&python, &["-B", "tests/script/grammars.py"]);
    let codemirror = run("node", &["tests/script/grammars.js"]);
    for said in [pygments, codemirror].into_iter().flatten() {
        assert!(said.contains("scripts are right"), "{said}");
    }
}
