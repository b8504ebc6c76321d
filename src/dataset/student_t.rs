//! Heavy tails: the multivariate Student t.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, check_size, normal, rows};
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::random::Rng;
use rand_distr::{ChiSquared, Distribution};

const ENTRY: Entry = Entry {
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

/// `data::student_t(n, d, nu)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[
        Argument::count("data::student_t n"),
        Argument::count("data::student_t d"),
        Argument::number("data::student_t nu"),
    ],
    draw: Draw::Random(|c, rng| student_t(c.count(0)?, c.count(1)?, c.number(2)?, rng)),
};

/// n points of the multivariate Student t with ν degrees of freedom in dimension d, p(x) ∝ (1 + |x|²/ν)^{−(ν+d)/2}
/// [chen2024heavy](crate::references#chen2024heavy). Errors if n or d is 0 or ν is no number > 0.
pub fn student_t(n: usize, d: usize, nu: f64, rng: &mut Rng) -> Result<Rows> {
    check_size("data::student_t", n, d)?;
    let bad = || Error::data("data::student_t", format!("nu is {nu}, expected a number > 0"));
    if !nu.is_finite() {
        return Err(bad());
    }
    let chi = ChiSquared::new(nu).map_err(|_| bad())?;
    rows("data::student_t", n, d, |_, out| {
        let scale = (nu / chi.sample(rng)).sqrt();
        out.extend((0..d).take_while(|k| interrupt::poll_each(*k).is_ok()).map(|_| scale * normal(rng)));
    })
}
