//! Variables that a cell moves and then gives a new value. The compiler runs a cell inside a closure that catches panics;
//! what is moved there belongs to the closure, and so does the new value: it cannot be handed to the next cell.

/// Says which of the variables that are gone the cell meant to keep; empty if none.
pub fn remark<'a>(gone: impl Iterator<Item = &'a str>, code: &str) -> String {
    let mut names: Vec<&str> = gone.filter(|name| is_assigned(name, code)).collect();
    names.sort_unstable();
    names
        .iter()
        .map(|name| {
            format!(
                "`{name}` is not kept: this cell moves its value away and then assigns a new one, and what a cell has \
                 moved cannot be handed to the next. Take the value by std::mem::replace(&mut {name}, …), or assign \
                 in a cell of its own: let mut {name} = …;\n"
            )
        })
        .collect()
}

/// Whether there is a place `name = …` in the code. A look at the text: a comment that has one does no harm.
fn is_assigned(name: &str, code: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].trim_start_matches([' ', '\t', '\n']);
        let whole = !before.is_some_and(|c| part_of_word(c) || c == '.');
        whole && after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_to_be_kept_is_mentioned() {
        let said = |code: &str| remark(["s", "n"].into_iter(), code);
        assert!(said("let t = s; s = String::new();").starts_with("`s` is not kept"));
        assert!(said("let t = (s, n);\ns\n  = f();\nn = 2;").lines().count() == 2);
        for code in
            ["drop(s);", "let t = s; if t == n { }", "x.s = 3;", "this = 3", "match s { n => 1 }", "s == t", "ss = 1"]
        {
            assert_eq!(said(code), "", "{code}");
        }
    }
}
