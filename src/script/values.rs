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
    const ABOUT: &'static str = "n points in d dimensions, the rows of a table of numbers in double precision. p[i] is a point as a list, p[a..b] and p[mask] are some of the points. p + q and p - q of as many points, p + v of a list with one number per coordinate, p - 1.0 and 2.0*p and p/2.0 work number by number.";
    const SAMPLE: &'static str = "let p = data::ring(6);";
}
impl Kind for GeneratorValue {
    const NAME: &'static str = "Generator";
    const PAGE: &'static str = "f_divergence";
    const ABOUT: &'static str = "A convex f with f(1) = 0, which makes the f-divergence D(P|Q) = E_Q[f(dP/dQ)]. Between samples it needs a function space: f.regularized(lipschitz(1.0)) or f.penalized(rkhs(k), 1e-3).";
    const SAMPLE: &'static str = "let f = kl();";
}
impl Kind for DivergenceValue {
    const NAME: &'static str = "Divergence";
    const PAGE: &'static str = "regularized";
    const ABOUT: &'static str = "What is minimised: how far P is from Q. d1 + d2 and 0.5*d are divergences, too. d.estimate(p, q) gives its value between samples with bounds, gpa(d) moves points along it.";
    const SAMPLE: &'static str =
        "let p = data::gaussian(8, 2);\nlet q = data::ring(8);\nlet d = kl().regularized(lipschitz(1.0));";
}
impl Kind for Order {
    const NAME: &'static str = "Renyi";
    const ABOUT: &'static str =
        "A Rényi divergence of some order, which still needs a function space: renyi(2.0).regularized(lipschitz(1.0)).";
    const SAMPLE: &'static str = "let r = renyi(2.0);";
}
impl Kind for Lipschitz {
    const NAME: &'static str = "Lipschitz";
    const PAGE: &'static str = "lipschitz";
    const ABOUT: &'static str =
        "The functions with |φ(x) - φ(y)| ≤ L |x - y|: the space in which a divergence looks for its potential.";
    const SAMPLE: &'static str = "let space = lipschitz(1.0);";
}
impl Kind for Rkhs {
    const NAME: &'static str = "Rkhs";
    const ABOUT: &'static str = "The functions of a kernel's Hilbert space, for kl().penalized(rkhs(k), 1e-3).";
    const SAMPLE: &'static str = "let space = rkhs(gaussian_kernel(1.0));";
}
impl Kind for Kernel {
    const NAME: &'static str = "Kernel";
    const PAGE: &'static str = "gaussian_kernel";
    const ABOUT: &'static str = "A positive definite (or conditionally positive definite) k(x, y). k1 + k2 and 0.5*k are kernels, too; mmd(k), rkhs(k) and mmd_flow(k) take one.";
    const SAMPLE: &'static str = "let k = gaussian_kernel(1.0);";
}
impl Kind for CriticValue {
    const NAME: &'static str = "CriticRecipe";
    const PAGE: &'static str = "mlp";
    const ABOUT: &'static str = "How the potential of a divergence is looked for: a network, a kernel's closed form, a solver. The option critic: of estimate, gpa and other flows takes one.";
    const SAMPLE: &'static str = "let c = mlp([8]);";
}
impl Kind for FittedCritic {
    const NAME: &'static str = "Critic";
    const PAGE: &'static str = "estimate";
    const ABOUT: &'static str = "The potential φ that an estimate or a run has found.";
    const SAMPLE: &'static str = "let x = data::ring(8);\nlet c = w1().estimate(data::gaussian(8, 2), x).critic;";
}
impl Kind for EstimateValue {
    const NAME: &'static str = "Estimate";
    const PAGE: &'static str = "estimate";
    const ABOUT: &'static str = "The value of a divergence between two samples, with proved bounds where there are some: e.lower ≤ D ≤ e.upper.";
    const SAMPLE: &'static str = "let e = w1().estimate(data::gaussian(8, 2), data::ring(8));";
}
impl Kind for FlowValue {
    const NAME: &'static str = "Flow";
    const PAGE: &'static str = "gpa";
    const ABOUT: &'static str = "How P moves towards Q: flow.run(source, target, #{ steps: 500 }) starts it.";
    const SAMPLE: &'static str = "let flow = gpa(kl().regularized(lipschitz(1.0)));";
}
impl Kind for RunValue {
    const NAME: &'static str = "Run";
    const PAGE: &'static str = "run";
    const ABOUT: &'static str =
        "What a flow did: where the particles are, what was measured on the way, and how it ended.";
    const SAMPLE: &'static str = "let flow = mmd_flow(gaussian_kernel(1.0));\nlet run = flow.run(data::gaussian(8, 2), data::ring(8), #{ steps: 4 });";
}
impl Kind for TableValue {
    const NAME: &'static str = "Table";
    const PAGE: &'static str = "table";
    const ABOUT: &'static str = "Columns of numbers, texts or truths by name: t.x and t[\"x\"] are a column as a list, t[i] is a row, t[a..b] and t[mask] are tables of some rows, t.x = 2*t.y sets a column. run.history and e.bracket are tables; plot::lines(t, \"time\", [\"divergence\"]) draws some columns.";
    const SAMPLE: &'static str = "let t = table(#{ g: [\"b\", \"a\", \"b\"], x: [1.0, 2.0, ()] });";
}
impl Kind for TableRow {
    const NAME: &'static str = "Row";
    const PAGE: &'static str = "table";
    const ABOUT: &'static str = "One row of a table: row.x and row[\"x\"] are its entries.";
    const SAMPLE: &'static str = "let row = table(#{ g: [\"b\", \"a\"], x: [1.0, 2.0] })[0];";
}
impl Kind for GroupsValue {
    const NAME: &'static str = "Groups";
    const PAGE: &'static str = "group";
    const ABOUT: &'static str = "The rows of a table in groups, in the order of their keys.";
    const SAMPLE: &'static str = "let groups = table(#{ g: [\"b\", \"a\", \"b\"], x: [1.0, 2.0, 4.0] }).group(\"g\");";
}
impl Kind for Figure {
    const NAME: &'static str = "Figure";
    const PAGE: &'static str = "save";
    const ABOUT: &'static str =
        "A picture. Ending a cell with it shows it, fig.save(\"x.pdf\") writes it (pdf, svg, png).";
    const SAMPLE: &'static str = "let fig = plot::scatter(data::ring(8));";
}
impl Kind for Animation {
    const NAME: &'static str = "Animation";
    const ABOUT: &'static str =
        "Pictures one after the other, made by plot::animate(run); a.save(\"x.gif\") writes them.";
    const SAMPLE: &'static str = "let run = mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(8, 2), data::ring(8), #{ steps: 4, snapshots: 3 });\nlet a = plot::animate(run);";
}
