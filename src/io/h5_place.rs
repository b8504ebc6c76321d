//! What stands at a path of an HDF5 file.
use super::hdf5::{File, Object};

/// Something at a path: an object, or a field of the records of one.
pub struct Place {
    /// the object
    pub object: Object,
    /// the field
    pub part: Option<String>,
}

/// What is at a path, if there is something.
pub fn at(file: &mut File, path: &str) -> std::result::Result<Option<Place>, String> {
    if let Some(object) = file.find(path)? {
        return Ok(Some(Place { object, part: None }));
    }
    let Some((before, part)) = path.rsplit_once('/') else { return Ok(None) };
    let Some(object) = file.find(before)? else { return Ok(None) };
    let is_record = file.dataset(&object)?.is_some_and(|d| d.fields().iter().any(|f| f == part));
    Ok(is_record.then(|| Place { object, part: Some(part.into()) }))
}
