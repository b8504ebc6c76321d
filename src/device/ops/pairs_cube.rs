//! The fields on a GPU: one unit per row, the sample through shared memory tile by tile. [charlier2021](crate::references#charlier2021)
use super::pairs::{Form, PairOps, field_shape};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{
    CubeBackend, kernel::into_contiguous, ops::numeric::empty_device_contiguous_dtype, tensor::CubeTensor,
};

/// Units of a cube, and points of a tile.
const TILE: usize = 64;

/// Rows x, points y of a sample with a number w each, and the number the field depends on.
#[derive(CubeType, CubeLaunch)]
struct Pairs {
    x: Box<[f32]>,
    y: Box<[f32]>,
    w: Box<[f32]>,
    scale: f32,
    #[cube(comptime)]
    d: usize,
}

#[cube]
impl Pairs {
    /// The row of this unit, or zeros where there is none.
    fn own(&self) -> Array<f32> {
        let d = comptime!(self.d);
        let mut own = Array::<f32>::new(d);
        for k in 0..d {
            own[k] = 0.0f32;
            if ABSOLUTE_POS < self.x.len() / d {
                own[k] = self.x[ABSOLUTE_POS * d + k];
            }
        }
        own
    }

    /// A tile of the sample into shared memory; beyond the sample points are zeros and numbers are `none`.
    fn load(&self, first: usize, points: &mut Shared<[f32]>, numbers: &mut Shared<[f32]>, none: f32) {
        let d = comptime!(self.d);
        let u = UNIT_POS as usize;
        let j = first + u;
        numbers[u] = none;
        for k in 0..d {
            points[u * d + k] = 0.0f32;
        }
        if j < self.w.len() {
            numbers[u] = self.w[j];
            for k in 0..d {
                points[u * d + k] = self.y[j * d + k];
            }
        }
    }

    /// |x − y|² for a row and a point of the tile.
    fn square(&self, own: &Array<f32>, points: &Shared<[f32]>, v: usize) -> f32 {
        let d = comptime!(self.d);
        let mut r2 = 0.0f32;
        for k in 0..d {
            let e = own[k] - points[v * d + k];
            r2 += e * e;
        }
        r2
    }

    /// gradient += pull · (x − y).
    fn add(&self, gradient: &mut Array<f32>, pull: f32, own: &Array<f32>, points: &Shared<[f32]>, v: usize) {
        let d = comptime!(self.d);
        for k in 0..d {
            gradient[k] += pull * (own[k] - points[v * d + k]);
        }
    }

    /// The field of this unit's row: its value, and gradient/weight.
    fn store(&self, out: &mut [f32], value: f32, gradient: &Array<f32>, weight: f32) {
        let d = comptime!(self.d);
        let i = ABSOLUTE_POS;
        if i < self.x.len() / d {
            out[i * (d + 1)] = value;
            for k in 0..d {
                out[i * (d + 1) + 1 + k] = gradient[k] / weight;
            }
        }
    }
}

/// A vector of zeros.
#[cube]
fn zeros(#[comptime] d: usize) -> Array<f32> {
    let mut out = Array::<f32>::new(d);
    for k in 0..d {
        out[k] = 0.0f32;
    }
    out
}

/// A radial kernel at r², and twice its slope in r²: what multiplies x − y.
#[allow(unused_assignments)] // the branches are resolved when the kernel is compiled
#[cube]
fn radial(r2: f32, c: f32, #[comptime] form: Form) -> (f32, f32) {
    let mut value = 0.0f32;
    let mut slope = 0.0f32;
    if comptime!(form == Form::Gaussian) {
        value = f32::exp(c * r2);
        slope = 2.0f32 * c * value;
    } else if comptime!(form == Form::Laplace) {
        let r = f32::sqrt(r2);
        value = f32::exp(c * r);
        if r > 0.0f32 {
            slope = c * value / r;
        }
    } else if comptime!(form == Form::Imq) {
        let q = 1.0f32 / (1.0f32 + c * r2);
        value = f32::sqrt(q);
        slope = -c * value * q;
    } else {
        let r = f32::sqrt(r2);
        value = -r;
        if r > 0.0f32 {
            slope = -1.0f32 / r;
        }
    }
    (value, slope)
}

