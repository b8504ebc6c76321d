//! Björck's iteration on tensors; what it is, and its derivative, are told in `host/bjorck.rs`. [bjorck1971](crate::references#bjorck1971)
use burn::tensor::Tensor;

/// The matrix before each iteration, and behind the last.
pub fn iterates(w: Tensor<2>, iterations: usize) -> Vec<Tensor<2>> {
    let mut out = vec![w];
    for i in 0..iterations {
        let a = out[i].clone();
        let [k, n] = a.dims();
        let cubic = if n <= k {
            a.clone().matmul(a.clone().transpose().matmul(a.clone()))
        } else {
            a.clone().matmul(a.clone().transpose()).matmul(a.clone())
        };
        out.push(a.mul_scalar(1.5) - cubic.mul_scalar(0.5));
    }
    out
}

/// The gradient in the matrix before the iterations from the one behind them.
pub fn pull_back(iterates: &[Tensor<2>], mut g: Tensor<2>) -> Tensor<2> {
    for a in iterates[..iterates.len() - 1].iter().rev() {
        let [k, n] = a.dims();
        let (at, gt) = (a.clone().transpose(), g.clone().transpose());
        let rest = if n <= k {
            g.clone().matmul(at.clone().matmul(a.clone()))
                + a.clone().matmul(gt.matmul(a.clone()) + at.matmul(g.clone()))
        } else {
            a.clone().matmul(at.clone()).matmul(g.clone())
                + (g.clone().matmul(at) + a.clone().matmul(gt)).matmul(a.clone())
        };
        g = g.mul_scalar(1.5) - rest.mul_scalar(0.5);
    }
    g
}
