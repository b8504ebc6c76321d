//! Formulas: a generator with what was found out about it.
use crate::generator::Generator;

/// A displayed formula.
pub fn display(latex: &str) -> String {
    format!("$${latex}$$")
}

fn number(v: f64) -> String {
    if v.is_infinite() {
        return if v > 0.0 { r"+\infty".into() } else { r"-\infty".into() };
    }
    let s = format!("{v:.6}");
    let s = s.trim_end_matches('0').trim_end_matches('.');
    if s == "-0" { "0".into() } else { s.to_string() }
}

/// f, f', f*, its domain and the checks, as a table.
pub fn generator(g: &Generator) -> String {
    let conjugate = match g.conjugate_latex() {
        Some(c) => format!("${c}$"),
        None => "numeric (bracketed Newton; on the device a table)".into(),
    };
    let convexity = format!("convex: {}", g.convexity().summary());
    let domain = match g.domain() {
        (d, _) if d.is_infinite() => r"$y\in\mathbb{R}$".to_string(),
        (d, true) => format!(r"$y\le {}$", number(d)),
        (d, false) => format!("$y<{}$", number(d)),
    };
    let (d0, dinf) = g.slopes();
    let derivative = g.derivative_latex().map_or("numeric".to_string(), |d| format!("${d}$"));
    let ends = g.ends_text().map(|e| format!("${}$", e.replace('≤', r"\le")));
    let rows = [
        ("$f(x)$", format!("${}${}", g.latex(), ends.map_or(String::new(), |e| format!(" for {e}")))),
        ("$f'(x)$", derivative),
        ("$f^*(y)$", conjugate),
        ("domain of $f^*$", domain),
        ("$f(0^+),\\ f'(0^+),\\ f'(\\infty)$", format!("${},\\ {},\\ {}$", number(g.f(0.0)), number(d0), number(dinf))),
        ("checks", format!("$f(1)=0$; {convexity}; $f^*$ on the device to {:.0e}", g.device_error())),
    ];
    let mut out = format!("**{}**\n\n| | |\n|:--|:--|\n", g.name().replace('|', r"\|"));
    for (name, value) in rows {
        // a bar would end the cell of the table
        out += &format!(
            "| {name} | {} |\n",
            value.replace(r"\left|", r"\lvert ").replace(r"\right|", r"\rvert ").replace('|', r"\vert ")
        );
    }
    out
}
