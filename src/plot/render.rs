//! Shapes to files: SVG, PDF and PNG. The only file that knows plotters: a page is a backend of it, and a shape an element.
use super::color::Color;
use super::figure::{Figure, Mark};
use super::layout;
use super::page::{self, Bitmap, Canvas, Document, Dots, Effort, Ink, Line, Vector};
use super::shape::Shape;
use super::text::{Path, Step};
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::{DrawingBackend, IntoDrawingArea};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind};
use std::path::Path as File;

/// The largest figure in logical pixels a side.
const MOST: f64 = 100_000.0;
/// The most pixels of a PNG a side, as far as its library counts.
const MOST_PIXELS: f64 = 30_000.0;
/// Bytes that a number of a mark takes at most on its way: in a shape, and in an element of a document.
const SHAPE: usize = 80;
/// Dots of one mark above which a document of vectors has them as one picture.
const MANY: usize = 10_000;
/// Shapes drawn between two looks at the interrupt.
const SOME: usize = 64;
/// Bytes of pixels up to which they are encoded in some ten milliseconds.
const AT_ONCE: usize = 1 << 22;

/// A page as plotters draws on it: shapes as they are, and what else plotters knows in whole logical pixels.
struct Page<'a> {
    canvas: &'a mut dyn Canvas,
    figure: &'a Figure,
}

type Drawn = std::result::Result<(), DrawingErrorKind<std::io::Error>>;

fn ink(c: BackendColor) -> Ink {
    Ink { color: Color(c.rgb.0, c.rgb.1, c.rgb.2), alpha: c.alpha }
}

fn real((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

/// A closed contour through points.
fn polygon(points: impl IntoIterator<Item = (f64, f64)>) -> Path {
    let steps = points.into_iter().enumerate();
    let mut path: Vec<Step> =
        steps.map(|(i, (x, y))| if i == 0 { Step::Move(x, y) } else { Step::Line(x, y) }).collect();
    path.push(Step::Close);
    Path(path)
}

impl DrawingBackend for Page<'_> {
    type ErrorType = std::io::Error;

    fn get_size(&self) -> (u32, u32) {
        (self.figure.width.round() as u32, self.figure.height.round() as u32)
    }
    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }
    fn present(&mut self) -> Drawn {
        Ok(())
    }
    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        let (x, y) = real(at);
        self.canvas.fill(&Path::rectangle(x, y, 1.0, 1.0), ink(color));
        Ok(())
    }
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<(f64, f64)> = path.into_iter().map(real).collect();
        self.canvas.stroke(&points, f64::from(style.stroke_width()), ink(style.color()));
        Ok(())
    }
    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.canvas.fill(&polygon(path.into_iter().map(real)), ink(style.color()));
        Ok(())
    }
}

/// A shape stands where it stands: plotters has no points to translate.
impl<'a> PointCollection<'a, BackendCoord> for &'a Shape {
    type Point = BackendCoord;
    type IntoIter = std::iter::Empty<BackendCoord>;
    fn point_iter(self) -> Self::IntoIter {
        std::iter::empty()
    }
}

impl Drawable<Page<'_>> for Shape {
    fn draw<I: Iterator<Item = BackendCoord>>(&self, _: I, page: &mut Page, _: (u32, u32)) -> Drawn {
        let style = &page.figure.style;
        let shade = |color: Color, alpha: f64| Ink { color: style.ink(color), alpha };
        match self {
            Shape::Line { points, color, width, alpha } => {
                page.canvas.stroke(points, *width, shade(*color, *alpha));
            }
            Shape::Dots { centers, marker, radius, color, colors, alpha } => {
                let dots = Dots { centers, colors, marker: *marker, radius: *radius };
                let ink = shade(*color, *alpha);
                if page.canvas.prefers_pictures()
                    && centers.len() > MANY
                    && let Some(picture) = page::layer(&dots, ink, layer_scale(page.figure))
                {
                    return picture.draw(std::iter::empty(), page, (0, 0));
                }
                page.canvas.dots(&dots, ink);
            }
            Shape::Polygon { points, color, alpha } => {
                page.canvas.fill(&polygon(points.iter().copied()), shade(*color, *alpha));
            }
            Shape::Rectangle { from, to, color, alpha } => {
                let (x, y) = (from.0.min(to.0), from.1.min(to.1));
                let size = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
                page.canvas.fill(&Path::rectangle(x, y, size.0, size.1), shade(*color, *alpha));
            }
            Shape::Image { from, to, pixels } => page.canvas.image(pixels, *from, *to),
            Shape::Text { at, setting, source, color, turned } => {
                let line = Line { setting, at: *at, source, turned: *turned };
                page.canvas.text(&line, style.ink(*color));
            }
        }
        Ok(())
    }
}

/// Draws a figure on a canvas.
fn draw(f: &Figure, canvas: &mut dyn Canvas) -> Result<()> {
    let shapes = layout::shapes(f).map_err(|m| Error::data("a text of the figure", m.to_string()))?;
    let area = Page { canvas, figure: f }.into_drawing_area();
    for (i, s) in shapes.iter().filter(|s| s.is_somewhere()).enumerate() {
        if i.is_multiple_of(SOME) {
            interrupt::poll()?;
        }
        area.draw(s).map_err(|e| failed(e.to_string()))?;
    }
    interrupt::poll()
}

