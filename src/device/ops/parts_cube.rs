//! What several kernels need.
use burn::tensor::Shape;
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{ops::numeric::empty_device_contiguous_dtype, tensor::CubeTensor};

/// An uninitialised vector beside another tensor.
pub fn room(like: &CubeTensor, size: usize) -> CubeTensor {
    empty_device_contiguous_dtype(like.client.clone(), like.device.clone(), Shape::new([size]), like.dtype)
}

/// The sum over the units of a cube, known to each of them.
#[cube]
pub fn total(own: f32, shared: &mut Shared<[f32]>, t: usize, #[comptime] units: usize) -> f32 {
    sync_cube();
    shared[t] = own;
    sync_cube();
    let mut sum = 0.0f32;
    for u in 0..units {
        sum += shared[u];
    }
    sum
}
