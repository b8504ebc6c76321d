//! Alpha-divergence: f(x) = (x^a - 1)/(a(a - 1)); tends to KL as a -> 1 and to reverse KL as a -> 0.
use super::entry::{Named, x_ln_x, x_minus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::expr::{self, Expr, constant, ln, x};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "alpha",
        room: "divergence",
        signature: "alpha(a)",
        doc: "Alpha-divergence: f(x) = (x^a - 1)/(a(a - 1)); tends to KL as a -> 1 and to reverse KL as a -> 0.",
        equation: r"D_\alpha(P\|Q)=\frac{1}{\alpha(\alpha-1)}E_Q\left[\left(\tfrac{dP}{dQ}\right)^\alpha-1\right]",
        cite: "cichocki2010",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = alpha(2.0).regularized(lipschitz(1.0));
print(alpha(2.0).conjugate(0.1));
d"#,
    },
    parameters: 1,
    f,
    conjugate: None,
    typed: &[(&[2.0], "(x**2 - 1)/2"), (&[0.5], "(x**0.5 - 1)/(0.5*(0.5 - 1))"), (&[3.0], "(x**3 - 1)/6")],
};

/// Within 1e-6 of a limit the limit itself: (x^a − 1)/(a(a − 1)) alone diverges there by a multiple of x − 1.
fn f(parameters: &[f64]) -> Expr {
    let a = parameters.first().copied().unwrap_or(1.0);
    if (a - 1.0).abs() < 1e-6 {
        expr::sub(&x_ln_x(), &x_minus_one())
    } else if a.abs() < 1e-6 {
        expr::sub(&x_minus_one(), &ln(&x()))
    } else {
        expr::scale(1.0 / (a * (a - 1.0)), &expr::sub(&expr::pow(&x(), &constant(a)), &constant(1.0)))
    }
}
