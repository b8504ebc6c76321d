//! Layers before they are tied to the dimensions of samples.
use super::activation::Activation;
use super::linear::Linear;
use super::shape::Shape;
use super::window::Window;
use crate::error::{Error, Result};
use crate::memory;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most units of a layer, channels of a convolution, or features.
pub const WIDEST: usize = 1 << 14;

/// What images look like, and the convolutions that read them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Images {
    /// height, width and channels; empty for square images of one channel
    pub shape: Vec<usize>,
    /// of every convolution
    pub channels: Vec<usize>,
    /// side of the window
    pub kernel: usize,
    /// pixels from one position to the next; at most the kernel
    pub stride: usize,
}

/// Hidden layers of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// units of the dense layers, after the convolutions of a network that reads images, before those of one that writes
    pub widths: Vec<usize>,
    /// convolutions, for points that are images
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Images>,
}

impl From<Vec<usize>> for Architecture {
    fn from(widths: Vec<usize>) -> Architecture {
        Architecture { widths, images: None }
    }
}

impl Images {
    fn of(&self, dim: usize) -> Result<[usize; 3]> {
        let what = "cnn, shape";
        match self.shape[..] {
            [] => {
                let side = dim.isqrt();
                if side * side == dim {
                    Ok([side, side, 1])
                } else {
                    Err(Error::data(
                        what,
                        format!("points of dimension {dim} are not square images; write for example shape: [28, 28]"),
                    ))
                }
            }
            [height, width] => Ok([height, width, 1]),
            [height, width, channels] => Ok([height, width, channels]),
            _ => Err(Error::data(
                what,
                format!("it has {} entries, expected [height, width] or [height, width, channels]", self.shape.len()),
            )),
        }
    }
    /// A window for every convolution, from the image on; the row may be longer than the image.
    fn windows(&self, dim: usize, appended: usize) -> Result<Vec<Arc<Window>>> {
        let mut shape = self.of(dim - appended)?;
        let pixels: usize = shape.iter().product();
        if pixels != dim - appended {
            return Err(Error::Shape {
                what: "cnn".into(),
                expected: format!("images of {pixels} entries, {shape:?}"),
                got: format!("dimension {}", dim - appended),
            });
        }
        let mut out = vec![];
        for (i, channels) in self.channels.iter().enumerate() {
            let extra = if i == 0 { appended } else { 0 };
            Window::check(shape, extra, self.kernel, self.stride)?;
            let window = Window::new(shape, extra, self.kernel, self.stride);
            shape = [window.grid[0], window.grid[1], *channels];
            out.push(Arc::new(window));
        }
        Ok(out)
    }
}

/// Copies of the parameters of a network on its way: the optimiser's moments, gradients of groups, and what a run keeps to
/// go back to.
const COPIES: usize = 9;

/// Layers as a shape. Errors if their parameters are more than memory holds.
fn fitting(linears: Vec<Linear>, activation: Activation, residual: bool) -> Result<Shape> {
    let matrix = |l: &Linear| memory::product(&[l.matrix().0, l.matrix().1]).saturating_add(l.channels() as u128);
    let parameters = linears.iter().map(matrix).fold(0, u128::saturating_add);
    let bytes = parameters.saturating_mul((COPIES * size_of::<f32>()) as u128);
    memory::check(&format!("a network of {parameters} parameters"), bytes)?;
    Ok(Shape::of(linears, activation, residual))
}

