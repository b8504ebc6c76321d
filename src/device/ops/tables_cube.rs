//! Tables on a GPU: nodes in global memory, cubic pieces between them.
use super::group_cube::{units, vector_beside};
use super::tables::{Form, Growth, NEAR, NUMBERS, Number, TableOps};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, calculate_cube_count_elemwise, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

#[cube]
fn arsinh(z: f32) -> f32 {
    let s = f32::abs(z);
    let r = f32::ln(s + f32::sqrt(s * s + 1.0f32));
    let mut out = r;
    if z < 0.0f32 {
        out = -r;
    }
    out
}

/// Where y lies among the nodes, before it is counted in nodes.
#[cube]
fn position(y: f32, a: f32, b: f32, #[comptime] growth: Growth) -> f32 {
    match growth {
        Growth::Linear => y,
        Growth::Logit => f32::ln((y - a) / (b - y)),
        Growth::FromLow => f32::ln(y - a),
        Growth::FromHigh => -f32::ln(b - y),
        Growth::SinhLow => arsinh((y - a) * b),
        Growth::SinhHigh => -arsinh((b - y) * a),
        Growth::Sinh => arsinh(y * a),
    }
}

/// z between two numbers; NaN stays.
#[cube]
fn confined(z: f32, least: f32, most: f32) -> f32 {
    let mut out = z;
    if z < least {
        out = least;
    }
    if z > most {
        out = most;
    }
    out
}

/// The node before a position, of so many; NaN takes the first.
#[cube]
fn node_before(place: f32, nodes: usize) -> usize {
    let last = f32::cast_from(nodes - 2);
    let mut cell = f32::new(0.0);
    if place > 0.0f32 {
        cell = place;
    }
    if cell > last {
        cell = last;
    }
    usize::cast_from(cell)
}

/// A function at a point: g, g' and g''.
#[derive(CubeType, Clone, Copy)]
pub struct Jet {
    pub value: f32,
    pub slope: f32,
    pub curvature: f32,
}

/// A convex function by its nodes: all y, all g, all g', the same near g' = 1, then the numbers behind them.
#[derive(CubeType, CubeLaunch)]
pub struct Convex {
    data: Box<[f32]>,
    #[cube(comptime)]
    pub form: Form,
}

#[cube]
impl Convex {
    pub fn number(&self, #[comptime] which: Number) -> f32 {
        self.data[self.data.len() - NUMBERS + comptime!(which as usize)]
    }

    /// g at y: cubic between the nodes, with their slopes; beyond them g goes on with the slope of its end.
    pub fn at(&self, y: f32) -> Jet {
        let nodes = (self.data.len() - NUMBERS) / 3 - NEAR;
        let (low, high) = (self.number(Number::LowEnd), self.number(Number::HighEnd));
        let place = position(y, low, high, comptime!(self.form.growth));
        let i = node_before((place - self.number(Number::First)) * self.number(Number::PerStep), nodes);
        self.outside(y, self.between(y, 0usize.runtime(), nodes, i))
    }

    /// What g(c + s) exceeds c + s by, with its derivatives, at an s within the reach.
    pub fn near(&self, s: f32) -> Jet {
        let first = self.data.len() - NUMBERS - 3 * NEAR;
        let unit = self.number(Number::PerUnit);
        let place = arsinh(s * unit) + arsinh(self.number(Number::Reach) * unit);
        let i = node_before(place * self.number(Number::NearPerStep), NEAR);
        self.between(s, first, NEAR, i)
    }

