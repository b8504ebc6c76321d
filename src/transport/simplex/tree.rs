//! The spanning tree of a basis: how it begins, is refined, and is read.
use super::mass::Mass;
use super::sinks::{Sink, Sinks, outside};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::transport::ground::Ground;

/// No node and no arc.
pub(super) const NONE: usize = usize::MAX;
/// An arc to the parent that goes up the tree, or down.
pub(super) const UP: f64 = 1.0;
pub(super) const DOWN: f64 = -1.0;
/// Costs priced at a time.
pub(super) const CHUNK: usize = 256;

/// An optimal plan's entries in whole units, and the potentials φ of the rows; those of the columns follow by transform.
pub struct Solution<M = f64> {
    /// (i, j, units)
    pub plan: Vec<(usize, usize, M)>,
    /// φ of the rows
    pub phi: Vec<f64>,
}

/// The spanning tree, rooted where all mass leaves: rows, then columns, then the root.
pub struct Tree<'a, M: Mass = f64> {
    pub(super) ground: &'a Ground,
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) arcs: usize,
    pub(super) root: usize,
    pub(super) parent: Vec<usize>,
    /// the arc to the parent: i·cols + j, or arcs + j from a column to the root
    pub(super) pred: Vec<usize>,
    pub(super) direction: Vec<f64>,
    /// mass on the arc to the parent
    pub(super) mass: Vec<M>,
    /// the next and the previous node in depth-first order
    pub(super) thread: Vec<usize>,
    pub(super) back: Vec<usize>,
    /// nodes of the subtree, and the last of them in that order
    pub(super) size: Vec<usize>,
    pub(super) last: Vec<usize>,
    /// potentials
    pub(super) pi: Vec<f64>,
    pub(super) sinks: Vec<Sink<M>>,
    /// where the next searches begin
    pub(super) next: usize,
    pub(super) next_sink: usize,
    /// pivots so far
    pub pivots: u64,
}

/// An arc that enters, and which way its mass goes.
pub(super) struct Entering<M> {
    pub(super) arc: usize,
    pub(super) first: usize,
    pub(super) second: usize,
    /// the most it can take
    pub(super) room: M,
}

