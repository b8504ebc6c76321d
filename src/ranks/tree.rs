//! Sums in a fixed tree, so that who computes a part never changes the bits of the whole.
//!
//! S[a, b) = S[a, m) + S[m, b) with m the middle, over the parts of the whole: their number depends on what is summed alone. A rank
//! sums the nodes of the tree that lie within its share; everybody adds those of all ranks.
use std::ops::Range;

/// The parts of so many that belong to a rank.
pub fn share(parts: usize, rank: usize, size: usize) -> Range<usize> {
    rank * parts / size..(rank + 1) * parts / size
}

/// Sums the parts of a node in place: `add(left, right)` adds the sum of a node, kept where the first of its parts was, to that of
/// the one before it.
pub fn fold(node: Range<usize>, add: &mut impl FnMut(Range<usize>, Range<usize>)) {
    if node.len() < 2 {
        return;
    }
    let middle = node.start + node.len() / 2;
    fold(node.start..middle, add);
    fold(middle..node.end, add);
    add(node.start..middle, middle..node.end);
}

/// The largest nodes of the tree over so many parts that lie within a share, in their order.
pub fn nodes(parts: usize, share: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = vec![];
    within(0..parts, share, &mut found);
    found
}

fn within(node: Range<usize>, share: &Range<usize>, found: &mut Vec<Range<usize>>) {
    if node.start.max(share.start) >= node.end.min(share.end) {
        return;
    }
    if share.start <= node.start && node.end <= share.end {
        return found.push(node);
    }
    let middle = node.start + node.len() / 2;
    within(node.start..middle, share, found);
    within(middle..node.end, share, found);
}

/// Sums the nodes of all ranks, numbered in their order: `add(to, from)` adds one to another. The whole is then in the first.
pub fn fold_nodes(parts: usize, size: usize, add: &mut impl FnMut(usize, usize)) {
    let mut next = 0;
    above(0..parts, (parts, size), &mut next, add);
}

fn above(
    node: Range<usize>,
    (parts, size): (usize, usize),
    next: &mut usize,
    add: &mut impl FnMut(usize, usize),
) -> usize {
    let is_within = |r: usize| {
        let share = share(parts, r, size);
        share.start <= node.start && node.end <= share.end
    };
    if node.len() < 2 || (0..size).any(is_within) {
        *next += 1;
        return *next - 1;
    }
    let middle = node.start + node.len() / 2;
    let left = above(node.start..middle, (parts, size), next, add);
    let right = above(middle..node.end, (parts, size), next, add);
    add(left, right);
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written as text, the sum of every number of parts on every number of ranks is that of one.
    #[test]
    fn the_tree_does_not_depend_on_the_ranks() {
        for parts in 1..40 {
            let leaves: Vec<String> = (0..parts).map(|i| i.to_string()).collect();
            let mut alone = leaves.clone();
            fold(0..parts, &mut |l, r| alone[l.start] = format!("({}+{})", alone[l.start], alone[r.start]));
            for size in 1..9 {
                let mut sums = leaves.clone();
                let mut all = vec![];
                for rank in 0..size {
                    for node in nodes(parts, &share(parts, rank, size)) {
                        let at = node.start;
                        fold(node, &mut |l, r| sums[l.start] = format!("({}+{})", sums[l.start], sums[r.start]));
                        all.push(sums[at].clone());
                    }
                }
                fold_nodes(parts, size, &mut |to, from| all[to] = format!("({}+{})", all[to], all[from]));
                assert_eq!(all[0], alone[0], "{parts} parts on {size} ranks");
            }
        }
    }

    #[test]
    fn shares_cover_everything_once() {
        for (parts, size) in [(0, 3), (2, 4), (53, 2), (64, 7)] {
            let all: Vec<usize> = (0..size).flat_map(|r| share(parts, r, size)).collect();
            assert_eq!(all, (0..parts).collect::<Vec<_>>());
        }
    }
}
