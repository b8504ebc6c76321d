//! What is set, and what is told.
use gflow::plot::text::{COMMANDS, NAMES, Setting, set, wrapped};

/// A formula that a command stands in.
fn used(name: &str, after: &str) -> String {
    match (name, after) {
        ("begin", _) => r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}".into(),
        ("end", _) => r"\begin{cases} a & b \\ c & d \end{cases}".into(),
        ("hline", _) => r"\begin{array}{c} a \\ \hline b \end{array}".into(),
        ("left" | "right", _) => r"\left( x \right)".into(),
        ("middle", _) => r"\left( x \middle| y \right)".into(),
        ("limits" | "nolimits", _) => format!(r"\sum\{name}_i x"),
        (name, after) => format!(r"\{name}{after}"),
    }
}

/// Every command of the list is set: something is there to be drawn, and no box stands for a glyph.
#[test]
fn every_listed_command_is_set() {
    let mut n = 0;
    for (names, after) in COMMANDS {
        for name in names.split_whitespace() {
            let text = format!("${}$", used(name, after));
            let setting = set(&text, 10.0).unwrap_or_else(|m| panic!("{text}: {m}"));
            assert!(setting.missing.is_empty(), "{text}: no glyph of {:?}", setting.missing);
            let blank = text.contains("phantom") || after == " x" || name == "mathstrut";
            assert!(blank || !setting.outlines().is_empty(), "{text} draws nothing");
            assert!(setting.width.is_finite() && setting.ascent >= 0.0, "{text}");
            n += 1;
        }
    }
    assert!(n > 700, "{n} commands");
}

/// What is not in the list is told with its place and the nearest name, and so is what is no mathematics.
#[test]
fn every_other_command_is_told() {
    let said = |text: &str| set(text, 10.0).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        said(r"cost $D_\alpa$"),
        "`\\alpa` is not a command that is set here; the nearest is \\alpha, at character 9\n    cost $D_\\alpa$\n            ^"
    );
    for (text, at) in [(r"$\href{a}{b}$", 1), (r"φ $x + \def\a{b}$", 7), (r"$\color{red} x$", 1), ("$a\\~b$", 2)] {
        let m = set(text, 10.0).unwrap_err();
        assert_eq!(text[..m.at].chars().count(), at, "{m}");
        assert!(m.what.contains("is not a command"), "{m}");
    }
    for (text, word) in [
        ("$x_{1$", "expected '}'"),
        ("$a^b^c$", "double superscript"),
        (r"$\frac{1}$", "end"),
        (r"$\left( x$", "right"),
        ("$}$", "}"),
    ] {
        let m = said(text);
        assert!(m.contains("this is not mathematics") && m.contains(word), "{m}");
    }
    assert!(said(&format!("${}$", "x".repeat(3000))).contains("more than"));
    assert!(said(&format!("${}x{}$", "{".repeat(900), "}".repeat(900))).contains("not mathematics"));
}

/// A command that is no command of TeX is never taken for one: not one of a thousand words passes.
#[test]
fn words_are_no_commands() {
    let mut state = 7u64;
    for _ in 0..1000 {
        let mut word = String::new();
        for _ in 0..7 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            word.push(char::from(b'a' + ((state >> 33) % 26) as u8));
        }
        assert!(NAMES.contains(word.as_str()) || set(&format!(r"$\{word}{{x}}$"), 10.0).is_err(), "{word}");
    }
}

/// Scripts stand raised and lowered and are smaller, fractions and roots have bars, accents stand over their letters.
#[test]
fn mathematics_stands_where_it_should() {
    let of = |t: &str| set(t, 10.0).unwrap();
    let glyph = |s: &Setting, c: char| s.glyphs.iter().find(|g| g.character == c).cloned().unwrap();
    let s = of(r"$D_{KL}^{L}$");
    let (d, k, top) =
        (glyph(&s, 'D'), glyph(&s, 'K'), s.glyphs.iter().find(|g| g.character == 'L' && g.y < 0.0).unwrap());
    assert!(d.y == 0.0 && k.y > 1.0 && top.y < -3.0 && k.size < 0.75 * d.size && k.x > d.x);
    let s = of(r"$D_\alpha^{\Gamma_L}$");
    assert!(glyph(&s, 'Γ').y < 0.0 && glyph(&s, 'α').y > 0.0 && glyph(&s, 'L').size < glyph(&s, 'Γ').size);
    let s = of(r"$\frac{1}{n}$");
    assert!(glyph(&s, '1').y < glyph(&s, 'n').y && s.paths.len() == 1);
    let s = of(r"$\hat\theta_{n+1}$");
    assert!(glyph(&s, '^').y < glyph(&s, 'θ').y + 0.1 && glyph(&s, 'n').y > 0.0);
    assert_eq!(of(r"$\sqrt{1+t}$").paths.len(), 1);
    // upright words are of another face than letters of formulas, and of that of roman text
    let face = |t: &str| of(t).glyphs[0].face;
    assert_ne!(face("$M$"), face(r"$\mathrm{MMD}$"));
    assert_ne!(face(r"$\mathcal{W}$"), face(r"$\mathbb{R}$"));
}

/// Words, dollars that mean money, and text over several lines.
#[test]
fn words_and_lines() {
    let of = |t: &str| set(t, 10.0).unwrap();
    assert_eq!(of("costs 5$").glyphs.len(), 8);
    assert_eq!(of(r"costs 5\$ or 6\$").glyphs.len(), 14);
    assert!(of("").glyphs.is_empty() && of("$$").glyphs.is_empty());
    // é in two parts is one glyph
    assert_eq!(of("e\u{301}").glyphs.len(), 1);
    // scripts that join are not set as if they did not
    assert_eq!(of("سلام").missing.len(), 4);
    let lines = |t: &str, w: f64| wrapped(t, 10.0, w).unwrap().lines.len();
    assert_eq!((lines("one two three", 1e3), lines("one two three", 30.0), lines("one\ntwo", 1e3)), (1, 3, 2));
    assert_eq!(lines(r"$\frac{a b}{c d}$ and $x + y$", 25.0), 3);
    // a word that is too long is broken, a formula smaller
    let long = wrapped("one transportation $x + y + z$", 10.0, 25.0).unwrap();
    assert!(long.lines.len() > 4 && long.lines.iter().all(|l| l.width <= 25.0 + 1e-9));
    assert_eq!(long.lines.iter().map(|l| l.glyphs.len()).sum::<usize>(), 3 + 14 + 5);
    for l in wrapped("a long title that has to be broken several times to fit", 10.0, 90.0).unwrap().lines {
        assert!(l.width <= 90.0);
    }
}