/// Errors unless a figure is of a size that can be drawn, and its shapes and `bytes` of pixels fit into memory.
fn check(f: &Figure, bytes: u128) -> Result<()> {
    let size = format!("{:.0} × {:.0} pixels", f.width, f.height);
    if !(f.width >= 1.0 && f.height >= 1.0 && f.width <= MOST && f.height <= MOST) {
        return Err(failed(format!("it has {size}, at most {MOST} × {MOST} and at least 1 × 1 can be drawn")));
    }
    let style = &f.style;
    if !(style.dpi >= 1.0 && style.dpi <= 1e4 && style.font_size > 0.0 && style.font_size <= 1e3) {
        return Err(failed(format!("{} pixels to the inch and letters of {} pixels", style.dpi, style.font_size)));
    }
    let size = format!("{size} and {} marks", f.mark_count());
    memory::check(&format!("drawing the figure of {size}"), bytes + memory::product(&[f.numbers(), SHAPE]))
}

/// Pixels to the logical one of pictures inside a document of vectors.
fn layer_scale(f: &Figure) -> f64 {
    f.style.fineness().max(300.0 / 96.0)
}

/// Bytes of a picture of many dots in a document of vectors, drawn and encoded; none without many dots.
fn layers(f: &Figure) -> u128 {
    let many = |m: &Mark| matches!(m, Mark::Points { x, .. } | Mark::Colored { x, .. } if x.len() > MANY);
    let side = |v: f64| (v * layer_scale(f)).clamp(0.0, MOST_PIXELS) as usize;
    let any = f.panels.iter().flat_map(|p| &p.marks).any(many);
    if any { memory::product(&[side(f.width), side(f.height), 12]) } else { 0 }
}

fn failed(e: String) -> Error {
    Error::data("drawing the figure", e)
}

/// The figure as an SVG document, letters as outlines.
///
/// # Errors
/// A text whose mathematics is not understood; a size that cannot be drawn; an interrupt.
pub fn svg(f: &Figure) -> Result<String> {
    check(f, layers(f))?;
    let mut page = Vector::new(f.width, f.height, f.style.paper());
    draw(f, &mut page)?;
    Ok(page.finish())
}

/// The figure as a PDF document of one page, with the fonts of its letters; the same figure has the same bytes.
///
/// # Errors
/// A text whose mathematics is not understood; a size that cannot be drawn; an interrupt.
pub fn pdf(f: &Figure) -> Result<Vec<u8>> {
    check(f, layers(f))?;
    Document::written((f.width, f.height), f.style.paper(), |page| draw(f, page))?.map_err(failed)
}

/// The figure as PNG bytes, as fine as its style says.
///
/// # Errors
/// A text whose mathematics is not understood; a size that cannot be drawn; an interrupt.
pub fn png(f: &Figure) -> Result<Vec<u8>> {
    compressed(f, Effort::Small)
}

/// The same for somebody who waits: in a tenth of the time, with about twice as many bytes.
///
/// # Errors
/// As above.
pub fn quick_png(f: &Figure) -> Result<Vec<u8>> {
    compressed(f, Effort::Quick)
}

fn compressed(f: &Figure, effort: Effort) -> Result<Vec<u8>> {
    let (w, h, rgba) = pixels(f, f.style.fineness())?;
    let dpi = f.style.dpi;
    let large = rgba.len() > AT_ONCE;
    let encode = move || page::encoded(w, h, &rgba, dpi, effort);
    let bytes = if large { interrupt::aside(encode)? } else { encode() };
    bytes.map_err(|e| failed(e.to_string()))
}

/// The figure as (width, height, RGBA bytes), `scale` pixels to the logical one.
///
/// # Errors
/// A text whose mathematics is not understood; a size that cannot be drawn; an interrupt.
pub fn pixels(f: &Figure, scale: f64) -> Result<(u32, u32, Vec<u8>)> {
    let (w, h) = ((f.width * scale).round().max(1.0), (f.height * scale).round().max(1.0));
    // drawn, encoded, and without opacity
    check(f, memory::product(&[w.min(1e9) as usize, h.min(1e9) as usize, 12]))?;
    let page = if w <= MOST_PIXELS && h <= MOST_PIXELS {
        Bitmap::new(w as u32, h as u32, scale, f.style.paper())
    } else {
        None
    };
    let Some(mut page) = page else {
        return Err(failed(format!("{w:.0} × {h:.0} pixels; up to {MOST_PIXELS} × {MOST_PIXELS} can be drawn")));
    };
    draw(f, &mut page)?;
    Ok((w as u32, h as u32, page.rgba()))
}

/// What a figure can be written as.
pub const ENDINGS: [&str; 3] = ["pdf", "svg", "png"];

/// Writes the figure to a .pdf, .svg or .png file.
///
/// # Errors
/// Another extension, a figure that cannot be drawn, a file that cannot be written.
pub fn save(f: &Figure, path: &File) -> Result<()> {
    let f = f.on_paper();
    let bytes = match path.extension().and_then(|e| e.to_str()).map(str::to_lowercase).as_deref() {
        Some("pdf") => pdf(&f)?,
        Some("png") => png(&f)?,
        Some("svg") => svg(&f)?.into_bytes(),
        other => return Err(Error::io("save the figure as", path, ending(other))),
    };
    crate::io::write_atomically(path, &bytes)
}

/// What is said of an unknown ending.
fn ending(got: Option<&str>) -> String {
    let near = got.and_then(|g| ENDINGS.iter().find(|e| strsim::damerau_levenshtein(e, g) <= 1));
    let near = near.map_or(String::new(), |e| format!("; the nearest is .{e}"));
    format!("the ending must be .pdf, .svg or .png{near}")
}
