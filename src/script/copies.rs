//! Changes of what a property gives: `run.history.x[0] = 1` changes a copy, in silence. In the text a function comes before such
//! statements that looks at the value.
use super::readings::Edits;
use super::results::Names;
use super::walk::Walk;

/// The function that a variable and a path of names from it are given to.
pub const KEPT: &str = "__kept";

/// What changes the value to its left.
const CHANGES: [&str; 9] = ["=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^="];

/// The statement that begins at a token, where it changes something in what a property gives.
pub fn looked_at(w: &Walk, i: usize, names: &Names, out: &mut Edits) {
    let begins = i == 0 || [";", "{", "}"].iter().any(|s| w.is(i - 1, s));
    if !begins || !w.is_word(i) || !w.is(i + 1, ".") || !w.is_word(i + 2) || w.is(i + 3, "(") {
        return;
    }
    let (mut path, mut straight, mut k) = (vec![], true, i + 1);
    let changed = loop {
        if w.is(k, "[") {
            (straight, k) = (false, w.group(k));
        } else if w.is(k, ".") && w.is_word(k + 1) && !w.is(k + 2, "(") {
            if straight {
                path.push(w.word(k + 1));
            }
            k += 2;
        } else {
            let call = w.is(k, ".") && w.is_word(k + 1) && names.changes(&w.word(k + 1));
            break call || CHANGES.iter().any(|s| w.is(k, s));
        }
    };
    // `run.history = 1` says by itself that there is nothing to set
    let further = k > i + 3 || w.is(k, ".");
    if changed && further {
        out.insert(w.token(i).from, format!("{KEPT}({}, \"{}\"); ", w.word(i), path.join(".")));
    }
}
