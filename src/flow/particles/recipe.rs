//! Particle flows before they have met their particles.
use super::dot;
use super::options::ParticleOptions;
use super::rest::Rest;
use super::running::ParticleFlow;
use super::widths::family;
use crate::critic::{Asked, CriticBuilder, Frame, natural};
use crate::device::{Points, is_cpu, rows_f64};
use crate::divergence::found::{at_widths, awaits_width};
use crate::divergence::{Divergence, Objective, Term};
use crate::error::{Error, Result};
use crate::flow::field::Part;
use crate::flow::integrators::EULER;
use crate::flow::labels::Classes;
use crate::flow::noise::Noise;
use crate::flow::origins::Moves;
use crate::flow::pace::Pace;
use crate::flow::recipe::{ReadRecipe, Recipe, SavedForm, Setting, needs_euler};
use crate::flow::run::diameter;
use crate::flow::saved::{SavedDivergence, complete, read, tagged};
use crate::flow::traits::Flow;
use crate::interrupt::Interrupt;
use crate::ranks::Spread;
use crate::ranks::split::sums;
use crate::space::Space;
use crate::space::found::Widths;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A particle flow that has not met its particles yet: explicit or implicit steps of dY/dt = −∇(δD/δP)(Y).
#[derive(Clone)]
pub struct ParticleRecipe {
    /// the algorithm it was made by: "gpa", "mmd_flow", …
    pub algorithm: String,
    /// D, whose weighted terms each get a critic
    pub divergence: Arc<dyn Divergence>,
    /// step, integrator, ascent, noise
    pub options: ParticleOptions,
    /// how critics are made
    pub critic: Arc<dyn CriticBuilder>,
    /// whether somebody asked for this critic, which then has to fit
    pub explicit: bool,
}

impl ParticleRecipe {
    /// Errors if options contradict each other.
    pub fn new(
        algorithm: &str,
        divergence: Arc<dyn Divergence>,
        options: ParticleOptions,
        critic: Asked,
    ) -> Result<ParticleRecipe> {
        if options.batch > 0 && options.inner_tolerance > 0.0 {
            return Err(Error::Unsupported {
                what: "the option `inner_tolerance` beside `batch`".into(),
                reason: "compares ascent steps with each other, which are taken on different minibatches".into(),
                advice: "leave one of them out".into(),
            });
        }
        if !options.noise.is_none() && !options.integrator.takes_noise {
            return Err(Error::Unsupported {
                what: "the option `noise`".into(),
                reason: format!(
                    "makes the field another one at every step, which the scheme \"{}\" cannot follow",
                    options.integrator.name
                ),
                advice: "use integrator: \"euler\" or \"heun\"".into(),
            });
        }
        let Asked { builder: critic, explicit } = critic;
        Ok(ParticleRecipe { algorithm: algorithm.into(), divergence, options, critic, explicit })
    }

    /// The label coordinates of a run with classes.
    fn classes(&self, s: &Setting, terms: &[(f64, Term)]) -> Result<Option<Classes>> {
        let Some(labels) = s.labels else { return Ok(None) };
        labels.check(s.source, s.target)?;
        if self.options.batch > 0 {
            return Err(Error::Unsupported {
                what: "labels beside the option `batch`".into(),
                reason: "change their shares from minibatch to minibatch, which would carry mass between classes"
                    .into(),
                advice: "leave one of them out".into(),
            });
        }
        let fixed = |o: &Objective| matches!(o, Objective::Ipm | Objective::Root | Objective::Sinkhorn(_));
        if terms.iter().any(|(_, t)| t.cost().is_some() && fixed(&t.objective)) {
            labels.check_shares("a transport cost with fixed marginals would carry mass between classes")?;
        }
        // a kernel may decay slowly; where distances are only differences, as in kernel sums, far is no loss
        let kernels = terms.iter().all(|(_, t)| matches!(t.space, Space::Rkhs(_)));
        let distance = far_apart(s)? * if kernels { 1e3 } else { 1.0 };
        Ok(Some(Classes::new(labels, distance, &s.target.device())?))
    }