#[cube(launch)]
fn kernel_rows(pairs: &Pairs, out: &mut [f32], #[comptime] form: Form) {
    let d = comptime!(pairs.d);
    let mut points = Shared::<[f32]>::new_slice(TILE * d);
    let mut weights = Shared::<[f32]>::new_slice(TILE);
    let own = pairs.own();
    let mut gradient = zeros(d);
    let mut sum = 0.0f32;
    for t in 0..pairs.w.len().div_ceil(TILE) {
        pairs.load(t * TILE, &mut points, &mut weights, 0.0f32);
        sync_cube();
        for v in 0..TILE {
            let (value, slope) = radial(pairs.square(&own, &points, v), pairs.scale, form);
            sum += weights[v] * value;
            pairs.add(&mut gradient, weights[v] * slope, &own, &points, v);
        }
        sync_cube();
    }
    pairs.store(out, sum, &gradient, 1.0f32);
}

/// s r^p at r², and the factor of x − y in its gradient.
#[cube]
fn cost(r2: f32, s: f32, #[comptime] power: u32) -> (f32, f32) {
    let mut cost = s * r2;
    let mut pull = 2.0f32 * s;
    if comptime!(power == 1) {
        let r = f32::sqrt(r2);
        cost = s * r;
        pull = 0.0f32;
        if r > 0.0f32 {
            pull = s / r;
        }
    }
    (cost, pull)
}

/// An exponent that adds nothing: shaders cannot write −∞.
const NEVER: f32 = -1.0e30;

#[cube(launch)]
fn soft_rows(pairs: &Pairs, out: &mut [f32], #[comptime] power: u32) {
    let d = comptime!(pairs.d);
    let mut points = Shared::<[f32]>::new_slice(TILE * d);
    let mut heights = Shared::<[f32]>::new_slice(TILE);
    let own = pairs.own();
    let mut gradient = zeros(d);
    let mut top = f32::new(NEVER);
    let mut sum = 0.0f32;
    for t in 0..pairs.w.len().div_ceil(TILE) {
        pairs.load(t * TILE, &mut points, &mut heights, f32::new(NEVER));
        sync_cube();
        for v in 0..TILE {
            let (cost, pull) = cost(pairs.square(&own, &points, v), pairs.scale, power);
            let e = heights[v] - cost;
            // the largest exponent so far is kept up, and what was summed is scaled with it
            if e > top {
                let shrink = f32::exp(top - e);
                sum *= shrink;
                for k in 0..d {
                    gradient[k] *= shrink;
                }
                top = e;
            }
            let p = f32::exp(e - top);
            sum += p;
            pairs.add(&mut gradient, p * pull, &own, &points, v);
        }
        sync_cube();
    }
    pairs.store(out, top + f32::ln(sum), &gradient, sum);
}

/// A launch for the rows x, and its result.
struct Launch {
    pairs: PairsLaunch,
    out: CubeTensor,
    count: CubeCount,
    units: CubeDim,
}

fn launch(tensors: [CubeTensor; 3], scale: f32) -> Launch {
    let [x, y, w] = tensors.map(into_contiguous);
    let (n, d) = (x.shape()[0], x.shape()[1]);
    let out = empty_device_contiguous_dtype(x.client.clone(), x.device.clone(), field_shape(&x.shape()), x.dtype);
    let [x, y, w] = [x, y, w].map(CubeTensor::into_buffer_arg);
    Launch {
        pairs: PairsLaunch::new(x, y, w, scale, d),
        out,
        count: CubeCount::Static(n.div_ceil(TILE) as u32, 1, 1),
        units: CubeDim::new_1d(TILE as u32),
    }
}

impl PairOps for CubeBackend {
    fn kernel_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        w: FloatTensor<Self>,
        c: f32,
        form: Form,
    ) -> FloatTensor<Self> {
        let Launch { pairs, out, count, units } = launch([x, y, w], c);
        kernel_rows::launch(&out.client, count, units, pairs, out.clone().into_buffer_arg(), form);
        out
    }
    fn soft_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        s: f32,
        power: u32,
    ) -> FloatTensor<Self> {
        let Launch { pairs, out, count, units } = launch([x, y, h], s);
        soft_rows::launch(&out.client, count, units, pairs, out.clone().into_buffer_arg(), power);
        out
    }
}
