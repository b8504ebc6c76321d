//! The gradients of the groups of samples, summed in a fixed tree over the groups of the whole sample, on one rank or several.
use super::activation::{add_scaled, combine};
use crate::error::Result;
use crate::ranks::{Team, tree};
use crate::scratch::{self, Scratch};
use std::ops::Range;
use std::sync::Arc;

/// Samples a pass takes together.
pub const MOST_SAMPLES: usize = 4;
/// Numbers that a [`GroupSum`] takes.
pub const SUM: usize = 3;

/// What a group comes to besides its gradient.
#[derive(Clone, Copy)]
pub struct GroupSum {
    /// the largest output, where outputs are exponents
    pub top: f32,
    /// of whatever is summed
    pub sum: f64,
}

impl GroupSum {
    /// Of nothing yet.
    pub const NONE: GroupSum = GroupSum { top: f32::NEG_INFINITY, sum: 0.0 };

    /// Written among other numbers of its size.
    pub fn put(self, to: &mut [f32]) {
        let bits = self.sum.to_bits();
        to.copy_from_slice(&[self.top, f32::from_bits((bits >> 32) as u32), f32::from_bits(bits as u32)]);
    }
    fn of(from: &[f32]) -> GroupSum {
        let bits = u64::from(from[1].to_bits()) << 32 | u64::from(from[2].to_bits());
        GroupSum { top: from[0], sum: f64::from_bits(bits) }
    }
}

/// Where the groups of a sample are.
#[derive(Clone, Copy, Default)]
pub struct Place {
    /// groups of the whole sample
    pub groups: usize,
    /// the first of those of this rank
    pub first: usize,
    /// how many are this rank's
    pub here: usize,
    /// the number of its first one among those of all samples on this rank
    pub slot: usize,
}

impl Place {
    fn mine(&self) -> Range<usize> {
        self.first..self.first + self.here
    }
}

/// The gradients of the groups of samples, not yet summed.
pub struct Gathered {
    /// those of this rank
    pub gradients: Scratch,
    /// of all ranks, sample after sample
    sums: Scratch,
    places: [Place; MOST_SAMPLES],
    /// parameters
    len: usize,
    team: Option<Arc<Team>>,
}

impl Gathered {
    /// From what this rank has computed.
    ///
    /// # Errors
    /// Those of the team.
    pub fn of(
        gradients: Scratch,
        sums: Scratch,
        places: [Place; MOST_SAMPLES],
        len: usize,
        team: Option<Arc<Team>>,
    ) -> Result<Gathered> {
        let sums = match &team {
            None => sums,
            Some(team) => gather_sums(team, &sums, &places)?,
        };
        Ok(Gathered { gradients, sums, places, len, team })
    }

    /// What the groups of a sample came to, in their order.
    pub fn sums(&self, s: usize) -> impl Iterator<Item = GroupSum> {
        let first: usize = self.places[..s].iter().map(|p| p.groups).sum();
        self.sums[first * SUM..(first + self.places[s].groups) * SUM].chunks_exact(SUM).map(GroupSum::of)
    }

    /// Adds the gradients of a sample, each as often as `weight` of its group says. They are used up.
    ///
    /// # Errors
    /// Those of the team.
    pub fn add(&mut self, s: usize, weight: impl Fn(GroupSum) -> f32, into: &mut [f32]) -> Result<()> {
        let (place, len) = (self.places[s], self.len);
        let first: usize = self.places[..s].iter().map(|p| p.groups).sum();
        let sums = &self.sums[first * SUM..];
        let weight = |group: &Range<usize>| {
            if group.len() > 1 { 1.0 } else { weight(GroupSum::of(&sums[group.start * SUM..][..SUM])) }
        };
        let mut here = Here {
            gradients: &mut self.gradients[place.slot * len..(place.slot + place.here) * len],
            first: place.first,
            len,
        };
        let Some(team) = &self.team else {
            here.fold(0..place.groups, &weight);
            if place.groups > 0 {
                add_scaled(into, weight(&(0..place.groups)), here.at(0));
            }
            return Ok(());
        };
        let nodes = tree::nodes(place.groups, &place.mine());
        for node in &nodes {
            here.fold(node.clone(), &weight);
            if node.len() == 1 {
                here.scale(node.start, weight(node));
            }
        }
        team.add_nodes("gradient", place.groups, nodes.iter().map(|node| here.at(node.start)), into)
    }
}

/// The gradients of the groups of a sample that are here.
struct Here<'a> {
    gradients: &'a mut [f32],
    /// the number of the first group
    first: usize,
    len: usize,
}

impl Here<'_> {
    fn at(&self, group: usize) -> &[f32] {
        &self.gradients[(group - self.first) * self.len..][..self.len]
    }
    fn scale(&mut self, group: usize, by: f32) {
        self.gradients[(group - self.first) * self.len..][..self.len].iter_mut().for_each(|g| *g *= by);
    }
    /// The sum of a node in the place of its first group.
    fn fold(&mut self, node: Range<usize>, weight: &impl Fn(&Range<usize>) -> f32) {
        tree::fold(node, &mut |left, right| {
            let (to, from) = self.gradients.split_at_mut((right.start - self.first) * self.len);
            let to = &mut to[(left.start - self.first) * self.len..][..self.len];
            combine((to, weight(&left)), (&from[..self.len], weight(&right)));
        });
    }
}

/// The sums of all ranks, sample after sample, from those of this one.
fn gather_sums(team: &Team, mine: &[f32], places: &[Place; MOST_SAMPLES]) -> Result<Scratch> {
    let total: usize = places.iter().map(|p| p.groups).sum();
    let share = |p: &Place, r: usize| tree::share(p.groups, r, team.size());
    let lengths: Vec<usize> = (0..team.size()).map(|r| places.iter().map(|p| share(p, r).len() * SUM).sum()).collect();
    let mut by_rank = scratch::take(total * SUM);
    let first: usize = lengths[..team.rank()].iter().sum();
    by_rank[first..first + mine.len()].copy_from_slice(mine);
    team.gather("sums", &lengths, &mut by_rank)?;
    let mut out = scratch::take(total * SUM);
    let mut from = 0;
    for r in 0..team.size() {
        let mut before = 0;
        for p in places {
            let share = share(p, r);
            let n = share.len() * SUM;
            out[(before + share.start) * SUM..][..n].copy_from_slice(&by_rank[from..from + n]);
            from += n;
            before += p.groups;
        }
    }
    Ok(out)
}
