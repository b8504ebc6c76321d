//! Jeffreys divergence KL(P|Q) + KL(Q|P): f(x) = (x - 1) ln x.
use super::entry::{Named, x_minus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr, ln, x};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "jeffreys",
        room: "divergence",
        signature: "jeffreys()",
        doc: "Jeffreys divergence KL(P|Q) + KL(Q|P): f(x) = (x - 1) ln x.",
        equation: r"J(P,Q)=KL(P\|Q)+KL(Q\|P)",
        cite: "jeffreys1946",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = jeffreys().regularized(lipschitz(1.0));
print(jeffreys().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "(x - 1)*ln(x)")],
};

fn f(_: &[f64]) -> Expr {
    expr::mul(&x_minus_one(), &ln(&x()))
}
