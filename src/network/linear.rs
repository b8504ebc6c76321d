//! The linear part of a layer: a matrix, or a matrix at every position of a window.
use super::window::Window;
use crate::device::Points;
use burn::tensor::Tensor;
use std::sync::Arc;

/// x ↦ Ax between rows of entries, for a matrix W of parameters.
#[derive(Clone, Debug)]
pub enum Linear {
    /// A = W
    Dense {
        /// entries of an input
        ins: usize,
        /// entries of an output
        outs: usize,
    },
    /// a convolution: W times every patch of an image
    Convolution {
        /// which patches it reads
        window: Arc<Window>,
        /// of its output
        channels: usize,
    },
    /// the transpose of a convolution: patches W x at every position, added up to an image
    Transposed {
        /// which patches it writes
        window: Arc<Window>,
        /// of its input
        channels: usize,
    },
}

impl Linear {
    /// Entries of an input row.
    pub fn ins(&self) -> usize {
        match self {
            Linear::Dense { ins, .. } => *ins,
            Linear::Convolution { window, .. } => window.image,
            Linear::Transposed { window, channels } => window.positions() * channels,
        }
    }
    /// Entries of an output row.
    pub fn outs(&self) -> usize {
        match self {
            Linear::Dense { outs, .. } => *outs,
            Linear::Convolution { window, channels } => window.positions() * channels,
            Linear::Transposed { window, .. } => window.image,
        }
    }
    /// Rows and columns of W.
    pub fn matrix(&self) -> (usize, usize) {
        match self {
            Linear::Dense { ins, outs } => (*ins, *outs),
            Linear::Convolution { window, channels } => (window.patch, *channels),
            Linear::Transposed { window, channels } => (*channels, window.patch),
        }
    }
    /// Products with W per input row.
    pub fn positions(&self) -> usize {
        match self {
            Linear::Dense { .. } => 1,
            Linear::Convolution { window, .. } | Linear::Transposed { window, .. } => window.positions(),
        }
    }
    /// Output channels, each with a bias of its own; innermost in a row.
    pub fn channels(&self) -> usize {
        match self {
            Linear::Dense { outs, .. } => *outs,
            Linear::Convolution { channels, .. } => *channels,
            Linear::Transposed { window, .. } => window.channels(),
        }
    }
    /// Entries of the input that one output sees, about: what initial weights are scaled by.
    pub fn fan_in(&self) -> f64 {
        match self {
            Linear::Dense { ins, .. } => *ins as f64,
            Linear::Convolution { window, .. } => window.patch as f64,
            Linear::Transposed { window, channels } => {
                (*channels * window.kernel * window.kernel) as f64 / (window.stride * window.stride) as f64
            }
        }
    }

    /// `[rows, ins]` as the rows that W multiplies.
    fn lift(&self, x: Points) -> Points {
        let rows = x.dims()[0];
        match self {
            Linear::Dense { .. } => x,
            Linear::Convolution { window, .. } => window.unfold_tensor(x),
            Linear::Transposed { window, channels } => x.reshape([rows * window.positions(), *channels]),
        }
    }
    /// `[rows, outs]` as the rows that products with W are.
    fn spread(&self, d: Points) -> Points {
        let rows = d.dims()[0];
        match self {
            Linear::Dense { .. } => d,
            Linear::Convolution { window, channels } => d.reshape([rows * window.positions(), *channels]),
            Linear::Transposed { window, .. } => window.unfold_tensor(d),
        }
    }

    /// A x.
    pub fn apply(&self, x: Points, w: &Tensor<2>) -> Points {
        let rows = x.dims()[0];
        let y = self.lift(x).matmul(w.clone());
        match self {
            Linear::Dense { .. } => y,
            Linear::Convolution { .. } => y.reshape([rows, self.outs()]),
            Linear::Transposed { window, .. } => window.fold_tensor(y, rows),
        }
    }
    /// Aᵀ d.
    pub fn back(&self, d: Points, w: &Tensor<2>) -> Points {
        let rows = d.dims()[0];
        let y = self.spread(d).matmul(w.clone().transpose());
        match self {
            Linear::Dense { .. } => y,
            Linear::Convolution { window, .. } => window.fold_tensor(y, rows),
            Linear::Transposed { .. } => y.reshape([rows, self.ins()]),
        }
    }
    /// Σ over rows of ∂⟨d, A x⟩/∂W.
    pub fn weights(&self, x: Points, d: Points) -> Tensor<2> {
        self.lift(x).transpose().matmul(self.spread(d))
    }
    /// z with the bias of every channel added.
    pub fn add_bias(&self, z: Points, bias: &Tensor<2>) -> Points {
        let [rows, outs] = z.dims();
        (z.reshape([rows * outs / self.channels(), self.channels()]) + bias.clone()).reshape([rows, outs])
    }
    /// Σ over rows and positions of d, by channel.
    pub fn bias(&self, d: Points) -> Tensor<2> {
        let [rows, outs] = d.dims();
        d.reshape([rows * outs / self.channels(), self.channels()]).sum_dim(0)
    }
}
