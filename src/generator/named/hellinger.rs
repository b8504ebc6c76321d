//! Squared Hellinger distance without the half: f(x) = (sqrt(x) - 1)^2.
use super::entry::Named;
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr, constant, x};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "hellinger",
        room: "divergence",
        signature: "hellinger()",
        doc: "Squared Hellinger distance without the half: f(x) = (sqrt(x) - 1)^2.",
        equation: r"H^2(P,Q)=\int\left(\sqrt{dP}-\sqrt{dQ}\right)^2",
        cite: "hellinger1909",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = hellinger().regularized(lipschitz(1.0));
print(hellinger().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "(sqrt(x) - 1)**2"), (&[], "(x**(1/2) - 1)**2")],
};

fn f(_: &[f64]) -> Expr {
    expr::pow(&expr::sub(&expr::sqrt(&x()), &constant(1.0)), &constant(2.0))
}
