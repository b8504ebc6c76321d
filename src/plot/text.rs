//! `$…$` as Unicode: enough TeX for axis labels.

const NAMES: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("varepsilon", "ε"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("varphi", "φ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("theta", "θ"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Omega", "Ω"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("nabla", "∇"),
    ("partial", "∂"),
    ("infty", "∞"),
    ("le", "≤"),
    ("ge", "≥"),
    ("to", "→"),
    ("cdot", "·"),
    ("times", "×"),
    ("|", "‖"),
    ("in", "∈"),
    ("int", "∫"),
    ("sum", "∑"),
    ("ln", "ln "),
    ("log", "log "),
    ("exp", "exp "),
    ("sqrt", "√"),
    ("pm", "±"),
    ("approx", "≈"),
    (",", "\u{2009}"),
];
const SUPER: (&str, &str) = ("0123456789+-=()nLTabdeghijklmoprstuvx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᴸᵀᵃᵇᵈᵉᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛˣ");
const SUB: (&str, &str) = ("0123456789+-=()aeijorstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₒᵣₛₜᵤᵥₓ");

/// Text with every `$…$` replaced; an unpaired `$` stays as it is.
pub fn unicode(s: &str) -> String {
    let parts: Vec<&str> = s.split('$').collect();
    if parts.len() < 3 {
        return s.to_string();
    }
    let closed = parts.len() % 2 == 1;
    let mut out = String::new();
    for (i, p) in parts.iter().enumerate() {
        if i % 2 == 1 && (closed || i + 1 < parts.len()) {
            out += &math(p);
        } else {
            if i > 0 && !closed && i + 1 == parts.len() {
                out.push('$');
            }
            out += p;
        }
    }
    out
}

fn math(s: &str) -> String {
    let c: Vec<char> = s.chars().collect();
    let (mut out, mut i) = (String::new(), 0);
    while i < c.len() {
        match c[i] {
            '\\' => {
                let mut j = i + 1;
                while j < c.len() && c[j].is_ascii_alphabetic() {
                    j += 1;
                }
                if j == i + 1 && j < c.len() {
                    j += 1;
                }
                let name: String = c[i + 1..j].iter().collect();
                out += NAMES.iter().find(|n| n.0 == name).map_or(name.as_str(), |n| n.1);
                i = j;
            }
            k @ ('^' | '_') => {
                let (group, next) = argument(&c, i + 1);
                let table = if k == '^' { SUPER } else { SUB };
                let mapped: Option<String> = group
                    .chars()
                    .map(|g| table.0.chars().position(|t| t == g).and_then(|p| table.1.chars().nth(p)))
                    .collect();
                out += &mapped.unwrap_or_else(|| if k == '^' && group == "*" { "*".into() } else { group.clone() });
                i = next;
            }
            '{' | '}' => i += 1,
            '-' => {
                out.push('−');
                i += 1;
            }
            other => {
                out.push(other);
                i += 1;
            }
        }
    }
    out
}

fn argument(c: &[char], i: usize) -> (String, usize) {
    if c.get(i) == Some(&'{') {
        let end = (i..c.len()).find(|k| c[*k] == '}').unwrap_or(c.len());
        (c[i + 1..end].iter().collect(), (end + 1).min(c.len()))
    } else {
        (c.get(i).map(|v| v.to_string()).unwrap_or_default(), i + 1)
    }
}
