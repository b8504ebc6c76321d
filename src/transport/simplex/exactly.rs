//! The last pivots towards fixed marginals, with potentials that no rounding touches.
//!
//! Potentials in f64 are known to 1e-16 of the largest cost on a path: one far pair of points hides what all near ones
//! cost. Here they are whole numbers of 512 bits. f64 still looks at every arc first; an arc whose reduced cost is not
//! clearly positive there is priced exactly. Where no reduced cost is negative the plan is optimal, and its cost is its own
//! dual value: nothing is left to tolerances.
use super::mass::Mass;
use super::sinks::Sinks;
use super::tree::{CHUNK, Entering, NONE, Tree, UP};
use super::wide::{Units, Wide};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// An optimal plan, proved.
pub struct Optimum<M> {
    /// (i, j, units)
    pub plan: Vec<(usize, usize, M)>,
    /// φ of the rows, rounded to f64, zero at its median
    pub phi: Vec<f64>,
    /// ψ of the columns, with φ_i ≤ ψ_j + c(i, j) before rounding
    pub psi: Vec<f64>,
    /// what was cut off every cost: the plan is optimal to this, per unit of mass
    pub unit: f64,
}

/// Potentials of every node, exactly.
struct Potentials {
    units: Units,
    pi: Vec<Wide>,
}

impl<M: Mass> Tree<'_, M> {
    /// The mass that leaves at a column.
    pub fn outflow(&self, j: usize) -> M {
        let u = self.rows + j;
        if self.pred[u] >= self.arcs { self.mass[u] } else { self.sinks[j].y }
    }

    /// Pivots until no arc can improve, all masses leaving where they should; interruptible.
    ///
    /// # Errors
    /// An interrupt.
    pub fn optimise_exactly(&mut self, sinks: &dyn Sinks<M>, interrupt: &Interrupt) -> Result<Optimum<M>> {
        let mut exact =
            Potentials { units: Units::of(self.ground.largest(), self.root + 1), pi: vec![Wide::ZERO; self.root + 1] };
        let mut u = self.thread[self.root];
        self.pi[self.root] = 0.0;
        while u != self.root {
            exact.pi[u] = self.hung(&exact, u);
            self.pi[u] = exact.units.value(&exact.pi[u]);
            u = self.thread[u];
        }
        let block = ((self.arcs as f64).sqrt() as usize).max(CHUNK);
        while let Some(e) = self.entering_exactly(&exact, block, interrupt) {
            if let Some(top) = self.pivot(e, sinks) {
                self.follow(&mut exact, top);
            }
            self.pivots += 1;
            if self.pivots.is_multiple_of(32) {
                interrupt.check()?;
            }
        }
        // a search that was interrupted found nothing, too
        interrupt.check()?;
        let mut sorted: Vec<Wide> = exact.pi[..self.rows].to_vec();
        let middle = sorted.len() / 2;
        let median = if sorted.is_empty() { Wide::ZERO } else { *sorted.select_nth_unstable(middle).1 };
        let rounded: Vec<f64> = exact.pi[..self.root].iter().map(|p| exact.units.value(&median.minus(p))).collect();
        let (phi, psi) = rounded.split_at(self.rows);
        Ok(Optimum { plan: self.plan(), phi: phi.to_vec(), psi: psi.to_vec(), unit: exact.units.unit() })
    }

    /// What the potential of a node follows from: that of its parent, and the cost between them, nothing to the root.
    fn hung(&self, exact: &Potentials, u: usize) -> Wide {
        let above = exact.pi[self.parent[u]];
        if self.pred[u] >= self.arcs {
            return above;
        }
        let cost = exact.units.count(self.cost(self.pred[u]));
        if self.direction[u] == UP { above.minus(&cost) } else { above.plus(&cost) }
    }

    /// Moves the potentials of the subtree below a node that hangs elsewhere now.
    fn follow(&mut self, exact: &mut Potentials, top: usize) {
        let by = self.hung(exact, top).minus(&exact.pi[top]);
        let end = self.thread[self.last[top]];
        let mut u = top;
        while u != end {
            exact.pi[u] = exact.pi[u].plus(&by);
            self.pi[u] = exact.units.value(&exact.pi[u]);
            u = self.thread[u];
        }
    }

    /// The most violated arc of the next block that has one; none once all were priced without finding any.
    fn entering_exactly(&mut self, exact: &Potentials, block: usize, interrupt: &Interrupt) -> Option<Entering<M>> {
        let (mut seen, mut in_block, mut best, mut arc) = (0, 0, 0.0, NONE);
        let mut buffer = [0.0; CHUNK];
        while seen < self.arcs {
            let i = self.next / self.cols;
            let start = self.next - i * self.cols;
            let stop = self.cols.min(start + CHUNK).min(start + self.arcs - seen);
            let reduced = &mut buffer[..stop - start];
            let columns = self.rows + start..self.rows + stop;
            self.ground.reduced(i, start, self.pi[i], &self.pi[columns.clone()], reduced);
            for (r, j) in reduced.iter().zip(columns) {
                // what rounding of both potentials, of the cost and of this sum may hide
                let noise = 1e-15 * (self.pi[i].abs() + self.pi[j].abs() + r.abs());
                if *r >= best + noise {
                    continue;
                }
                let cost = exact.units.count(self.ground.at(i, j - self.rows));
                let r = cost.plus(&exact.pi[i]).minus(&exact.pi[j]);
                let size = exact.units.value(&r);
                if r.is_negative() && (size < best || arc == NONE) {
                    (best, arc) = (size, i * self.cols + j - self.rows);
                }
            }
            seen += stop - start;
            in_block += stop - start;
            self.next = if i * self.cols + stop == self.arcs { 0 } else { i * self.cols + stop };
            if in_block >= block {
                if arc != NONE {
                    break;
                }
                in_block = 0;
                if interrupt.is_requested() {
                    return None;
                }
            }
        }
        (arc != NONE).then(|| Entering { arc, first: self.source(arc), second: self.target(arc), room: M::UNLIMITED })
    }
}
