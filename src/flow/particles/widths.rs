//! Kernel widths that adapt while particles move: those at which the target pulls hardest [arbel2019](crate::references#arbel2019).
use crate::device::{Points, rows_f64};
use crate::error::Result;
use crate::flow::field::Part;
use crate::interrupt::Interrupt;
use crate::space::Space;
use crate::space::kernel::{Family, Kernel};
use crate::space::width::adaptive_width;

/// The kernel of a space as a family of widths.
pub(super) fn family(space: &Space) -> Option<fn(f64) -> Kernel> {
    match space {
        Space::Rkhs(p) => match p.kernel {
            Kernel::Gaussian(_) | Kernel::Found(Family::Gaussian) => Some(Kernel::Gaussian),
            Kernel::Laplace(_) | Kernel::Found(Family::Laplace) => Some(Kernel::Laplace),
            Kernel::Imq(_) | Kernel::Found(Family::Imq) => Some(Kernel::Imq),
            _ => None,
        },
        _ => None,
    }
}

/// New widths for the kernels of all parts, as f32 numbers so that a saved run goes on with the same ones. The target may
/// have coordinates of classes, which say nothing about widths.
pub(super) fn adapt(parts: &mut [Part], particles: &Points, target: &Points, interrupt: &Interrupt) -> Result<()> {
    let d = particles.dims()[1];
    let (p, q) = (rows_f64(particles)?, rows_f64(&target.clone().narrow(1, 0, d))?);
    for part in parts {
        if let (Some(make), Space::Rkhs(penalty)) = (family(&part.term.space), &mut part.term.space) {
            let width = adaptive_width(make, &p, &q, d, interrupt)?;
            penalty.kernel = make(f64::from(width as f32));
        }
    }
    Ok(())
}

/// The width of a part's kernel, if it has one.
pub(super) fn width(part: &Part) -> Option<f64> {
    match &part.term.space {
        Space::Rkhs(p) => match p.kernel {
            Kernel::RoundedEnergy(s) => Some(s),
            _ => Some(p.kernel.smallest_width()),
        },
        _ => None,
    }
}

/// Puts a saved width back.
pub(super) fn set_width(part: &mut Part, width: f64) {
    if let (Some(make), Space::Rkhs(p)) = (family(&part.term.space), &mut part.term.space) {
        p.kernel = make(width);
    }
}
