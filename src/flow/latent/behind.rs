//! A flow and the codec it runs behind: what both kinds of latent flows share.
use crate::critic::Named;
use crate::device::{Points, rows_f64};
use crate::error::Result;
use crate::flow::codec::Codec;
use crate::flow::recipe::Recipe;
use crate::flow::traits::Flow;
use std::sync::Arc;

/// A flow and the codec it runs behind.
#[derive(Clone)]
pub(super) struct Behind {
    pub recipe: Arc<dyn Recipe>,
    pub inner: Box<dyn Flow>,
    pub codec: Box<dyn Codec>,
    /// whether the source is encoded, or given in the latent space
    pub encodes: bool,
    pub kept: Kept,
}

/// What a codec keeps of a target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// dimension of the space outside
    pub dim: usize,
    /// share of the target's variance that survives encoding and decoding
    pub explained: f64,
}

impl Kept {
    /// 1 − Σ|D(E(x)) − x|² / Σ|x − mean|².
    ///
    /// # Errors
    /// What the codec reports, and points that cannot be read.
    pub fn of(codec: &dyn Codec, target: &Points) -> Result<Kept> {
        let lost =
            rows_f64(&(codec.decode(&codec.encode(target)?)? - target.clone()))?.iter().map(|v| v * v).sum::<f64>();
        let mean = target.clone().mean_dim(0);
        let all = rows_f64(&(target.clone() - mean))?.iter().map(|v| v * v).sum::<f64>();
        Ok(Kept { dim: target.dims()[1], explained: 1.0 - lost / all.max(1e-300) })
    }
}

impl Behind {
    /// A source in the latent space.
    ///
    /// # Errors
    /// What the encoder reports.
    pub fn encode_source(&self, source: &Points) -> Result<Points> {
        if self.encodes { self.codec.encode(source) } else { Ok(source.clone()) }
    }
    /// What the codec and the flow need to go on.
    ///
    /// # Errors
    /// Weights that cannot be read from their device.
    pub fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = self.codec.state()?;
        out.extend(self.inner.tensors()?);
        Ok(out)
    }
    /// Numbers about the flow, then about the codec.
    ///
    /// # Errors
    /// What the codec reports.
    pub fn report(&self, of_flow: Vec<(&'static str, f64)>) -> Result<Vec<(&'static str, f64)>> {
        let mut out = of_flow;
        out.extend([
            ("explained", self.kept.explained),
            ("decoder_lipschitz", self.codec.lipschitz()?),
            ("ambient_dimension", self.kept.dim as f64),
        ]);
        Ok(out)
    }
}
