//! The named generators: one file each, one line here.
mod alpha;
mod chi2;
mod entry;
mod hellinger;
mod jeffreys;
mod js;
mod kl;
mod le_cam;
mod reverse_kl;
mod tv;
pub use entry::Named;

/// Every named f.
pub const ALL: &[Named] = &[
    kl::NAMED,
    reverse_kl::NAMED,
    chi2::NAMED,
    hellinger::NAMED,
    tv::NAMED,
    js::NAMED,
    jeffreys::NAMED,
    le_cam::NAMED,
    alpha::NAMED,
];

/// The named f with this name.
///
/// ```
/// use gflow::generator::named;
/// let chi2 = named::find("chi2").unwrap().build(&[])?;
/// // f(x) = (x − 1)²: f*(y) = y + y²/4 for y ≥ −2
/// assert!((chi2.conjugate(1.0) - 1.25).abs() < 1e-12);
/// # Ok::<(), gflow::error::GeneratorError>(())
/// ```
pub fn find(name: &str) -> Option<&'static Named> {
    ALL.iter().find(|n| n.entry.name == name)
}
