//! Operations of every device against f64 on the host.
use super::wgpu;
use gflow::device::{self, Choice, Compute};

/// Every operation a generator can be lowered to, against f64: on the CPU always, on wgpu where there is one. f32 with
/// the driver's own transcendental functions: 2e-5 relative to 1 + |value|.
#[test]
fn every_lowered_operation_is_right_on_every_device() {
    use burn::tensor::{Tensor, TensorData};
    use gflow::generator::expr::{self, constant, y};
    use gflow::generator::scalar::{Relation, Unary};
    use gflow::generator::tape::Tape;
    let x: Vec<f32> = (0..61).map(|i| -3.0 + 0.1 * i as f32 + 0.013).collect();
    let shifted = expr::add(&y(), &constant(3.5)); // positive on the grid
    let half = constant(0.5);
    let mut functions = vec![
        ("power", expr::pow(&shifted, &constant(1.7))),
        ("cube", expr::pow(&y(), &constant(3.0))),
        ("root", expr::sqrt(&shifted)),
        ("inverse", expr::div(&constant(2.0), &shifted)),
        ("quotient", expr::div(&y(), &shifted)),
        ("x^x", expr::pow(&shifted, &y())),
        ("linear", expr::sub(&constant(1.0), &expr::scale(3.0, &y()))),
        ("maximum", expr::max(&y(), &half)),
        ("minimum", expr::min(&y(), &expr::neg(&y()))),
    ];
    for f in [
        Unary::Exp,
        Unary::Abs,
        Unary::Sign,
        Unary::Tanh,
        Unary::Expm1,
        Unary::Sigmoid,
        Unary::Softplus,
        Unary::Sin,
        Unary::Cos,
        Unary::Omega,
    ] {
        functions.push(("function", expr::unary(f, &expr::scale(2.0, &y()))));
    }
    for f in [Unary::Ln, Unary::Log1p] {
        functions.push(("logarithm", expr::unary(f, &shifted)));
    }
    for r in [Relation::Gt, Relation::Ge, Relation::Lt, Relation::Le, Relation::Eq, Relation::Ne] {
        functions
            .push(("branch", expr::select(&expr::compare(r, &y(), &half), &y(), &expr::pow(&y(), &constant(2.0)))));
    }
    let outputs: Vec<_> = functions.iter().map(|f| f.1.clone()).collect();
    let tape = Tape::new(&outputs);
    let devices = [device::open(Choice::Cpu).ok(), wgpu()];
    for compute in devices.into_iter().flatten() {
        let on_device = tape.eval_tensor(&Tensor::from_data(TensorData::new(x.clone(), [x.len()]), &compute.device));
        let mut regs = vec![];
        for (k, out) in on_device.iter().enumerate() {
            for (xi, got) in x.iter().zip(device::values(out).unwrap()) {
                tape.eval(f64::from(*xi), &mut regs);
                let exact = tape.out(k, &regs);
                let error = (f64::from(got) - exact).abs() / (1.0 + exact.abs());
                assert!(
                    error < 2e-5,
                    "{} {} at {xi}: {got} and {exact} on {}",
                    functions[k].0,
                    gflow::generator::latex::latex(&functions[k].1),
                    compute.name
                );
            }
        }
    }
}

/// The streamed fields of the device against f64 loops on the host, in dimensions 1 to 5, sizes that do and do not fill a
/// tile; f32 sums of n terms are good to about 1e-6 of their size.
#[test]
fn streamed_fields_agree_with_the_host() {
    use gflow::device::ops::{Radial, kernel_field, soft_field};
    use gflow::device::{points, rows_f64, values};
    use gflow::interrupt::Interrupt;
    use gflow::space::kernel::Kernel;
    use gflow::space::kernel_sum::KernelSum;
    use gflow::transport::ground::Cost;
    use gflow::transport::softmin::Pairs;
    use rand::Rng;
    let devices: Vec<Compute> = [device::open(Choice::Cpu).ok(), wgpu()].into_iter().flatten().collect();
    for device in devices {
        for (n, m, d) in [(1, 1, 2), (70, 130, 1), (64, 64, 2), (200, 333, 3), (33, 1000, 5)] {
            let mut rng = gflow::random::rng(n as u64, 3);
            let mut draw = |k: usize| (0..k).map(|_| rng.random_range(-1.5f32..1.5)).collect::<Vec<f32>>();
            let (x, y, w) = (draw(n * d), draw(m * d), draw(m));
            let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
            let (px, py) = (points(x.clone(), n, d, &device.device), points(y.clone(), m, d, &device.device));
            let pw = points(w.clone(), 1, m, &device.device).reshape([m]);
            for (radial, kernel) in [
                (Radial::Gaussian(-0.5 / 0.49), Kernel::Gaussian(0.7)),
                (Radial::Laplace(-1.0 / 1.3), Kernel::Laplace(1.3)),
                (Radial::Imq(1.0 / 0.64), Kernel::Imq(0.8)),
                (Radial::Energy, Kernel::Energy),
            ] {
                let (h, g) = kernel_field(&px, &py, &pw, radial);
                let (h0, g0) = KernelSum::<f64>::new(&kernel, &wide(&y), d, Some(&wide(&w)))
                    .at(&wide(&x), &Interrupt::default())
                    .unwrap();
                let size = 3e-6 * (m as f64).sqrt().max(1.0) * 4.0;
                for (a, b) in values(&h).unwrap().iter().zip(&h0) {
                    assert!((f64::from(*a) - b).abs() < size, "{} {radial:?} {n} {m} {d}: {a} and {b}", device.name);
                }
                for (a, b) in rows_f64(&g).unwrap().iter().zip(&g0) {
                    assert!((a - b).abs() < 4.0 * size, "{} {radial:?} {n} {m} {d}: gradient {a} and {b}", device.name);
                }
            }
            for (power, scale) in [(1u32, 3.0), (2, 8.0)] {
                let (l, g) = soft_field(&px, &py, &pw, scale, power);
                let pairs = Pairs::<f64>::new(&wide(&x), &wide(&y), d, Cost::new(scale, f64::from(power)).unwrap());
                let l0 = pairs.softmin(1.0, &wide(&w), &[], &Interrupt::default()).unwrap();
                let g0 = pairs.mean_gradient(1.0, &wide(&w), &l0, &Interrupt::default()).unwrap();
                for (a, b) in values(&l).unwrap().iter().zip(&l0) {
                    assert!((f64::from(*a) + b).abs() < 2e-5, "{} p {power} {n} {m} {d}: {a} and {}", device.name, -b);
                }
                for (a, b) in rows_f64(&g).unwrap().iter().zip(&g0) {
                    assert!((a - b).abs() < 2e-4, "{} p {power} {n} {m} {d}: gradient {a} and {b}", device.name);
                }
            }
        }
    }
}
