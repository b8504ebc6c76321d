//! Low-dimensional points in a space of higher dimension.
use super::{Rows, check_size, rows};
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};

pub const ENTRY: Entry = Entry {
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

pub fn embed(points: &Rows, dim: usize) -> Result<Rows> {
    check_size("data::embed", points.n, dim)?;
    if dim < points.d {
        return Err(Error::data(
            "data::embed",
            format!("points of dimension {} do not fit in dimension {dim}", points.d),
        ));
    }
    Ok(rows(points.n, dim, |i, out| {
        out.extend(&points.data[i * points.d..(i + 1) * points.d]);
        out.extend(std::iter::repeat_n(0.0, dim - points.d));
    }))
}
