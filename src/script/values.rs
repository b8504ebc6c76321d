//! The values of the language that the rooms do not have as they are, and what every type is called.
use super::kind::Kind;
use crate::critic::estimate::Estimate;
use crate::critic::{Critic, CriticBuilder};
use crate::device::{self, Points};
use crate::divergence::renyi::Order;
use crate::divergence::{Divergence, Ipm};
use crate::error::{Error, Result};
use crate::flow::origins::Place;
use crate::flow::{Recipe, Run};
use crate::generator::Generator;
use crate::plot::Figure;
use crate::plot::animation::Animation;
use crate::record::compact;
use crate::space::Lipschitz;
use crate::space::kernel::Kernel;
use crate::table::{Groups, Table};
use std::sync::Arc;

/// An f, not yet a divergence with a function space.
pub type GeneratorValue = Arc<Generator>;
/// An estimate as a value.
pub type EstimateValue = Arc<Estimate>;
/// A run as a value; resuming makes a new one.
pub type RunValue = Arc<Run>;
/// A table as a value.
pub type TableValue = Arc<Table>;
/// Rows of a table in groups.
pub type GroupsValue = Arc<Groups>;

/// A row of a table.
#[derive(Clone)]
pub struct TableRow {
    /// the table
    pub table: TableValue,
    /// which of its rows
    pub row: usize,
}

/// Any divergence.
#[derive(Clone)]
pub struct DivergenceValue(pub Arc<dyn Divergence>);

impl DivergenceValue {
    /// A divergence of the room as a value.
    pub fn new(d: impl Divergence + 'static) -> DivergenceValue {
        DivergenceValue(Arc::new(d))
    }
    /// W1, the metric of the unit Lipschitz ball.
    pub fn w1() -> DivergenceValue {
        DivergenceValue::new(Ipm { space: Lipschitz { constant: 1.0 } })
    }
}

/// A reproducing kernel Hilbert space.
#[derive(Clone)]
pub struct Rkhs(pub Kernel);

/// A recipe for critics.
#[derive(Clone)]
pub struct CriticValue(pub Arc<dyn CriticBuilder>);

/// A recipe for flows.
#[derive(Clone)]
pub struct FlowValue(pub Arc<dyn Recipe>);

/// Fitted potentials with their weights: φ = Σ wₖ φₖ.
#[derive(Clone)]
pub struct FittedCritic {
    /// (wₖ, φₖ)
    pub parts: Arc<Vec<(f64, Box<dyn Critic>)>>,
    /// what they were fitted for, term by term
    pub divergence: Arc<dyn Divergence>,
    /// where points lie for them
    pub place: Place,
}

