//! A column of labels in HDF5: texts, numbers, or codes of categories as pandas and AnnData keep them.
use super::h5_place::Place;
use super::hdf5::{File, Kind, Object};
use super::wanted::{Labels, Texts};
use crate::input::excerpt;
use crate::memory;

/// A column, and what there is to say about it.
pub struct Found {
    /// one label for every point
    pub labels: Labels,
    /// a sentence each
    pub notes: Vec<String>,
}

impl From<Labels> for Found {
    fn from(labels: Labels) -> Found {
        Found { labels, notes: vec![] }
    }
}

/// Reads the column at a path.
///
/// # Errors
/// Says what is damaged, or no column.
pub fn read(file: &mut File, path: &str, place: &Place) -> Result<Found, String> {
    if place.object.links.is_some() {
        return of_group(file, path);
    }
    let labels = values(file, &place.object, place.part.as_deref())?;
    Ok(labels.into())
}

/// The texts or numbers of a dataset, one for each entry.
pub fn values(file: &mut File, object: &Object, part: Option<&str>) -> Result<Labels, String> {
    let Some(dataset) = file.dataset(object)? else { return Err("it is no dataset".into()) };
    let count = dataset.count()?;
    if part.is_none() && dataset.shape.len() > 1 && dataset.shape[1..] != [1] {
        return Err(format!("its shape is {:?}, expected one value per point", dataset.shape));
    }
    let of = dataset.field(part).map_or(&dataset.of, |f| f);
    if matches!(of.kind, Kind::Text | Kind::Texts) {
        return file.texts(&dataset, part).map(Labels::Texts);
    }
    let (numbers, each) = file.numbers(&dataset, part)?;
    if each != 1 || numbers.len() != count {
        return Err(format!("it has {each} numbers at a place, expected one per point"));
    }
    Ok(Labels::Numbers(numbers))
}

fn member(file: &mut File, path: &str, name: &str) -> Result<Option<Labels>, String> {
    match file.find(&format!("{path}/{name}"))? {
        Some(object) if object.links.is_none() => values(file, &object, None).map(Some),
        // texts that may be missing stand in a group of their own
        Some(object) if object.links.iter().flatten().any(|(n, _)| n == "values") => {
            of_group(file, &format!("{path}/{name}")).map(|f| Some(f.labels))
        }
        _ => Ok(None),
    }
}

/// Codes and categories, or values and where they are missing.
fn of_group(file: &mut File, path: &str) -> Result<Found, String> {
    if let (Some(codes), Some(categories)) = (member(file, path, "codes")?, member(file, path, "categories")?) {
        return coded(&codes, categories, path);
    }
    let (values, mask) = (member(file, path, "values")?, member(file, path, "mask")?);
    let (Some(values), Some(Labels::Numbers(mask))) = (values, mask) else {
        return Err("it is a group, expected a column: a dataset, or codes and categories".into());
    };
    if mask.len() != values.len() {
        return Err(format!(
            "it is damaged: it has {} values, {} of which it says whether they are missing",
            values.len(),
            mask.len()
        ));
    }
    let hidden = |i: usize| mask[i] != 0.0;
    let missing = (0..mask.len()).filter(|i| hidden(*i)).count();
    let labels = match values {
        Labels::Numbers(v) => {
            Labels::Numbers(v.into_iter().enumerate().map(|(i, v)| if hidden(i) { f64::NAN } else { v }).collect())
        }
        Labels::Texts(t) => {
            let mut out = Texts::default();
            t.iter().enumerate().for_each(|(i, t)| out.push(if hidden(i) { "" } else { t }));
            Labels::Texts(out)
        }
    };
    Ok(Found { labels, notes: gaps(missing, mask.len(), path) })
}

/// The categories that codes stand for; -1 stands for none.
///
/// # Errors
/// A code that there is no category of.
pub fn coded(codes: &Labels, categories: Labels, path: &str) -> Result<Found, String> {
    let Labels::Numbers(codes) = codes else { return Err("it is damaged: its codes are no numbers".into()) };
    let known = categories.len();
    if let Some(code) = codes.iter().find(|c| !(-1.0..known as f64).contains(*c) || c.fract() != 0.0) {
        return Err(format!("it is damaged: a code is {code}, it has {known} categories"));
    }
    let missing = codes.iter().filter(|c| **c < 0.0).count();
    let labels = match categories {
        Labels::Numbers(of) => Labels::Numbers(
            codes.iter().map(|c| of.get(*c as usize).copied().filter(|_| *c >= 0.0).unwrap_or(f64::NAN)).collect(),
        ),
        Labels::Texts(of) => {
            let of: Vec<&str> = of.iter().collect();
            let text = |c: f64| if c < 0.0 { "" } else { of[c as usize] };
            let bytes: usize = codes.iter().map(|c| text(*c).len()).sum();
            // a long category may be that of many
            if let Some(reason) = memory::refusal(bytes as u128 + 8 * codes.len() as u128) {
                return Err(format!("its labels {reason}"));
            }
            let mut out = Texts::with_capacity(codes.len(), bytes);
            codes.iter().for_each(|c| out.push(text(*c)));
            Labels::Texts(out)
        }
    };
    Ok(Found { labels, notes: gaps(missing, codes.len(), path) })
}

fn gaps(missing: usize, all: usize, path: &str) -> Vec<String> {
    let note = format!("labels: `{}` is missing for {missing} of {all} points", excerpt(path));
    if missing > 0 { vec![note] } else { vec![] }
}
