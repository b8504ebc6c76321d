//! Every metric that has a name, between samples of more and more points of one law, and between two laws.
//!
//! ```text
//! cargo run --release --example metrics
//! ```
//!
//! Distances between samples of one law fall with their size; those between two laws do not.
use gflow::dataset::Rows;
use gflow::dataset::gaussian::gaussian;
use gflow::dataset::ring::ring;
use gflow::device::{Points, wide};
use gflow::error::Result;
use gflow::{metric, random};

fn upload(rows: Rows) -> Points {
    wide(rows.data, rows.n, rows.d)
}

fn main() -> Result<()> {
    let header: String = metric::names().map(|name| format!("{name:>12}")).collect();
    println!("{:<28}{header}", "");
    for n in [50, 200, 800] {
        let draw = |stream| Ok(upload(ring(n, &Default::default(), &mut random::rng(0, stream))?));
        let (a, b) = (draw(1)?, draw(2)?);
        let normal = upload(gaussian(n, 2, &Default::default(), &mut random::rng(0, 3))?);
        for (pair, p) in [("ring, ring", &a), ("Gaussian, ring", &normal)] {
            let values: String = metric::names()
                .map(|name| Ok(format!("{:>12.4}", metric::by_name(name)?.evaluate(p, &b)?)))
                .collect::<Result<_>>()?;
            println!("{:<28}{values}", format!("{pair}, {n} points"));
        }
    }
    Ok(())
}
