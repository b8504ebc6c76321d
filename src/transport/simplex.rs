//! The network simplex method for transport to free or fixed marginals, with strongly feasible trees and block search.
//!
//! min Σ c(i,j) π(i,j) + Σ g_j(y_j) over π ≥ 0 with row sums a and column sums y; each g_j is convex and piecewise linear
//! between the breakpoints of a [`Sinks`]: a fixed marginal is one breakpoint with steep sides, a free one a grid that
//! can be refined, the tree staying feasible. Masses are whole numbers held in f64, so pivots are exact and degenerate
//! pivots cannot cycle. [ahuja1993], [bonneel2011]
use super::ground::Ground;
use crate::error::Result;
use crate::interrupt::Interrupt;

const NONE: usize = usize::MAX;
const UP: f64 = 1.0;
const DOWN: f64 = -1.0;
/// Costs priced at a time.
const CHUNK: usize = 256;

/// The piecewise linear cost g_j of the mass y that leaves at column j.
pub trait Sinks {
    /// The breakpoint above y.
    fn above(&self, j: usize, y: f64) -> f64;
    /// The breakpoint below y > 0.
    fn below(&self, j: usize, y: f64) -> f64;
    /// The slope between neighbouring breakpoints.
    fn slope(&self, j: usize, low: f64, high: f64) -> f64;
}

/// An optimal plan's entries in whole units, and the potentials φ of the rows; those of the columns follow by transform.
pub struct Solution {
    pub plan: Vec<(usize, usize, f64)>,
    pub phi: Vec<f64>,
}

/// The spanning tree, rooted where all mass leaves: rows, then columns, then the root.
pub struct Tree<'a> {
    ground: &'a Ground,
    rows: usize,
    cols: usize,
    arcs: usize,
    root: usize,
    parent: Vec<usize>,
    /// the arc to the parent: i·cols + j, or arcs + j from a column to the root
    pred: Vec<usize>,
    direction: Vec<f64>,
    /// mass on the arc to the parent
    mass: Vec<f64>,
    thread: Vec<usize>,
    back: Vec<usize>,
    size: Vec<usize>,
    last: Vec<usize>,
    pi: Vec<f64>,
    sinks: Vec<Sink>,
    next: usize,
    next_sink: usize,
    pub pivots: u64,
}

/// The arc from a column to the root: in the tree low ≤ y < high with slope `right`; outside it y is a breakpoint.
#[derive(Clone, Copy, Default)]
struct Sink {
    y: f64,
    low: f64,
    high: f64,
    left: f64,
    right: f64,
}

/// An arc that enters, and which way its mass goes.
struct Entering {
    arc: usize,
    first: usize,
    second: usize,
    /// the most it can take
    room: f64,
}

impl<'a> Tree<'a> {
    /// Every row hangs below the column nearest to it.
    pub fn new(ground: &'a Ground, supply: &[f64], sinks: &dyn Sinks, interrupt: &Interrupt) -> Result<Tree<'a>> {
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
            mass: vec![0.0; nodes],
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
        let mut follow = |t: &mut Tree, u: usize| {
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
                t.mass[v] += supply[i];
            }
        }
        t.thread[before] = root;
        t.back[root] = before;
        t.last[root] = before;
        t.refine(sinks);
        Ok(t)
    }

