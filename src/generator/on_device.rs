//! The conjugate on a device: a table fine enough for f32, made and sent there when somebody first asks.
use super::generator::Generator;
use super::lower::Table;
use crate::device::ops::conjugates::{self, Nodes};
use burn::tensor::Device;
use std::sync::Mutex;

/// Nodes of a table: cubic pieces between so many are as good as f32; where f*' jumps inside a piece, f* is off by an eighth of its
/// length times the jump.
const NODES: usize = 8192;
const NODES_OF_KINKS: usize = 1 << 16;

/// What was made for one device.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Option<(Device, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::new(None))
    }
}

impl<T: Clone> Kept<T> {
    /// What was made for this device before, or is now.
    pub fn get(&self, device: &Device, make: impl FnOnce() -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match kept.as_ref() {
            Some((d, made)) if d == device => made.clone(),
            _ => kept.insert((device.clone(), make())).1.clone(),
        }
    }
}

impl Generator {
    /// f*, f*' and f*'' for kernels.
    pub fn device_table(&self, device: &Device) -> conjugates::Table {
        self.kept().get(device, || {
            let lowered = self.lowered();
            let Table { warp, v0, dv, y, f, x, .. } =
                &Table::new(self.numeric(), if self.has_kinks() { NODES_OF_KINKS } else { NODES }, 0);
            let (growth, ends) = warp.growth();
            let (left, right) = self.slope_at_one();
            let (d0, f0, dinf, attained) = (lowered.d0, lowered.f0, lowered.dinf, lowered.attained);
            conjugates::Table::new(
                &Nodes { y, f, x, growth, ends, first: *v0, step: *dv, d0, f0, dinf, attained, at_one: [left, right] },
                device,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::named;

    /// The nodes are those of the f64 conjugate, as near as f32 tells them apart: 1e-6. The last before an end that is not reached
    /// may be rounded onto it.
    #[test]
    fn nodes_are_points_of_the_conjugate() {
        for n in named::ALL {
            let g = n.build(&vec![1.5; n.parameters]).unwrap();
            let table = Table::new(g.numeric(), NODES, 0);
            for i in (0..NODES).step_by(97) {
                let (y, f) = (f64::from(table.y[i]), f64::from(table.f[i]));
                let exact = g.conjugate(y);
                if (y - g.slopes().1).abs() < 1e-6 * (1.0 + y.abs()) {
                    continue;
                }
                assert!(
                    !exact.is_finite() || (f - exact).abs() <= 1e-6 * (1.0 + exact.abs()),
                    "{} at {y}: {f} and {exact}",
                    g.name()
                );
            }
        }
    }
}
