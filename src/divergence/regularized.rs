//! f-divergences regularised by a function space. [birrell2022](crate::references#birrell2022)
use super::objective::Objective;
use super::term::{Divergence, Term};
use crate::generator::Generator;
use crate::space::{Lipschitz, Space};
use std::sync::Arc;

/// D_f^{Γ_L}(P‖Q) = sup { E_P φ − inf_ν { ν + E_Q f*(φ − ν) } : Lip(φ) ≤ L }, finite between any two samples. [birrell2022](crate::references#birrell2022)
///
/// ```
/// use gflow::divergence::{Divergence, Regularized};
/// use gflow::generator::named;
/// use gflow::space::Lipschitz;
/// use std::sync::Arc;
/// let kl = Arc::new(named::find("kl").unwrap().build(&[])?);
/// let d = Regularized { generator: kl, space: Lipschitz::new(2.0)? };
/// assert_eq!(d.name(), "kl.regularized(lipschitz(2))");
/// let (weight, term) = d.terms().remove(0);
/// assert_eq!((weight, term.lipschitz()), (1.0, Some(2.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Regularized {
    /// f
    pub generator: Arc<Generator>,
    /// Γ_L
    pub space: Lipschitz,
}

impl Divergence for Regularized {
    fn name(&self) -> String {
        format!("{}.regularized(lipschitz({}))", self.generator.name(), self.space.constant)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(
            1.0,
            Term {
                objective: Objective::F(self.generator.level()),
                space: Space::Lipschitz(self.space),
                reversed: false,
            },
        )]
    }
    fn latex(&self) -> String {
        format!(
            r"D(P\|Q)=\sup_{{\mathrm{{Lip}}(\varphi)\le {}}}\left\{{E_P[\varphi]-{}\right\}},\quad f(x)={}",
            self.space.constant,
            conjugate_mean(&self.generator),
            self.generator.latex()
        )
    }
}

/// inf_ν {ν + E_Q f*(φ − ν)}, for KL as the log-mean-exp.
pub(super) fn conjugate_mean(f: &Generator) -> &'static str {
    match f.kl_scale() {
        Some(1.0) => r"\ln E_Q\left[e^{\varphi}\right]",
        _ => r"\inf_{\nu}\left\{\nu+E_Q\left[f^*(\varphi-\nu)\right]\right\}",
    }
}
