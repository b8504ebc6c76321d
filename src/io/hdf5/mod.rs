//! HDF5, as far as numbers and texts are kept in it: superblocks 0 to 3, groups of both kinds, datasets in one piece or in
//! chunks, plain, deflated, shuffled, with LZF or a checksum. What is not understood is refused by name.
//!
//! It is a reader of our own because what it reads may be made to lie: the crates there are trust sizes and addresses, or
//! are a hundred thousand lines. The format: HDF5 File Format Specification 3.0,
//! <https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html>.
mod attributes;
mod bytes;
mod chunks;
mod dataset;
mod extensible;
mod file;
mod filters;
mod groups;
mod header;
mod heaps;
mod kinds;
mod layout;
mod lookup3;
mod lzf;
mod space;
mod superblock;
mod tree;
mod tree2;
pub use attributes::Value;
pub use dataset::Dataset;
pub use file::{File, Object};
pub use groups::Link;
pub use kinds::Kind;