    /// Errors if kernel widths shall adapt and there are none.
    fn check_widths(&self, terms: &[(f64, Term)]) -> Result<()> {
        if self.options.adapt_width == 0 {
            return Ok(());
        }
        if let Some((_, t)) = terms.iter().find(|(_, t)| family(&t.space).is_none()) {
            let kernel = match &t.space {
                Space::Rkhs(p) => p.kernel.describe(),
                _ => self.divergence.name(),
            };
            return Err(Error::Unsupported {
                what: "adapt_width".into(),
                reason: format!("chooses the width of one gaussian, laplace or imq kernel; {kernel} is none"),
                advice: "leave it out".into(),
            });
        }
        if self.critic.trains() && terms.iter().any(|(_, t)| self.critic.supports(t)) {
            return Err(Error::Unsupported {
                what: "adapt_width".into(),
                reason: format!(
                    "chooses the width of a kernel that compares points, and {} trains what it compares",
                    self.critic.describe()
                ),
                advice: "leave one of them out".into(),
            });
        }
        Ok(())
    }

    /// D with the widths that nobody named, found from the samples; of a source that will go to the size of the target, from what it
    /// will be.
    fn with_widths(&self, s: &Setting) -> Result<Arc<dyn Divergence>> {
        if !awaits_width(self.divergence.as_ref()) || s.source.dims()[1] != s.target.dims()[1] {
            return Ok(self.divergence.clone());
        }
        let goes = self.options.dt.is_auto() && self.options.carry != Some(false);
        let resized = if goes { dot::resized(&s.source.clone().into(), &s.target.clone().into())? } else { None };
        let p = resized.as_ref().unwrap_or(s.source);
        let widths = Widths::towards(&rows_f64(p)?, &rows_f64(s.target)?, s.target.dims()[1]);
        Ok(at_widths(&self.divergence, widths.rounded()))
    }

    /// Ties the recipe to its samples and makes its critics. Errors if labels, widths or critics do not fit them.
    pub fn tie(&self, s: &Setting) -> Result<ParticleFlow> {
        let divergence = self.with_widths(s)?;
        let terms = divergence.terms();
        let classes = self.classes(s, &terms)?;
        let target = classes.as_ref().map_or_else(|| s.target.clone(), |c| c.of_target(s.target));
        let splits = s.splits.cloned();
        let source = Spread::of(s.source.clone(), splits.as_ref().map(|s| &s.source));
        let given = Spread::of(s.target.clone(), splits.as_ref().map(|s| &s.target));
        let labelled = Spread::of(target.clone(), given.split.as_ref());
        let frame = Frame::of_all(&labelled)?.with_appended(target.dims()[1] - s.target.dims()[1]);
        let scale = if classes.is_some() { Frame::of_all(&given)?.scale } else { frame.scale };
        self.check_widths(&terms)?;
        let critics = natural::build_all(self.critic.as_ref(), self.explicit, &terms, &frame, s.seed)?;
        let parts = Part::all(terms, critics);
        let new = || Ok(Pace::new(apart(&source, &given)?, &target.device()).on(source.split.as_ref()));
        let pace = self.options.dt.is_auto().then(new);
        Ok(ParticleFlow {
            recipe: Arc::new(self.clone()),
            divergence,
            options: self.options.clone(),
            parts,
            pace: pace.transpose()?,
            target,
            classes,
            rest: Rest::default(),
            carried: 0,
            planned: s.steps,
            finds_width: awaits_width(self.divergence.as_ref()),
            scale,
            splits,
            seed: s.seed,
            interrupt: Interrupt::default(),
        })
    }
}

/// The mean of a sample, and the mean squared distance of its points from it.
fn moments(x: &Spread) -> Result<(Vec<f64>, f64)> {
    let (rows, d, split, n) = (rows_f64(&x.here)?, x.dim(), x.split.as_deref(), x.rows() as f64);
    let (here, row) = (rows.len() / d, |i: usize| &rows[i * d..(i + 1) * d]);
    let add = |i: usize, sums: &mut [f64]| sums.iter_mut().zip(row(i)).for_each(|(s, v)| *s += v);
    let mean: Vec<f64> = sums(split, here, d, add)?.into_iter().map(|s| s / n).collect();
    let from =
        |i: usize, sum: &mut [f64]| sum[0] += row(i).iter().zip(&mean).map(|(v, m)| (v - m) * (v - m)).sum::<f64>();
    let spread = sums(split, here, 1, from)?[0] / n;
    Ok((mean, spread))
}

