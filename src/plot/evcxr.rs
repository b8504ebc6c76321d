//! Figures in plain Rust notebooks: evcxr calls `evcxr_display` on the value that ends a cell.
use super::animation::{self, Animation};
use super::figure::Figure;
use super::render;
use super::wanted::WANTED;
use crate::error::Result;
use base64::Engine;
use std::io::Write;

/// A figure wider than this, in pixels, may be wider than the page.
const PAGE: f64 = 760.0;
const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";
const PDF: &str = "application/pdf";
/// Above so many marks pixels are smaller and faster than vectors.
const SVG_MARKS: usize = 5000;

/// The figure as SVG for a page, which may make it smaller but not larger.
///
/// # Errors
/// What the drawing library reports.
pub fn fitting(f: &Figure) -> Result<String> {
    let svg = render::svg(f)?;
    let head = svg.split_once(" viewBox").map_or("", |(head, _)| head).trim_start_matches("<svg ");
    let width = f.width.round();
    if f.width > PAGE && !head.is_empty() {
        // a client that shows it as an image takes no style of it, but gives what has no size the width of the page
        return Ok(svg.replacen(head, &format!("style=\"width:100%;max-width:{width}px;height:auto\""), 1));
    }
    Ok(svg.replacen("<svg ", "<svg style=\"max-width:100%;height:auto\" ", 1))
}

fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The type and the content of a figure in evcxr's convention: SVG, or PNG in base 64 for figures of many marks.
///
/// # Errors
/// What the drawing library reports.
pub fn content(f: &Figure) -> Result<(&'static str, String)> {
    if f.mark_count() <= SVG_MARKS { Ok((SVG, fitting(f)?)) } else { Ok((PNG, encoded(&render::quick_png(f)?))) }
}

/// Who takes a figure from a notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// somebody in front of a screen, at once
    Screen,
    /// somebody in front of a screen, until the next figure takes the place of this one
    Passing,
    /// whoever opens the notebook later
    Later,
}

/// Whether somebody later takes more than the screen does.
pub fn has_more(f: &Figure) -> bool {
    WANTED.form.is_none() && f.mark_count() <= SVG_MARKS
}

/// The forms of a figure, by type. For the screen: vectors, or pixels where it has many marks or passes. For later: pixels,
/// which a notebook that is not trusted shows as well, and with few marks vectors and a document for those who set it into
/// another. Where the page wants one form, it is that.
///
/// # Errors
/// What the drawing library reports.
pub fn forms(f: &Figure, reader: Reader) -> Result<Vec<(&'static str, String)>> {
    let f = &WANTED.fitted(f);
    let few = f.mark_count() <= SVG_MARKS;
    let is_shown = |form: &&str| match (WANTED.form, reader) {
        (Some(only), _) => *form == only,
        (None, Reader::Screen) => *form == if few { SVG } else { PNG },
        (None, Reader::Passing) => *form == PNG,
        (None, Reader::Later) => *form == PNG || few,
    };
    let form = |form: &'static str| {
        let content = match form {
            SVG => fitting(f)?,
            // a document is for paper, whatever the screen shows; a converter to LaTeX asks another program for it where it
            // is not there
            PDF => encoded(&render::pdf(&f.on_paper())?),
            _ if reader == Reader::Later => encoded(&render::png(f)?),
            _ => encoded(&render::quick_png(f)?),
        };
        Ok((form, content))
    };
    [PNG, SVG, PDF].into_iter().filter(is_shown).map(form).collect()
}

/// An animation as HTML: a picture that moves.
///
/// # Errors
/// What the drawing library reports; an interrupt.
pub fn moving(a: &Animation) -> Result<String> {
    let gif = encoded(&animation::gif(a)?);
    let width = a.frames.first().map_or(0.0, |f| f.width.round());
    Ok(format!(
        "<img style=\"max-width:100%;height:auto\" width=\"{width}\" alt=\"animation\" src=\"data:image/gif;base64,{gif}\"/>"
    ))
}

impl Figure {
    /// Shows the figure in a notebook of evcxr.
    pub fn evcxr_display(&self) {
        let text = match content(self) {
            Ok((kind, content)) => format!("EVCXR_BEGIN_CONTENT {kind}\n{content}\nEVCXR_END_CONTENT\n"),
            Err(e) => format!("{e}\n"),
        };
        // the notebook reads the standard output; one that is gone needs no figure
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Cloud;
    use crate::plot::scatter::scatter;

    #[test]
    fn small_figures_are_vectors_and_large_ones_pixels() {
        for (n, kind) in [(100, "image/svg+xml"), (6000, "image/png")] {
            let rows = (0..2 * n).map(|i| (i as f64).sin()).collect();
            let f = scatter(&[Cloud { name: "a".into(), rows, d: 2 }], &Default::default()).unwrap();
            let (found, text) = content(&f).unwrap();
            assert_eq!(found, kind);
            assert!(!text.contains("EVCXR_END"));
        }
    }
}
