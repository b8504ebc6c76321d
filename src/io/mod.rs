//! Points and tables in files, in the format that the extension names. A new format is a file and a line of [`FORMATS`].
mod anndata;
mod anndata_obs;
mod anndata_table;
mod archive;
pub mod arrays;
pub mod checksum;
mod csv;
mod element;
pub mod files;
mod format;
mod fortran;
mod h5;
mod h5_column;
mod h5_place;
mod hdf5;
mod literal;
mod manifest;
mod names;
mod npy;
mod npy_texts;
pub mod numpy;
mod parquet;
mod points;
mod safetensors;
pub mod sealed;
mod sparse;
mod tables;
mod wanted;
mod write;
pub use csv::csv_text;
pub use files::append_private;
pub use format::Format;
pub use manifest::{MANIFEST, Manifest};
pub use points::{
    COMMENT, DECIMAL, ENTRIES, HEADER, INDEX, MISSING, SEPARATOR, SKIP, THOUSANDS, load, load_with, save,
};
pub use tables::{load_table, save_table};
pub use wanted::{Column, Labels, Loaded, LoadedTable, Texts, Wanted};
pub use write::{write_atomically, write_with};

/// Every format.
pub const FORMATS: &[Format] = &[
    numpy::NPY,
    numpy::NPZ,
    csv::CSV,
    csv::TSV,
    csv::TXT,
    csv::GZ,
    parquet::PARQUET,
    anndata::H5AD,
    h5::H5,
    h5::HDF5,
    safetensors::SAFETENSORS,
];
