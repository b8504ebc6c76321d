//! `pair(widths)`: two networks (φ, ψ) for a transport cost, held below it by a hinge over pairs of points. [huang2024w2]
//!
//! max E_P φ + E_Q ψ − λ E(φ(y) + ψ(x) − c(y, x))₊. Over all pairs of the samples the hinge is the price of plans with
//! dπ ≤ λ dP⊗dQ: exact for λ at least the size of the samples, above the cost for less, unbounded below 1.
use super::kind::{Form, Kind, Made, Saved};
use super::mlp::{MlpBuilder, MlpOptions};
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named, Value};
use crate::catalogue::{Entry, Given, Opt, OptionKind, POSITIVE, defaults_of};
use crate::device::{self, Points, Values, values};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::matrix::{scaled_product, transposed, view};
use crate::network::optimizer::OptimizerOptions;
use crate::network::shape::Shape;
use crate::network::{Activation, Network, open, prefixed, under};
use crate::random;
use crate::simd::{self, Coordinates, LANES};
use crate::space::{Cost, Space};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The page of `pair`.
pub const PAIR: Entry = Entry {
    name: "pair",
    room: "critic",
    signature: "pair(widths, options)",
    doc: "Two networks for the dual of a transport cost such as w2_squared(), held below the cost by a hinge over pairs of points. Over all pairs it prices plans with dpi <= lambda dP dQ: exact for lambda at least the size of the samples, above the cost for less, unbounded below 1.",
    equation: r"E_P[\varphi]+E_Q[\psi]-\lambda E(\varphi(y)+\psi(x)-c(y,x))_+",
    cite: "huang2024w2",
    options: &[
        Opt {
            name: "activation",
            kind: OptionKind::Choice(&["groupsort", "relu", "tanh", "leaky_relu"]),
            doc: "nonlinearity between layers",
        },
        Opt {
            name: "hinge",
            kind: OptionKind::Choice(&["all", "diagonal"]),
            doc: "all pairs of the samples, or the i-th of one with the i-th of the other as in the paper",
        },
        Opt { name: "lambda", kind: POSITIVE, doc: "weight of the hinge" },
    ],
    defaults: defaults_of::<PairOptions>,
    example: "let e = w2_squared().estimate(data::gaussian(50, 2), data::ring(50), #{ critic: pair([16, 16]), steps: 50 });\ne",
};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(PAIR),
    form: Form::Widths {
        make,
        saved: Saved { key: "pair", read: |v| Ok(Arc::new(serde_json::from_value::<PairBuilder>(v.clone())?)) },
    },
};

fn make(widths: Vec<usize>, given: &Given) -> Made {
    let pair: PairOptions = given.typed()?;
    // the same checks as for one network
    let one = MlpBuilder::new(widths, MlpOptions { activation: pair.activation, ..MlpOptions::default() })?;
    Ok(Arc::new(PairBuilder { widths: one.layers.widths, pair, optimizer: one.optimizer }))
}

/// Which pairs the hinge runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hinge {
    All,
    /// the i-th particle with the i-th target of a batch, as the paper writes it
    Diagonal,
}

/// Options of `pair(widths, #{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PairOptions {
    pub activation: Activation,
    pub hinge: Hinge,
    pub lambda: f64,
}

impl Default for PairOptions {
    fn default() -> Self {
        PairOptions { activation: Activation::LeakyRelu, hinge: Hinge::All, lambda: 50.0 }
    }
}

/// The recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairBuilder {
    pub widths: Vec<usize>,
    pub pair: PairOptions,
    pub optimizer: OptimizerOptions,
}

fn cost_of(term: &Term) -> Option<Cost> {
    match (&term.objective, &term.space) {
        (Objective::Ipm, Space::Cost(c)) if !term.reversed => Some(*c),
        _ => None,
    }
}

