//! What an algorithm is made from, beside its divergence.
use super::noise::Noise;
use crate::catalogue::Given;
use crate::critic::CriticBuilder;
use std::sync::Arc;

/// What somebody wrote for a flow: plain options, and the values among them. None of it is needed.
#[derive(Clone, Default)]
pub struct Ingredients {
    /// numbers, texts and flags
    pub options: Given,
    /// how critics are made
    pub critic: Option<Arc<dyn CriticBuilder>>,
    /// layers of a generator network or of a potential
    pub network: Option<Arc<dyn CriticBuilder>>,
    /// kick after which particles read their velocity
    pub noise: Option<Noise>,
}

impl Ingredients {
    /// Nothing but plain options.
    pub fn of(options: Given) -> Ingredients {
        Ingredients { options, ..Ingredients::default() }
    }
}
