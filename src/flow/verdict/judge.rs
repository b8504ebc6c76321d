//! The judgement of what was measured, and what to try.
use super::measure::{Against, Measured};
use crate::record::compact;

/// Up to this many times the distance of neighbours, or what two samples lie apart, the particles have arrived as far as W₂ can tell.
const MATCHED: f64 = 2.0;
const ALIKE: f64 = 1.3;
/// What is left of the distance a while ago where particles are still on their way.
const FALLING: f64 = 0.93;
/// Particles that can match all points end nearer to them than this, so they may have some way to go where they are farther.
const NEARER: f64 = 1.0;
/// Particles that move this many times the noise and come no nearer jitter.
const RESTLESS: f64 = 0.5;
/// Times as far from the target as at the start.
const FARTHER: f64 = 1.2;
/// Shares of points without a neighbour that are too many; 0.01 is usual.
const MANY: f64 = 0.15;
/// A share of what a map made that lies nowhere near the target, which is between its parts: W₂ between samples does not see a few.
const BRIDGES: f64 = 0.05;
/// Norms that differ by this much in the mean, in logarithms, and by so many times what those of two samples do: of particles that can
/// match all points, and of those that know a law by parts of a sample.
const NORMS: f64 = 0.12;
const MATCHED_TAILS: f64 = 1.0;
const ALIKE_TAILS: f64 = 2.5;
/// An energy distance so many times that of two samples, of particles that can match all points and then have half of it, is of tails
/// that differ, even where norms differ by less than that; and of those that know a law by parts of it, where tails do by this much.
const UNMATCHED: f64 = 1.35;
const UNLIKE_BULK: f64 = 2.0;
const UNLIKE_TAILS: f64 = 1.5;
/// An energy distance so many times that of two samples is none of theirs.
const UNLIKE: f64 = 5.0;
/// Particles this much nearer to each other than points of the target are have collapsed.
const COLLAPSED: f64 = 0.5;
/// Particles nearer to points of the target than this share of what fresh points are copy them.
const COPIES: f64 = 0.5;
/// Fewest points of a part that say anything.
const FEWEST: usize = 8;
/// A coordinate of the target so many times as wide as another is all that distances see.
const UNEVEN: f64 = 30.0;
/// What is left of the distance at the start where few points, or those of a target that is one point, have arrived.
const ARRIVED: f64 = 0.1;

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// the particles are a sample of the target as far as can be told
    Settled,
    /// they are still coming nearer
    Moving,
    /// they neither come nearer nor move
    Stuck,
    /// they move and come no nearer
    Jittering,
    /// they are farther away than at the start
    Diverged,
    /// they lie where the target lies, in other shares
    Masses,
    /// parts of the target have no particles
    Lost,
    /// the bulk has settled, the tails have not
    Tails,
    /// they lie together
    Collapsed,
    /// too many lie between parts of the target
    Between,
    /// they lie on the points of the target
    Memorising,
    /// there are too few points to tell
    Few,
}

impl Word {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Word::Settled => "settled",
            Word::Moving => "still moving",
            Word::Stuck => "stuck",
            Word::Jittering => "jittering",
            Word::Diverged => "diverged",
            Word::Masses => "mode masses off",
            Word::Lost => "modes lost",
            Word::Tails => "tails off",
            Word::Collapsed => "collapsed",
            Word::Between => "between modes",
            Word::Memorising => "memorising",
            Word::Few => "too few points to tell",
        }
    }

    /// What to try.
    pub fn advice(self) -> &'static str {
        match self {
            Word::Settled | Word::Few => "",
            Word::Moving => "more steps: run.resume(n)",
            Word::Stuck => {
                "a larger L or more ascent of the critic if its slopes have faded; the least D of this flow may lie elsewhere"
            }
            Word::Jittering => {
                "a shorter dt (\"auto\" finds one), more ascent of the critic for every step, a smaller L"
            }
            Word::Diverged => {
                "a shorter dt (\"auto\" finds one), or a divergence that is finite here: one over lipschitz(L)"
            }
            Word::Masses => "carry: true, more steps or a larger L: mass moves slowly between modes",
            Word::Lost => "carry: true, a larger L, a wider source, more particles",
            Word::Tails => "an f that weighs tails more, such as alpha(2), or more steps",
            Word::Collapsed => "more steps, more ascent of the critic for every step",
            Word::Between => {
                "more steps, a wider generator such as mlp([128, 128, 128]), or particles (gpa): a map that is continuous bridges gaps"
            }
            Word::Memorising => {
                "fewer steps, fewer critic steps, a smaller L or critic; holdout: 0.2 shows when it begins"
            }
        }
    }
}

/// What became of a run, with the numbers that say so.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// in a word
    pub word: Word,
    /// what was measured
    pub measured: Measured,
}

impl Verdict {
    /// The judgement of what was measured.
    pub fn of(measured: Measured) -> Verdict {
        Verdict { word: word(&measured), measured }
    }

    /// That of a run that was ended because a step went out of bounds; the particles are those before it.
    pub fn diverged(self) -> Verdict {
        Verdict { word: Word::Diverged, ..self }
    }

