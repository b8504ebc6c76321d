//! Samples of which every rank holds some rows alone.
use super::options::RunOptions;
use crate::device::rows_f64;
use crate::error::{Error, Result};
use crate::flow::recipe::Recipe;
use crate::ranks::{self, Split, Splits, Spread};
use burn::tensor::Device;
use std::sync::Arc;

/// Who is to have which rows of a source and a target; none where the flow, or what the run was told, needs all on every rank, and where they
/// are small.
pub(super) fn splits(
    recipe: &dyn Recipe,
    device: &Device,
    (source, target): (&Spread, &Spread),
    o: &RunOptions,
) -> Option<Splits> {
    let (n, m, d) = (source.rows(), target.rows(), target.dim());
    let team = ranks::current().filter(|t| (n + m) * d >= t.splits())?;
    if source.dim() != d || o.holdout.is_some_and(|share| share > 0.0) {
        return None;
    }
    let split = |rows: usize| {
        let group = recipe.rows_of_a_group(rows, d, device)?;
        Some(Arc::new(Split::new(team.clone(), rows, group))).filter(|s| s.is_everywhere())
    };
    Some(Splits { source: split(n)?, target: split(m)? })
}

/// Errors unless a flow can move this source towards this target: what it says of their first rows, and numbers that are not finite on
/// whichever rank.
pub(super) fn check(recipe: &dyn Recipe, source: &Spread, target: &Spread) -> Result<()> {
    recipe.check(&source.piece(0..1)?, &target.piece(0..1)?)?;
    finite("the source", source)?;
    finite("the target", target)
}

/// Errors, on all ranks with the first row, unless a sample is finite.
fn finite(name: &str, sample: &Spread) -> Result<()> {
    let (d, first) = (sample.dim(), sample.split.as_ref().map_or(0, |s| s.here().start));
    let rows = rows_f64(&sample.here)?;
    let found = rows.iter().position(|v| !v.is_finite());
    let mine = found.map_or([f64::INFINITY, 0.0, 0.0], |i| [(first + i / d) as f64, (i % d) as f64, rows[i]]);
    let all = match &sample.split {
        Some(split) => split.each("finite", &mine)?,
        None => mine.to_vec(),
    };
    match all.chunks_exact(3).find(|f| f[0].is_finite()) {
        None => Ok(()),
        Some(f) => {
            Err(Error::data("run(source, target)", format!("{name} has {} in row {}, column {}", f[2], f[0], f[1])))
        }
    }
}
