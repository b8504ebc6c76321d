//! The arrays of a saved run by their names.
use super::form::{BACK, FORM, FORWARD};
use crate::critic::Named;
use crate::device::{Points, points, wide};
use crate::error::{Error, Result};
use crate::io::numpy::{Array, Numbers};
use crate::prepare::{Mix, Transform};
use burn::tensor::Device;
use std::collections::HashMap;
use std::path::Path;

/// The arrays of a saved run, their file for messages, and where they go.
pub(super) struct Stored<'a> {
    named: HashMap<&'a str, &'a Array>,
    all: &'a [Array],
    file: &'a Path,
    device: &'a Device,
}

impl<'a> Stored<'a> {
    pub fn new(all: &'a [Array], file: &'a Path, device: &'a Device) -> Stored<'a> {
        Stored { named: all.iter().map(|a| (a.0.as_str(), a)).collect(), all, file, device }
    }

    /// Whether there is one of this name.
    pub fn has(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    fn array(&self, name: &str) -> Result<(&Numbers, usize, usize)> {
        match self.named.get(name) {
            Some((_, data, shape)) if shape.len() == 2 => Ok((data, shape[0], shape[1])),
            Some((_, _, shape)) => Err(self.bad(format!("its array `{name}` has the shape {shape:?}"))),
            None => Err(self.bad(format!("it has no array `{name}`"))),
        }
    }

    /// What a flow has in f32, on the device.
    ///
    /// # Errors
    /// No such array, and one of another shape or of f64.
    pub fn moved(&self, name: &str) -> Result<Points> {
        match self.array(name)? {
            (Numbers::Single(v), n, d) => Ok(points(v.clone(), n, d, self.device)),
            _ => Err(self.double(name)),
        }
    }

    /// A sample as it was given: before form 6 in f32.
    ///
    /// # Errors
    /// As [`Stored::moved`].
    pub fn given(&self, name: &str, form: u32) -> Result<Points> {
        match self.array(name)? {
            (Numbers::Double(v), n, d) if form == FORM => Ok(wide(v.clone(), n, d)),
            _ => self.moved(name),
        }
    }

    /// A transform with its matrices, which are arrays of their own.
    ///
    /// # Errors
    /// Matrices that are missing, and a transform that is not whole.
    pub fn transform(&self, saved: Transform) -> Result<Transform> {
        let matrix = |name: &str| match self.array(name)? {
            (Numbers::Double(v), ..) => Ok(v.clone()),
            _ => Err(self.bad(format!("its array `{name}` is of f32, expected f64"))),
        };
        let whole = match saved.mixes() {
            true => saved.mixed(Mix { forward: matrix(FORWARD)?, back: matrix(BACK)? }),
            false => saved,
        };
        whole.check().map(|()| whole)
    }

    /// What the flow itself saved: the arrays of one dimension.
    ///
    /// # Errors
    /// One of f64.
    pub fn vectors(&self) -> Result<Vec<Named>> {
        let one = |(name, data, _): &Array| match data {
            Numbers::Single(v) => Ok(Named::new(name, v.clone())),
            Numbers::Double(_) => Err(self.double(name)),
        };
        self.all.iter().filter(|a| a.2.len() == 1).map(one).collect()
    }

    /// Errors unless an array has the shape of the particles.
    ///
    /// # Errors
    /// Says both shapes.
    pub fn check_shape(&self, name: &str, p: &Points, home: [usize; 2]) -> Result<()> {
        if p.dims() == home {
            return Ok(());
        }
        Err(self.bad(format!("its array `{name}` is {:?}, the particles are {home:?}", p.dims())))
    }

    fn double(&self, name: &str) -> Error {
        self.bad(format!("its array `{name}` is of f64, expected f32"))
    }

    fn bad(&self, reason: String) -> Error {
        Error::io("read", self.file, reason)
    }
}
