//! Reverse Kullback-Leibler divergence: f(x) = -ln x, so that D(P|Q) = KL(Q|P).
use super::entry::Named;
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr, ln, x};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "reverse_kl",
        room: "divergence",
        signature: "reverse_kl()",
        doc: "Reverse Kullback-Leibler divergence: f(x) = -ln x, so that D(P|Q) = KL(Q|P).",
        equation: r"D(P\|Q)=E_Q\left[\ln\tfrac{dQ}{dP}\right]",
        cite: "kullback1951",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = reverse_kl().regularized(lipschitz(1.0));
print(reverse_kl().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "-ln(x)")],
};

fn f(_: &[f64]) -> Expr {
    expr::neg(&ln(&x()))
}
