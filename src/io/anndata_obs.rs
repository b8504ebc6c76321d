//! The tables of AnnData: obs of cells, var of genes, column by column.
use super::h5::unknown;
use super::h5_column::{self, Found, coded};
use super::h5_place::at;
use super::hdf5::{File, Value};
use super::wanted::Labels;
use crate::input::excerpt;

/// The column that a table names as its index.
pub fn index_of(file: &mut File, table: &str) -> std::result::Result<String, String> {
    let Some(object) = file.find(table)? else { return Ok("_index".into()) };
    Ok(match file.attribute(&object, "_index")? {
        Some(Value::Texts(t)) if t.len() == 1 => t[0].clone(),
        _ => "_index".into(),
    })
}

/// The columns of obs, in its order.
pub fn columns(file: &mut File) -> std::result::Result<Vec<String>, String> {
    let Some(object) = file.find("obs")? else { return Ok(vec![]) };
    let order = match file.attribute(&object, "column-order")? {
        Some(Value::Texts(t)) => t,
        _ => vec![],
    };
    let mut all = match &object.links {
        Some(links) => links.iter().map(|(n, _)| n.clone()).filter(|n| n != "__categories").collect(),
        None => file.dataset(&object)?.map(|d| d.fields()).unwrap_or_default(),
    };
    all.sort_by_key(|c| order.iter().position(|o| o == c).unwrap_or(usize::MAX));
    Ok(all)
}

/// A column of obs as labels.
pub fn labels(file: &mut File, name: &str) -> std::result::Result<Found, String> {
    let plain = name.strip_prefix("obs/").unwrap_or(name);
    let path = format!("obs/{plain}");
    let Some(place) = at(file, &path)? else {
        let all = columns(file)?;
        return Err(unknown("labels", plain, &all));
    };
    let found = h5_column::read(file, &path, &place).map_err(|e| format!("its `{}`: {e}", excerpt(&path)))?;
    // files before AnnData 0.7 and 0.8 keep categories elsewhere
    for kept in [format!("obs/__categories/{plain}"), format!("uns/{plain}_categories")] {
        if place.object.links.is_none()
            && matches!(found.labels, Labels::Numbers(_))
            && let Some(object) = file.find(&kept)?
        {
            let categories = h5_column::values(file, &object, None)?;
            return coded(&found.labels, categories, &path).map_err(|e| format!("its `{}`: {e}", excerpt(&path)));
        }
    }
    Ok(found)
}
