//! The part of a target that a run is not given, to be judged by.
use super::options::RunOptions;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::flow::labels::Labels;
use crate::random;
use rand::seq::index;

/// The stream of the split.
const SPLIT: u64 = 0x686F_6C64;

/// Rows of a target: those a run is given, in their order, and those held out. None where nothing is.
///
/// # Errors
/// A share that leaves nothing on one side.
pub(super) fn split(n: usize, o: &RunOptions) -> Result<Option<(Vec<usize>, Vec<usize>)>> {
    let Some(share) = o.holdout.filter(|share| *share > 0.0) else { return Ok(None) };
    let out = (share * n as f64).round() as usize;
    if out == 0 || out >= n {
        let reason = format!(
            "holdout {share} of {n} points leaves {} of them for one side",
            if out == 0 { out } else { n - out }
        );
        return Err(Error::data("run", reason));
    }
    let mut rng = random::rng(o.seed.unwrap_or(0) ^ SPLIT, 0);
    let mut held = index::sample(&mut rng, n, out).into_vec();
    held.sort_unstable();
    let given = (0..n).filter(|i| held.binary_search(i).is_err()).collect();
    Ok(Some((given, held)))
}

/// The part of a target that the run is given, with its labels.
///
/// # Errors
/// As [`split`].
pub(super) fn given(target: &Points, labels: Option<&Labels>, o: &RunOptions) -> Result<(Points, Option<Labels>)> {
    let Some((rows, _)) = split(target.dims()[0], o)? else { return Ok((target.clone(), labels.cloned())) };
    // labels that do not fit the target are reported by whoever checks them
    let labels = labels.map(|l| Labels {
        source: l.source.clone(),
        target: if l.target.len() == target.dims()[0] {
            rows.iter().map(|i| l.target[*i]).collect()
        } else {
            l.target.clone()
        },
    });
    Ok((random::select(target, rows), labels))
}

/// The part that is held out.
///
/// # Errors
/// As [`split`].
pub(super) fn held(target: &Points, o: &RunOptions) -> Result<Option<Points>> {
    Ok(split(target.dims()[0], o)?.map(|(_, rows)| random::select(target, rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{rows_f64, wide};

    fn options(share: f64) -> RunOptions {
        RunOptions { holdout: Some(share), seed: Some(3), ..RunOptions::default() }
    }

    /// Every row is on one side, its label with it; the same seed splits alike.
    #[test]
    fn a_row_is_on_one_side() {
        let target = wide((0..10).map(f64::from).collect(), 10, 1);
        let labels = Labels { source: vec![0], target: (0..10).collect() };
        let (given, its) = given(&target, Some(&labels), &options(0.3)).unwrap();
        let held = held(&target, &options(0.3)).unwrap().unwrap();
        assert_eq!((given.dims()[0], held.dims()[0]), (7, 3));
        let mut all = [rows_f64(&given).unwrap(), rows_f64(&held).unwrap()].concat();
        let labelled: Vec<f64> = its.unwrap().target.into_iter().map(|l| l as f64).collect();
        assert_eq!(labelled, all[..7]);
        all.sort_by(f64::total_cmp);
        assert_eq!(all, (0..10).map(f64::from).collect::<Vec<f64>>());
        assert_eq!(split(10, &options(0.3)).unwrap(), split(10, &options(0.3)).unwrap());
    }

    #[test]
    fn nothing_may_be_left() {
        assert!(split(2, &options(0.1)).is_err() && split(2, &options(0.9)).is_err());
        assert_eq!(split(2, &options(0.0)).unwrap(), None);
    }
}