impl<'a, M: Mass> Tree<'a, M> {
    /// Every row hangs below the column nearest to it.
    ///
    /// # Errors
    /// An interrupt.
    pub fn new(ground: &'a Ground, supply: &[M], sinks: &dyn Sinks<M>, interrupt: &Interrupt) -> Result<Tree<'a, M>> {
        let (rows, cols) = (ground.rows(), ground.cols());
        let (root, nodes) = (rows + cols, rows + cols + 1);
        let nearest = ground.nearest(interrupt)?;
        let mut children: Vec<Vec<usize>> = vec![vec![]; cols];
        nearest.iter().enumerate().for_each(|(i, j)| children[*j].push(i));
        let mut t = Tree {
            ground,
            rows,
            cols,
            arcs: rows * cols,
            root,
            parent: vec![root; nodes],
            pred: vec![NONE; nodes],
            direction: vec![UP; nodes],
            mass: vec![M::default(); nodes],
            thread: vec![root; nodes],
            back: vec![root; nodes],
            size: vec![1; nodes],
            last: (0..nodes).collect(),
            pi: vec![0.0; nodes],
            sinks: vec![Sink::default(); cols],
            next: 0,
            next_sink: 0,
            pivots: 0,
        };
        t.parent[root] = NONE;
        t.size[root] = nodes;
        let mut before = root;
        let mut follow = |t: &mut Tree<M>, u: usize| {
            t.thread[before] = u;
            t.back[u] = before;
            before = u;
        };
        for (j, below) in children.iter().enumerate() {
            let v = rows + j;
            follow(&mut t, v);
            t.pred[v] = t.arcs + j;
            t.size[v] = 1 + below.len();
            t.last[v] = below.last().copied().unwrap_or(v);
            for &i in below {
                follow(&mut t, i);
                t.parent[i] = v;
                t.pred[i] = i * cols + j;
                t.mass[i] = supply[i];
                t.mass[v] = t.mass[v] + supply[i];
            }
        }
        t.thread[before] = root;
        t.back[root] = before;
        t.last[root] = before;
        t.refine(sinks);
        Ok(t)
    }

    /// Puts the sinks' arcs on a grid that has all breakpoints of the one before, and recomputes the potentials.
    pub fn refine(&mut self, sinks: &dyn Sinks<M>) {
        for j in 0..self.cols {
            if self.pred[self.rows + j] >= self.arcs {
                let y = self.mass[self.rows + j];
                let high = sinks.above(j, y);
                let below = if y > M::default() { sinks.below(j, y) } else { y };
                // the tree stays strongly feasible if y is at the lower end of its segment or inside it
                let low = if y > M::default() && sinks.above(j, below) == y { y } else { below };
                self.sinks[j] = Sink { y, low, high, left: 0.0, right: sinks.slope(j, low, high) };
            } else {
                self.sinks[j] = outside(sinks, j, self.sinks[j].y);
            }
        }
        self.recompute(false);
    }

    /// Potentials from the tree alone, without the rounding of many updates. `level` takes all sinks' slopes as zero.
    fn recompute(&mut self, level: bool) {
        self.pi[self.root] = 0.0;
        let mut u = self.thread[self.root];
        while u != self.root {
            let cost = if level && self.pred[u] >= self.arcs { 0.0 } else { self.cost(self.pred[u]) };
            self.pi[u] = self.pi[self.parent[u]] - self.direction[u] * cost;
            u = self.thread[u];
        }
    }

    /// Pivots until no arc can improve; interruptible.
    ///
    /// # Errors
    /// An interrupt.
    pub fn optimise(&mut self, sinks: &dyn Sinks<M>, interrupt: &Interrupt) -> Result<()> {
        let block = ((self.arcs as f64).sqrt() as usize).max(CHUNK);
        loop {
            let entering = match self.entering_sink(sinks) {
                Some(e) => Some(e),
                None => self.entering_arc(block, interrupt),
            };
            let Some(e) = entering else { break };
            self.pivot(e, sinks);
            self.pivots += 1;
            if self.pivots.is_multiple_of(1024) {
                interrupt.check()?;
            }
        }
        // a search that was interrupted found nothing, too
        interrupt.check()
    }

    /// The node an arc comes from.
    pub(super) fn source(&self, arc: usize) -> usize {
        if arc < self.arcs { arc / self.cols } else { self.rows + arc - self.arcs }
    }
    /// The node it goes to.
    pub(super) fn target(&self, arc: usize) -> usize {
        if arc < self.arcs { self.rows + arc % self.cols } else { self.root }
    }
    pub(super) fn cost(&self, arc: usize) -> f64 {
        if arc < self.arcs {
            self.ground.at(arc / self.cols, arc % self.cols)
        } else {
            self.sinks[arc - self.arcs].right
        }
    }
    pub(super) fn in_tree(&self, arc: usize) -> bool {
        self.pred[self.source(arc)] == arc || self.target(arc) != self.root && self.pred[self.target(arc)] == arc
    }

    /// The plan and the potentials as they are now. With a fixed marginal the potentials are those of the transport
    /// problem, one column's set to zero: the steep sides of the breakpoints say nothing.
    pub fn solution(&mut self, fixed: bool) -> Solution<M> {
        self.recompute(fixed);
        let plan = self.plan();
        // reduced cost c + π(i) − π(j) ≥ 0 means φ = −π(i)
        Solution { plan, phi: self.pi[..self.rows].iter().map(|p| -p).collect() }
    }

    /// (i, j, units) where there are any.
    pub(super) fn plan(&self) -> Vec<(usize, usize, M)> {
        let mut plan: Vec<(usize, usize, M)> = (0..self.root)
            .filter(|u| self.pred[*u] < self.arcs && self.mass[*u] > M::default())
            .map(|u| (self.pred[u] / self.cols, self.pred[u] % self.cols, self.mass[u]))
            .collect();
        plan.sort_unstable_by_key(|e| (e.0, e.1));
        plan
    }
}
