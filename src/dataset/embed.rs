//! Low-dimensional points in a space of higher dimension.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, check_size, rows};
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};

const ENTRY: Entry = Entry {
    name: "data::embed",
    room: "data",
    signature: "data::embed(points, dim)",
    doc: "The points with zero coordinates appended up to dimension `dim`.",
    equation: r"x\mapsto(x,0)",
    cite: "gu2024gpa",
    options: &[],
    defaults: no_defaults,
    example: "data::embed(data::moons(50), 10)",
};

/// `data::embed(points, dim)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::rows("data::embed points"), Argument::count("data::embed dim")],
    draw: Draw::Fixed(|c| embed(c.rows(0)?, c.count(1)?)),
};

/// The points with zero coordinates appended, x ↦ (x, 0), shape [n, dim]. Errors if they have more than `dim` already.
pub fn embed(points: &Rows, dim: usize) -> Result<Rows> {
    check_size("data::embed", points.n, dim)?;
    if dim < points.d {
        return Err(Error::data(
            "data::embed",
            format!("points of dimension {} do not fit in dimension {dim}", points.d),
        ));
    }
    rows("data::embed", points.n, dim, |i, out| {
        out.extend(&points.data[i * points.d..(i + 1) * points.d]);
        out.extend(std::iter::repeat_n(0.0, dim - points.d));
    })
}
