//! Values as a script writes them.
use rhai::Dynamic;

/// A text between quotes.
pub fn text(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            c if c.is_control() => out += &format!("\\U{:08x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}

/// A number, a text, a truth value, nothing; none for what is more than that.
pub fn plain(v: &Dynamic) -> Option<String> {
    if v.is_unit() {
        return Some("()".into());
    }
    if let Ok(b) = v.as_bool() {
        return Some(b.to_string());
    }
    if let Ok(i) = v.as_int() {
        return Some(if i == i64::MIN { "(-9223372036854775807 - 1)".into() } else { i.to_string() });
    }
    if let Ok(x) = v.as_float() {
        return Some(match x {
            x if x.is_nan() => "(0.0/0.0)".into(),
            x if x.is_infinite() => if x > 0.0 { "(1.0/0.0)" } else { "(-1.0/0.0)" }.into(),
            // the shortest number that is read as this one
            x => format!("{x:?}"),
        });
    }
    if let Ok(c) = v.as_char() {
        return Some(if c == '\'' || c == '\\' { format!("'\\{c}'") } else { format!("'{c}'") });
    }
    v.read_lock::<rhai::ImmutableString>().map(|s| text(&s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_what_they_were() {
        let engine = rhai::Engine::new();
        for x in [0.0, -0.0, 1.0, -2.5, 1e-300, 1.0 / 3.0, 6.02e23, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY] {
            let read: f64 = engine.eval(&plain(&Dynamic::from(x)).unwrap()).unwrap();
            assert_eq!(read.to_bits(), x.to_bits(), "{x}");
        }
        for i in [0, -1, i64::MAX, i64::MIN] {
            assert_eq!(engine.eval::<i64>(&plain(&Dynamic::from(i)).unwrap()).unwrap(), i);
        }
        for s in ["", "a \"b\" \\ c", "two\nlines\tand\r", "${x} `y`", "é → 中", "\u{7f}\u{0}"] {
            assert_eq!(engine.eval::<String>(&plain(&Dynamic::from(s)).unwrap()).unwrap(), s);
        }
        for c in ['a', '\'', '\\', '"', '中'] {
            assert_eq!(engine.eval::<char>(&plain(&Dynamic::from(c)).unwrap()).unwrap(), c);
        }
        assert_eq!(plain(&Dynamic::from(rhai::Array::new())), None);
    }
}
