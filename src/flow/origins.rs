//! Where the origins of a run lie: flows move particles in f32 about them, and give back what they moved in f64.
use crate::device::Points;
use crate::error::Result;
use crate::space::Origin;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

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

/// What was subtracted from both samples of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origins {
    /// of the source
    pub source: Origin,
    /// of the target, and of particles where they are compared with it
    pub target: Origin,
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
                Origins { source: both.clone(), target: both }
            }
            Moves::Apart => Origins { source: Origin::of(None, source)?, target: Origin::of(None, target)? },
            Moves::Target => Origins { source: none, target: Origin::of(None, target)? },
            Moves::Neither => Origins { source: none.clone(), target: none },
        })
    }

    /// Both samples in f32 about their origins, on a device.
    ///
    /// # Errors
    /// Samples that cannot be read, and coordinates that f32 does not hold.
    pub fn enter(&self, source: &Points, target: &Points, device: &Device) -> Result<Inside> {
        Ok(Inside { source: self.source.enter(source, device)?, target: self.target.enter(target, device)? })
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