    /// One line: the word, the numbers behind it, what to try.
    pub fn describe(&self) -> String {
        let m = &self.measured;
        let mut out = self.word.name().to_string();
        let what = match m.against {
            Against::Spacing => "the distance of neighbours in it",
            Against::Samples => "that between two samples of it",
        };
        if m.of_a_point() {
            out += &format!(
                ": what is left of W2 to the one point of the target is {} of the start",
                times(m.distance / m.start)
            );
        } else if m.points >= FEWEST {
            out += &format!(": W2 to the target is {} times {what}", times(m.ratio()));
        }
        let more = match self.word {
            Word::Moving => format!(", {} of what it was a while ago", times(m.distance / m.before)),
            Word::Jittering | Word::Stuck if m.moved.is_finite() => {
                format!(", and particles moved {} times that lately", times(m.moved / m.noise))
            }
            Word::Diverged if m.distance > m.start => {
                format!(", {} of what it was at the start", times(m.distance / m.start))
            }
            Word::Diverged => String::new(),
            Word::Masses => ", though particles lie where it lies".into(),
            Word::Lost => format!(", and {:.0} % of it has no particle near", 100.0 * m.missed),
            Word::Tails => format!(
                ", but norms differ by {:.0} %, {} times what those of two samples do",
                100.0 * m.norms.exp_m1(),
                times(m.tails)
            ),
            Word::Collapsed => {
                format!(", and particles lie {} times as far from each other as its points", times(m.spread))
            }
            Word::Between => format!(", but {:.0} % of the particles lie nowhere near it", 100.0 * m.beyond),
            Word::Memorising => format!(
                ", but particles are {} times as near to its points as fresh points are",
                times(1.0 / m.nearness)
            ),
            Word::Settled | Word::Few | Word::Jittering | Word::Stuck => String::new(),
        };
        out += &more;
        match self.tried() {
            advice if advice.is_empty() => out,
            advice => format!("{out}. Try {advice}"),
        }
    }

    /// What to try, for what was measured.
    fn tried(&self) -> String {
        let (m, advice) = (&self.measured, self.word.advice());
        if advice.is_empty() {
            return String::new();
        }
        if m.uneven > UNEVEN {
            let times = times(m.uneven);
            return format!("prepare: \"standardise\", as its coordinates differ {times} times in width, or {advice}");
        }
        let map = self.word == Word::Collapsed && m.mapped;
        format!("{advice}{}", if map { ", or particles (gpa) instead of a map" } else { "" })
    }

    /// The numbers by name.
    pub fn numbers(&self) -> Vec<(&'static str, f64)> {
        let m = &self.measured;
        vec![
            ("distance", m.ratio()),
            ("distance_before", m.before / m.noise),
            ("distance_at_start", m.start / m.noise),
            ("moved", m.moved / m.noise),
            ("missed", m.missed),
            ("astray", m.astray),
            ("beyond", m.beyond),
            ("norms", m.norms),
            ("tails", m.tails),
            ("energy", m.energy),
            ("spread", m.spread),
            ("nearness", m.nearness),
            ("uneven", m.uneven),
        ]
    }
}

fn times(v: f64) -> String {
    if v.abs() < 100.0 { format!("{v:.2}") } else { compact(v.round()) }
}

fn word(m: &Measured) -> Word {
    if m.of_a_point() && m.distance <= ARRIVED * m.start {
        return Word::Settled;
    }
    if m.points < FEWEST {
        return if m.points == 0 || m.distance > ARRIVED * m.start || m.start.is_nan() {
            Word::Few
        } else {
            Word::Settled
        };
    }
    let (many, copies) = (|share: f64| share > MANY, |near: f64| near < COPIES);
    let near = match m.against {
        Against::Spacing => MATCHED,
        Against::Samples => ALIKE,
    };
    let nearer = m.distance < FALLING * m.before;
    let arriving = m.against == Against::Spacing && nearer && m.ratio() > NEARER;
    if m.ratio() <= near && m.energy <= UNLIKE && !arriving {
        return match () {
            // a source that lay on these points itself was left alone
            () if copies(m.nearness) && !copies(m.nearness_at_start) => Word::Memorising,
            () if m.mapped && m.beyond > BRIDGES => Word::Between,
            () if tails_off(m) => Word::Tails,
            () => Word::Settled,
        };
    }
    let farther = m.distance > FARTHER * m.start;
    match () {
        // what a collapsed generator makes may lie farther away than what it began with
        () if m.mapped && m.spread < COLLAPSED && (farther || !nearer) => Word::Collapsed,
        () if farther => Word::Diverged,
        () if m.spread < COLLAPSED && !many(m.missed) => Word::Collapsed,
        () if nearer => Word::Moving,
        () if !many(m.astray) && !many(m.missed) => Word::Masses,
        () if !many(m.astray) => Word::Lost,
        () if m.moved > RESTLESS * m.noise => Word::Jittering,
        () => Word::Stuck,
    }
}

/// Whether norms are of another law, which W₂ between bulks does not see.
fn tails_off(m: &Measured) -> bool {
    let clearly = m.norms > NORMS;
    match m.against {
        Against::Spacing => m.tails > MATCHED_TAILS && (clearly || m.energy > UNMATCHED),
        Against::Samples => clearly && (m.tails > ALIKE_TAILS || m.tails > UNLIKE_TAILS && m.energy > UNLIKE_BULK),
    }
}
