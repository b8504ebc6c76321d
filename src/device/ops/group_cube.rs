//! What kernels of several rooms need: numbers shared by the units of a cube, and room for results.
use burn::tensor::Shape;
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{ops::numeric::empty_device_contiguous_dtype, tensor::CubeTensor};

/// Units of a cube that goes through rows or parameters by itself.
pub const UNITS: usize = 256;

/// An uninitialised vector beside another tensor.
pub fn vector_beside(like: &CubeTensor, size: usize) -> CubeTensor {
    empty_device_contiguous_dtype(like.client.clone(), like.device.clone(), Shape::new([size]), like.dtype)
}

/// So many cubes in a row.
pub fn cubes(count: usize) -> CubeCount {
    CubeCount::Static(count as u32, 1, 1)
}

/// The units of such a cube.
pub fn units() -> CubeDim {
    CubeDim::new_1d(UNITS as u32)
}

/// Rows from one to another.
#[derive(CubeType, Clone, Copy)]
pub struct Span {
    pub from: usize,
    pub to: usize,
}

#[cube]
impl Span {
    /// How many rows there are.
    pub fn count(&self) -> f32 {
        f32::cast_from(self.to - self.from)
    }
    /// The first that this unit takes; from there every `UNITS`-th is its own.
    pub fn own(&self) -> usize {
        self.from + UNIT_POS as usize
    }
}

/// Memory for one number of every unit.
#[cube]
pub fn shared_numbers() -> Shared<[f32]> {
    Shared::<[f32]>::new_slice(UNITS)
}

/// Puts the number of every unit where all see it.
#[cube]
fn share(own: f32, shared: &mut Shared<[f32]>) {
    sync_cube();
    shared[UNIT_POS as usize] = own;
    sync_cube();
}

/// The sum over the units of a cube, known to each of them; all must come here.
#[cube]
pub fn group_sum(own: f32, shared: &mut Shared<[f32]>) -> f32 {
    share(own, shared);
    let mut sum = 0.0f32;
    for u in 0..UNITS {
        sum += shared[u];
    }
    sum
}

/// The largest number of the units of a cube.
#[cube]
pub fn group_max(own: f32, shared: &mut Shared<[f32]>) -> f32 {
    share(own, shared);
    let mut most = own;
    for u in 0..UNITS {
        most = f32::max(most, shared[u]);
    }
    most
}

/// The smallest number of the units of a cube.
#[cube]
pub fn group_min(own: f32, shared: &mut Shared<[f32]>) -> f32 {
    share(own, shared);
    let mut least = own;
    for u in 0..UNITS {
        least = f32::min(least, shared[u]);
    }
    least
}
