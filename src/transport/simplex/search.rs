//! Which arc enters: the first sink that should grow or shrink, else the most violated arc of a block.
use super::mass::Mass;
use super::sinks::Sinks;
use super::tree::{CHUNK, Entering, NONE, Tree};
use crate::interrupt::Interrupt;

impl<M: Mass> Tree<'_, M> {
    /// The first sink from where the last search ended whose mass should grow or shrink.
    pub(super) fn entering_sink(&mut self, sinks: &dyn Sinks<M>) -> Option<Entering<M>> {
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
            if shrink < -noise && s.y > M::default() {
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
    pub(super) fn entering_arc(&mut self, block: usize, interrupt: &Interrupt) -> Option<Entering<M>> {
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
        (arc != NONE).then(|| Entering { arc, first: self.source(arc), second: self.target(arc), room: M::UNLIMITED })
    }
}
