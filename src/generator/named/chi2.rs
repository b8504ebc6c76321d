//! Pearson chi-squared divergence: f(x) = (x - 1)^2.
use super::entry::{Named, x_minus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr, constant};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "chi2",
        room: "divergence",
        signature: "chi2()",
        doc: "Pearson chi-squared divergence: f(x) = (x - 1)^2.",
        equation: r"\chi^2(P\|Q)=E_Q\left[\left(\tfrac{dP}{dQ}-1\right)^2\right]",
        cite: "pearson1900",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = chi2().regularized(lipschitz(1.0));
print(chi2().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "(x - 1)**2"), (&[], "x**2 - 2*x + 1")],
};

fn f(_: &[f64]) -> Expr {
    expr::pow(&x_minus_one(), &constant(2.0))
}
