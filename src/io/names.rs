//! Names of columns, each once.
use crate::input::excerpt;
use std::collections::{HashMap, HashSet};

/// Names that a note has.
const NAMED: usize = 5;

/// These names, with a number behind each that is there already, and a sentence about that.
pub fn unique(wishes: Vec<String>) -> (Vec<String>, Option<String>) {
    let given: HashSet<String> = wishes.iter().cloned().collect();
    let (mut taken, mut next): (HashSet<String>, HashMap<String, usize>) = (HashSet::new(), HashMap::new());
    let (mut out, mut renamed) = (vec![], vec![]);
    for wish in wishes {
        let mut name = wish.clone();
        while taken.contains(&name) || name != wish && given.contains(&name) {
            let n = next.entry(wish.clone()).or_insert(0);
            *n += 1;
            name = format!("{wish}.{n}");
        }
        if name != wish {
            renamed.push(format!("`{}` for another `{}`", excerpt(&name), excerpt(&wish)));
        }
        taken.insert(name.clone());
        out.push(name);
    }
    let more = if renamed.len() > NAMED { format!(", … ({} in all)", renamed.len()) } else { String::new() };
    renamed.truncate(NAMED);
    let note =
        (!renamed.is_empty()).then(|| format!("columns with one name were renamed: {}{more}", renamed.join(", ")));
    (out, note)
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn names_are_there_once() {
        let names = |v: &[&str]| v.iter().map(|n| (*n).to_string()).collect::<Vec<_>>();
        assert_eq!(unique(names(&["a", "b"])), (names(&["a", "b"]), None));
        let (out, note) = unique(names(&["a", "a", "a.1", "a"]));
        assert_eq!(out, names(&["a", "a.2", "a.1", "a.3"]));
        assert_eq!(note.unwrap(), "columns with one name were renamed: `a.2` for another `a`, `a.3` for another `a`");
    }
}
