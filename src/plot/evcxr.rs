//! Figures in plain Rust notebooks: evcxr calls `evcxr_display` on the value that ends a cell.
use super::figure::Figure;
use super::render;
use base64::Engine;
use std::io::Write;

/// A figure wider than this, in pixels, may be wider than the page.
const PAGE: f64 = 760.0;
/// Above so many marks pixels are smaller and faster than vectors.
const SVG_MARKS: usize = 5000;

/// The type and the content of a figure in evcxr's convention: SVG, or PNG in base 64 for figures of many marks.
///
/// # Errors
/// What the drawing library reports.
pub fn content(f: &Figure) -> crate::error::Result<(&'static str, String)> {
    if f.mark_count() <= SVG_MARKS {
        let svg = render::svg(f)?;
        let size = format!("width=\"{}\" height=\"{}\" ", f.width.round(), f.height.round());
        let (from, style) = match f.width > PAGE && svg.contains(&size) {
            // a client that shows it as an image takes no style of it, but gives what has no size the width of the page
            true => (size.as_str(), format!("style=\"width:100%;max-width:{}px;height:auto\" ", f.width.round())),
            false => ("<svg ", "<svg style=\"max-width:100%;height:auto\" ".to_string()),
        };
        Ok(("image/svg+xml", svg.replacen(from, &style, 1)))
    } else {
        Ok(("image/png", base64::engine::general_purpose::STANDARD.encode(render::png(f)?)))
    }
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
