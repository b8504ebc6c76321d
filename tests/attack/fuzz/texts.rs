//! Targets that read texts: notebooks, and scripts as far as they are read without being run.
use super::engine::Target;
use super::files::File;
use crate::kernel_notebook::Notebook;
use gflow::script::Assistant;

pub struct Ipynb(pub File);

impl Target for Ipynb {
    fn name(&self) -> &'static str {
        "ipynb"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let whole = r##"{"cells": [
 {"cell_type": "markdown", "metadata": {}, "source": ["# title"]},
 {"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [{"name": "stdout"}], "source": ["let a = 1;\n", "a"]},
 {"cell_type": "code", "id": "x", "source": "let b = \"é\";"}
], "metadata": {"kernelspec": {"name": "gflow"}}, "nbformat": 4, "nbformat_minor": 5}"##;
        vec![
            whole.into(),
            br#"{"nbformat": 4, "cells": []}"#.to_vec(),
            br#"{"nbformat": 3, "worksheets": []}"#.to_vec(),
        ]
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "\"cells\"",
            "\"cell_type\"",
            "\"code\"",
            "\"source\"",
            "\"outputs\"",
            "\"metadata\"",
            "\"nbformat\"",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "null",
            "true",
            "\\u0000",
            "\\ud800",
            "\"",
            "4",
            "{\"cell_type\": \"code\"}",
            "1e999",
        ]
    }
    // a byte such as the one of a digit in a list is a value of 32, in lists that double
    fn allowance(&self, input: usize) -> usize {
        256 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let path = self.0.write(input);
        let mut notebook = match Notebook::read(&path) {
            Ok(n) => n,
            Err(e) => return e,
        };
        let cells = notebook.code_cells();
        for (k, i) in cells.iter().enumerate() {
            let text = notebook.source(*i);
            notebook.set_count(*i, Some(k));
            notebook.set_outputs(*i, vec![text.into()]);
        }
        notebook.stamp();
        notebook.write(&path).unwrap();
        assert_eq!(Notebook::read(&path).map(|n| n.code_cells()), Ok(cells), "the executed copy is another notebook");
        "a notebook".into()
    }
}

/// What is typed is read at every key: rewritten, parsed, completed, explained.
pub struct Rewrite(pub Assistant);

impl Target for Rewrite {
    fn name(&self) -> &'static str {
        "rewrite"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        [
            "let f = f_divergence(\"mine\", |x| x*ln(x) - x + 1);\nf(2)",
            "fn g(x, k) { if x < -k**2 { -x**-2**0.5 } else { x[k/2][0] } }\nlet a = [1, 2.5e-3, 0xff];\na[a.len()/2] = g(a[0], 2);",
            "`a ${-x**2} b ${ `${f(1)}` } c`",
            "/* a /* b */ c */ let s = \"\\\"q\\\\\"; s += 'c'; // end",
            "for (v, i) in points([[1, 2]]) { while true { break; } }\nlet m = #{ a: 1, \"b\": |x| -x**2 }; m?.a ?? m.b",
            "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.1, int",
        ]
        .map(|t| t.as_bytes().to_vec())
        .to_vec()
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "-x**",
            "**",
            "-",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "#{",
            "|",
            "||",
            "|x|",
            "`",
            "${",
            "\"",
            "'",
            "\\",
            "/*",
            "*/",
            "//",
            "fn ",
            "let ",
            "const ",
            "f(",
            ".",
            "?.",
            "::",
            ";",
            ",",
            "\n",
            "é",
            "\u{feff}",
            "\u{a0}",
            "0x",
            "1e",
            "if ",
            "else ",
            "a[i]",
            "f(x)",
            "let f = |x| ",
            "import \"",
            "try { ",
            "catch (e) ",
            "switch ",
            "=> ",
            "$",
            "...",
        ]
    }
    // a tree of values, at some hundred bytes for a sign, and the candidates for a name
    fn allowance(&self, input: usize) -> usize {
        4096 * input + (16 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let text = String::from_utf8_lossy(input);
        let whole = self.0.completeness(&text);
        let cursor = text.chars().count();
        let (start, found) = self.0.complete(&text, cursor);
        assert!(start <= cursor, "a word that starts behind the cursor");
        let page = self.0.inspect(&text, cursor / 2).is_some();
        format!("{whole:?} {} {page} {}", found.is_empty(), gflow::script::help::question(&text).is_some())
    }
}
