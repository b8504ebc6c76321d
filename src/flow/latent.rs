//! Flows in a latent space: encode once, move there, decode once at the end. [gu2023latent]
//!
//! D^{Γ_L}(D_#P ‖ D_#Q) ≤ D^{Γ_{L Lip D}}(P ‖ Q): what is reached in the latent space bounds what is reached outside.
use super::codec::{Codec, CodecRecipe, Fit};
use super::mobility::MobilityFlow;
use super::{Critics, Flow, Recipe, Record, Setting, State, check_both};
use crate::critic::Named;
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use burn::tensor::Tensor;
use std::sync::Arc;

/// A flow and the codec it runs behind.
#[derive(Clone)]
pub struct LatentRecipe {
    pub inner: Arc<dyn Recipe>,
    pub codec: CodecRecipe,
    /// whether the flow runs outside, with the mobility J Jᵀ of the decoder
    pub mobility: bool,
}

impl Recipe for LatentRecipe {
    fn describe(&self) -> String {
        format!(
            "latent({}, {}{})",
            self.inner.describe(),
            self.codec.describe(),
            if self.mobility { ", mobility" } else { "" }
        )
    }
    fn check(&self, source: &Points, target: &Points) -> Result<()> {
        check_both(source, target)?;
        let ([_, k], [_, d], dim) = (source.dims(), target.dims(), self.codec.dim());
        if k != d && k != dim {
            let expected =
                format!("a source of dimension {d} like the target, to be encoded, or {dim} of the latent space");
            return Err(Error::Shape { what: "latent".into(), expected, got: format!("dimension {k}") });
        }
        Ok(())
    }
    fn start(&self, s: &Setting) -> Result<Box<dyn Flow>> {
        let same = s.source.dims()[1] == s.target.dims()[1];
        let fitted_to = match self.codec.fit_to() {
            Fit::Both if same => Tensor::cat(vec![s.source.clone(), s.target.clone()], 0),
            Fit::Both => {
                return Err(Error::data(
                    "latent, fit: \"both\"",
                    "the source is given in the latent space, where it says nothing about the codec",
                ));
            }
            Fit::Target => s.target.clone(),
        };
        let codec = self.codec.build(&fitted_to, s.seed, s.saved, s.interrupt)?;
        let source = if same { codec.encode(s.source)? } else { s.source.clone() };
        let lost =
            rows_f64(&(codec.decode(&codec.encode(s.target)?)? - s.target.clone()))?.iter().map(|v| v * v).sum::<f64>();
        let mean = s.target.clone().mean_dim(0);
        let all = rows_f64(&(s.target.clone() - mean))?.iter().map(|v| v * v).sum::<f64>();
        let codec_report = CodecReport { dim: s.target.dims()[1], explained: 1.0 - lost / all.max(1e-300) };
        if self.mobility {
            let outside = codec.decode(&source)?;
            self.inner.check(&outside, s.target)?;
            let inner = self.inner.start(&Setting { source: &outside, ..*s })?;
            return Ok(Box::new(MobilityFlow { recipe: self.clone(), inner, codec, encodes: same, codec_report }));
        }
        let target = codec.encode(s.target)?;
        self.inner.check(&source, &target)?;
        let inner = self.inner.start(&Setting { source: &source, target: &target, ..*s })?;
        Ok(Box::new(LatentFlow { recipe: self.clone(), inner, codec, encodes: same, codec_report }))
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "latent", "inner": self.inner.to_json(), "codec": self.codec, "mobility": self.mobility })
    }
}

/// A flow behind a codec.
pub struct LatentFlow {
    recipe: LatentRecipe,
    inner: Box<dyn Flow>,
    codec: Box<dyn Codec>,
    /// whether the source is encoded, or given in the latent space
    encodes: bool,
    codec_report: CodecReport,
}

/// What a codec keeps of a target.
#[derive(Clone, Copy, Debug)]
pub struct CodecReport {
    /// of the space outside
    pub dim: usize,
    /// share of the target's variance that survives encoding and decoding
    pub explained: f64,
}

impl CodecReport {
    pub fn report(&self, codec: &dyn Codec) -> Result<[(&'static str, f64); 3]> {
        Ok([
            ("explained", self.explained),
            ("decoder_lipschitz", codec.lipschitz()?),
            ("ambient_dimension", self.dim as f64),
        ])
    }
}

impl Flow for LatentFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        self.inner.step(state)
    }
    fn measure(&self, state: &State) -> Result<Record> {
        self.inner.measure(state)
    }
    fn describe(&self) -> String {
        self.recipe.describe()
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.inner.set_interrupt(interrupt);
    }
    fn boxed_clone(&self) -> Box<dyn Flow> {
        Box::new(LatentFlow {
            recipe: self.recipe.clone(),
            inner: self.inner.boxed_clone(),
            codec: self.codec.boxed_clone(),
            encodes: self.encodes,
            codec_report: self.codec_report,
        })
    }
    fn to_json(&self) -> serde_json::Value {
        self.recipe.to_json()
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = self.codec.state()?;
        out.extend(self.inner.tensors()?);
        Ok(out)
    }
    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        self.inner.restore(tensors)
    }
    fn critics(&self, state: &State) -> Result<Critics> {
        self.inner.critics(state)
    }
    fn begin(&self, source: &Points) -> Result<Points> {
        let encoded = if self.encodes { self.codec.encode(source)? } else { source.clone() };
        self.inner.begin(&encoded)
    }
    fn refresh(&self, state: &mut State) -> Result<()> {
        self.inner.refresh(state)
    }
    fn arena(&self, target: &Points) -> Result<Points> {
        self.codec.encode(target)
    }
    fn view(&self, particles: &Points) -> Result<Points> {
        self.codec.decode(particles)
    }
    fn sample(&self, source: &Points, n: usize, seed: u64) -> Result<Points> {
        let encoded = if self.encodes { self.codec.encode(source)? } else { source.clone() };
        self.codec.decode(&self.inner.sample(&encoded, n, seed)?)
    }
    fn report(&self, state: &State) -> Result<Vec<(&'static str, f64)>> {
        let mut out = self.inner.report(state)?;
        out.extend(self.codec_report.report(self.codec.as_ref())?);
        Ok(out)
    }
}
