//! Jensen-Shannon divergence, at most ln 2: half of KL(P|M) + KL(Q|M) with M = (P + Q)/2.
use super::entry::{Named, x_ln_x, x_plus_one};
use crate::catalogue::{Entry, no_defaults};
use crate::generator::conjugate::ClosedForm;
use crate::generator::expr::{self, Expr, constant, ln};

pub const NAMED: Named = Named {
    entry: Entry {
        name: "js",
        room: "divergence",
        signature: "js()",
        doc: "Jensen-Shannon divergence, at most ln 2: half of KL(P|M) + KL(Q|M) with M = (P + Q)/2.",
        equation: r"JS(P,Q)=\tfrac12KL(P\|M)+\tfrac12KL(Q\|M),\quad M=\tfrac12(P+Q)",
        cite: "lin1991",
        options: &[],
        defaults: no_defaults,
        example: r#"let d = js().regularized(lipschitz(1.0));
print(js().conjugate(0.1));
d"#,
    },
    parameters: 0,
    f,
    conjugate: Some(conjugate),
    typed: &[(&[], "(x*ln(x) - (x + 1)*ln((x + 1)/2))/2")],
};

fn f(_: &[f64]) -> Expr {
    let m = expr::mul(&x_plus_one(), &ln(&expr::scale(0.5, &x_plus_one())));
    expr::scale(0.5, &expr::sub(&x_ln_x(), &m))
}

/// f*(y) = −½ ln(2 − e^{2y}); x* = e^{2y}/(2 − e^{2y})
fn conjugate() -> ClosedForm {
    let e = expr::exp(&expr::scale(2.0, &expr::y()));
    let rest = expr::sub(&constant(2.0), &e);
    ClosedForm { value: expr::scale(-0.5, &ln(&rest)), maximiser: expr::div(&e, &rest) }
}
