//! `linalg::…`: small linear algebra on points, whose rows are those of the matrix.
use super::language::basic;
use crate::catalogue::Entry;
use crate::device::{rows_f64, wide};
use crate::error::Result;
use crate::linear::{self, Matrix};
use crate::script::call::Call;
use crate::script::convert::{list, numbers, plain_number};
use crate::script::library::Library;
use rhai::{Array, Dynamic, Map};

/// The pages.
pub const ENTRIES: &[Entry] = &[
    basic(
        "linalg::solve",
        "linalg::solve(a, b)",
        "x of a x = b, where a has as many rows as columns and b is a list, or points with a column per question.",
        "linalg::solve([[2, 1], [1, 3]], [3, 5])",
    ),
    basic("linalg::inverse", "linalg::inverse(a)", "The inverse of a matrix.", "linalg::inverse([[2, 1], [1, 3]])"),
    basic("linalg::det", "linalg::det(a)", "The determinant of a matrix.", "linalg::det([[2, 1], [1, 3]])"),
    basic(
        "linalg::eigh",
        "linalg::eigh(a)",
        "Of a symmetric matrix: values, in ascending order, and vectors, the columns of points, each with its largest entry above 0.",
        "linalg::eigh([[2, 1], [1, 2]]).values",
    ),
    basic(
        "linalg::svd",
        "linalg::svd(a)",
        "a = u diag(s) vt: u with orthonormal columns, the largest entry of each above 0, s in descending order, vt with orthonormal rows.",
        "linalg::svd([[3, 0], [4, 5]]).s",
    ),
    basic(
        "linalg::qr",
        "linalg::qr(a)",
        "a = q r: q with orthonormal columns, r upper triangular with a diagonal >= 0.",
        "linalg::qr([[3, 0], [4, 5]]).r",
    ),
];

fn matrix(call: &Call, what: &str, v: &Dynamic) -> Result<Matrix> {
    let p = call.points(what, v)?;
    let [rows, columns] = p.dims();
    Ok(Matrix { data: rows_f64(&p)?, rows, columns })
}

fn points(m: Matrix) -> Dynamic {
    Dynamic::from(wide(m.data, m.rows, m.columns))
}

fn named<const N: usize>(parts: [(&str, Dynamic); N]) -> Map {
    parts.into_iter().map(|(name, v)| (name.into(), v)).collect()
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("linalg::solve", |call, (a, b): (Dynamic, Dynamic)| {
        let a = matrix(call, "linalg::solve, a", &a)?;
        let flat = b.flatten_clone();
        let one = flat.read_lock::<Array>().is_some_and(|l| l.iter().all(|v| plain_number(v).is_some()));
        if !one {
            return Ok(points(linear::solve(&a, &matrix(call, "linalg::solve, b", &b)?)?));
        }
        let data = numbers("linalg::solve, b", &b)?;
        let rows = data.len();
        Ok(Dynamic::from(list(linear::solve(&a, &Matrix { data, rows, columns: 1 })?.data)))
    });
    l.expose("linalg::inverse", |call, (a,): (Dynamic,)| {
        Ok(points(linear::inverse(&matrix(call, "linalg::inverse", &a)?)?))
    });
    l.expose("linalg::det", |call, (a,): (Dynamic,)| Ok(linear::determinant(&matrix(call, "linalg::det", &a)?)?));
    l.expose("linalg::eigh", |call, (a,): (Dynamic,)| {
        let (values, vectors) = linear::eigen(&matrix(call, "linalg::eigh", &a)?)?;
        Ok(named([("values", Dynamic::from(list(values))), ("vectors", points(vectors))]))
    });
    l.expose("linalg::svd", |call, (a,): (Dynamic,)| {
        let (u, s, vt) = linear::svd(&matrix(call, "linalg::svd", &a)?)?;
        Ok(named([("u", points(u)), ("s", Dynamic::from(list(s))), ("vt", points(vt))]))
    });
    l.expose("linalg::qr", |call, (a,): (Dynamic,)| {
        let (q, r) = linear::qr(&matrix(call, "linalg::qr", &a)?)?;
        Ok(named([("q", points(q)), ("r", points(r))]))
    });
}
