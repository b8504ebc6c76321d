//! Names with letters that are not on every keyboard.

/// Names in ASCII for letters that scripts of mathematicians hold.
const LETTERS: &[(char, &str)] = &[
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ϵ', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "PI"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('φ', "phi"),
    ('ϕ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Γ', "Gamma"),
    ('Δ', "Delta"),
    ('Σ', "Sigma"),
    ('Φ', "Phi"),
    ('Ψ', "Psi"),
    ('Ω', "Omega"),
];

/// What is wrong with a name that holds such a letter, and what to write.
pub fn letters(name: &str, bad: char) -> (String, String) {
    if bad == '$' {
        let hint = format!("a column or a key is behind a point: {}", name.replace('$', "."));
        return ("`$` belongs to no name".into(), hint);
    }
    if let Some(power) = ['²', '³'].iter().position(|c| *c == bad) {
        return (format!("`{bad}` is not known"), format!("write {}^{}", name.trim_end_matches(bad), power + 2));
    }
    let spelled: String = name
        .chars()
        .map(|c| LETTERS.iter().find(|l| l.0 == c).map_or_else(|| c.to_string(), |l| l.1.to_string()))
        .collect();
    let hint = if spelled.is_ascii() { format!("write {spelled}") } else { "choose another name".into() };
    (format!("`{name}` cannot be a name: letters a to z, digits and _ can"), hint)
}
