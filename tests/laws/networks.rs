//! The passes of networks, written out by hand, against burn's own convolutions and automatic differentiation.
use super::autodiff::Traced;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use gflow::device::{host, rows, values, vector};
use gflow::network::architecture::{Architecture, Images};
use gflow::network::linear::Linear;
use gflow::network::optimizer::OptimizerOptions;
use gflow::network::shape::Shape;
use gflow::network::{Activation, open};
use rand::{Rng, SeedableRng};

/// Rows of images, channels innermost, as burn has them, and back.
fn picture(x: Traced<2>, [h, w, c]: [usize; 3]) -> Traced<4> {
    let n = x.dims()[0];
    x.reshape([n, h, w, c]).permute([0, 3, 1, 2])
}
fn row(x: Traced<4>) -> Traced<2> {
    let [n, c, h, w] = x.dims();
    x.permute([0, 2, 3, 1]).reshape([n, h * w * c])
}

/// The network of a shape by burn's operations; `grids` are the sizes of the images between convolutions, largest first.
fn reference(shape: &Shape, theta: &Traced<1>, x: Traced<2>, grids: &[[usize; 3]]) -> Traced<2> {
    let (mut h, mut at) = (vec![x], 0);
    for (l, linear) in shape.linears().iter().enumerate() {
        let ((a, b), channels) = (linear.matrix(), linear.channels());
        let w = theta.clone().narrow(0, at, a * b).reshape([a, b]);
        let bias = theta.clone().narrow(0, at + a * b, channels);
        at += a * b + channels;
        let input = h[l].clone();
        let mut z = match linear {
            Linear::Dense { .. } => input.matmul(w) + bias.reshape([1, channels]),
            Linear::Convolution { window, .. } => {
                let (k, s, [height, width, c]) = (window.kernel, window.stride, grids[l]);
                let before = (k - 1) / 2;
                // what the last position takes behind the image
                let behind = |grid: usize, n: usize| (grid - 1) * s + k - before - n;
                let padding = [(before, behind(window.grid[0], height)), (before, behind(window.grid[1], width))];
                let weight = w.reshape([k, k, c, channels]).permute([3, 2, 0, 1]);
                let options = ConvOptions { stride: [s, s], padding, dilation: [1, 1], groups: 1 };
                row(picture(input, grids[l]).conv2d(weight, bias, options))
            }
            Linear::Transposed { window, channels: small } => {
                let (k, s, place) = (window.kernel, window.stride, shape.depth() - 1 - l);
                let (big, [height, width, c]) = (grids[place], grids[place]);
                let before = (k - 1) / 2;
                let out = |grid: usize, n: usize| n + 2 * before - k - (grid - 1) * s;
                let weight = w.reshape([*small, k, k, c]).permute([0, 3, 1, 2]);
                let options = ConvTransposeOptions::new(
                    [s, s],
                    [before, before],
                    [out(window.grid[0], height), out(window.grid[1], width)],
                    [1, 1],
                    1,
                );
                let input = picture(input, [window.grid[0], window.grid[1], *small]);
                let z = input.conv_transpose2d(weight, bias, options);
                assert_eq!(z.dims()[2..], [big[0], big[1]]);
                row(z)
            }
        };
        if let Some(from) = shape.shortcut(l) {
            z = z + h[from].clone();
        }
        if l + 1 == shape.depth() {
            return z;
        }
        let (n, wide) = (z.dims()[0], z.dims()[1]);
        h.push(z.reshape([n * wide / channels, channels]).activate(shape.activation).reshape([n, wide]));
    }
    unreachable!("a shape has a last layer")
}

/// Outputs and both gradients of every shape and activation: 1e-5 of the largest entry, f32 sums in another order.
#[test]
fn passes_agree_with_automatic_differentiation() {
    for kind in [Activation::Relu, Activation::LeakyRelu, Activation::Tanh, Activation::Groupsort] {
        let images =
            |k: usize, s: usize| Some(Images { shape: vec![6, 5, 2], channels: vec![4, 6], kernel: k, stride: s });
        let read = |k: usize, s: usize| {
            Architecture { widths: vec![8], images: images(k, s) }.reading(60, 0, 1, kind, false).unwrap()
        };
        let shapes = [
            (Shape::new(3, &[16, 8], 2, kind), vec![]),
            (Architecture { widths: vec![8; 5], images: None }.reading(4, 0, 1, kind, true).unwrap(), vec![]),
            (read(3, 2), vec![[6, 5, 2], [3, 3, 4]]),
            (read(5, 1), vec![[6, 5, 2], [6, 5, 4]]),
            (read(3, 3), vec![[6, 5, 2], [3, 2, 4]]),
            (
                Architecture { widths: vec![8], images: images(3, 2) }.writing(3, 60, kind, false).unwrap(),
                vec![[6, 5, 2], [3, 3, 4]],
            ),
        ];
        for (k, (shape, grids)) in shapes.into_iter().enumerate() {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(k as u64);
            let (n, d, outs) = (7, shape.ins(), shape.outs());
            let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-0.7..0.7)).collect() };
            let (theta, x, seeds) = (draw(shape.parameters()), draw(n * d), draw(n * outs));
            // burn
            let leaf = Traced::new(theta.clone(), [theta.len()]).require_grad();
            let at = Traced::new(x.clone(), [n, d]).require_grad();
            let out = reference(&shape, &leaf, at.clone(), &grids);
            let grads = (out.clone() * Traced::new(seeds.clone(), [n, outs])).sum().backward();
            let wanted = [out.values(), leaf.grad(&grads), at.grad(&grads)];
            // ours
            let network = open(shape, None, OptimizerOptions::default(), &mut gflow::random::rng(0, 0), &host());
            let layers = network.layers_at(&vector(theta, &host())).unwrap();
            let pass = layers.forward(&[&gflow::device::points(x, n, d, &host())]).unwrap();
            let (gradient, on_input) = pass.both_gradients(&vector(seeds, &host())).unwrap();
            let got = [
                values(&pass.outputs().unwrap().remove(0)).unwrap(),
                values(&gradient).unwrap(),
                rows(&on_input).unwrap(),
            ];
            for (what, (got, wanted)) in ["outputs", "parameters", "inputs"].into_iter().zip(got.iter().zip(&wanted)) {
                assert_eq!(got.len(), wanted.len());
                let size = wanted.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
                let worst = got.iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 1e-5 * size, "{what} of shape {k}, {kind:?}: {worst} of {size}");
            }
        }
    }
}
