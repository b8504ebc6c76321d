//! Divergences between samples: kernels whose width nobody named get it here, before anything else is done with the terms.
use super::stored::FromTerms;
use super::term::{Divergence, Term};
use crate::device::{Points, rows_f64};
use crate::error::Result;
use crate::space::Space;
use crate::space::found::Widths;
use std::sync::Arc;

fn awaits(term: &Term) -> bool {
    matches!(&term.space, Space::Rkhs(p) if p.kernel.awaits_width())
}

/// Terms whose kernels have the widths that were found.
pub fn with_widths(terms: Vec<(f64, Term)>, widths: Widths) -> Vec<(f64, Term)> {
    let one = |(w, mut t): (f64, Term)| {
        if let Space::Rkhs(p) = &mut t.space {
            p.kernel = p.kernel.resolved(widths);
        }
        (w, t)
    };
    terms.into_iter().map(one).collect()
}

/// The divergence as it is, or, where a width in it is yet to be found, with the widths that two samples tell, under a name that
/// says them.
///
/// # Errors
/// Points that cannot be read.
pub fn resolved(d: &Arc<dyn Divergence>, p: &Points, q: &Points) -> Result<Arc<dyn Divergence>> {
    if !d.terms().iter().any(|(_, t)| awaits(t)) || p.dims()[1] != q.dims()[1] {
        return Ok(d.clone());
    }
    Ok(at_widths(d, Widths::of(&rows_f64(p)?, &rows_f64(q)?, q.dims()[1])))
}

/// The same for widths that are known.
pub fn at_widths(d: &Arc<dyn Divergence>, widths: Widths) -> Arc<dyn Divergence> {
    let terms = d.terms();
    let mut name = d.name();
    for (_, t) in terms.iter().filter(|(_, t)| awaits(t)) {
        if let Space::Rkhs(p) = &t.space {
            name = name.replace(&p.kernel.describe(), &p.kernel.resolved(widths).describe());
        }
    }
    Arc::new(FromTerms { name, terms: with_widths(terms, widths), latex: d.latex() })
}

/// Whether a width in it is yet to be found.
pub fn awaits_width(d: &dyn Divergence) -> bool {
    d.terms().iter().any(|(_, t)| awaits(t))
}