    /// Puts the sinks' arcs on a grid that has all breakpoints of the one before, and recomputes the potentials.
    pub fn refine(&mut self, sinks: &dyn Sinks) {
        for j in 0..self.cols {
            if self.pred[self.rows + j] >= self.arcs {
                let y = self.mass[self.rows + j];
                let high = sinks.above(j, y);
                let below = if y > 0.0 { sinks.below(j, y) } else { 0.0 };
                // the tree stays strongly feasible if y is at the lower end of its segment or inside it
                let low = if y > 0.0 && sinks.above(j, below) == y { y } else { below };
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
    pub fn optimise(&mut self, sinks: &dyn Sinks, interrupt: &Interrupt) -> Result<()> {
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

    fn source(&self, arc: usize) -> usize {
        if arc < self.arcs { arc / self.cols } else { self.rows + arc - self.arcs }
    }
    fn target(&self, arc: usize) -> usize {
        if arc < self.arcs { self.rows + arc % self.cols } else { self.root }
    }
    fn cost(&self, arc: usize) -> f64 {
        if arc < self.arcs {
            self.ground.at(arc / self.cols, arc % self.cols)
        } else {
            self.sinks[arc - self.arcs].right
        }
    }
    fn in_tree(&self, arc: usize) -> bool {
        self.pred[self.source(arc)] == arc || self.target(arc) != self.root && self.pred[self.target(arc)] == arc
    }

    /// The first sink from where the last search ended whose mass should grow or shrink.
    fn entering_sink(&mut self, sinks: &dyn Sinks) -> Option<Entering> {
        for k in 0..self.cols {
            let j = (self.next_sink + k) % self.cols;
            let u = self.rows + j;
            let (s, p) = (self.sinks[j], self.pi[u]);
            // reduced costs of growing and of shrinking; in the tree both are none of our business
            let (grow, shrink) = (s.right + p, -(s.left + p));
            if grow >= 0.0 && shrink >= 0.0 || self.pred[u] >= self.arcs {
                continue;
            }
            let noise = 1e-14 * p.abs();
            if grow < -noise {
                self.next_sink = j;
                return Some(Entering {
                    arc: self.arcs + j,
                    first: u,
                    second: self.root,
                    room: sinks.above(j, s.y) - s.y,
                });
            }
            if shrink < -noise && s.y > 0.0 {
                self.next_sink = j;
                return Some(Entering {
                    arc: self.arcs + j,
                    first: self.root,
                    second: u,
                    room: s.y - sinks.below(j, s.y),
                });
            }
        }
        None
    }

    /// The most violated arc of the next block that has one.
    fn entering_arc(&mut self, block: usize, interrupt: &Interrupt) -> Option<Entering> {
        let (mut seen, mut best, mut arc) = (0, 0.0, NONE);
        let mut in_block = 0;
        let mut buffer = [0.0; CHUNK];
        while seen < self.arcs {
            let i = self.next / self.cols;
            let start = self.next - i * self.cols;
            let stop = self.cols.min(start + CHUNK).min(start + self.arcs - seen);
            let base = self.pi[i];
            let reduced = &mut buffer[..stop - start];
            let least = self.ground.reduced(i, start, base, &self.pi[self.rows + start..self.rows + stop], reduced);
            if least < best {
                for (k, r) in reduced.iter().enumerate() {
                    if *r < best {
                        // rounding of potentials of size |π| must not count as a violation
                        let pj = self.pi[self.rows + start + k];
                        let noise = 1e-14 * (2.0 * (base.abs() + pj.abs()) + r.abs());
                        let a = i * self.cols + start + k;
                        if *r < -noise && !self.in_tree(a) {
                            best = *r;
                            arc = a;
                        }
                    }
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
        (arc != NONE).then(|| Entering { arc, first: self.source(arc), second: self.target(arc), room: f64::INFINITY })
    }

    fn join(&self, mut u: usize, mut v: usize) -> usize {
        while u != v {
            if self.size[u] < self.size[v] {
                u = self.parent[u];
            } else {
                v = self.parent[v];
            }
        }
        u
    }

    /// How much the arc to the parent can lose.
    fn slack_down(&self, u: usize) -> f64 {
        let arc = self.pred[u];
        if arc < self.arcs { self.mass[u] } else { self.mass[u] - self.sinks[arc - self.arcs].low }
    }
    /// How much it can gain.
    fn slack_up(&self, u: usize) -> f64 {
        let arc = self.pred[u];
        if arc < self.arcs { f64::INFINITY } else { self.sinks[arc - self.arcs].high - self.mass[u] }
    }

    fn pivot(&mut self, e: Entering, sinks: &dyn Sinks) {
        let Entering { arc, first, second, room } = e;
        let join = self.join(first, second);
        // the leaving arc: least room along the cycle; the last such from the join keeps the tree strongly feasible
        let (mut delta, mut u_out, mut on_first) = (room, NONE, true);
        let mut u = first;
        while u != join {
            let d = if self.direction[u] == UP { self.slack_down(u) } else { self.slack_up(u) };
            if d < delta {
                (delta, u_out, on_first) = (d, u, true);
            }
            u = self.parent[u];
        }
        u = second;
        while u != join {
            let d = if self.direction[u] == UP { self.slack_up(u) } else { self.slack_down(u) };
            if d <= delta {
                (delta, u_out, on_first) = (d, u, false);
            }
            u = self.parent[u];
        }
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
        let sink = arc.checked_sub(self.arcs);
        let growing = second == self.root;
        if let Some(j) = sink {
            let s = &mut self.sinks[j];
            let y = s.y;
            s.y = if growing { y + delta } else { y - delta };
            (s.low, s.high) = if growing { (y, y + room) } else { (y - room, y) };
            if !growing {
                s.right = s.left;
            }
            if u_out == NONE {
                // the whole segment was taken: no change of the tree
                self.sinks[j] = outside(sinks, j, self.sinks[j].y);
                return;
            }
        }
        if u_out == NONE {
            return; // impossible: every cycle of dense arcs has one to drain
        }
        let leaving = self.pred[u_out];
        if leaving >= self.arcs {
            let j = leaving - self.arcs;
            self.sinks[j] = outside(sinks, j, self.mass[u_out]);
        }
        let (u_in, v_in) = if on_first { (first, second) } else { (second, first) };
        let carried = match sink {
            Some(j) => self.sinks[j].y,
            None => delta,
        };
        self.rehang(arc, carried, join, u_in, v_in, u_out);
        let sigma = self.pi[v_in] - self.pi[u_in] - self.direction[u_in] * self.cost(arc);
        let end = self.thread[self.last[u_in]];
        u = u_in;
        while u != end {
            self.pi[u] += sigma;
            u = self.thread[u];
        }
    }

    /// Moves the subtree that u_out cut off below v_in, turning the stem from u_in to u_out around.
    fn rehang(&mut self, arc: usize, carried: f64, join: usize, u_in: usize, v_in: usize, u_out: usize) {
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
        self.mass[u_in] = carried;
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

    /// The plan and the potentials as they are now. With a fixed marginal the potentials are those of the transport
    /// problem, one column's set to zero: the steep sides of the breakpoints say nothing.
    pub fn solution(&mut self, fixed: bool) -> Solution {
        self.recompute(fixed);
        let mut plan: Vec<(usize, usize, f64)> = (0..self.root)
            .filter(|u| self.pred[*u] < self.arcs && self.mass[*u] > 0.0)
            .map(|u| (self.pred[u] / self.cols, self.pred[u] % self.cols, self.mass[u]))
            .collect();
        plan.sort_unstable_by_key(|e| (e.0, e.1));
        // reduced cost c + π(i) − π(j) ≥ 0 means φ = −π(i)
        Solution { plan, phi: self.pi[..self.rows].iter().map(|p| -p).collect() }
    }
}

/// A sink's arc outside the tree.
fn outside(sinks: &dyn Sinks, j: usize, y: f64) -> Sink {
    let high = sinks.above(j, y);
    let left = if y > 0.0 { sinks.slope(j, sinks.below(j, y), y) } else { f64::NEG_INFINITY };
    Sink { y, low: y, high, left, right: sinks.slope(j, y, high) }
}
