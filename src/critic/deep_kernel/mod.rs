//! `deep_kernel(network, dim)`: the MMD under a kernel k(h(x), h(y)) of features h that are trained to enlarge it. [li2017](crate::references#li2017)
//!
//! With features of slope at most 1 (spectrally normalised layers) the kernel keeps its width in the units of the data.
use super::kind::{Form, Kind, Saved};
use super::mlp::{Constraint, MlpBuilder};
use super::traits::{Critic, CriticBuilder};
use crate::catalogue::{Entry, no_defaults};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::network::architecture::WIDEST;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Activation, Frame};
use crate::random;
use crate::space::{Penalty, Space};
use features::DeepKernel;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod features;

/// The page of `deep_kernel`.
pub const DEEP_KERNEL: Entry = Entry {
    name: "deep_kernel",
    room: "critic",
    signature: "deep_kernel(widths | network, dim)",
    doc: "A critic for mmd(k) that compares features h(x) of dimension dim and trains them to enlarge the distance: the adversarial MMD-GAN. The network is mlp([..]) or cnn(..), spectrally normalised unless told otherwise, so that the kernel keeps its width in the units of the data.",
    equation: r"\max_hMMD_k^2(h_\#P,h_\#Q)",
    cite: "li2017",
    options: &[],
    defaults: no_defaults,
    example: "let flow = gan(mmd(gaussian_kernel(1.0)), #{ critic: deep_kernel([16, 16], 4), generator: mlp([16, 16]), batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(DEEP_KERNEL),
    form: Form::Features {
        activation: Activation::LeakyRelu,
        make: |network, features| Ok(Arc::new(DeepKernelBuilder::new(network, features)?)),
        saved: Saved {
            key: "deep_kernel",
            read: |v| Ok(Arc::new(serde_json::from_value::<DeepKernelBuilder>(v["deep_kernel"].clone())?)),
        },
    },
};

/// The recipe: layers of the features and how many there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepKernelBuilder {
    /// layers of h
    pub network: MlpBuilder,
    /// of the features
    pub features: usize,
}

impl DeepKernelBuilder {
    /// Features of so many numbers from these layers.
    ///
    /// # Errors
    /// No features or more than 16384; a soft constraint.
    pub fn new(network: MlpBuilder, features: usize) -> Result<DeepKernelBuilder> {
        if !(1..=WIDEST).contains(&features) {
            return Err(Error::data("deep_kernel, dim", format!("it is {features}, expected 1 to {WIDEST}")));
        }
        if !network.options.constraint.is_hard() && network.options.constraint != Constraint::None {
            return Err(Error::Unsupported {
                what: "deep_kernel".into(),
                reason: "takes features without a penalty on their gradients".into(),
                advice: "choose constraint: \"spectral\", \"bjorck\" or \"none\" for its network".into(),
            });
        }
        Ok(DeepKernelBuilder { network, features })
    }
}

fn space_of(term: &Term) -> Option<&Penalty> {
    match (&term.objective, &term.space) {
        (Objective::Ipm, Space::Rkhs(space)) if !space.unbiased => Some(space),
        _ => None,
    }
}

impl CriticBuilder for DeepKernelBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        let Some(space) = space_of(term) else {
            return Err(Error::Unsupported {
                what: self.describe(),
                reason: "trains the features of an MMD".into(),
                advice: "use it with mmd(k), or leave the critic out to have the natural one".into(),
            });
        };
        if frame.appended > 0 {
            return Err(Error::Unsupported {
                what: "labels".into(),
                reason: "are far-off coordinates, which features need not keep apart".into(),
                advice: "leave deep_kernel out, or run class by class".into(),
            });
        }
        let (network, standard) = self.network.open(frame, self.features, &mut random::rng(seed, stream))?;
        Ok(Box::new(DeepKernel::new(space.clone(), network, standard)))
    }
    fn no_estimate(&self) -> Option<&'static str> {
        Some("compares features it trains, which is another distance than that of the kernel alone")
    }
    fn supports(&self, term: &Term) -> bool {
        space_of(term).is_some()
    }
    fn describe(&self) -> String {
        format!("deep_kernel({}, {})", self.network.describe(), self.features)
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(DeepKernelBuilder {
            network: MlpBuilder { optimizer, ..self.network.clone() },
            features: self.features,
        })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "deep_kernel": self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::critic::ascent::Ascent;
    use crate::critic::mlp::MlpOptions;
    use crate::device::{self, Choice, open, rows, values};
    use crate::differences::partial;
    use crate::space::kernel::Kernel;
    use rand::Rng;

    /// The variation at every particle is M times the gradient of MMD² between the features in that particle: central
    /// differences with step 1e-2 in f32 leave 3 % of the largest entry. And training enlarges the distance.
    #[test]
    fn variations_match_finite_differences_and_training_climbs() {
        let device = open(Choice::Cpu).unwrap().device;
        let mut rng = crate::random::rng(5, 0);
        let mut draw = |n: usize, shift: f32| {
            device::points((0..n * 2).map(|_| rng.random_range(-1.0..1.0) + shift).collect(), n, 2, &device)
        };
        let (p, q) = (draw(12, 0.5), draw(15, 0.0));
        let term = Term {
            objective: Objective::Ipm,
            space: Space::Rkhs(Penalty { kernel: Kernel::Gaussian(0.7), lambda: 0.5, unbiased: false }),
            reversed: false,
        };
        let network =
            MlpBuilder::new(vec![16, 16], MlpOptions { activation: Activation::Tanh, ..MlpOptions::default() })
                .unwrap();
        let builder = DeepKernelBuilder::new(network, 3).unwrap();
        let mut critic = builder.build(&term, &Frame::of(&q).unwrap(), 3, 0).unwrap();
        let first = values(&critic.fit(&term, &p, &q, &Ascent::default()).unwrap().value).unwrap()[0];
        let exact = rows(&critic.variation(&term, &p, &q).unwrap()).unwrap();
        let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        let at = rows(&p).unwrap();
        for (i, exact) in exact.iter().enumerate() {
            let slope = 12.0
                * partial(&at, i, 1e-2, |y| {
                    let y = device::points(y.to_vec(), 12, 2, &device);
                    f64::from(values(&critic.objective(&term, &y, &q).unwrap()).unwrap()[0])
                });
            assert!((slope - f64::from(*exact)).abs() < f64::from(3e-2 * scale), "{i}: {slope} and {exact}");
        }
        critic.fit(&term, &p, &q, &Ascent { steps: 200, ..Ascent::default() }).unwrap();
        let last = values(&critic.objective(&term, &p, &q).unwrap()).unwrap()[0];
        assert!(last > 1.2 * first, "{first} became {last}");
    }
}
