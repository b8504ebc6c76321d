//! The network simplex method for the transportation problem, with strongly feasible trees and block search.
//!
//! min Σ c(i,j) π(i,j) over π ≥ 0 with row sums a and column sums b. The spanning tree is kept as a thread of
//! successors; masses are whole numbers held in f64, so pivots are exact and degenerate pivots cannot cycle.
//! [ahuja1993], [bonneel2011]
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

const NONE: usize = usize::MAX;
const UP: f64 = 1.0;
const DOWN: f64 = -1.0;

/// Costs by row and column, row-major.
pub struct Problem<'a> {
    pub cost: &'a [f64],
    pub supply: &'a [f64],
    pub demand: &'a [f64],
}

/// An optimal plan's entries and the potentials of the rows; those of the columns follow by c-transform.
pub struct Solution {
    pub plan: Vec<(usize, usize, f64)>,
    pub u: Vec<f64>,
}

struct Tree<'a> {
    p: &'a Problem<'a>,
    rows: usize,
    arcs: usize,
    root: usize,
    artificial_cost: f64,
    /// of arcs outside the tree, false: at zero; only tree arcs carry mass
    in_tree: Vec<bool>,
    parent: Vec<usize>,
    pred: Vec<usize>,
    direction: Vec<f64>,
    /// mass on the arc to the parent
    mass: Vec<f64>,
    thread: Vec<usize>,
    back: Vec<usize>,
    size: Vec<usize>,
    last: Vec<usize>,
    pi: Vec<f64>,
}

/// Solves the problem; interruptible. Supplies and demands must be whole numbers with equal sums.
pub fn solve(p: &Problem, interrupt: &Interrupt) -> Result<Solution> {
    let mut tree = Tree::new(p);
    let block = ((tree.arcs as f64).sqrt() as usize).max(10);
    let (mut next, mut pivots) = (0usize, 0u64);
    while let Some(arc) = tree.entering(&mut next, block, interrupt) {
        tree.pivot(arc);
        pivots += 1;
        if pivots.is_multiple_of(1024) {
            interrupt.check()?;
        }
    }
    // a search that was interrupted found nothing, too
    interrupt.check()?;
    tree.solution()
}

