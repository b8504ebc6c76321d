//! A pivot: mass goes around the cycle an entering arc closes, one arc of it leaves, and a subtree hangs elsewhere.
use super::mass::Mass;
use super::sinks::{Sinks, outside};
use super::tree::{DOWN, Entering, NONE, Tree, UP};

/// The arc that leaves.
struct Leaving<M> {
    /// the mass that goes around the cycle until it has no room left
    delta: M,
    /// the node whose arc to the parent it is; none if the entering arc is full first
    node: usize,
    /// whether it lies between the first end of the entering arc and the join
    on_first: bool,
}

/// A subtree that is cut off, turned and hung elsewhere.
#[derive(Clone, Copy)]
struct Move {
    /// its root before, and the parent of that
    u_out: usize,
    v_out: usize,
    /// its root after, and the parent of that: the ends of the entering arc
    u_in: usize,
    v_in: usize,
    /// where the paths from both parents to the root meet
    join: usize,
    /// the node before it in depth-first order, and its last, as they were
    old_back: usize,
    old_last: usize,
    old_size: usize,
}

impl<M: Mass> Tree<'_, M> {
    /// Takes an arc into the tree; the root of the subtree that hangs elsewhere now, if the tree changed.
    pub(super) fn pivot(&mut self, e: Entering<M>, sinks: &dyn Sinks<M>) -> Option<usize> {
        let join = self.join(e.first, e.second);
        let Leaving { delta, node: u_out, on_first } = self.leaving(&e, join);
        if delta > M::default() {
            self.push(&e, join, delta);
        }
        let sink = e.arc.checked_sub(self.arcs);
        if let Some(j) = sink {
            self.enter_sink(j, &e, delta);
            if u_out == NONE {
                // the whole segment was taken: no change of the tree
                self.sinks[j] = outside(sinks, j, self.sinks[j].y);
                return None;
            }
        }
        if u_out == NONE {
            return None; // impossible: every cycle of dense arcs has one to drain
        }
        let leaving = self.pred[u_out];
        if leaving >= self.arcs {
            let j = leaving - self.arcs;
            self.sinks[j] = outside(sinks, j, self.mass[u_out]);
        }
        let (u_in, v_in) = if on_first { (e.first, e.second) } else { (e.second, e.first) };
        let carried = match sink {
            Some(j) => self.sinks[j].y,
            None => delta,
        };
        let (v_out, old_back, old_last, old_size) =
            (self.parent[u_out], self.back[u_out], self.last[u_out], self.size[u_out]);
        self.rehang(Move { u_out, v_out, u_in, v_in, join, old_back, old_last, old_size }, e.arc, carried);
        let sigma = self.pi[v_in] - self.pi[u_in] - self.direction[u_in] * self.cost(e.arc);
        let end = self.thread[self.last[u_in]];
        let mut u = u_in;
        while u != end {
            self.pi[u] += sigma;
            u = self.thread[u];
        }
        Some(u_in)
    }

    /// Where two paths to the root meet.
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
    fn slack_down(&self, u: usize) -> M {
        let arc = self.pred[u];
        if arc < self.arcs { self.mass[u] } else { self.mass[u] - self.sinks[arc - self.arcs].low }
    }
    /// How much it can gain.
    fn slack_up(&self, u: usize) -> M {
        let arc = self.pred[u];
        if arc < self.arcs { M::UNLIMITED } else { self.sinks[arc - self.arcs].high - self.mass[u] }
    }

    /// The arc with the least room along the cycle; the last such from the join keeps the tree strongly feasible.
    fn leaving(&self, e: &Entering<M>, join: usize) -> Leaving<M> {
        let mut out = Leaving { delta: e.room, node: NONE, on_first: true };
        let mut u = e.first;
        while u != join {
            let d = if self.direction[u] == UP { self.slack_down(u) } else { self.slack_up(u) };
            if d < out.delta {
                out = Leaving { delta: d, node: u, on_first: true };
            }
            u = self.parent[u];
        }
        u = e.second;
        while u != join {
            let d = if self.direction[u] == UP { self.slack_up(u) } else { self.slack_down(u) };
            if d <= out.delta {
                out = Leaving { delta: d, node: u, on_first: false };
            }
            u = self.parent[u];
        }
        out
    }

    /// Sends mass around the cycle.
    fn push(&mut self, e: &Entering<M>, join: usize, delta: M) {
        let mut u = e.first;
        while u != join {
            self.mass[u] = if self.direction[u] == UP { self.mass[u] - delta } else { self.mass[u] + delta };
            u = self.parent[u];
        }
        u = e.second;
        while u != join {
            self.mass[u] = if self.direction[u] == UP { self.mass[u] + delta } else { self.mass[u] - delta };
            u = self.parent[u];
        }
    }

    /// The segment of a sink whose arc enters.
    fn enter_sink(&mut self, j: usize, e: &Entering<M>, delta: M) {
        let (s, growing) = (&mut self.sinks[j], e.second == self.root);
        let y = s.y;
        s.y = if growing { y + delta } else { y - delta };
        (s.low, s.high) = if growing { (y, y + e.room) } else { (y - e.room, y) };
        if !growing {
            s.right = s.left;
        }
    }

    /// Hangs the subtree below v_in, by the entering arc and what it carries.
    fn rehang(&mut self, m: Move, arc: usize, carried: M) {
        let direction_in = if m.u_in == self.source(arc) { UP } else { DOWN };
        if m.u_in == m.u_out {
            self.splice(&m);
        } else {
            self.turn_thread(&m);
            self.turn_stem(&m);
        }
        self.pred[m.u_in] = arc;
        self.direction[m.u_in] = direction_in;
        self.mass[m.u_in] = carried;
        self.update_last(&m);
        let mut u = m.v_in;
        while u != m.join {
            self.size[u] += m.old_size;
            u = self.parent[u];
        }
        u = m.v_out;
        while u != m.join {
            self.size[u] -= m.old_size;
            u = self.parent[u];
        }
    }

    /// Moves a subtree that keeps its root.
    fn splice(&mut self, m: &Move) {
        self.parent[m.u_in] = m.v_in;
        if self.thread[m.v_in] == m.u_out {
            return;
        }
        let mut after = self.thread[m.old_last];
        self.thread[m.old_back] = after;
        self.back[after] = m.old_back;
        after = self.thread[m.v_in];
        self.thread[m.v_in] = m.u_out;
        self.back[m.u_out] = m.v_in;
        self.thread[m.old_last] = after;
        self.back[after] = m.old_last;
    }

    /// Turns the parents on the stem from u_in to u_out around, and threads the subtree anew below v_in.
    fn turn_thread(&mut self, m: &Move) {
        let resume = if m.old_back == m.v_in { self.thread[m.old_last] } else { self.thread[m.v_in] };
        let (mut stem, mut below) = (m.u_in, m.v_in);
        let mut last = self.last[m.u_in];
        let mut after = self.thread[last];
        self.thread[m.v_in] = m.u_in;
        let mut dirty = vec![m.v_in];
        while stem != m.u_out {
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
        self.parent[m.u_out] = below;
        self.thread[last] = resume;
        self.back[resume] = last;
        self.last[m.u_out] = last;
        if m.old_back != m.v_in {
            self.thread[m.old_back] = after;
            self.back[after] = m.old_back;
        }
        for u in dirty {
            self.back[self.thread[u]] = u;
        }
    }

    /// Arcs, masses and sizes along the stem, which now goes the other way.
    fn turn_stem(&mut self, m: &Move) {
        let (mut count, tail) = (0isize, self.last[m.u_out]);
        let mut u = m.u_out;
        while u != m.u_in {
            let p = self.parent[u];
            self.pred[u] = self.pred[p];
            self.direction[u] = -self.direction[p];
            self.mass[u] = self.mass[p];
            count += self.size[u] as isize - self.size[p] as isize;
            self.size[u] = count as usize;
            self.last[p] = tail;
            u = p;
        }
        self.size[m.u_in] = m.old_size;
    }

    /// The last nodes of the subtrees that lost or got something.
    fn update_last(&mut self, m: &Move) {
        let limit = if self.last[m.join] == m.v_in { m.join } else { NONE };
        let tail = self.last[m.u_out];
        let mut u = m.v_in;
        while u != NONE && self.last[u] == m.v_in {
            self.last[u] = tail;
            u = self.parent[u];
        }
        let replacement = if m.join != m.old_back && m.v_in != m.old_back {
            m.old_back
        } else if tail != m.old_last {
            tail
        } else {
            return;
        };
        u = m.v_out;
        while u != NONE && u != limit && self.last[u] == m.old_last {
            self.last[u] = replacement;
            u = self.parent[u];
        }
    }
}