    /// The cubic piece behind node i of those that begin at `first`, and what goes on beyond it with the slope of its end.
    fn between(&self, y: f32, first: usize, nodes: usize, i: usize) -> Jet {
        let at = first + i;
        let y0 = self.data[at];
        let g0 = self.data[at + nodes];
        let slope0 = self.data[at + 2 * nodes];
        let h = self.data[at + 1] - y0;
        let offset = y - y0;
        // neighbours near an open end can be one number: such a cell has no inside
        let width = f32::max(h, 1.0e-30f32);
        let u = confined(offset / width, 0.0f32, 1.0f32);
        let rise = self.data[at + 2 * nodes + 1] - slope0;
        let m0 = h * slope0;
        let a = self.data[at + nodes + 1] - g0 - m0;
        let b = h * rise;
        let inside = g0 + u * (m0 + u * (3.0f32 * a - b + u * (b - 2.0f32 * a)));
        let slope = slope0 + rise * u;
        Jet { value: inside + (offset - u * h) * slope, slope, curvature: rise / width }
    }

    /// What holds at y where g is flat or infinite, in place of what the nodes say.
    fn outside(&self, y: f32, inside: Jet) -> Jet {
        let mut value = inside.value;
        let mut slope = inside.slope;
        let mut curvature = inside.curvature;
        if comptime!(self.form.flat) {
            let flat = self.number(Number::FlatBelow);
            if y <= flat {
                value = self.number(Number::FlatValue);
                slope = f32::new(0.0);
                curvature = f32::new(0.0);
            }
        }
        if comptime!(self.form.ends) {
            let end = self.number(Number::End);
            let mut above = y > end;
            if comptime!(!self.form.attained) {
                above = y >= end;
            }
            if above {
                value = self.number(Number::Infinity);
                slope = self.number(Number::Infinity);
                curvature = f32::new(0.0);
            }
        }
        Jet { value, slope, curvature }
    }
}

/// Two functions at equal steps of V: the first, its slopes times the step, the second, and its.
#[derive(CubeType, CubeLaunch)]
pub struct Pair {
    data: Box<[f32]>,
    /// |V| at the ends
    largest: f32,
}

#[cube]
impl Pair {
    /// One of them at V, and its slope; beyond the ends the value stays and the slope is that of the end.
    pub fn at(&self, v: f32, function: usize) -> Jet {
        let nodes = self.data.len() / 4;
        let h = 2.0f32 * self.largest / f32::cast_from(nodes - 1);
        // NaN stays, and takes the first node
        let mut place = (v + self.largest) / h;
        if v < -self.largest {
            place = f32::new(0.0);
        }
        let end = f32::cast_from(nodes - 1);
        if place > end {
            place = end;
        }
        let i = node_before(place, nodes);
        let u = place - f32::cast_from(i);
        let values = 2 * function * nodes + i;
        let a = self.data[values];
        let rise = self.data[values + 1] - a;
        let m = self.data[values + nodes];
        let n = self.data[values + nodes + 1];
        let value = a + u * (m + u * (3.0f32 * rise - 2.0f32 * m - n + u * (m + n - 2.0f32 * rise)));
        Jet { value, slope: (m + u * (n - m)) / h, curvature: 0.0f32 }
    }
}

#[cube(launch)]
fn interpolate_each(y: &[f32], table: &Convex, value: &mut [f32], slope: &mut [f32], curvature: &mut [f32]) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let jet = table.at(y[i]);
        value[i] = jet.value;
        slope[i] = jet.slope;
        curvature[i] = jet.curvature;
    }
}

impl TableOps for CubeBackend {
    fn interpolate(
        y: FloatTensor<Self>,
        table: FloatTensor<Self>,
        form: Form,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [y, table] = [y, table].map(into_contiguous);
        let n = y.shape()[0];
        let out = [0, 1, 2].map(|_| vector_beside(&y, n));
        let count = calculate_cube_count_elemwise(&y.client, n, units());
        let [value, slope, curvature] = out.clone().map(CubeTensor::into_buffer_arg);
        let table = ConvexLaunch::new(table.into_buffer_arg(), form);
        interpolate_each::launch(&out[0].client, count, units(), y.into_buffer_arg(), table, value, slope, curvature);
        out.into()
    }
}
