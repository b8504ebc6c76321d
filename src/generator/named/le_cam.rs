//! Le Cam (triangular discrimination) divergence: f(x) = (x - 1)^2 / (x + 1).
use super::entry::{Named, x_minus_one, x_plus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr, constant};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "le_cam",
        room: "divergence",
        signature: "le_cam()",
        doc: "Le Cam (triangular discrimination) divergence: f(x) = (x - 1)^2 / (x + 1).",
        equation: r"LC(P,Q)=\int\frac{(dP-dQ)^2}{dP+dQ}",
        cite: "lecam1986",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = le_cam().regularized(lipschitz(1.0));
print(le_cam().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: None,
    typed: &[(&[], "(x - 1)**2/(x + 1)")],
};

fn f(_: &[f64]) -> Expr {
    expr::div(&expr::pow(&x_minus_one(), &constant(2.0)), &x_plus_one())
}