impl CriticBuilder for PairBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        let Some(cost) = cost_of(term) else {
            return Err(Error::Unsupported {
                what: self.describe(),
                reason: "climbs the dual of a transport cost such as w2_squared()".into(),
                advice: "leave the critic out to have the natural one".into(),
            });
        };
        let mut rng = random::rng(seed, stream);
        let shape = Shape::new(frame.dim(), &self.widths, 1, self.pair.activation);
        let mut one = || open(shape.clone(), None, self.optimizer.clone(), &mut rng, &frame.device);
        let (phi, psi) = (one(), one());
        let center = device::points(frame.center.clone(), 1, frame.dim(), &frame.device);
        // potentials of a cost of power p grow like scale^p
        let height = cost.scale * frame.scale.powf(cost.power);
        Ok(Box::new(Pair {
            options: self.pair,
            cost,
            phi,
            psi,
            center,
            scale: frame.scale,
            height,
            seed: seed.wrapping_add(stream),
            draws: 0,
        }))
    }
    fn supports(&self, term: &Term) -> bool {
        cost_of(term).is_some()
    }
    fn describe(&self) -> String {
        let hinge = if self.pair.hinge == Hinge::All { "all pairs" } else { "diagonal pairs" };
        format!("pair({:?}, {hinge}, lambda {})", self.widths, self.pair.lambda)
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(PairBuilder { optimizer, ..self.clone() })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Two networks with their optimisers.
#[derive(Clone)]
pub struct Pair {
    options: PairOptions,
    cost: Cost,
    phi: Box<dyn Network>,
    psi: Box<dyn Network>,
    center: Points,
    scale: f64,
    height: f64,
    /// of the order of pairs
    seed: u64,
    draws: u64,
}

/// Costs between points: [m, n] for all pairs, [m, 1] for the diagonal.
pub enum Costs {
    /// all pairs in host memory, row-major
    Host(Vec<f32>),
    Tensors(Tensor<2>),
}

/// Dimensions from which squared distances are cheaper as matrix products.
const MANY: usize = 8;

/// c between all rows, both already moved by the centre of the samples.
fn costs_on_host(y: &[f32], x: &[f32], d: usize, cost: &Cost) -> Vec<f32> {
    let (m, n) = (y.len() / d, x.len() / d);
    let mut c = vec![0.0; m * n];
    if d < MANY {
        let wide: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
        let x: Coordinates<f32> = Coordinates::new(&wide, d, &vec![0.0; d], 1.0);
        simd::run(
            #[inline(always)]
            || {
                for (c, y) in c.chunks_mut(n).zip(y.chunks(d)) {
                    x.squares(y, 0, c);
                }
            },
        );
    } else {
        let squares = |v: &[f32]| -> Vec<f32> { v.chunks(d).map(|r| r.iter().map(|v| v * v).sum()).collect() };
        let on_x = squares(x);
        scaled_product((m, n, d), &mut c, n, false, -2.0, view(y, d), transposed(x, d));
        for (c, on_y) in c.chunks_mut(n).zip(squares(y)) {
            c.iter_mut().zip(&on_x).for_each(|(c, on_x)| *c = (*c + on_x + on_y).max(0.0));
        }
    }
    let (scale, half) = (cost.scale as f32, 0.5 * cost.power as f32);
    match cost.power {
        2.0 => c.iter_mut().for_each(|c| *c *= scale),
        1.0 => c.iter_mut().for_each(|c| *c = scale * c.sqrt()),
        _ => c.iter_mut().for_each(|c| *c = scale * c.powf(half)),
    }
    c
}

/// The objective, and its gradients in φ on the particles and ψ on the targets.
pub fn hinge(phi: &Values, psi: &Values, c: &Costs, kind: Hinge, lambda: f64) -> Result<(Values, Values, Values)> {
    match c {
        Costs::Tensors(c) => Ok(hinge_of_tensors(phi, psi, c, kind, lambda)),
        Costs::Host(c) => {
            let on_host = hinge_on_host(&values(phi)?, &values(psi)?, c, lambda);
            let vector = |v: Vec<f32>| {
                let n = v.len();
                Tensor::from_data(TensorData::new(v, [n]), &phi.device())
            };
            Ok((vector(vec![on_host.0]), vector(on_host.1), vector(on_host.2)))
        }
    }
}

/// All pairs in one pass over the costs.
fn hinge_on_host(phi: &[f32], psi: &[f32], c: &[f32], lambda: f64) -> (f32, Vec<f32>, Vec<f32>) {
    let (m, n) = (phi.len(), psi.len());
    let price = (lambda / (m * n) as f64) as f32;
    let (mut on_phi, mut active) = (vec![0.0f32; m], vec![0.0f32; n]);
    let mut total = 0.0f64;
    for ((f, g), row) in phi.iter().zip(&mut on_phi).zip(c.chunks(n)) {
        let (excess, count) = simd::run(
            #[inline(always)]
            || {
                let (mut excess, mut count) = ([0.0f32; LANES], [0.0f32; LANES]);
                let ((p, p_rest), (r, r_rest)) = (psi.as_chunks::<LANES>(), row.as_chunks::<LANES>());
                let (a, a_rest) = active.as_chunks_mut::<LANES>();
                for ((p, r), a) in p.iter().zip(r).zip(a) {
                    for l in 0..LANES {
                        let e = f + p[l] - r[l];
                        let on = if e > 0.0 { 1.0 } else { 0.0 };
                        excess[l] += e * on;
                        count[l] += on;
                        a[l] += on;
                    }
                }
                let (mut e_sum, mut n_sum) = (simd::total(excess), simd::total(count));
                for ((p, r), a) in p_rest.iter().zip(r_rest).zip(a_rest) {
                    let e = f + p - r;
                    if e > 0.0 {
                        (e_sum, n_sum, *a) = (e_sum + f64::from(e), n_sum + 1.0, *a + 1.0);
                    }
                }
                (e_sum, n_sum)
            },
        );
        total += excess;
        *g = 1.0 / m as f32 - price * count as f32;
    }
    let mean = |v: &[f32]| v.iter().map(|v| f64::from(*v)).sum::<f64>() / v.len() as f64;
    let value = mean(phi) + mean(psi) - lambda / (m * n) as f64 * total;
    (value as f32, on_phi, active.into_iter().map(|a| 1.0 / n as f32 - price * a).collect())
}

fn hinge_of_tensors(phi: &Values, psi: &Values, c: &Tensor<2>, kind: Hinge, lambda: f64) -> (Values, Values, Values) {
    let (m, n) = (phi.dims()[0], psi.dims()[0]);
    let column = phi.clone().reshape([m, 1]);
    let (excess, pairs) = match kind {
        Hinge::All => (column + psi.clone().reshape([1, n]) - c.clone(), (m * n) as f64),
        Hinge::Diagonal => (column + psi.clone().reshape([n, 1]) - c.clone(), m as f64),
    };
    let active = excess.clone().greater_scalar(0.0).float();
    let value = phi.clone().mean() + psi.clone().mean() - excess.clamp_min(0.0).sum().mul_scalar(lambda / pairs);
    let (on_phi, on_psi) = match kind {
        Hinge::All => (active.clone().sum_dim(1).reshape([m]), active.sum_dim(0).reshape([n])),
        Hinge::Diagonal => (active.clone().reshape([m]), active.reshape([n])),
    };
    let price = |active: Values, count: usize| active.mul_scalar(-lambda / pairs).add_scalar(1.0 / count as f64);
    (value, price(on_phi, m), price(on_psi, n))
}

/// Rows whose costs are looked at together.
const BLOCK: usize = 1024;

impl Pair {
    /// The rows in another order at every call; the calls are counted, so that a saved run goes on with the next.
    fn shuffled(&mut self, x: &Points) -> Points {
        let mut rng = random::rng(self.seed ^ 0x7061_6972, self.draws);
        self.draws += 1;
        random::shuffled(x, x.dims()[0], &mut rng)
    }

    fn enter(&self, x: &Points) -> Points {
        (x.clone() - self.center.clone()).div_scalar(self.scale)
    }

    fn costs(&self, y: &Points, x: &Points) -> Result<Costs> {
        let squares = match self.options.hinge {
            Hinge::All => {
                let square = |p: &Points| (p.clone() * p.clone()).sum_dim(1);
                let (y, x) = (y.clone() - self.center.clone(), x.clone() - self.center.clone());
                let [n, d] = x.dims();
                if device::is_cpu(&x.device()) {
                    return Ok(Costs::Host(costs_on_host(&device::rows(&y)?, &device::rows(&x)?, d, &self.cost)));
                }
                (square(&y) + square(&x).reshape([1, n]) - y.matmul(x.transpose()).mul_scalar(2.0)).clamp_min(0.0)
            }
            Hinge::Diagonal => {
                let d = y.clone() - x.clone();
                (d.clone() * d).sum_dim(1)
            }
        };
        let powered = if self.cost.power == 2.0 { squares } else { squares.powf_scalar(0.5 * self.cost.power) };
        Ok(Costs::Tensors(powered.mul_scalar(self.cost.scale)))
    }

    fn step(&mut self, y: &Points, x: &Points, c: &Costs) -> Result<Values> {
        let (at_y, at_x) = (self.phi.prepare().forward(&[y])?, self.psi.prepare().forward(&[x])?);
        let (phi, psi) =
            (at_y.outputs().remove(0).mul_scalar(self.height), at_x.outputs().remove(0).mul_scalar(self.height));
        let (value, phi_seed, psi_seed) = hinge(&phi, &psi, c, self.options.hinge, self.options.lambda)?;
        let (phi_gradient, psi_gradient) =
            (at_y.gradient(&[phi_seed.mul_scalar(self.height)])?, at_x.gradient(&[psi_seed.mul_scalar(self.height)])?);
        self.phi.ascend(phi_gradient)?;
        self.psi.ascend(psi_gradient)?;
        Ok(value)
    }
}

impl Critic for Pair {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        if ascent.weights.are_given() {
            return Err(Error::Unsupported {
                what: "a neural critic".into(),
                reason: "takes samples of equal weights".into(),
                advice: "use exact() or entropic() for weighted samples".into(),
            });
        }
        if ascent.steps == 0 {
            return Ok(Fit { value: self.objective(term, source, target)?, iterations: 0, history: vec![] });
        }
        let (m, n) = (source.dims()[0], target.dims()[0]);
        if self.options.hinge == Hinge::Diagonal && m != n {
            return Err(Error::Shape {
                what: "pair, hinge \"diagonal\"".into(),
                expected: "samples of one size".into(),
                got: format!("{m} and {n} points"),
            });
        }
        if !ascent.continues {
            self.phi.begin();
            self.psi.begin();
        }
        let y = self.enter(source);
        let mut pairing = match self.options.hinge {
            Hinge::All => Some((self.enter(target), self.costs(source, target)?)),
            // drawn anew at every step: pairs that stay the same would price that pairing alone
            Hinge::Diagonal => None,
        };
        let fit = ascent.climb(|| {
            let drawn = match pairing.take() {
                Some(kept) => kept,
                None => {
                    let other = self.shuffled(target);
                    (self.enter(&other), self.costs(source, &other)?)
                }
            };
            let value = self.step(&y, &drawn.0, &drawn.1)?;
            pairing = (self.options.hinge == Hinge::All).then_some(drawn);
            Ok(Value::Tensor(value))
        })?;
        fit.ok_or_else(|| Error::data("pair", "no step was taken"))
    }
    fn objective(&self, _: &Term, source: &Points, target: &Points) -> Result<Values> {
        let at = |one: &dyn Network, x: &Points| -> Result<Values> {
            Ok(one.layers().outputs(&self.enter(x))?.mul_scalar(self.height))
        };
        let (m, n) = (source.dims()[0], target.dims()[0]);
        if self.options.hinge == Hinge::Diagonal {
            // the diagonal of samples of two sizes is that of their first rows
            let k = m.min(n);
            let (y, x) = (source.clone().narrow(0, 0, k), target.clone().narrow(0, 0, k));
            return Ok(hinge(
                &at(&*self.phi, &y)?,
                &at(&*self.psi, &x)?,
                &self.costs(&y, &x)?,
                Hinge::Diagonal,
                self.options.lambda,
            )?
            .0);
        }
        // rows in blocks: the objective is the mean of theirs, and no M × N costs are kept
        let psi = at(&*self.psi, target)?;
        let mut total = psi.clone().mean().mul_scalar(0.0);
        for start in (0..m).step_by(BLOCK) {
            let rows = BLOCK.min(m - start);
            let y = source.clone().narrow(0, start, rows);
            let value = hinge(&at(&*self.phi, &y)?, &psi, &self.costs(&y, target)?, Hinge::All, self.options.lambda)?.0;
            total = total + value.mul_scalar(rows as f64 / m as f64);
        }
        Ok(total)
    }
    fn settle(&mut self) {}
    fn dim(&self) -> usize {
        self.center.dims()[1]
    }
    fn value(&self, x: &Points) -> Result<Values> {
        Ok(self.phi.layers().outputs(&self.enter(x))?.mul_scalar(self.height))
    }
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let (v, g) = self.phi.layers().value_and_input_gradient(&self.enter(x))?;
        Ok((v.mul_scalar(self.height), g.mul_scalar(self.height / self.scale)))
    }
    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        Ok(None)
    }
    fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named { name: "draws".into(), data: vec![self.draws as f32] }];
        for (name, one) in [("phi", &self.phi), ("psi", &self.psi)] {
            out.extend(prefixed(one.state()?, name));
        }
        Ok(out)
    }
    fn restore(&mut self, state: &[Named], _: &Device) -> Result<()> {
        self.draws = state.iter().find(|n| n.name == "draws").and_then(|n| n.data.first()).map_or(0, |v| *v as u64);
        self.phi.restore(&under(state, "phi"))?;
        self.psi.restore(&under(state, "psi"))
    }
    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::rows_f64;
    use rand::Rng as _;

    /// The objective and its gradients against loops; f32 sums keep 1e-5.
    #[test]
    fn hinge_is_what_it_says() {
        let device = device::host();
        let mut rng = random::rng(1, 0);
        let (m, n, lambda) = (7, 43, 3.0);
        let draw =
            |rng: &mut random::Rng, k: usize| (0..k).map(|_| rng.random_range(-1.0f32..1.0)).collect::<Vec<f32>>();
        let (phi, psi, c) = (draw(&mut rng, m), draw(&mut rng, n), draw(&mut rng, m * n));
        let vector = |v: &[f32]| Tensor::<1>::from_data(TensorData::new(v.to_vec(), [v.len()]), &device);
        let cost = device::points(c.clone(), m, n, &device);
        let mean = |v: &[f32]| v.iter().map(|v| f64::from(*v)).sum::<f64>() / v.len() as f64;
        let mut expected = mean(&phi) + mean(&psi);
        let (mut g, mut h) = (vec![1.0 / m as f64; m], vec![1.0 / n as f64; n]);
        for i in 0..m {
            for j in 0..n {
                let excess = f64::from(phi[i] + psi[j] - c[i * n + j]);
                if excess > 0.0 {
                    expected -= lambda / (m * n) as f64 * excess;
                    g[i] -= lambda / (m * n) as f64;
                    h[j] -= lambda / (m * n) as f64;
                }
            }
        }
        let on_host = hinge(&vector(&phi), &vector(&psi), &Costs::Host(c.clone()), Hinge::All, lambda).unwrap();
        for (value, on_phi, on_psi) in
            [on_host, hinge_of_tensors(&vector(&phi), &vector(&psi), &cost, Hinge::All, lambda)]
        {
            assert!(
                (f64::from(values(&value).unwrap()[0]) - expected).abs() < 1e-5,
                "{} and {expected}",
                values(&value).unwrap()[0]
            );
            for (got, wanted) in [(on_phi, &g), (on_psi, &h)] {
                let got = values(&got).unwrap();
                assert!(
                    got.iter().zip(wanted).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-5),
                    "{got:?} and {wanted:?}"
                );
            }
        }
    }

    /// The costs of all pairs, few dimensions and many, and of the diagonal: |x|² + |y|² − 2xy in f32 keeps 1e-4.
    #[test]
    fn costs_are_powers_of_distances() {
        let device = device::host();
        for (d, power) in [(2, 2.0), (11, 2.0), (3, 1.0), (9, 1.5)] {
            let mut rng = random::rng(2, 0);
            let mut draw =
                || device::points((0..12 * d).map(|_| rng.random_range(-3.0..3.0)).collect(), 12, d, &device);
            let (y, x) = (draw(), draw());
            let cost = Cost::new(2.0, power).unwrap();
            let (a, b) = (rows_f64(&y).unwrap(), rows_f64(&x).unwrap());
            for kind in [Hinge::All, Hinge::Diagonal] {
                let frame = Frame::of(&x).unwrap();
                let shape = Shape::new(d, &[4], 1, Activation::Tanh);
                let one = open(shape, None, OptimizerOptions::default(), &mut random::rng(0, 0), &device);
                let options = PairOptions { hinge: kind, ..PairOptions::default() };
                let pair = Pair {
                    options,
                    cost,
                    phi: one.clone(),
                    psi: one,
                    center: device::points(frame.center.clone(), 1, d, &device),
                    scale: frame.scale,
                    height: 1.0,
                    seed: 0,
                    draws: 0,
                };
                let c: Vec<f64> = match pair.costs(&y, &x).unwrap() {
                    Costs::Host(c) => c.into_iter().map(f64::from).collect(),
                    Costs::Tensors(c) => rows_f64(&c).unwrap(),
                };
                assert_eq!(c.len(), if kind == Hinge::All { 144 } else { 12 });
                let exact = |i: usize, j: usize| {
                    2.0 * (0..d).map(|k| (a[d * i + k] - b[d * j + k]).powi(2)).sum::<f64>().powf(0.5 * power)
                };
                for (k, got) in c.iter().enumerate() {
                    let wanted = if kind == Hinge::All { exact(k / 12, k % 12) } else { exact(k, k) };
                    assert!(
                        (got - wanted).abs() < 1e-4 * (1.0 + wanted),
                        "{kind:?}, d {d}, power {power}, {k}: {got} and {wanted}"
                    );
                }
            }
        }
    }
}
