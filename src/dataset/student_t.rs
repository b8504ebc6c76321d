//! Heavy tails: the multivariate Student t.
use super::{Rows, check_size, normal, rows};
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
use crate::random::Rng;
use rand_distr::{ChiSquared, Distribution};

pub const ENTRY: Entry = Entry {
    name: "data::student_t",
    room: "data",
    signature: "data::student_t(n, d, nu)",
    doc: "n points from the multivariate Student t with nu degrees of freedom in dimension d.",
    equation: r"p(x)\propto(1+|x|^2/\nu)^{-(\nu+d)/2}",
    cite: "chen2024heavy",
    options: &[],
    defaults: no_defaults,
    example: "data::student_t(100, 2, 3.0)",
};

pub fn student_t(n: usize, d: usize, nu: f64, rng: &mut Rng) -> Result<Rows> {
    check_size("data::student_t", n, d)?;
    let bad = || Error::data("data::student_t", format!("nu is {nu}, expected a number > 0"));
    if !nu.is_finite() {
        return Err(bad());
    }
    let chi = ChiSquared::new(nu).map_err(|_| bad())?;
    Ok(rows(n, d, |_, out| {
        let scale = (nu / chi.sample(rng)).sqrt();
        out.extend((0..d).map(|_| (scale * normal(rng)) as f32));
    }))
}
