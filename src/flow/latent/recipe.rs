//! A flow and the codec it will run behind.
use super::behind::{Behind, Kept};
use super::mobility::MobilityFlow;
use super::running::LatentFlow;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::flow::codec::{CodecRecipe, Fit};
use crate::flow::origins::Moves;
use crate::flow::recipe::{ReadRecipe, Recipe, SavedForm, Setting, check_both};
use crate::flow::traits::Flow;
use burn::tensor::Tensor;
use std::sync::Arc;

/// A flow and the codec it runs behind.
#[derive(Clone)]
pub struct LatentRecipe {
    /// the flow of the codes, or of decoded points
    pub inner: Arc<dyn Recipe>,
    /// how the codec is learned
    pub codec: CodecRecipe,
    /// whether the flow runs outside, with the mobility J Jᵀ of the decoder
    pub mobility: bool,
}

impl LatentRecipe {
    /// Errors if the flow cannot run behind a codec.
    pub fn new(inner: Arc<dyn Recipe>, codec: CodecRecipe, mobility: bool) -> Result<LatentRecipe> {
        inner.check_latent(mobility)?;
        Ok(LatentRecipe { inner, codec, mobility })
    }
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
    /// Codes are of points about the centre of the sample that the codec learned from.
    fn moves(&self, source: &Points, target: &Points) -> Moves {
        let same = source.dims()[1] == target.dims()[1];
        match self.mobility && self.inner.moves(source, target) == Moves::Neither {
            true => Moves::Neither,
            false if same => Moves::Together,
            false => Moves::Target,
        }
    }
    /// A source of points is encoded, one of codes is what it is.
    fn prepares_source(&self, source: &Points, target: &Points) -> Result<bool> {
        Ok(source.dims()[1] == target.dims()[1])
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
        let kept = Kept::of(codec.as_ref(), s.target)?;
        let behind = |inner, codec| Behind { recipe: Arc::new(self.clone()), inner, codec, encodes: same, kept };
        if self.mobility {
            let outside = codec.decode(&source)?;
            self.inner.check(&outside, s.target)?;
            let inner = self.inner.start(&Setting { source: &outside, steps: 0, ..*s })?;
            return Ok(Box::new(MobilityFlow(behind(inner, codec))));
        }
        let target = codec.encode(s.target)?;
        self.inner.check(&source, &target)?;
        let inner = self.inner.start(&Setting { source: &source, target: &target, ..*s })?;
        Ok(Box::new(LatentFlow(behind(inner, codec))))
    }
    fn check_latent(&self, _: bool) -> Result<()> {
        Err(Error::Unsupported {
            what: "latent(latent(..), ..)".into(),
            reason: "is one codec behind another".into(),
            advice: "use one codec of the smaller dimension".into(),
        })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "kind": LATENT.kind, "inner": self.inner.to_json(), "codec": self.codec, "mobility": self.mobility })
    }
}

/// How latent flows are read back.
pub const LATENT: SavedForm = SavedForm { kind: "latent", load };

fn load(v: &serde_json::Value, recipe: ReadRecipe) -> Result<Arc<dyn Recipe>> {
    let codec = serde_json::from_value(v["codec"].clone()).map_err(|e| Error::data("saved flow", e.to_string()))?;
    let mobility = v["mobility"].as_bool().unwrap_or(false);
    Ok(Arc::new(LatentRecipe { inner: recipe(&v["inner"])?, codec, mobility }))
}
