//! Patches of images: the linear map that convolutions and their transposes are made of.
//!
//! Images are rows of height × width × channels entries, channels innermost. A window slides over them with a stride;
//! unfolding copies the patch under it at every position into a row of its own, and folding, the transposed map, adds
//! the patches back. What follows an image in its row (the coordinates of a class) is part of every patch, divided so
//! that it weighs in the whole as much as a pixel does.
use crate::device::{Points, points};
use crate::error::Result;
use crate::memory;
use crate::scratch::{self, Scratch};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::sync::Mutex;

/// Neighbouring entries of an image that are neighbours in a patch too.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    image: usize,
    patch: usize,
    len: usize,
    weight: f32,
}

/// A square window over images.
#[derive(Debug)]
pub struct Window {
    /// height, width, channels
    shape: [usize; 3],
    /// entries of a row: the image and what follows it
    pub image: usize,
    /// rows and columns of positions
    pub grid: [usize; 2],
    /// entries of a patch
    pub patch: usize,
    /// side of the window
    pub kernel: usize,
    /// pixels from one position to the next
    pub stride: usize,
    stretches: Vec<Stretch>,
    /// what tensors need, on the device it was last needed on
    tables: Mutex<Option<(Device, Tables)>>,
}

/// Folding and unfolding as gathers of columns.
#[derive(Clone, Debug)]
struct Tables {
    /// for every entry of the patches the entry of the image, or the column of zeros behind it
    sources: Tensor<1, Int>,
    /// for every pixel the entries of the patches it is copied to, padded with the column of zeros behind them
    copies: Tensor<1, Int>,
    /// how many a pixel has at most
    most: usize,
    /// weights of the entries of patches, `[1, patches]`, and their map to the appended entries, `[patches, extra]`
    appended: Option<(Tensor<2>, Tensor<2>)>,
}

/// Rows and columns of positions: as many as fit between zeros on both sides, or as it takes to reach the last pixel.
fn positions(shape: [usize; 3], kernel: usize, stride: usize) -> [usize; 2] {
    let pad = (kernel - 1) / 2;
    let places = |n: usize| {
        ((n + 2 * pad).saturating_sub(kernel) / stride).max((n + pad).saturating_sub(kernel).div_ceil(stride)) + 1
    };
    [places(shape[0]), places(shape[1])]
}

impl Window {
    /// Errors if the patches of one image, or the table of where they lie, are more than memory holds.
    pub fn check(shape: [usize; 3], extra: usize, kernel: usize, stride: usize) -> Result<()> {
        let [rows, columns] = positions(shape, kernel, stride);
        let patches = memory::product(&[rows, columns, kernel, kernel, shape[2] + extra, size_of::<f32>()]);
        let table = memory::product(&[rows, columns, kernel, kernel, size_of::<Stretch>()]);
        let what = format!("a window of side {kernel} over images of {} × {} × {}", shape[0], shape[1], shape[2]);
        memory::check(&what, patches.saturating_add(table))
    }

    /// Over images `[height, width, channels]` followed by `extra` entries; zeros of width (kernel − 1)/2 lie before the image
    /// and as many behind it as the last position takes. The stride is at most the kernel, so that no pixel is left out.
    pub fn new(shape: [usize; 3], extra: usize, kernel: usize, stride: usize) -> Window {
        let [height, width, channels] = shape;
        let pad = (kernel - 1) / 2;
        let grid = positions(shape, kernel, stride);
        let (image, deep) = (height * width * channels, channels + extra);
        let patch = kernel * kernel * deep;
        let weight = 1.0 / (stride as f32 * ((grid[0] * grid[1]) as f32).sqrt());
        let mut stretches: Vec<Stretch> = vec![];
        for (p, (i, j)) in (0..grid[0]).flat_map(|i| (0..grid[1]).map(move |j| (i, j))).enumerate() {
            for (u, v) in (0..kernel).flat_map(|u| (0..kernel).map(move |v| (u, v))) {
                let (Some(y), Some(x)) = ((i * stride + u).checked_sub(pad), (j * stride + v).checked_sub(pad)) else {
                    continue;
                };
                if y >= height || x >= width {
                    continue;
                }
                let to = p * patch + (u * kernel + v) * deep;
                let next = Stretch { image: (y * width + x) * channels, patch: to, len: channels, weight: 1.0 };
                match stretches
                    .last_mut()
                    .filter(|s| extra == 0 && s.image + s.len == next.image && s.patch + s.len == next.patch)
                {
                    Some(s) => s.len += channels,
                    None => stretches.push(next),
                }
                if extra > 0 {
                    stretches.push(Stretch { image, patch: to + channels, len: extra, weight });
                }
            }
        }
        Window { shape, image: image + extra, grid, patch, kernel, stride, stretches, tables: Mutex::new(None) }
    }

    /// How many positions the window takes.
    pub fn positions(&self) -> usize {
        self.grid[0] * self.grid[1]
    }
    /// Channels of the image.
    pub fn channels(&self) -> usize {
        self.shape[2]
    }
    /// Whether rows hold more than the image.
    pub fn has_extra(&self) -> bool {
        self.image > self.shape.iter().product()
    }

    /// The patches of rows of images, row-major.
    pub fn unfold(&self, images: &[f32]) -> Scratch {
        let size = self.positions() * self.patch;
        let mut out = scratch::zeros(images.len() / self.image * size);
        for (image, patches) in images.chunks_exact(self.image).zip(out.chunks_exact_mut(size)) {
            for s in &self.stretches {
                let (from, to) = (&image[s.image..s.image + s.len], &mut patches[s.patch..s.patch + s.len]);
                if s.weight == 1.0 {
                    to.copy_from_slice(from)
                } else {
                    to.iter_mut().zip(from).for_each(|(t, f)| *t = s.weight * f)
                }
            }
        }
        out
    }

