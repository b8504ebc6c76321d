//! Divergences over a reproducing kernel Hilbert space: MMD², the energy distance, and penalised f-divergences.
use super::objective::Objective;
use super::term::{Divergence, Term};
use crate::error::{Error, Result};
use crate::generator::latex::latex;
use crate::generator::{Generator, expr};
use crate::space::kernel::Kernel;
use crate::space::{Penalty, Space};
use std::sync::Arc;

/// MMD², the squared norm of the difference of mean embeddings: sup_h E_P h − E_Q h − ¼‖h‖². [gretton2012](crate::references#gretton2012)
pub struct Mmd {
    /// k
    pub kernel: Kernel,
    /// means over pairs of different points; the value may then be negative
    pub unbiased: bool,
}

impl Divergence for Mmd {
    fn name(&self) -> String {
        match (&self.kernel, self.unbiased) {
            (Kernel::Energy, false) => "energy()".into(),
            (k, false) => format!("mmd({})", k.describe()),
            (k, true) => format!("mmd({}, #{{ unbiased: true }})", k.describe()),
        }
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        let space = Space::Rkhs(Penalty { kernel: self.kernel.clone(), lambda: 0.5, unbiased: self.unbiased });
        vec![(1.0, Term { objective: Objective::Ipm, space, reversed: false })]
    }
    fn latex(&self) -> String {
        r"MMD^2(P,Q)=\left\|\mu_P-\mu_Q\right\|^2_{\mathcal H}=\sup_{h\in\mathcal H}\left\{E_P[h]-E_Q[h]-\tfrac14\|h\|^2_{\mathcal H}\right\}".into()
    }
}

/// sup_h E_P h − E_Q f*(h) − λ/2 ‖h‖², f first replaced by f − f'(1)(x − 1); (1 + λ) times that for KL (KALE).
/// [glaser2021](crate::references#glaser2021), [stein2024](crate::references#stein2024)
pub struct Penalized {
    generator: Arc<Generator>,
    /// f without its slope at 1, over the unit
    level: Arc<Generator>,
    /// a power of two of the size of f: the term is solved for f over it, and its value is so many times that
    unit: f64,
    kernel: Kernel,
    lambda: f64,
}

impl Penalized {
    /// The divergence of f for a kernel and a penalty λ.
    ///
    /// # Errors
    /// λ that is not a number > 0, or above 1e8 beside the size of f; a kernel that is not positive definite; an f that fails its checks
    /// without its slope at 1.
    pub fn new(generator: Arc<Generator>, kernel: Kernel, lambda: f64) -> Result<Penalized> {
        positive("the penalty lambda", lambda)?;
        let (unit, level) = level(&generator)?.ordinary();
        if lambda * unit > 1e8 {
            return Err(Error::Unsupported {
                what: format!("penalized(.., {lambda:e})"),
                reason: "loses all digits of its value to rounding".into(),
                advice: "for large lambda it tends to MMD^2/(2 lambda f''(1)), and KALE to half of mmd(k): use that"
                    .into(),
            });
        }
        if !kernel.is_positive_definite() {
            return Err(Error::Unsupported {
                what: format!("penalized(rkhs({}))", kernel.describe()),
                reason: "needs a positive definite kernel: -|x - y| is so only between measures of equal mass".into(),
                advice: "use gaussian_kernel, laplace_kernel, imq_kernel or rational_quadratic_kernel".into(),
            });
        }
        Ok(Penalized { generator, level, unit, kernel, lambda })
    }
    fn weight(&self) -> f64 {
        if self.generator.kl_scale() == Some(1.0) { 1.0 + self.lambda } else { 1.0 }
    }
}

/// f − f'(1)(x − 1), the middle of the subdifferential at a kink.
pub(super) fn level(f: &Arc<Generator>) -> Result<Arc<Generator>> {
    let (left, right) = f.slope_at_one();
    let slope = 0.5 * (left + right);
    if slope == 0.0 {
        return Ok(f.clone());
    }
    let line = expr::scale(slope, &expr::sub(&expr::x(), &expr::constant(1.0)));
    Generator::new(f.name(), expr::sub(f.expr(), &line))
        .map(Arc::new)
        .map_err(|source| Error::Generator { name: f.name().into(), source })
}

impl Divergence for Penalized {
    fn name(&self) -> String {
        format!("{}.penalized(rkhs({}), {})", self.generator.name(), self.kernel.describe(), self.lambda)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        let lambda = self.lambda * self.unit;
        let space = Space::Rkhs(Penalty { kernel: self.kernel.clone(), lambda, unbiased: false });
        let objective = Objective::FreeMass(self.level.clone());
        vec![(self.weight() * self.unit, Term { objective, space, reversed: false })]
    }
    fn latex(&self) -> String {
        let weight = if self.weight() == 1.0 { String::new() } else { format!(r"(1+{})", self.lambda) };
        format!(
            r"D(P\|Q)={weight}\sup_{{h\in\mathcal H}}\left\{{E_P[h]-E_Q[f^*(h)]-\tfrac{{{}}}{{2}}\|h\|^2_{{\mathcal H}}\right\}},\quad f(x)={}",
            self.lambda,
            latex(&expr::scale(self.unit, self.level.expr()))
        )
    }
}

/// Errors unless v is a number > 0.
fn positive(what: &str, v: f64) -> Result<f64> {
    if v.is_finite() && v > 0.0 { Ok(v) } else { Err(Error::data(what, format!("it is {v}, expected a number > 0"))) }
}
