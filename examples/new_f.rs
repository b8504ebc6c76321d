//! A convex function that has no name, as a divergence between two samples in files, with the proof of its value:
//!
//! D_f^L(P‖Q) = sup over L-Lipschitz φ of { E_P φ − inf_ν [ν + E_Q f*(φ − ν)] },   f(x) = x ln x + (x − 1)²/10
//!
//! ```text
//! cargo run --release --example new_f [-- p.npy q.npy]
//! ```
//!
//! Without files, two samples of Gaussians are written to a temporary folder and read from there.
use gflow::critic::SolverBuilder;
use gflow::critic::estimate::{EstimateOptions, Request, estimate};
use gflow::critic::exact::Exact;
use gflow::critic::mlp::{MlpBuilder, MlpOptions};
use gflow::critic::{CriticBuilder, Weights};
use gflow::dataset::gaussian::{GaussianOptions, PerAxis, gaussian};
use gflow::device::{Points, wide};
use gflow::divergence::Regularized;
use gflow::generator::Generator;
use gflow::generator::expr::{add, constant, ln, mul, scale, sub, x};
use gflow::interrupt::Interrupt;
use gflow::space::Lipschitz;
use gflow::{io, random};
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Two files of points, made here if none are given.
fn files() -> Result<[PathBuf; 2]> {
    let mut given = std::env::args().skip(1).map(PathBuf::from);
    if let (Some(p), Some(q)) = (given.next(), given.next()) {
        return Ok([p, q]);
    }
    let folder = std::env::temp_dir().join("gflow-example");
    let files = [folder.join("p.npy"), folder.join("q.npy")];
    for (k, (file, mean)) in files.iter().zip([1.0, 0.0]).enumerate() {
        let options = GaussianOptions { mean: PerAxis::All(mean), ..GaussianOptions::default() };
        io::save(&gaussian(200, 2, &options, &mut random::rng(0, k as u64))?, file)?;
    }
    Ok(files)
}

fn read(file: &Path) -> Result<Points> {
    let rows = io::load(file)?;
    println!("{}: {} points of dimension {}", file.display(), rows.n, rows.d);
    Ok(wide(rows.data, rows.n, rows.d))
}

fn main() -> Result<()> {
    let [p, q] = files()?;
    let (p, q) = (read(&p)?, read(&q)?);

    let off = sub(&x(), &constant(1.0));
    let f = add(&mul(&x(), &ln(&x())), &scale(0.1, &mul(&off, &off)));
    let f = Arc::new(Generator::new("x ln x + (x - 1)^2 / 10", f)?);
    println!("\n{}\n", f.report());

    let divergence = Arc::new(Regularized { generator: f, space: Lipschitz::new(1.0)? });
    let critics: [(&str, Box<dyn CriticBuilder>); 2] = [
        ("a network, 500 ascent steps", Box::new(MlpBuilder::new(vec![32, 32], MlpOptions::default())?)),
        ("solved exactly", Box::new(SolverBuilder(Arc::new(Exact::default())))),
    ];
    for (name, builder) in &critics {
        let request = Request {
            divergence: divergence.clone(),
            p: &p,
            q: &q,
            builder: builder.as_ref(),
            explicit: true,
            weights: Weights::default(),
            options: EstimateOptions { steps: 500, ..EstimateOptions::default() },
        };
        let e = estimate(&request, &Interrupt::default(), &mut |_, _| {})?;
        println!("{name:<28} value {:.6}, proved {:.6} <= D <= {:.6}", e.value, e.lower, e.upper);
    }
    Ok(())
}
