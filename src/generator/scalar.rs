//! The scalar functions a generator may use, evaluated in f64.
use super::special;

/// Functions of one argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Unary {
    /// eᵃ
    Exp,
    /// ln a
    Ln,
    /// |a|
    Abs,
    /// −1, 0 or 1
    Sign,
    /// the hyperbolic tangent
    Tanh,
    /// ln(1 + a)
    Log1p,
    /// eᵃ − 1
    Expm1,
    /// 1/(1 + e⁻ᵃ)
    Sigmoid,
    /// ln(1 + eᵃ)
    Softplus,
    /// the sine
    Sin,
    /// the cosine
    Cos,
    /// Wright's ω: the solution w of w + ln w = z.
    Omega,
    // the order decides how terms are sorted, and so the last digit of sums: new functions come behind
    /// the hyperbolic sine
    Sinh,
    /// the hyperbolic cosine
    Cosh,
    /// ln cosh a
    LogCosh,
    /// the arc tangent
    Atan,
    /// the inverse of the hyperbolic sine
    Asinh,
    /// the error function
    Erf,
    /// ln |Γ(a)|
    LnGamma,
    /// the derivative of an order of the digamma function ψ = (ln Γ)'
    Polygamma(u8),
}

/// Functions of two arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Binary {
    /// the larger
    Max,
    /// the smaller
    Min,
}

/// Comparisons, the conditions of `if` branches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Relation {
    /// a > b
    Gt,
    /// a ≥ b
    Ge,
    /// a < b
    Lt,
    /// a ≤ b
    Le,
    /// a = b
    Eq,
    /// a ≠ b
    Ne,
}

impl Relation {
    /// Whether it holds between two numbers; with NaN only ≠ does.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Relation::Gt => a > b,
            Relation::Ge => a >= b,
            Relation::Lt => a < b,
            Relation::Le => a <= b,
            Relation::Eq => a == b,
            Relation::Ne => a != b,
        }
    }
    /// r' with b r' a for a r b.
    pub fn turned(self) -> Relation {
        match self {
            Relation::Gt => Relation::Lt,
            Relation::Ge => Relation::Le,
            Relation::Lt => Relation::Gt,
            Relation::Le => Relation::Ge,
            same => same,
        }
    }
}

impl Binary {
    /// Its value; where one of them is no number there is none.
    pub fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            _ if a.is_nan() || b.is_nan() => f64::NAN,
            Binary::Max => a.max(b),
            Binary::Min => a.min(b),
        }
    }
}

impl Unary {
    /// Its value.
    pub fn apply(self, v: f64) -> f64 {
        match self {
            Unary::Exp => v.exp(),
            Unary::Ln => v.ln(),
            Unary::Abs => v.abs(),
            Unary::Sign => {
                if v > 0.0 {
                    1.0
                } else if v < 0.0 {
                    -1.0
                } else {
                    v * 0.0
                }
            }
            Unary::Tanh => v.tanh(),
            Unary::Log1p => v.ln_1p(),
            Unary::Expm1 => v.exp_m1(),
            Unary::Sigmoid => 1.0 / (1.0 + (-v).exp()),
            Unary::Softplus => {
                if v > 30.0 {
                    v + (-v).exp()
                } else {
                    v.exp().ln_1p()
                }
            }
            Unary::Sin => v.sin(),
            Unary::Cos => v.cos(),
            Unary::Omega => omega(v),
            Unary::Sinh => v.sinh(),
            Unary::Cosh => v.cosh(),
            Unary::LogCosh => log_cosh(v),
            Unary::Atan => v.atan(),
            Unary::Asinh => v.asinh(),
            Unary::Erf => special::erf(v),
            Unary::LnGamma => special::ln_gamma(v),
            Unary::Polygamma(order) => special::polygamma(order, v),
        }
    }
}

/// ln cosh v: to its last digits near 0, and where cosh v overflows.
fn log_cosh(v: f64) -> f64 {
    let v = v.abs();
    if v < 1.0 { 0.5 * (v.sinh() * v.sinh()).ln_1p() } else { v + (-2.0 * v).exp().ln_1p() - std::f64::consts::LN_2 }
}

/// Wright's ω(z), w + ln w = z, by the third-order iteration of Fritsch, Shafer and Crowley.
pub fn omega(z: f64) -> f64 {
    if z < -40.0 {
        return z.exp();
    }
    let mut w = if z > 1.0 {
        z - z.ln()
    } else if z < -2.0 {
        z.exp()
    } else {
        z.exp().ln_1p().max(1e-300)
    };
    for _ in 0..8 {
        let r = z - w - w.ln();
        let q = 2.0 * (1.0 + w) * (1.0 + w + 2.0 / 3.0 * r);
        let next = w * (1.0 + r / (1.0 + w) * (q - r) / (q - 2.0 * r));
        if (next - w).abs() <= 1e-16 * next.abs() {
            return next;
        }
        w = next;
    }
    w
}
