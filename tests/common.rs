//! What several tests need.
use gflow::critic::CriticBuilder;
use gflow::critic::estimate::{Estimate, EstimateOptions, Request};
use gflow::dataset::Rows;
use gflow::device::{self, Choice, Compute, Points};
use gflow::divergence::{Divergence, Regularized};
use gflow::generator::{Generator, named};
use gflow::interrupt::Interrupt;
use gflow::script::{Recorder, Session, SessionOptions};
use gflow::space::Lipschitz;
use std::sync::Arc;

pub fn cpu() -> Compute {
    device::open(Choice::Cpu).unwrap()
}

pub fn column(v: &[f64]) -> Points {
    device::points(v.iter().map(|v| *v as f32).collect(), v.len(), 1, &cpu().device)
}

/// Rows in f32, as flows have them.
pub fn upload(r: Rows) -> Points {
    device::points(r.data.into_iter().map(|v| v as f32).collect(), r.n, r.d, &cpu().device)
}

/// Every named f, alpha at three values.
pub fn generators() -> Vec<Arc<Generator>> {
    let mut out = vec![];
    for n in named::ALL {
        if n.parameters == 0 {
            out.push(Arc::new(n.build(&[]).unwrap()));
        } else {
            out.extend([0.5, 2.0, 3.0].map(|a| Arc::new(n.build(&[a]).unwrap())));
        }
    }
    out
}

pub fn regularized(g: &Arc<Generator>, l: f64) -> Arc<dyn Divergence> {
    Arc::new(Regularized { generator: g.clone(), space: Lipschitz::new(l).unwrap() })
}

pub fn named_divergence(name: &str, l: f64) -> Arc<dyn Divergence> {
    regularized(&Arc::new(named::find(name).unwrap().build(&[]).unwrap()), l)
}

/// Midpoint quantiles of the standard normal: a sample without sampling error.
pub fn normal_quantiles(n: usize) -> Vec<f64> {
    (0..n).map(|i| quantile((i as f64 + 0.5) / n as f64)).collect()
}

/// By bisection on an erf series: exact to 1e-12, and independent of the library.
fn quantile(p: f64) -> f64 {
    let (mut lo, mut hi) = (-9.0f64, 9.0f64);
    for _ in 0..80 {
        let m = 0.5 * (lo + hi);
        if cdf(m) < p { lo = m } else { hi = m }
    }
    0.5 * (lo + hi)
}

/// Φ by its power series (Marsaglia), good to 1e-14 for |x| < 7.
fn cdf(x: f64) -> f64 {
    let (mut s, mut t, mut k) = (x, x, 1.0);
    for _ in 0..400 {
        k += 2.0;
        t *= x * x / k;
        s += t;
    }
    if x < -7.0 {
        0.0
    } else if x > 7.0 {
        1.0
    } else {
        0.5 + s * (-0.5 * x * x - 0.918_938_533_204_672_8).exp()
    }
}

pub fn session() -> (Session, Recorder) {
    session_in(None, &[])
}

pub fn session_in(out: Option<std::path::PathBuf>, params: &[(&str, &str)]) -> (Session, Recorder) {
    let recorder = Recorder::default();
    let session = Session::new(SessionOptions {
        params: params.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
        out,
        // the program itself
        worker: Some(vec![env!("CARGO_BIN_EXE_gflow").into()]),
        ..SessionOptions::new(cpu(), recorder.clone())
    });
    (session, recorder)
}

/// An estimate between samples of equal weights.
pub fn estimate(
    d: &Arc<dyn Divergence>,
    p: &Points,
    q: &Points,
    builder: &dyn CriticBuilder,
    options: &EstimateOptions,
) -> Estimate {
    let request = Request {
        divergence: d.clone(),
        p,
        q,
        builder,
        explicit: true,
        weights: Default::default(),
        options: options.clone(),
    };
    gflow::critic::estimate::estimate(&request, &Interrupt::default(), &mut |_, _| {}).unwrap()
}

/// What a script prints in a fresh session.
pub fn printed(script: &str) -> String {
    let (mut session, recorder) = session();
    match session.eval("script", script) {
        Ok(_) => recorder.text(),
        Err(d) => format!("error: {}", d.message),
    }
}
