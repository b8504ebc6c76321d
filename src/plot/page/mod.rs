//! Pages: what shapes are written on. Each output is one file; all get the same numbers.
mod canvas;
mod document;
mod layer;
mod pixels;
mod png;
mod vector;

pub(super) use canvas::{Canvas, Dots, Ink, Line};
pub(super) use document::Document;
pub(super) use layer::layer;
pub(super) use pixels::Bitmap;
pub(super) use png::{Effort, encoded};
pub(super) use vector::Vector;
