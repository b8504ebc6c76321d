//! Sparse matrices as AnnData keeps them in HDF5: the entries that are not 0, by rows (CSR) or by columns (CSC).
use super::hdf5::{File, Link, Object, Value};
use crate::dataset::Rows;
use crate::{interrupt, memory};

/// The parts of one.
const PARTS: [&str; 3] = ["data", "indices", "indptr"];

/// What is 0 may take so many bytes, and beyond that so many times the bytes of the file.
const FREELY: u128 = 8 << 20;
const RATIO: u128 = 1032;

/// Whether a group of these links is a sparse matrix.
pub fn is_one(links: &[(String, Link)]) -> bool {
    PARTS.iter().all(|p| links.iter().any(|(name, _)| name == p))
}

/// The shape of a sparse matrix, and whether it stands in rows.
///
/// # Errors
/// Says what it does not say.
pub fn described(file: &mut File, object: &Object) -> Result<([usize; 2], bool), String> {
    let of = |file: &mut File, new: &str, old: &str| match file.attribute(object, new)? {
        Some(value) => Ok(Some(value)),
        None => file.attribute(object, old),
    };
    let kind = of(file, "encoding-type", "h5sparse_format")?;
    let by_rows = match kind.as_ref().and_then(Value::text) {
        Some("csr_matrix" | "csr") => true,
        Some("csc_matrix" | "csc") => false,
        _ => {
            return Err(
                "it does not say whether it stands in rows or in columns (encoding-type csr_matrix or csc_matrix)"
                    .into(),
            );
        }
    };
    let size = |v: f64| ((0.0..1e15).contains(&v) && v.fract() == 0.0).then_some(v as usize);
    match of(file, "shape", "h5sparse_shape")? {
        Some(Value::Numbers(s)) if s.len() == 2 => match (size(s[0]), size(s[1])) {
            (Some(n), Some(d)) => Ok(([n, d], by_rows)),
            _ => Err(format!("its shape is {s:?}")),
        },
        _ => Err("it has no shape of two sizes".into()),
    }
}

fn part(file: &mut File, path: &str, name: &str) -> Result<Vec<f64>, String> {
    let at = format!("{path}/{name}");
    let missing = || format!("it is damaged: there is no dataset `{name}`");
    let object = file.find(&at)?.ok_or_else(missing)?;
    let dataset = file.dataset(&object)?.ok_or_else(missing)?;
    if dataset.shape.len() != 1 {
        return Err(format!("it is damaged: `{name}` has the shape {:?}", dataset.shape));
    }
    let (numbers, each) = file.numbers(&dataset, None)?;
    if each == 1 { Ok(numbers) } else { Err(format!("it is damaged: `{name}` holds several numbers at a place")) }
}

/// The matrix with all its zeros, from a file of so many bytes.
///
/// # Errors
/// Says what is damaged; more zeros than memory holds.
pub fn read(file: &mut File, object: &Object, path: &str, len: u64) -> Result<Rows, String> {
    let ([n, d], by_rows) = described(file, object)?;
    let bytes = memory::product(&[n, d, 8]);
    if bytes > FREELY.max(u128::from(len) * RATIO) {
        let (all, len) = (memory::amount(bytes), memory::amount(u128::from(len)));
        return Err(format!(
            "its shape {n}×{d} takes {all} with its zeros, more than {RATIO} times the {len} of the file"
        ));
    }
    if let Some(reason) = memory::refusal(bytes) {
        return Err(format!("its shape {n}×{d}, with its zeros, {reason}"));
    }
    let ends = part(file, path, "indptr")?;
    let (lines, across) = if by_rows { (n, d) } else { (d, n) };
    let ordered = ends.first() == Some(&0.0) && ends.windows(2).all(|w| w[0] <= w[1] && w[1].fract() == 0.0);
    if ends.len() != lines + 1 || !ordered {
        return Err(format!("it is damaged: its indptr are not {} places in order", lines + 1));
    }
    let (values, places) = (part(file, path, "data")?, part(file, path, "indices")?);
    if values.len() != places.len() || ends[lines] != values.len() as f64 {
        let (v, p, e) = (values.len(), places.len(), ends[lines]);
        return Err(format!("it is damaged: it has {v} values at {p} places, its indptr end at {e}"));
    }
    let mut data = vec![];
    memory::reserve(&mut data, n * d)?;
    data.resize(n * d, 0.0);
    for line in 0..lines {
        interrupt::poll_each(line).map_err(|e| e.to_string())?;
        for k in ends[line] as usize..ends[line + 1] as usize {
            let place = places[k];
            if place < 0.0 || place >= across as f64 || place.fract() != 0.0 {
                return Err(format!(
                    "it is damaged: an entry is at {place}, expected 0 to {}",
                    across.saturating_sub(1)
                ));
            }
            let at = if by_rows { line * d + place as usize } else { place as usize * d + line };
            // what is there twice counts twice, as in scipy
            data[at] += values[k];
        }
    }
    Ok(Rows { data, n, d })
}
