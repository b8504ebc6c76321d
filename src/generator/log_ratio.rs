//! φ = f'(e^V) and f*(φ) as functions of V = ln dP/dQ: what f-GANs climb. [nowozin2016](crate::references#nowozin2016)
//!
//! x f'(x) − f(x) and x² f''(x) lose their digits in f32 for large x, so they are tabulated in f64 and interpolated by cubic
//! Hermite pieces; dφ/dV = x f''(x) and df*(φ)/dV = x² f''(x) are the exact slopes at the nodes.
use super::per_device::PerDevice;
use crate::device::ops::tables::PairTable;
use crate::interrupt;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// |V| beyond which the values stay and the slopes are those of the end.
const LARGEST: f64 = 15.0;
const NODES: usize = 4096;

/// The values at some V, and their slopes in V; all of shape `[n]`.
pub struct RatioValues {
    /// φ = f'(e^V)
    pub phi: Tensor<1>,
    /// dφ/dV
    pub phi_slope: Tensor<1>,
    /// f*(φ)
    pub conjugate: Tensor<1>,
    /// df*(φ)/dV
    pub conjugate_slope: Tensor<1>,
}

/// The table of one f.
#[derive(Debug)]
pub struct LogRatio {
    /// φ, h dφ/dV, f*, h df*/dV at the nodes
    columns: [Vec<f32>; 4],
    tensors: PerDevice<[Tensor<1>; 4]>,
    table: PerDevice<PairTable>,
}

/// What a table is made from.
pub struct Source<'a> {
    /// f, f' and f''
    pub jet: &'a dyn Fn(f64) -> (f64, f64, f64),
    /// f* and f*'
    pub conjugate: &'a dyn Fn(f64) -> (f64, f64),
    /// the ratios up to which f is finite
    pub ends: (f64, f64),
}

impl Source<'_> {
    /// φ, dφ/dV, f*(φ) and its slope. Where f ends V goes on, and φ with it, beyond all slopes of f: more is gained there without end.
    fn row(&self, v: f64, h: f64) -> [f64; 4] {
        let (low, high) = (self.ends.0.ln() + h, self.ends.1.ln() - h);
        let within = v.max(low).min(high);
        let x = within.exp();
        let (f, slope, curvature) = (self.jet)(x);
        if within == v {
            return [slope, x * curvature, x * slope - f, x * x * curvature];
        }
        let steep = (x * curvature).max(1e-3 * (1.0 + slope.abs()));
        let phi = slope + (v - within) * steep;
        let (value, maximiser) = (self.conjugate)(phi);
        [phi, steep, value, maximiser * steep]
    }
}

impl LogRatio {
    /// Values between nodes a step apart.
    pub fn new(f: &Source) -> LogRatio {
        let h = 2.0 * LARGEST / (NODES - 1) as f64;
        let mut columns = [const { vec![] }; 4];
        for i in 0..NODES {
            let v = i as f64 * h - LARGEST;
            let [phi, rise, value, growth] = if interrupt::poll().is_ok() { f.row(v, h) } else { [0.0; 4] };
            columns.iter_mut().zip([phi, h * rise, value, h * growth]).for_each(|(c, v)| c.push(v as f32));
        }
        LogRatio { columns, tensors: PerDevice::default(), table: PerDevice::default() }
    }

    /// The values at every V, of shape `[n]`.
    pub fn eval(&self, v: &Tensor<1>) -> RatioValues {
        let h = 2.0 * LARGEST / (NODES - 1) as f64;
        let position = v.clone().clamp(-LARGEST, LARGEST).add_scalar(LARGEST).div_scalar(h);
        // NaN must not become an index: it stays NaN in the values
        let nan = position.clone().is_nan();
        let i: Tensor<1, Int> = position.clone().mask_fill(nan, 0.0).clamp(0.0, (NODES - 2) as f64).int();
        let u = position - i.clone().float();
        let columns = self.columns(&v.device());
        let ends =
            |k: usize| (columns[k].clone().select(0, i.clone()), columns[k].clone().select(0, i.clone().add_scalar(1)));
        let hermite = |value: usize| {
            let ((a, b), (m, n)) = (ends(value), ends(value + 1));
            let rise = b - a.clone();
            let (c2, c3) = (
                rise.clone().mul_scalar(3.0) - m.clone().mul_scalar(2.0) - n.clone(),
                m.clone() + n.clone() - rise.mul_scalar(2.0),
            );
            let inside = a + u.clone() * (m.clone() + u.clone() * (c2 + u.clone() * c3));
            (inside, (m.clone() + u.clone() * (n - m)).div_scalar(h))
        };
        let ((phi, phi_slope), (conjugate, conjugate_slope)) = (hermite(0), hermite(2));
        RatioValues { phi, phi_slope, conjugate, conjugate_slope }
    }

    /// The columns on the device, uploaded once per device.
    fn columns(&self, device: &Device) -> [Tensor<1>; 4] {
        self.tensors.get(device, || {
            [0, 1, 2, 3].map(|k| Tensor::<1>::from_data(TensorData::new(self.columns[k].clone(), [NODES]), device))
        })
    }
    /// The same for kernels.
    pub fn on_device(&self, device: &Device) -> PairTable {
        self.table.get(device, || PairTable::new(&self.columns, LARGEST, device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, values};
    use crate::generator::named;

    /// Every smooth named f against f64, far beyond where f32 would lose x f' − f: 1e-5 of the size of the values, what a
    /// rounding of V in f32 leaves of e^2V, and slopes 1e-4 of theirs.
    #[test]
    fn tables_agree_with_double_precision() {
        for entry in named::ALL.iter().filter(|n| n.entry.name != "tv") {
            let f = entry.build(&vec![2.0; entry.parameters]).unwrap();
            let v: Vec<f32> = (0..400).map(|i| -14.9 + 0.0745 * i as f32).collect();
            let out = f.log_ratio(&Tensor::from_data(TensorData::new(v.clone(), [400]), &host()));
            let read = |t: &Tensor<1>| values(t).unwrap();
            for (i, v) in v.iter().enumerate() {
                let x = f64::from(*v).exp();
                let (phi, steep) = (f.derivative(x), x * f.second_derivative(x));
                let conjugate = x * phi - f.f(x);
                for (got, exact, tolerance) in [
                    (&out.phi, phi, 1e-5),
                    (&out.phi_slope, steep, 1e-4),
                    (&out.conjugate, conjugate, 1e-5),
                    (&out.conjugate_slope, x * steep, 1e-4),
                ] {
                    let got = f64::from(read(got)[i]);
                    assert!(
                        (got - exact).abs() <= tolerance * (1.0 + exact.abs()),
                        "{} at V = {v}: {got} and {exact}",
                        entry.entry.name
                    );
                }
            }
        }
    }
}
