//! An autoencoder of two networks, trained on E|x − D(E(x))|².
use super::contract::{Codec, Fit};
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::network::architecture::Architecture;
use crate::network::norms;
use crate::network::optimizer::OptimizerOptions;
use crate::network::perceptron::{Average, Perceptron, Recipe};
use crate::network::{Activation, Frame};
use crate::random;
use serde::{Deserialize, Serialize};

/// Options of `autoencoder(widths, dim, #{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AutoencoderOptions {
    /// nonlinearity between layers
    pub activation: Activation,
    /// training steps
    pub steps: usize,
    /// points per minibatch; 0 takes all
    pub batch: usize,
    /// learning rate
    pub lr: f64,
    /// what it is trained on
    pub fit: Fit,
}

impl Default for AutoencoderOptions {
    fn default() -> Self {
        AutoencoderOptions { activation: Activation::LeakyRelu, steps: 2000, batch: 128, lr: 1e-3, fit: Fit::Target }
    }
}

/// Encoder E and decoder D, trained together.
#[derive(Clone)]
pub struct Autoencoder {
    encoder: Perceptron,
    decoder: Perceptron,
}

impl Autoencoder {
    /// Trained on x, shape [n, d], to codes of dimension `dim`. Errors when asked to stop, or if the layers do not fit.
    pub fn fit(
        x: &Points,
        layers: &Architecture,
        dim: usize,
        o: &AutoencoderOptions,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<Autoencoder> {
        let mut rng = random::rng(seed ^ 0x63_6F64_6563, 0);
        let data = Frame::of(x)?;
        let code = Frame { center: vec![0.0; dim], scale: 1.0, appended: 0, device: data.device.clone() };
        let recipe = || Recipe {
            optimizer: OptimizerOptions { lr: o.lr, ..OptimizerOptions::default() },
            average: Average::Never,
            skip: false,
        };
        let mut encoder =
            Perceptron::new(recipe(), layers.reading(data.dim(), 0, dim, o.activation, false)?, &data, &code, &mut rng);
        let mut decoder = Perceptron::new(
            recipe(),
            layers.reversed().writing(dim, data.dim(), o.activation, false)?,
            &code,
            &data,
            &mut rng,
        );
        let n = x.dims()[0];
        for _ in 0..o.steps {
            interrupt.check()?;
            let part = random::shuffled(x, if o.batch == 0 { n } else { o.batch }, &mut rng);
            let m = part.dims()[0];
            let mut into_decoder = None;
            let into_encoder = encoder.gradient(&part, &mut |z| {
                let (gradient, on_code) =
                    decoder.both_gradients(z, &|y| (y.clone() - part.clone()).mul_scalar(2.0 / m as f64))?;
                into_decoder = Some(gradient);
                Ok(on_code)
            })?;
            encoder.update(into_encoder)?;
            if let Some(g) = into_decoder {
                decoder.update(g)?;
            }
        }
        Ok(Autoencoder { encoder, decoder })
    }
}

impl Codec for Autoencoder {
    fn encode(&self, x: &Points) -> Result<Points> {
        self.encoder.at(x)
    }
    fn decode(&self, z: &Points) -> Result<Points> {
        self.decoder.at(z)
    }
    fn pull(&self, z: &Points, v: &Points) -> Result<Points> {
        self.decoder.pull(z, v)
    }
    fn lipschitz(&self) -> Result<f64> {
        Ok(norms::lipschitz(&*self.decoder.layers())? * self.decoder.stretch())
    }
    fn state(&self) -> Result<Vec<Named>> {
        let mut out = self.encoder.state("codec.encoder")?;
        out.extend(self.decoder.state("codec.decoder")?);
        Ok(out)
    }
    fn restore(&mut self, state: &[Named]) -> Result<()> {
        self.encoder.restore(state, "codec.encoder")?;
        self.decoder.restore(state, "codec.decoder")
    }
    fn boxed_clone(&self) -> Box<dyn Codec> {
        Box::new(self.clone())
    }
}
