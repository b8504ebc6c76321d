//! f-divergences by their variational form over networks: the f-GAN. [nowozin2016](crate::references#nowozin2016)
use super::objective::Objective;
use super::term::{Divergence, Term};
use crate::generator::Generator;
use crate::space::Space;
use std::sync::Arc;

/// D_f by its variational form alone, sup_V { E_P f'(e^V) − E_Q f*(f'(e^V)) } over whatever V the critic can represent: the f-GAN.
/// [nowozin2016](crate::references#nowozin2016)
pub struct Variational(pub Arc<Generator>);

impl Divergence for Variational {
    fn name(&self) -> String {
        self.0.name().into()
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(1.0, Term { objective: Objective::Variational(self.0.clone()), space: Space::Networks, reversed: false })]
    }
    fn latex(&self) -> String {
        format!(r"D(P\|Q)=\sup_V\left\{{E_P[f'(e^V)]-E_Q[f^*(f'(e^V))]\right\}},\quad f(x)={}", self.0.latex())
    }
}