    /// Adds patches to the images they lie in.
    pub fn fold(&self, patches: &[f32], images: &mut [f32]) {
        for (image, patches) in
            images.chunks_exact_mut(self.image).zip(patches.chunks_exact(self.positions() * self.patch))
        {
            for s in &self.stretches {
                let (to, from) = (&mut image[s.image..s.image + s.len], &patches[s.patch..s.patch + s.len]);
                to.iter_mut().zip(from).for_each(|(t, f)| *t += s.weight * f);
            }
        }
    }

    fn tables(&self, device: &Device) -> Tables {
        let mut cache = self.tables.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, tables)) = cache.as_ref().filter(|(d, _)| d == device) {
            return tables.clone();
        }
        let (pixels, size) = (self.shape.iter().product::<usize>(), self.positions() * self.patch);
        let mut sources = vec![self.image; size];
        let mut copies: Vec<Vec<usize>> = vec![vec![]; pixels];
        let extra = self.image - pixels;
        let (mut weights, mut appended) = (vec![0.0; size], vec![0.0; size * extra]);
        for (at, entry, weight) in
            self.stretches.iter().flat_map(|s| (0..s.len).map(move |i| (s.patch + i, s.image + i, s.weight)))
        {
            sources[at] = entry;
            weights[at] = weight;
            match entry.checked_sub(pixels) {
                None => copies[entry].push(at),
                Some(e) => appended[at * extra + e] = weight,
            }
        }
        let most = copies.iter().map(Vec::len).max().unwrap_or(0);
        let table: Vec<usize> =
            copies.iter().flat_map(|c| (0..most).map(move |i| c.get(i).copied().unwrap_or(size))).collect();
        let upload = |v: Vec<usize>| {
            let n = v.len();
            Tensor::<1, Int>::from_data(
                TensorData::new(v.into_iter().map(|i| i as i32).collect::<Vec<i32>>(), [n]),
                device,
            )
        };
        let appended =
            self.has_extra().then(|| (points(weights, 1, size, device), points(appended, size, extra, device)));
        let tables = Tables { sources: upload(sources), copies: upload(table), most, appended };
        *cache = Some((device.clone(), tables.clone()));
        tables
    }

    /// Unfolding as tensor operations: `[rows, image]` to `[rows · positions, patch]`.
    pub fn unfold_tensor(&self, images: Points) -> Points {
        let (rows, tables) = (images.dims()[0], self.tables(&images.device()));
        let mut out = pick(images, tables.sources);
        if let Some((weights, _)) = tables.appended {
            out = out * weights;
        }
        out.reshape([rows * self.positions(), self.patch])
    }

    /// Folding as tensor operations: `[rows · positions, patch]` to `[rows, image]`.
    pub fn fold_tensor(&self, patches: Points, rows: usize) -> Points {
        let tables = self.tables(&patches.device());
        let patches = patches.reshape([rows, self.positions() * self.patch]);
        let pixels = tables.copies.dims()[0] / tables.most.max(1);
        let images = pick(patches.clone(), tables.copies)
            .reshape([rows, pixels, tables.most])
            .sum_dim(2)
            .reshape([rows, pixels]);
        match tables.appended {
            Some((_, map)) => Tensor::cat(vec![images, patches.matmul(map)], 1),
            None => images,
        }
    }
}

/// Columns of x by number; the one behind the last is zero.
fn pick(x: Points, columns: Tensor<1, Int>) -> Points {
    let zeros = Tensor::zeros([x.dims()[0], 1], &x.device());
    Tensor::cat(vec![x, zeros], 1).select(1, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open, points, rows};
    use rand::Rng;

    /// Folding is the transpose of unfolding, ⟨Ux, p⟩ = ⟨x, Uᵀp⟩, on host and as tensors: 1e-5 of sums of a hundred f32.
    #[test]
    fn folding_is_the_transpose_of_unfolding() {
        let device = open(Choice::Cpu).unwrap().device;
        for (shape, extra, kernel, stride) in [
            ([5, 4, 2], 0, 3, 1),
            ([8, 8, 1], 3, 3, 2),
            ([7, 9, 3], 0, 5, 2),
            ([7, 6, 2], 1, 2, 2),
            ([9, 4, 1], 0, 3, 3),
            ([1, 1, 2], 0, 4, 2),
        ] {
            let w = Window::new(shape, extra, kernel, stride);
            let mut rng = crate::random::rng(7, 0);
            let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-1.0..1.0)).collect() };
            let (n, size) = (3, w.positions() * w.patch);
            let (x, p) = (draw(n * w.image), draw(n * size));
            let up = w.unfold(&x);
            let mut down = vec![0.0; x.len()];
            w.fold(&p, &mut down);
            // every pixel lies in some patch
            let ones = w.unfold(&vec![1.0; w.image]);
            let mut seen = vec![0.0; w.image];
            w.fold(&ones, &mut seen);
            assert!(seen.iter().all(|v| *v > 0.0), "{shape:?}: {seen:?}");
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            assert!((dot(&up, &p) - dot(&x, &down)).abs() < 1e-4, "{shape:?}");
            let up_tensor = rows(&w.unfold_tensor(points(x, n, w.image, &device))).unwrap();
            let down_tensor = rows(&w.fold_tensor(points(p, n * w.positions(), w.patch, &device), n)).unwrap();
            assert_eq!(up[..], up_tensor[..]);
            assert!(down.iter().zip(&down_tensor).all(|(a, b)| (a - b).abs() < 1e-5), "{shape:?}");
        }
    }
}
