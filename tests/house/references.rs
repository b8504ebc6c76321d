//! references.bib and the module made from it, to which the docs link.
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).into()
}

/// One entry of the bibliography.
struct Source {
    key: String,
    fields: Vec<(String, String)>,
}

impl Source {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// "Authors. *Title.* Where, year."
    fn line(&self) -> String {
        let where_ = ["journal", "booktitle", "publisher", "howpublished"].iter().find_map(|f| self.field(f));
        let tail: Vec<&str> = [where_, self.field("year")].into_iter().flatten().collect();
        format!(
            "* <a id=\"{key}\"></a>**{key}**: {}. *{}.* {}.",
            authors(self.field("author").unwrap_or_default()),
            self.field("title").unwrap_or_default(),
            tail.join(", "),
            key = self.key
        )
    }
}

/// "Gu, Hyemin and Birmpa, Panagiota" as "H. Gu, P. Birmpa".
fn authors(list: &str) -> String {
    let one = |name: &str| match name.split_once(", ") {
        Some((last, first)) => {
            let initials = |w: &str| {
                let parts: Vec<String> =
                    w.split('-').filter_map(|p| p.chars().next()).map(|c| format!("{c}.")).collect();
                parts.join("-")
            };
            let first: Vec<String> = first.split_whitespace().map(initials).collect();
            format!("{} {last}", first.join(" "))
        }
        None => name.to_string(),
    };
    list.split(" and ").map(one).collect::<Vec<_>>().join(", ")
}

/// LaTeX accents and dashes as letters, braces gone.
fn plain(tex: &str) -> String {
    const LETTERS: &[(&str, &str)] = &[
        ("{\\'e}", "é"),
        ("{\\`e}", "è"),
        ("{\\'a}", "á"),
        ("{\\'o}", "ó"),
        ("{\\'i}", "í"),
        ("{\\`o}", "ò"),
        ("{\\\"u}", "ü"),
        ("{\\\"o}", "ö"),
        ("{\\\"a}", "ä"),
        ("{\\c c}", "ç"),
        ("{\\o}", "ø"),
        ("{\\aa}", "å"),
        ("{\\AA}", "Å"),
        ("{\\v{c}}", "č"),
        ("$\\alpha$", "α"),
        ("$(f,\\Gamma)$", "(f,Γ)"),
        ("$f$", "f"),
        ("---", "—"),
        ("--", "–"),
    ];
    let text = LETTERS.iter().fold(tex.to_string(), |t, (from, to)| t.replace(from, to));
    text.replace(['{', '}'], "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The entries of a bibliography, in their order.
fn parse(bib: &str) -> Vec<Source> {
    let mut out = vec![];
    for block in bib.split("\n@").map(|b| b.trim_start_matches('@')) {
        let Some((_, rest)) = block.split_once('{') else { continue };
        let Some((key, mut rest)) = rest.split_once(',') else { continue };
        let mut fields = vec![];
        while let Some((name, after)) = rest.split_once('=') {
            let value = after.trim_start();
            let mut depth = 0;
            let end = value.char_indices().find_map(|(i, c)| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                (depth == 0 && c == '}').then_some(i)
            });
            let Some(end) = end else { break };
            fields.push((name.trim_matches([',', ' ', '\n']).to_lowercase(), plain(&value[1..end])));
            rest = &value[end + 1..];
        }
        out.push(Source { key: key.trim().into(), fields });
    }
    out
}

/// The keys of references.bib.
pub fn keys() -> Vec<String> {
    parse(&std::fs::read_to_string(root().join("references.bib")).unwrap()).into_iter().map(|s| s.key).collect()
}

fn module() -> String {
    let mut sources = parse(&std::fs::read_to_string(root().join("references.bib")).unwrap());
    sources.sort_by(|a, b| a.key.cmp(&b.key));
    let mut out = String::from(
        "//! The papers and books whose equations and algorithms gflow uses. Docs cite them by their key, as `[birrell2022]`.\n\
         //!\n\
         //! Made from `references.bib`; `GFLOW_WRITE=1 cargo test --release references` writes it anew.\n\
         //!\n",
    );
    for s in &sources {
        out.push_str(&format!("//! {}\n", s.line()));
    }
    out
}

#[test]
fn references_are_those_of_the_bibliography() {
    let (path, made) = (root().join("src/references.rs"), module());
    if std::env::var_os("GFLOW_WRITE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, made, "src/references.rs differs from references.bib; run with GFLOW_WRITE=1");
    for odd in ["\\", "{", "}", "$"] {
        assert!(!made.contains(odd), "references.rs has {odd}: teach plain() its letter");
    }
    let sources = parse(&std::fs::read_to_string(root().join("references.bib")).unwrap());
    for s in &sources {
        for field in ["title", "author", "year"] {
            assert!(s.field(field).is_some(), "{} in references.bib has no {field}", s.key);
        }
    }
    assert!(sources.len() > 40, "only {} entries were read", sources.len());
}
