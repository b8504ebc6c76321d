//! Kullback-Leibler divergence: f(x) = x ln x - x + 1.
use super::entry::{Named, x_ln_x, x_minus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "kl",
        room: "divergence",
        signature: "kl()",
        doc: "Kullback-Leibler divergence: f(x) = x ln x - x + 1.",
        equation: r"D_{KL}(P\|Q)=E_P\left[\ln\tfrac{dP}{dQ}\right]",
        cite: "kullback1951",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = kl().regularized(lipschitz(1.0));
print(kl().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "x*ln(x) - x + 1")],
};

fn f(_: &[f64]) -> Expr {
    expr::sub(&x_ln_x(), &x_minus_one())
}
