//! Expressions as LaTeX and as the script text a user could type.
use super::expr::{Expr, Kind, constant, is_guard};
use super::scalar::{Binary, Relation, Unary};

/// LaTeX of an expression.
pub fn latex(e: &Expr) -> String {
    tex(e, 0)
}

fn number(v: f64) -> String {
    if v.is_infinite() {
        return if v > 0.0 { "\\infty".into() } else { "-\\infty".into() };
    }
    if v == std::f64::consts::LN_2 {
        return "\\ln 2".into();
    }
    // what would be 0 to the digits below is no 0
    if v != 0.0 && v.abs() < 1e-5 {
        let s = format!("{v:.5e}");
        let (digits, power) = s.split_once('e').unwrap_or((&s, "0"));
        return format!("{}\\cdot 10^{{{power}}}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    for q in [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0] {
        let p = v * q;
        if (p - p.round()).abs() < 1e-12 && p.abs() < 1e6 {
            let p = p.round();
            return if q == 1.0 { format!("{p}") } else { format!("\\tfrac{{{p}}}{{{q}}}") };
        }
    }
    let s = format!("{v:.6}");
    s.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn paren(s: String, yes: bool) -> String {
    if yes { format!("\\left({s}\\right)") } else { s }
}

/// The name of a function of one argument, where it has no notation of its own.
fn name(f: Unary) -> &'static str {
    match f {
        Unary::Ln => "\\ln",
        Unary::Tanh => "\\tanh",
        Unary::Sin => "\\sin",
        Unary::Cos => "\\cos",
        Unary::Omega => "\\omega",
        Unary::Sigmoid => "\\sigma",
        Unary::Sign => "\\operatorname{sgn}",
        Unary::Softplus => "\\operatorname{softplus}",
        Unary::Log1p => "\\operatorname{log1p}",
        Unary::Expm1 => "\\operatorname{expm1}",
        Unary::Sinh => "\\sinh",
        Unary::Cosh => "\\cosh",
        Unary::LogCosh => "\\ln\\cosh",
        Unary::Atan => "\\arctan",
        Unary::Asinh => "\\operatorname{arsinh}",
        Unary::Erf => "\\operatorname{erf}",
        Unary::LnGamma => "\\ln\\Gamma",
        Unary::Polygamma(0) => "\\psi",
        Unary::Polygamma(1) => "\\psi'",
        Unary::Polygamma(_) => "\\psi''",
        Unary::Exp => "\\exp",
        Unary::Abs => "\\operatorname{abs}",
    }
}

fn tex(e: &Expr, precedence: u8) -> String {
    match e.kind() {
        Kind::Const(v) => paren(number(*v), *v < 0.0 && precedence > 1),
        Kind::X => "x".into(),
        Kind::Y => "y".into(),
        Kind::Coordinate(i) => format!("x_{{{}}}", i + 1),
        Kind::Sum(c, terms) => sum(*c, terms, precedence),
        Kind::Prod(factors) => product(factors, precedence),
        Kind::Unary(Unary::Abs, a) => format!("\\left|{}\\right|", tex(a, 0)),
        Kind::Unary(Unary::Exp, a) => format!("e^{{{}}}", tex(a, 0)),
        Kind::Unary(Unary::Polygamma(order), a) if *order > 2 => {
            format!("\\psi^{{({order})}}\\left({}\\right)", tex(a, 0))
        }
        // 1 where something is a number
        Kind::Unary(Unary::Sign, a) if is_guard(e.kind()) => match a.kind() {
            Kind::Unary(_, u) => format!("\\left[{} \\in \\mathbb{{R}}\\right]", tex(u, 0)),
            _ => String::new(),
        },
        Kind::Unary(f, a) => {
            let n = name(*f);
            let s = match a.kind() {
                Kind::X | Kind::Y | Kind::Coordinate(_) => format!("{n} {}", tex(a, 0)),
                _ => format!("{n}\\left({}\\right)", tex(a, 0)),
            };
            // ln x² is the logarithm of a square
            paren(s, precedence > 2)
        }
        Kind::Binary(f, a, b) => {
            let n = if *f == Binary::Max { "max" } else { "min" };
            format!("\\{n}\\left({},{}\\right)", tex(a, 0), tex(b, 0))
        }
        Kind::Compare(r, a, b) => {
            let sign = match r {
                Relation::Gt => ">",
                Relation::Ge => "\\ge ",
                Relation::Lt => "<",
                Relation::Le => "\\le ",
                Relation::Eq => "=",
                Relation::Ne => "\\ne ",
            };
            format!("{}{sign}{}", tex(a, 0), tex(b, 0))
        }
        Kind::Native(f, order, a) => {
            let name: String =
                f.name().chars().map(|c| if c == '_' { "\\_".to_string() } else { c.to_string() }).collect();
            format!("\\mathrm{{{name}}}{}\\left({}\\right)", "'".repeat(usize::from(*order)), tex(a, 0))
        }
        Kind::Where(q, a, b) => {
            format!("\\begin{{cases}}{} & {}\\\\ {} & \\text{{else}}\\end{{cases}}", tex(a, 0), tex(q, 0), tex(b, 0))
        }
    }
}

/// How a reader orders the terms of a sum: large functions first, powers descending, the constant last.
fn weight(t: &Expr) -> i32 {
    let degree = |e: &Expr| e.as_const().map_or(1.0, |v| v);
    let d = match t.kind() {
        Kind::X | Kind::Y | Kind::Coordinate(_) => 1.0,
        Kind::Prod(v) => {
            v.iter().map(|(b, p)| if matches!(b.kind(), Kind::X | Kind::Y) { degree(p) } else { 1.5 * degree(p) }).sum()
        }
        _ => 1.2,
    };
    (-100.0 * d) as i32
}

fn sum(c: f64, terms: &[(f64, Expr)], precedence: u8) -> String {
    let mut terms: Vec<_> = terms.iter().map(|(k, t)| (weight(t), *k, tex(t, 1))).collect();
    terms.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    // start with a positive term where there is one
    if let Some(i) = terms.iter().position(|t| t.1 > 0.0) {
        let first = terms.remove(i);
        terms.insert(0, first);
    }
    let mut s = String::new();
    let lead_constant = c > 0.0 && terms.iter().all(|t| t.1 < 0.0);
    if lead_constant {
        s += &number(c);
    }
    for (_, k, t) in terms {
        s += if k < 0.0 {
            "-"
        } else if s.is_empty() {
            ""
        } else {
            "+"
        };
        let whole = k.abs().fract() == 0.0;
        match t.strip_prefix("\\frac{1}") {
            Some(rest) if whole => s += &format!("\\frac{{{}}}{rest}", number(k.abs())),
            _ => {
                if k.abs() != 1.0 {
                    s += &number(k.abs());
                    s += "\\,";
                }
                s += &t;
            }
        }
    }
    if c != 0.0 && !lead_constant {
        s += &if c > 0.0 { format!("+{}", number(c)) } else { format!("-{}", number(-c)) };
    }
    paren(s, precedence > 0)
}

fn product(factors: &[(Expr, Expr)], precedence: u8) -> String {
    let (mut num, mut den) = (vec![], vec![]);
    let below = |e: &Expr| e.as_const().is_some_and(|k| k < 0.0);
    let alone = factors.iter().filter(|(_, e)| below(e)).count() == 1;
    for (b, e) in factors {
        let p = match e.as_const() {
            Some(k) if k < 0.0 => constant(-k),
            _ => e.clone(),
        };
        let s = if p.is(1.0) {
            // a fraction bar groups by itself
            tex(b, u8::from(!(below(e) && alone)))
        } else if p.is(0.5) {
            format!("\\sqrt{{{}}}", tex(b, 0))
        } else {
            format!("{}^{{{}}}", tex(b, 3), tex(&p, 0))
        };
        let side = if below(e) { &mut den } else { &mut num };
        side.push((matches!(b.kind(), Kind::Unary(..)), s));
    }
    let join = |mut v: Vec<(bool, String)>| {
        v.sort();
        v.into_iter().map(|p| p.1).collect::<Vec<_>>().join("\\,")
    };
    if den.is_empty() {
        return paren(join(num), precedence > 2);
    }
    let n = if num.is_empty() { "1".into() } else { join(num) };
    paren(format!("\\frac{{{n}}}{{{}}}", join(den)), precedence > 2)
}
