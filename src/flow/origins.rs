//! Where the space of a run lies: flows move particles in f32 about an origin, in units that were prepared if somebody asked,
//! and give back what they moved in f64 in the units of the data.
use crate::device::{Points, widened};
use crate::error::Result;
use crate::prepare::Transform;
use crate::ranks::Spread;
use crate::space::Origin;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Which samples of a run may be moved to other origins before a flow meets them, without changing what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// both, by the same vector: particles are compared with targets
    Together,
    /// each by its own: a map carries one to the other
    Apart,
    /// the target alone: the source lives in another space
    Target,
    /// none: something knows where 0 is
    Neither,
}

/// A transform that a run was given, in whose units its flow works.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// z of x
    pub by: Arc<Transform>,
    /// whether the source lies in the space of the target and goes the same way
    pub source: bool,
}

/// What was subtracted from both samples of a run, after they were prepared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origins {
    /// of the source
    pub source: Origin,
    /// of the target, and of particles where they are compared with it
    pub target: Origin,
    /// what came before; saved beside the origins
    #[serde(skip)]
    pub prepared: Option<Prepared>,
}

impl Origins {
    /// Those of a run from a source to a target.
    ///
    /// # Errors
    /// Samples that cannot be read.
    pub fn of(moves: Moves, source: &Points, target: &Points) -> Result<Origins> {
        let none = Origin::default();
        Ok(match moves {
            Moves::Together => {
                let both = Origin::of(Some(source), target)?;
                Origins::at(both.clone(), both)
            }
            Moves::Apart => Origins::at(Origin::of(None, source)?, Origin::of(None, target)?),
            Moves::Target => Origins::at(none, Origin::of(None, target)?),
            Moves::Neither => Origins::at(none.clone(), none),
        })
    }

    fn at(source: Origin, target: Origin) -> Origins {
        Origins { source, target, prepared: None }
    }

    /// Those of a run whose samples are prepared first.
    ///
    /// # Errors
    /// As [`Origins::of`], and samples of another dimension than the transform's.
    pub fn after(prepared: Option<Prepared>, moves: Moves, source: &Points, target: &Points) -> Result<Origins> {
        let Some(p) = prepared else { return Origins::of(moves, source, target) };
        let found = {
            let (source, target) = p.both(source, target)?;
            Origins::of(moves, &source, &target)?
        };
        Ok(Origins { prepared: Some(p), ..found })
    }

    /// Both samples in f32 about their origins, on a device.
    ///
    /// # Errors
    /// Samples that cannot be read, and coordinates that f32 does not hold.
    pub fn enter(&self, source: &Points, target: &Points, device: &Device) -> Result<Inside> {
        let (source, target) = match &self.prepared {
            Some(p) => p.both(source, target)?,
            None => (Cow::Borrowed(source), Cow::Borrowed(target)),
        };
        Ok(Inside { source: self.source.enter(&source, device)?, target: self.target.enter(&target, device)? })
    }

    /// The same of samples that are not prepared, of which some rows may be on other ranks.
    ///
    /// # Errors
    /// As [`Origins::enter`], on all ranks; those of the team.
    pub fn enter_all(&self, source: &Spread, target: &Spread, device: &Device) -> Result<Inside> {
        Ok(Inside { source: self.source.enter_all(source, device)?, target: self.target.enter_all(target, device)? })
    }

    /// Where the target and the particles lie.
    pub fn place(&self) -> Place {
        Place { prepared: self.prepared.as_ref().map(|p| p.by.clone()), origin: self.target.clone() }
    }
}

impl Prepared {
    /// Both samples in prepared units, as far as they have them.
    fn both<'a>(&self, source: &'a Points, target: &Points) -> Result<(Cow<'a, Points>, Cow<'static, Points>)> {
        self.by.check_dim("run, the target with the option `prepare`", target)?;
        let source = if self.source { Cow::Owned(self.by.apply(source)?) } else { Cow::Borrowed(source) };
        Ok((source, Cow::Owned(self.by.apply(target)?)))
    }
}

/// How points of the data lie in the space of a flow or of an estimate: y = z − c for prepared points z.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// z of x; points as they are where there is none
    pub prepared: Option<Arc<Transform>>,
    /// c
    pub origin: Origin,
}

impl From<Origin> for Place {
    fn from(origin: Origin) -> Place {
        Place { prepared: None, origin }
    }
}

impl Place {
    /// y of x in f64.
    ///
    /// # Errors
    /// Points that cannot be read, or of another dimension than the transform's.
    pub fn exactly(&self, x: &Points) -> Result<Points> {
        match &self.prepared {
            Some(t) => self.origin.exactly(&first(x, t.dim(), |x| t.apply(x))?),
            None => self.origin.exactly(x),
        }
    }

    /// x of y, wide.
    ///
    /// # Errors
    /// As [`Place::exactly`].
    pub fn leave(&self, y: &Points) -> Result<Points> {
        let z = self.origin.leave(y)?;
        let Some(t) = &self.prepared else { return Ok(z) };
        first(&z, t.dim(), |z| t.back(z))
    }

    /// The gradient in x of what has this gradient in y.
    ///
    /// # Errors
    /// As [`Place::exactly`].
    pub fn pull(&self, gradient: Points) -> Result<Points> {
        let Some(t) = &self.prepared else { return Ok(gradient) };
        first(&gradient, t.dim(), |g| t.pull(g))
    }

    /// What has slope 1 in y has at most this in x.
    ///
    /// # Errors
    /// An interrupt.
    pub fn slope(&self) -> Result<f64> {
        self.prepared.as_ref().map_or(Ok(1.0), |t| t.slope())
    }
}

/// The samples of a run as its flow has them.
#[derive(Clone, Debug)]
pub struct Inside {
    /// rows y, shape [n, k]
    pub source: Points,
    /// rows x, shape [m, d]
    pub target: Points,
}

/// A map of the first d coordinates; those beyond, of classes, stay.
fn first(x: &Points, d: usize, map: impl Fn(&Points) -> Result<Points>) -> Result<Points> {
    match x.dims()[1] {
        all if all > d => {
            let rest = widened(&x.clone().narrow(1, d, all - d))?;
            Ok(Tensor::cat(vec![map(&x.clone().narrow(1, 0, d))?, rest], 1))
        }
        _ => map(x),
    }
}