/// The root of the mean squared distance between points of two samples.
fn apart(p: &Spread, q: &Spread) -> Result<f64> {
    let ((at_p, of_p), (at_q, of_q)) = (moments(p)?, moments(q)?);
    let gap: f64 = at_p.iter().zip(&at_q).map(|(a, b)| (a - b) * (a - b)).sum();
    Ok((gap + of_p + of_q).sqrt())
}

/// A distance at which classes do not see each other: the diagonals of both samples and of what lies between.
fn far_apart(s: &Setting) -> Result<f64> {
    diameter(&Tensor::cat(vec![s.source.clone(), s.target.clone()], 0))
}

impl Recipe for ParticleRecipe {
    fn describe(&self) -> String {
        let terms = self.divergence.terms();
        let trained = self.critic.trains() && (self.explicit || terms.iter().any(|(_, t)| self.critic.supports(t)));
        let mut critics = if self.explicit || trained { vec![self.critic.describe()] } else { vec![] };
        if trained {
            critics.push(format!("{} inner steps", self.options.inner_steps));
        }
        for (_, t) in terms.iter().filter(|(_, t)| !self.critic.supports(t)) {
            critics.push(natural::solver(t).describe());
        }
        critics.dedup();
        format!(
            "{}({}, dt {}, {}, {})",
            self.algorithm,
            self.divergence.name(),
            self.options.dt.describe(),
            critics.join(", "),
            self.options.integrator.name
        )
    }

    fn start(&self, setting: &Setting) -> Result<Box<dyn Flow>> {
        Ok(Box::new(self.tie(setting)?))
    }

    fn moves(&self, _: &Points, _: &Points) -> Moves {
        let terms = self.divergence.terms();
        if terms.iter().all(|(_, t)| t.is_translation_invariant()) { Moves::Together } else { Moves::Neither }
    }

    fn rows_of_a_group(&self, rows: usize, d: usize, device: &Device) -> Option<usize> {
        let o = &self.options;
        let explicit = o.integrator.reads.is_empty();
        let forward = |(_, t): &(f64, Term)| self.critic.supports(t) && t.varies_as_critic();
        let fits = is_cpu(device) && explicit && o.noise.is_none() && o.adapt_width == 0 && self.critic.trains();
        if !fits || !self.divergence.terms().iter().all(forward) {
            return None;
        }
        self.critic.rows_of_a_group(rows, d)
    }

    fn check_latent(&self, mobility: bool) -> Result<()> {
        if mobility && *self.options.integrator != EULER { Err(needs_euler()) } else { Ok(()) }
    }

    fn to_json(&self) -> serde_json::Value {
        let saved = Saved {
            preset: self.algorithm.clone(),
            divergence: SavedDivergence::of(self.divergence.as_ref()),
            options: self.options.clone(),
            critic: self.critic.to_json(),
            chosen: self.explicit,
        };
        tagged(PARTICLES.kind, &saved)
    }
}

/// The recipe as data, in the words of format 4.
#[derive(Serialize, Deserialize)]
struct Saved {
    preset: String,
    divergence: SavedDivergence,
    options: ParticleOptions,
    critic: serde_json::Value,
    chosen: bool,
}

/// How particle flows are read back.
pub const PARTICLES: SavedForm = SavedForm { kind: "gradient", load };

fn load(v: &serde_json::Value, _: ReadRecipe) -> Result<Arc<dyn Recipe>> {
    let s: Saved = read(v)?;
    if let Noise::Schedule(f) = &s.options.noise {
        complete("noise", f.missing())?;
    }
    let critic = natural::from_json(&s.critic)?;
    Ok(Arc::new(ParticleRecipe {
        algorithm: s.preset,
        divergence: s.divergence.rebuild()?,
        options: s.options,
        critic,
        explicit: s.chosen,
    }))
}
