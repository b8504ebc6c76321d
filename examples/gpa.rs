//! The generative particle algorithm: particles of a Gaussian on their way to eight modes, with three figures.
//!
//! Y ← Y − Δt ∇φ(Y),   φ the critic of D_KL over 1-Lipschitz functions                                    [gu2024gpa]
//!
//! ```text
//! cargo run --release --example gpa [-- folder]
//! ```
use gflow::catalogue::Given;
use gflow::dataset::Rows;
use gflow::dataset::gaussian::gaussian;
use gflow::dataset::ring::ring;
use gflow::device::{Points, rows_f64, wide};
use gflow::divergence::Regularized;
use gflow::flow::{Ingredients, Run, RunOptions, algorithms::gpa};
use gflow::generator::named;
use gflow::interrupt::Interrupt;
use gflow::plot::lines::{Series, lines};
use gflow::plot::{Cloud, FigureOptions, grid::grid, render, trajectories::trajectories};
use gflow::random;
use gflow::space::Lipschitz;
use std::path::PathBuf;
use std::sync::Arc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn upload(rows: Rows) -> Points {
    wide(rows.data, rows.n, rows.d)
}

fn cloud(p: &Points) -> gflow::error::Result<Cloud> {
    Ok(Cloud { name: String::new(), rows: rows_f64(p)?, d: p.dims()[1] })
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).map_or_else(|| std::env::temp_dir().join("gflow-example"), PathBuf::from);
    let source = upload(gaussian(300, 2, &Default::default(), &mut random::rng(0, 0))?);
    let target = upload(ring(300, &Default::default(), &mut random::rng(0, 1))?);

    let kl = Arc::new(named::find("kl").ok_or("kl is not in the catalogue")?.build(&[])?);
    let divergence = Arc::new(Regularized { generator: kl, space: Lipschitz::new(1.0)? });
    let flow = gpa::build(divergence, &Ingredients::of(Given::new("gpa").with("dt", 0.2)))?;
    let options = RunOptions {
        steps: 300,
        metrics: vec!["w2".into()],
        metrics_every: 50,
        snapshots: 30,
        ..RunOptions::default()
    };

    let go = Interrupt::default();
    let mut run = Run::new(flow.as_ref(), source, target, None, options, &go)?;
    let ending = run.advance(300, &go, &mut |_| {});
    println!("{}\n{}", ending.describe(), run.history.render(12));

    let column = |name: &str| run.history.column(name).map(<[f64]>::to_vec).unwrap_or_default();
    let series = |name: &str| Series { name: name.into(), x: column("time"), y: column(name), ..Series::default() };
    let snapshots = run.snapshots.iter().map(|s| cloud(&run.view(s)?)).collect::<gflow::error::Result<Vec<_>>>()?;
    let titled = |title: &str| FigureOptions { title: title.into(), ..FigureOptions::default() };
    let figure = grid(
        &[
            trajectories(&snapshots, &cloud(&run.target.whole()?)?, &titled("Paths"))?,
            lines(&[series("divergence")], "time", &titled("$D$"))?,
            lines(&[series("w2")], "time", &titled("$W_2$ to the target"))?,
        ],
        &FigureOptions::default(),
    )?;
    let file = folder.join("gpa.svg");
    render::save(&figure, &file)?;
    println!("wrote {}", file.display());
    Ok(())
}