impl<'a> Tree<'a> {
    fn new(p: &'a Problem<'a>) -> Tree<'a> {
        let (rows, cols) = (p.supply.len(), p.demand.len());
        let nodes = rows + cols;
        let root = nodes;
        let arcs = rows * cols;
        let most = p.cost.iter().copied().fold(0.0, f64::max);
        let artificial_cost = (most + 1.0) * nodes as f64;
        let supply = |u: usize| if u < rows { p.supply[u] } else { -p.demand[u - rows] };
        let mut in_tree = vec![false; arcs + nodes];
        in_tree[arcs..].fill(true);
        let mut thread: Vec<usize> = (1..=nodes).collect();
        thread.push(0);
        thread[nodes - 1] = root;
        let mut back: Vec<usize> = (0..=nodes).map(|u| if u == 0 { root } else { u - 1 }).collect();
        back[root] = nodes - 1;
        let mut size = vec![1; nodes + 1];
        size[root] = nodes + 1;
        let mut last: Vec<usize> = (0..=nodes).collect();
        last[root] = nodes - 1;
        let mut parent = vec![root; nodes + 1];
        parent[root] = NONE;
        Tree {
            p,
            rows,
            arcs,
            root,
            artificial_cost,
            in_tree,
            parent,
            pred: (0..=nodes).map(|u| arcs + u).collect(),
            direction: (0..=nodes).map(|u| if u < rows { UP } else { DOWN }).collect(),
            mass: (0..=nodes).map(|u| if u < nodes { supply(u).abs() } else { 0.0 }).collect(),
            thread,
            back,
            size,
            last,
            pi: (0..=nodes).map(|u| if u < rows || u == root { 0.0 } else { artificial_cost }).collect(),
        }
    }

    fn source(&self, arc: usize) -> usize {
        if arc < self.arcs {
            arc / self.p.demand.len()
        } else if arc - self.arcs < self.rows {
            arc - self.arcs
        } else {
            self.root
        }
    }
    fn target(&self, arc: usize) -> usize {
        if arc < self.arcs {
            self.rows + arc % self.p.demand.len()
        } else if arc - self.arcs < self.rows {
            self.root
        } else {
            arc - self.arcs
        }
    }
    fn cost(&self, arc: usize) -> f64 {
        if arc < self.arcs {
            self.p.cost[arc]
        } else if arc - self.arcs < self.rows {
            0.0
        } else {
            self.artificial_cost
        }
    }

    /// The most violated arc of the next block that has one.
    fn entering(&self, next: &mut usize, block: usize, interrupt: &Interrupt) -> Option<usize> {
        let cols = self.p.demand.len();
        let (mut seen, mut best, mut arc) = (0, 0.0, NONE);
        let mut in_block = 0;
        while seen < self.arcs {
            let i = *next / cols;
            let start = *next - i * cols;
            let stop = cols.min(start + (self.arcs - seen)).min(start + block - in_block);
            let base = self.pi[i];
            let costs = &self.p.cost[i * cols + start..i * cols + stop];
            let potentials = &self.pi[self.rows + start..self.rows + stop];
            for (k, (c, pj)) in costs.iter().zip(potentials).enumerate() {
                let reduced = c + base - pj;
                if reduced < best {
                    // rounding of potentials of size |π| must not count as a violation
                    let noise = 1e-14 * (base.abs() + pj.abs() + c.abs());
                    let a = i * cols + start + k;
                    if reduced < -noise && !self.in_tree[a] {
                        best = reduced;
                        arc = a;
                    }
                }
            }
            let done = stop - start;
            seen += done;
            in_block += done;
            *next = if i * cols + stop == self.arcs { 0 } else { i * cols + stop };
            if in_block >= block {
                if arc != NONE {
                    return Some(arc);
                }
                in_block = 0;
                if interrupt.is_requested() {
                    return None;
                }
            }
        }
        (arc != NONE).then_some(arc)
    }

    fn join(&self, arc: usize) -> usize {
        let (mut u, mut v) = (self.source(arc), self.target(arc));
        while u != v {
            if self.size[u] < self.size[v] {
                u = self.parent[u];
            } else {
                v = self.parent[v];
            }
        }
        u
    }

    fn pivot(&mut self, arc: usize) {
        let join = self.join(arc);
        let (first, second) = (self.source(arc), self.target(arc));
        // the leaving arc: least mass against the direction of the cycle; the last such from the join keeps the tree
        // strongly feasible
        let (mut delta, mut u_out, mut on_first) = (f64::INFINITY, NONE, true);
        let mut u = first;
        while u != join {
            if self.direction[u] == UP && self.mass[u] < delta {
                (delta, u_out, on_first) = (self.mass[u], u, true);
            }
            u = self.parent[u];
        }
        u = second;
        while u != join {
            if self.direction[u] == DOWN && self.mass[u] <= delta {
                (delta, u_out, on_first) = (self.mass[u], u, false);
            }
            u = self.parent[u];
        }
        if u_out == NONE {
            return; // impossible for finite supplies: every cycle has an arc to drain
        }
        let (u_in, v_in) = if on_first { (first, second) } else { (second, first) };
        if delta > 0.0 {
            u = first;
            while u != join {
                self.mass[u] -= self.direction[u] * delta;
                u = self.parent[u];
            }
            u = second;
            while u != join {
                self.mass[u] += self.direction[u] * delta;
                u = self.parent[u];
            }
        }
        self.in_tree[arc] = true;
        self.in_tree[self.pred[u_out]] = false;
        self.rehang(arc, delta, join, u_in, v_in, u_out);
        let sigma = self.pi[v_in] - self.pi[u_in] - self.direction[u_in] * self.cost(arc);
        let end = self.thread[self.last[u_in]];
        u = u_in;
        while u != end {
            self.pi[u] += sigma;
            u = self.thread[u];
        }
    }

    /// Moves the subtree that u_out cut off below v_in, turning the stem from u_in to u_out around.
    fn rehang(&mut self, arc: usize, delta: f64, join: usize, u_in: usize, v_in: usize, u_out: usize) {
        let old_back = self.back[u_out];
        let old_size = self.size[u_out];
        let old_last = self.last[u_out];
        let v_out = self.parent[u_out];
        let direction_in = if u_in == self.source(arc) { UP } else { DOWN };
        if u_in == u_out {
            self.parent[u_in] = v_in;
            if self.thread[v_in] != u_out {
                let mut after = self.thread[old_last];
                self.thread[old_back] = after;
                self.back[after] = old_back;
                after = self.thread[v_in];
                self.thread[v_in] = u_out;
                self.back[u_out] = v_in;
                self.thread[old_last] = after;
                self.back[after] = old_last;
            }
        } else {
            let resume = if old_back == v_in { self.thread[old_last] } else { self.thread[v_in] };
            let (mut stem, mut below) = (u_in, v_in);
            let mut last = self.last[u_in];
            let mut after = self.thread[last];
            self.thread[v_in] = u_in;
            let mut dirty = vec![v_in];
            while stem != u_out {
                let next = self.parent[stem];
                self.thread[last] = next;
                dirty.push(last);
                let before = self.back[stem];
                self.thread[before] = after;
                self.back[after] = before;
                self.parent[stem] = below;
                below = stem;
                stem = next;
                last = if self.last[stem] == self.last[below] { self.back[below] } else { self.last[stem] };
                after = self.thread[last];
            }
            self.parent[u_out] = below;
            self.thread[last] = resume;
            self.back[resume] = last;
            self.last[u_out] = last;
            if old_back != v_in {
                self.thread[old_back] = after;
                self.back[after] = old_back;
            }
            for u in dirty {
                self.back[self.thread[u]] = u;
            }
            let (mut count, tail) = (0isize, self.last[u_out]);
            let mut u = u_out;
            while u != u_in {
                let p = self.parent[u];
                self.pred[u] = self.pred[p];
                self.direction[u] = -self.direction[p];
                self.mass[u] = self.mass[p];
                count += self.size[u] as isize - self.size[p] as isize;
                self.size[u] = count as usize;
                self.last[p] = tail;
                u = p;
            }
            self.size[u_in] = old_size;
        }
        self.pred[u_in] = arc;
        self.direction[u_in] = direction_in;
        self.mass[u_in] = delta;
        self.update_last(join, v_in, v_out, u_out, old_back, old_last);
        let mut u = v_in;
        while u != join {
            self.size[u] += old_size;
            u = self.parent[u];
        }
        u = v_out;
        while u != join {
            self.size[u] -= old_size;
            u = self.parent[u];
        }
    }

    fn update_last(&mut self, join: usize, v_in: usize, v_out: usize, u_out: usize, old_back: usize, old_last: usize) {
        let limit = if self.last[join] == v_in { join } else { NONE };
        let tail = self.last[u_out];
        let mut u = v_in;
        while u != NONE && self.last[u] == v_in {
            self.last[u] = tail;
            u = self.parent[u];
        }
        let replacement = if join != old_back && v_in != old_back {
            old_back
        } else if tail != old_last {
            tail
        } else {
            return;
        };
        u = v_out;
        while u != NONE && u != limit && self.last[u] == old_last {
            self.last[u] = replacement;
            u = self.parent[u];
        }
    }

    fn solution(&self) -> Result<Solution> {
        let mut plan = vec![];
        for u in 0..self.root {
            let (arc, mass) = (self.pred[u], self.mass[u]);
            if mass == 0.0 {
                continue;
            }
            if arc >= self.arcs {
                return Err(Error::data("optimal transport", "the masses of the two samples differ"));
            }
            plan.push((self.source(arc), self.target(arc) - self.rows, mass));
        }
        plan.sort_by_key(|e| (e.0, e.1));
        // reduced cost c + π(i) − π(j) ≥ 0 means u = −π(i), v = π(j)
        Ok(Solution { plan, u: self.pi[..self.rows].iter().map(|p| -p).collect() })
    }
}
