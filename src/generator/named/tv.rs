//! Total variation distance, at most 1: f(x) = |x - 1| / 2.
use super::entry::{Named, x_minus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr};
use crate::generator::scalar::Unary;

pub const NAMED: Named = Named {
    entry: Entry {
        name: "tv",
        room: "divergence",
        signature: "tv()",
        doc: "Total variation distance, at most 1: f(x) = |x - 1| / 2.",
        equation: r"TV(P,Q)=\tfrac12\int|dP-dQ|",
        cite: "birrell2022",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = tv().regularized(lipschitz(1.0));
print(tv().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "abs(x - 1)/2"), (&[], "0.5*max(x - 1, 1 - x)"), (&[], "if x > 1 { (x - 1)/2 } else { (1 - x)/2 }")],
};

fn f(_: &[f64]) -> Expr {
    expr::scale(0.5, &expr::unary(Unary::Abs, &x_minus_one()))
}
