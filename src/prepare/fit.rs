//! Transforms of columns on their own, from a sample or from numbers that somebody knows.
use super::columns::{By, Column, column};
use super::transform::{How, Transform};
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::{interrupt, memory};

/// Every column to mean 0 and standard deviation 1, or to median 0 and the width that `by` measures.
///
/// # Errors
/// Fewer than two rows, and numbers that are not finite.
pub fn standardise(x: &Points, by: By) -> Result<Transform> {
    let (columns, _) = measured("standardise", x, by)?;
    Ok(Transform::of_columns(How::Standardised(by), x.dims()[0], &columns))
}

/// Every column divided by its width alone.
///
/// # Errors
/// As [`standardise`].
pub fn scale(x: &Points, by: By) -> Result<Transform> {
    let (mut columns, _) = measured("scale", x, by)?;
    columns.iter_mut().for_each(|c| (c.centre, c.rest) = (0.0, 0.0));
    Ok(Transform::of_columns(How::Scaled(by), x.dims()[0], &columns))
}

/// z = (x − centre)/scale as somebody knows them; one centre is that of every column, and without any 0 stays where it is.
///
/// # Errors
/// No scale, scales that are not above 0, and another number of centres than of scales.
pub fn given(scale: &[f64], centre: &[f64]) -> Result<Transform> {
    if let Some(k) = scale.iter().position(|s| !(s.is_finite() && *s > 0.0)) {
        return Err(Error::data("scale", format!("the scale of column {k} is {}, expected a number > 0", scale[k])));
    }
    let d = scale.len();
    let all = match centre {
        _ if d == 0 => return Err(Error::data("scale", "the list is empty, expected a number > 0 for every column")),
        [] => vec![0.0; d],
        [one] => vec![*one; d],
        many if many.len() == d => many.to_vec(),
        many => {
            let expected = format!("{d} numbers, one per column");
            return Err(Error::Shape { what: "scale, center".into(), expected, got: many.len().to_string() });
        }
    };
    let pairs = scale.iter().zip(all);
    let columns: Vec<Column> =
        pairs.map(|(s, centre)| Column { centre, rest: 0.0, scale: *s, constant: false }).collect();
    Ok(Transform::of_columns(How::Given, 0, &columns))
}

/// What the columns of a sample are, and its rows.
pub(super) fn measured(what: &str, x: &Points, by: By) -> Result<(Vec<Column>, Vec<f64>)> {
    let [n, d] = x.dims();
    // as rows, and a few columns more
    memory::check_points(what, [n, d + 3], 16)?;
    let rows = rows_f64(x)?;
    super::rows::check_finite(what, &rows, d)?;
    if n < 2 {
        return Err(Error::data(what, format!("{n} row has no spread to divide by: at least 2 are needed")));
    }
    let mut values = Vec::with_capacity(n);
    let mut one = |k: usize| {
        interrupt::poll()?;
        values.clear();
        values.extend(rows.iter().skip(k).step_by(d));
        Ok(column(&values, by))
    };
    let columns = (0..d).map(&mut one).collect::<Result<_>>()?;
    Ok((columns, rows))
}
