//! A parameter and the values it takes, as people write it: `lr=1e-3,1e-2`.
use serde::{Deserialize, Serialize};

/// A parameter with its values, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// what `param` reads
    pub name: String,
    /// what it is set to, as texts
    pub values: Vec<String>,
}

/// Parts of a text between commas that stand in no bracket and no quotes.
fn parts(text: &str) -> Result<Vec<&str>, &'static str> {
    let (mut out, mut depth, mut from, mut quote) = (vec![], 0usize, 0, None);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                out.push(&text[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    if quote.is_some() || depth > 0 {
        return Err("a quote or a bracket is not closed");
    }
    out.push(&text[from..]);
    Ok(out)
}

/// A name and what stands behind its first `=`.
pub(super) fn named<'a>(text: &'a str, expected: &str) -> Result<(&'a str, &'a str), String> {
    match text.split_once('=') {
        Some((name, rest)) if !name.trim().is_empty() => Ok((name.trim(), rest.trim())),
        _ => Err(format!("`{text}`: expected {expected}")),
    }
}

impl std::str::FromStr for Axis {
    type Err = String;
    /// # Errors
    /// A text without a name, an empty value, one that is there twice.
    fn from_str(text: &str) -> Result<Axis, String> {
        let (name, rest) = named(text, "NAME=VALUE,VALUE,…")?;
        let values: Vec<String> =
            parts(rest).map_err(|why| format!("`{text}`: {why}"))?.into_iter().map(|v| v.trim().to_string()).collect();
        if values.iter().any(String::is_empty) {
            return Err(format!("`{text}`: a value is empty, expected NAME=VALUE,VALUE,…"));
        }
        let same =
            |a: &str, b: &str| a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(x), Ok(y)) if x == y);
        if let Some((i, v)) = values.iter().enumerate().find(|(i, v)| values[..*i].iter().any(|w| same(v, w))) {
            return Err(format!("`{text}`: value {} of {name}, {v}, is there twice", i + 1));
        }
        Ok(Axis { name: name.into(), values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_parted_where_a_reader_parts_them() {
        let values = |text: &str| text.parse::<Axis>().map(|a| a.values);
        assert_eq!(values("lr=1e-3, 1e-2"), Ok(vec!["1e-3".into(), "1e-2".into()]));
        assert_eq!(values("f=alpha(2, 3),kl"), Ok(vec!["alpha(2, 3)".into(), "kl".into()]));
        assert_eq!(values("t=\"a,b\",c=d"), Ok(vec!["\"a,b\"".into(), "c=d".into()]));
        for (wrong, why) in [
            ("lr", "expected NAME=VALUE"),
            ("=1", "expected NAME="),
            ("lr=1,,2", "empty"),
            ("lr=", "empty"),
            ("a=it's,b", "not closed"),
            ("a=(1,2", "not closed"),
            ("lr=0.1,1e-1", "twice"),
        ] {
            assert!(values(wrong).unwrap_err().contains(why), "{wrong}");
        }
    }
}