impl FittedCritic {
    /// The critics of an estimate.
    pub fn of_estimate(e: &Estimate) -> FittedCritic {
        FittedCritic {
            parts: Arc::new(e.critics.iter().map(|(w, c)| (*w, c.boxed_clone())).collect()),
            divergence: e.divergence.clone(),
            place: e.origin.clone().into(),
        }
    }
    /// The critics of a run as its last step left them.
    pub fn of_run(r: &Run) -> Result<FittedCritic> {
        let c = r.flow.critics(&r.state)?;
        Ok(FittedCritic { parts: Arc::new(c.parts), divergence: c.divergence, place: r.place_of_critics() })
    }
    /// Σ wₖ fₖ of numbers that every part has as many of.
    fn sum(&self, of: impl Fn(&dyn Critic) -> Result<Vec<f64>>) -> Result<Vec<f64>> {
        let mut total: Option<Vec<f64>> = None;
        for (w, c) in self.parts.iter() {
            let part = of(c.as_ref())?.into_iter().map(|v| w * v);
            total = Some(match total {
                None => part.collect(),
                Some(t) => t.into_iter().zip(part).map(|(a, b)| a + b).collect(),
            });
        }
        total.ok_or_else(|| Error::data("critic", "there is no fitted critic"))
    }
    /// φ at points [n, d].
    pub fn value(&self, x: &Points) -> Result<Vec<f64>> {
        let x = self.place.exactly(x)?;
        self.sum(|c| device::values_f64(&c.value(&x)?))
    }
    /// ∇φ at points [n, d], wide.
    pub fn gradient(&self, x: &Points) -> Result<Points> {
        let ([n, d], x) = (x.dims(), self.place.exactly(x)?);
        self.place.pull(device::wide(self.sum(|c| device::rows_f64(&c.gradient(&x)?))?, n, d))
    }
    /// Σ wₖ Lip(φₖ), an upper bound of the Lipschitz constant.
    pub fn lipschitz_bound(&self) -> Result<f64> {
        let mut total = 0.0;
        for (w, c) in self.parts.iter() {
            total += w * c.lipschitz_bound()?.unwrap_or(f64::INFINITY);
        }
        Ok(total * self.place.slope()?)
    }
    /// The dimension of the points it takes; none without a critic.
    pub fn dim(&self) -> Option<usize> {
        self.parts.first().map(|p| p.1.dim())
    }
    /// An error for points of another dimension than the critic's.
    pub fn check_dim(&self, x: &Points) -> Result<()> {
        let more = match self.dim() {
            Some(d) if d > x.dims()[1] => {
                " (that of a run with labels also takes the coordinates of their classes, that of a latent run points of the latent space)"
            }
            Some(d) if d != x.dims()[1] => "",
            _ => return Ok(()),
        };
        Err(Error::Shape {
            what: "critic".into(),
            expected: format!("points of dimension {}{more}", self.dim().unwrap_or_default()),
            got: format!("dimension {}", x.dims()[1]),
        })
    }
}

/// The bounds of an estimate in words: "3.8 ≤ D ≤ 3.9", or why there is none.
pub fn proved(e: &Estimate) -> String {
    match (e.lower.is_finite(), e.upper.is_finite()) {
        (true, true) => {
            format!("{:.6} ≤ D ≤ {:.6} between these samples, gap {}", e.lower, e.upper, compact(e.upper - e.lower))
        }
        (true, false) => format!("D ≥ {:.6} between these samples", e.lower),
        (false, true) => format!("D ≤ {:.6} between these samples", e.upper),
        (false, false) => "none for this divergence".into(),
    }
}

impl Kind for Points {
    const NAME: &'static str = "Points";
    const PAGE: &'static str = "points";
}
impl Kind for GeneratorValue {
    const NAME: &'static str = "Generator";
    const PAGE: &'static str = "f_divergence";
}
impl Kind for DivergenceValue {
    const NAME: &'static str = "Divergence";
    const PAGE: &'static str = "regularized";
}
impl Kind for Order {
    const NAME: &'static str = "Renyi";
}
impl Kind for Lipschitz {
    const NAME: &'static str = "Lipschitz";
    const PAGE: &'static str = "lipschitz";
}
impl Kind for Rkhs {
    const NAME: &'static str = "Rkhs";
}
impl Kind for Kernel {
    const NAME: &'static str = "Kernel";
    const PAGE: &'static str = "gaussian_kernel";
}
impl Kind for CriticValue {
    const NAME: &'static str = "CriticRecipe";
    const PAGE: &'static str = "mlp";
}
impl Kind for FittedCritic {
    const NAME: &'static str = "Critic";
    const PAGE: &'static str = "estimate";
}
impl Kind for EstimateValue {
    const NAME: &'static str = "Estimate";
    const PAGE: &'static str = "estimate";
}
impl Kind for FlowValue {
    const NAME: &'static str = "Flow";
    const PAGE: &'static str = "gpa";
}
impl Kind for RunValue {
    const NAME: &'static str = "Run";
    const PAGE: &'static str = "run";
}
impl Kind for TableValue {
    const NAME: &'static str = "Table";
    const PAGE: &'static str = "table";
}
impl Kind for TableRow {
    const NAME: &'static str = "Row";
    const PAGE: &'static str = "table";
}
impl Kind for GroupsValue {
    const NAME: &'static str = "Groups";
    const PAGE: &'static str = "group";
}
impl Kind for Figure {
    const NAME: &'static str = "Figure";
    const PAGE: &'static str = "save";
}
impl Kind for Animation {
    const NAME: &'static str = "Animation";
}