impl Architecture {
    /// Errors unless networks can be made of it.
    pub fn check(&self, what: &str, activation: Activation, residual: bool) -> Result<()> {
        if self.widths.is_empty() && self.images.is_none() {
            return Err(Error::data(what, "the list of hidden widths is empty; write for example [32, 32, 32]"));
        }
        let channels = self.images.iter().flat_map(|i| &i.channels);
        for (name, w) in self.widths.iter().map(|w| ("width", w)).chain(channels.map(|c| ("number of channels", c))) {
            if !(1..=WIDEST).contains(w) {
                return Err(Error::data(what, format!("a {name} is {w}, expected 1 to {WIDEST}")));
            }
            if activation == Activation::Groupsort && w % 2 == 1 {
                return Err(Error::data(
                    what,
                    format!("groupsort sorts pairs of units, so every {name} must be even; got {w}"),
                ));
            }
        }
        if let Some(images) = &self.images {
            if images.channels.is_empty() {
                return Err(Error::data(what, "the list of channels is empty; write for example channels: [32, 64]"));
            }
            if images.stride > images.kernel {
                return Err(Error::data(
                    what,
                    format!(
                        "stride {} leaves out pixels between windows of side {}; use a stride of at most the kernel",
                        images.stride, images.kernel
                    ),
                ));
            }
            if !matches!(images.shape.len(), 0 | 2 | 3) {
                return Err(Error::data(
                    what,
                    format!("shape is {:?}, expected [height, width] or [height, width, channels]", images.shape),
                ));
            }
            if images.shape.iter().any(|n| *n == 0 || *n > 1 << 12) {
                return Err(Error::data(what, format!("shape is {:?}, expected sizes from 1 to 4096", images.shape)));
            }
        }
        if residual
            && (self.images.is_some()
                || self.widths.len().is_multiple_of(2)
                || self.widths.len() < 3
                || self.widths.iter().any(|w| *w != self.widths[0]))
        {
            return Err(Error::data(
                what,
                format!(
                    "residual: true puts shortcuts around pairs of layers after the first, so it takes 3, 5, 7, ... equal widths; got {:?}",
                    self.widths
                ),
            ));
        }
        Ok(())
    }

    /// A network that reads points: convolutions first. The last `appended` coordinates of a point do not belong to the
    /// image (those of its class).
    pub fn reading(
        &self,
        dim: usize,
        appended: usize,
        outs: usize,
        activation: Activation,
        residual: bool,
    ) -> Result<Shape> {
        let mut linears = vec![];
        let mut ins = dim;
        if let Some(images) = &self.images {
            for (window, channels) in images.windows(dim, appended)?.into_iter().zip(&images.channels) {
                ins = window.positions() * channels;
                linears.push(Linear::Convolution { window, channels: *channels });
            }
        }
        for outs in self.widths.iter().copied().chain([outs]) {
            linears.push(Linear::Dense { ins, outs });
            ins = outs;
        }
        fitting(linears, activation, residual)
    }

    /// A network that writes points of dimension `outs`: the convolutions of `reading`, transposed, in the reverse order.
    pub fn writing(&self, ins: usize, outs: usize, activation: Activation, residual: bool) -> Result<Shape> {
        let Some(images) = &self.images else { return self.reading(ins, 0, outs, activation, residual) };
        let windows = images.windows(outs, 0)?;
        let mut linears = vec![];
        let mut ins = ins;
        let first = windows.last().zip(images.channels.last()).map_or(outs, |(w, c)| w.positions() * c);
        for outs in self.widths.iter().copied().chain([first]) {
            linears.push(Linear::Dense { ins, outs });
            ins = outs;
        }
        for (window, channels) in windows.into_iter().zip(&images.channels).rev() {
            linears.push(Linear::Transposed { window, channels: *channels });
        }
        fitting(linears, activation, residual)
    }

    /// The same layers from the other end.
    pub fn reversed(&self) -> Architecture {
        Architecture { widths: self.widths.iter().rev().copied().collect(), images: self.images.clone() }
    }

    /// "`[64, 64]`", or "channels `[32, 64]`, `[100]`".
    pub fn describe(&self) -> String {
        match &self.images {
            None => format!("{:?}", self.widths),
            Some(i) if self.widths.is_empty() => format!("channels {:?}", i.channels),
            Some(i) => format!("channels {:?}, {:?}", i.channels, self.widths),
        }
    }
}
