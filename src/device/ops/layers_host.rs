//! The steps around a pass on the embedded CPU backend, as plain loops: networks on the CPU have their own way, so this is what
//! the device code is held against.
use super::host::read;
use super::layers::LayerOps;
use burn::backend::{Flex, ops::FloatTensorOps, tensor::FloatTensor};
use burn::tensor::TensorData;

/// k, n, where W begins, and where u and v do, of every layer.
fn layers(table: &[f32]) -> impl Iterator<Item = [usize; 5]> + '_ {
    table.chunks_exact(5).map(|l| [l[0] as usize, l[1] as usize, l[2] as usize, l[3] as usize, l[4] as usize])
}

fn unit(v: &mut [f32]) {
    let norm = v.iter().map(|v| v * v).sum::<f32>().sqrt() + 1e-12;
    v.iter_mut().for_each(|v| *v /= norm);
}

fn tensor(v: Vec<f32>) -> FloatTensor<Flex> {
    let n = v.len();
    Flex::float_from_data(TensorData::new(v, [n]), &Default::default())
}

impl LayerOps for Flex {
    fn divide(
        theta: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        iterations: u32,
        _: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (mut theta, uv, table) = (read(&theta), read(&uv), read(&table));
        let all_u: usize = layers(&table).map(|[k, ..]| k).sum();
        let (mut u, mut v) = (uv[..all_u].to_vec(), uv[all_u..].to_vec());
        let mut sigmas = vec![];
        for [k, n, at, u0, v0] in layers(&table) {
            let w = &mut theta[at..at + k * n];
            let (u, v) = (&mut u[u0..u0 + k], &mut v[v0..v0 + n]);
            let forth = |w: &[f32], u: &[f32], j: usize| (0..k).map(|i| u[i] * w[i * n + j]).sum::<f32>();
            for _ in 0..iterations {
                (0..n).for_each(|j| v[j] = forth(w, u, j));
                unit(v);
                (0..k).for_each(|i| u[i] = (0..n).map(|j| v[j] * w[i * n + j]).sum());
                unit(u);
            }
            let sigma = (0..n).map(|j| v[j] * forth(w, u, j)).sum::<f32>();
            w.iter_mut().for_each(|w| *w /= sigma);
            sigmas.push(sigma);
        }
        (tensor([theta, sigmas].concat()), tensor([u, v].concat()))
    }
    fn ascend(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        divided: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
        rate: f32,
        epsilon: f32,
        adam: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (mut gradient, divided, uv, table) = (read(&gradient), read(&divided), read(&uv), read(&table));
        let all_u: usize = layers(&table).map(|[k, ..]| k).sum();
        let sigmas = &divided[gradient.len()..];
        for ([k, n, at, u0, v0], sigma) in layers(&table).zip(sigmas) {
            let inner: f32 = (at..at + k * n).map(|e| gradient[e] * divided[e]).sum();
            for (i, j) in (0..k).flat_map(|i| (0..n).map(move |j| (i, j))) {
                let g = &mut gradient[at + i * n + j];
                *g = (*g - inner * uv[u0 + i] * uv[all_u + v0 + j]) / sigma;
            }
        }
        Self::ascend_freely(theta, moments, tensor(gradient), beta1, beta2, rate, epsilon, adam)
    }
    fn ascend_freely(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
        rate: f32,
        epsilon: f32,
        adam: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (mut theta, mut moments, gradient) = (read(&theta), read(&moments), read(&gradient));
        let (first, second) = moments.split_at_mut(gradient.len());
        for (i, g) in gradient.into_iter().enumerate() {
            second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
            if adam == 1 {
                first[i] = beta1 * first[i] + (1.0 - beta1) * g;
            }
            theta[i] += rate * if adam == 1 { first[i] } else { g } / (second[i].sqrt() + epsilon);
        }
        (tensor(theta), tensor(moments))
    }
}
