//! Shapes to SVG and PNG; the only file that knows plotters.
//!
//! plotters works in whole pixels, so shapes are drawn on a canvas ten times as fine for SVG (the viewBox scales it
//! back) and twice as fine as the 2× PNG, which is then averaged down.
use super::color::Color;
use super::figure::Figure;
use super::layout::shapes;
use super::shape::{Anchor, Shape};
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::sync::Once;

const FONT: &[u8] = include_bytes!("DejaVuSans.ttf");
const FAMILY: &str = "DejaVu Sans";
const SVG_FINENESS: f64 = 10.0;
/// PNGs have two pixels to the logical one, each averaged from four.
const PNG_SCALE: u32 = 2;
const OVERSAMPLE: u32 = 2;
/// The largest figure in logical pixels a side; finer canvases still count in 32 bits.
const MOST: f64 = 100_000.0;
/// Bytes that a mark takes at most on its way: as a shape, and as an element of an SVG.
const SHAPE: usize = 300;

/// Shapes drawn between two looks at the interrupt.
const SOME: usize = 64;
/// Bytes of pixels made between two looks at the interrupt.
const BAND: usize = 1 << 22;

/// Bytes of pixels up to which they are encoded in some ten milliseconds.
pub(super) const AT_ONCE: usize = 1 << 22;

static REGISTER: Once = Once::new();

fn register() {
    REGISTER.call_once(|| {
        // the bytes are ours: failing here would be a broken build, and text would be missing, not the figure
        let _ = plotters::style::register_font(FAMILY, FontStyle::Normal, FONT);
    });
}

fn rgba(c: Color, alpha: f64) -> RGBAColor {
    RGBAColor(c.0, c.1, c.2, alpha)
}

/// A path cut where it turns by more than a right angle: there plotters would join wide strokes in a spike without end.
fn pieces(path: &[(i32, i32)]) -> Vec<&[(i32, i32)]> {
    let (mut out, mut from) = (vec![], 0);
    let way = |i: usize| (i64::from(path[i].0 - path[i - 1].0), i64::from(path[i].1 - path[i - 1].1));
    for i in 1..path.len().saturating_sub(1) {
        let (a, b) = (way(i), way(i + 1));
        if a.0 * b.0 + a.1 * b.1 < 0 {
            out.push(&path[from..=i]);
            from = i;
        }
    }
    out.push(&path[from..]);
    out
}

fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    shapes: &[Shape],
    scale: f64,
) -> std::result::Result<(), String> {
    // plotters walks along what lies off the page as well
    let pixel = |v: f64| (v.clamp(-MOST, MOST) * scale).round() as i32;
    let at = |p: (f64, f64)| (pixel(p.0), pixel(p.1));
    let stroke = |w: f64| ((w * scale).round() as u32).max(1);
    let asked = || interrupt::poll().map_err(|e| e.to_string());
    for (i, s) in shapes.iter().filter(|s| s.is_somewhere()).enumerate() {
        if i.is_multiple_of(SOME) {
            asked()?;
        }
        let done = match s {
            Shape::Line { points, color, width, alpha } => {
                let mut path: Vec<(i32, i32)> = interrupt::until_asked(points).map(|p| at(*p)).collect();
                // a point met twice would hide the turn there
                path.dedup();
                let style = ShapeStyle::from(&rgba(*color, *alpha)).stroke_width(stroke(*width));
                for some in pieces(&path).chunks(SOME) {
                    asked()?;
                    some.iter()
                        .try_for_each(|piece| area.draw(&PathElement::new(piece.to_vec(), style)))
                        .map_err(|e| e.to_string())?;
                }
                Ok(())
            }
            Shape::Circle { center, radius, color, alpha } => area.draw(&Circle::new(
                at(*center),
                (radius * scale).round() as i32,
                ShapeStyle::from(&rgba(*color, *alpha)).filled(),
            )),
            Shape::Polygon { points, color, alpha } => area.draw(&Polygon::new(
                points.iter().map(|p| at(*p)).collect::<Vec<_>>(),
                ShapeStyle::from(&rgba(*color, *alpha)).filled(),
            )),
            Shape::Rectangle { from, to, color, alpha } => {
                area.draw(&Rectangle::new([at(*from), at(*to)], ShapeStyle::from(&rgba(*color, *alpha)).filled()))
            }
            Shape::Text { at: position, text, size, color, anchor, vertical } => {
                let h = match anchor {
                    Anchor::Left => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::Right => HPos::Right,
                };
                let ink = rgba(*color, 1.0);
                let style = TextStyle::from((FAMILY, size * scale * 1.24).into_font())
                    .color(&ink)
                    .pos(Pos::new(h, VPos::Center));
                let style = if *vertical { style.transform(FontTransform::Rotate270) } else { style };
                area.draw(&Text::new(text.clone(), at(*position), style))
            }
        };
        done.map_err(|e| e.to_string())?;
    }
    area.present().map_err(|e| e.to_string())
}

/// Pixels of a figure in each direction. Errors if they are more than can be drawn.
fn size(f: &Figure, scale: f64) -> Result<(u32, u32)> {
    if !(f.width <= MOST && f.height <= MOST) {
        let size = format!("{:.0} × {:.0} pixels", f.width, f.height);
        return Err(failed(format!("it has {size}, at most {MOST} × {MOST} can be drawn")));
    }
    Ok(((f.width * scale).round().max(1.0) as u32, (f.height * scale).round().max(1.0) as u32))
}

/// Errors unless the shapes of a figure, or its text, fit into memory beside `bytes` of pixels.
fn check_memory(f: &Figure, bytes: u128) -> Result<()> {
    let size = format!("{:.0} × {:.0} pixels and {} marks", f.width, f.height, f.mark_count());
    memory::check(&format!("drawing the figure of {size}"), bytes + memory::product(&[f.mark_count(), SHAPE]))
}

fn failed(e: String) -> Error {
    Error::data("drawing the figure", e)
}

/// The figure as an SVG document.
///
/// # Errors
/// What the drawing library reports.
pub fn svg(f: &Figure) -> Result<String> {
    register();
    let fine = size(f, SVG_FINENESS)?;
    check_memory(f, 0)?;
    let mut out = String::new();
    {
        let area = SVGBackend::with_string(&mut out, fine).into_drawing_area();
        area.fill(&WHITE).map_err(|e| failed(e.to_string()))?;
        draw(&area, &shapes(f), SVG_FINENESS).map_err(failed)?;
    }
    let (w, h) = size(f, 1.0)?;
    let out = out.replacen(
        &format!("width=\"{}\" height=\"{}\"", fine.0, fine.1),
        &format!("width=\"{w}\" height=\"{h}\""),
        1,
    );
    Ok(out.replace(&format!("font-family=\"{FAMILY}\""), &format!("font-family=\"{FAMILY}, Verdana, sans-serif\"")))
}

/// The figure as PNG bytes, two pixels to the logical one.
///
/// # Errors
/// What the drawing library reports.
pub fn png(f: &Figure) -> Result<Vec<u8>> {
    let (w, h, pixels) = pixels(f, PNG_SCALE)?;
    interrupt::poll()?;
    let large = pixels.len() > AT_ONCE;
    let image =
        image::RgbImage::from_raw(w, h, pixels).ok_or_else(|| failed("the pixels do not fit the size".into()))?;
    let encode = move || {
        let mut bytes = std::io::Cursor::new(vec![]);
        image.write_to(&mut bytes, image::ImageFormat::Png).map(|()| bytes.into_inner())
    };
    let bytes = if large { interrupt::aside(encode)? } else { encode() };
    bytes.map_err(|e| failed(e.to_string()))
}

/// A white canvas; asking the system for memory takes as long as drawing.
fn white(bytes: usize) -> Result<Vec<u8>> {
    let mut canvas = vec![0u8; bytes];
    for band in canvas.chunks_mut(BAND) {
        interrupt::poll()?;
        band.fill(255);
    }
    Ok(canvas)
}

/// The figure as (width, height, RGB bytes), `scale` pixels to the logical one.
///
/// # Errors
/// What the drawing library reports.
pub fn pixels(f: &Figure, scale: u32) -> Result<(u32, u32, Vec<u8>)> {
    register();
    let scale = f64::from(scale);
    let (w, h) = size(f, scale)?;
    let (fw, fh) = (w * OVERSAMPLE, h * OVERSAMPLE);
    // drawn, averaged, and encoded
    check_memory(f, memory::product(&[fw as usize, fh as usize, 3]) + memory::product(&[w as usize, h as usize, 8]))?;
    let mut fine = white(fw as usize * fh as usize * 3)?;
    {
        let area = BitMapBackend::with_buffer(&mut fine, (fw, fh)).into_drawing_area();
        draw(&area, &shapes(f), scale * f64::from(OVERSAMPLE)).map_err(failed)?;
    }
    Ok((w, h, average(&fine, fw as usize, w as usize, h as usize)))
}

fn average(fine: &[u8], stride: usize, w: usize, h: usize) -> Vec<u8> {
    let k = OVERSAMPLE as usize;
    let mut out = vec![0u8; w * h * 3];
    for y in 0..h {
        if interrupt::poll().is_err() {
            break;
        }
        for x in 0..w {
            for c in 0..3 {
                let sum: usize =
                    (0..k * k).map(|i| fine[((y * k + i / k) * stride + x * k + i % k) * 3 + c] as usize).sum();
                out[(y * w + x) * 3 + c] = (sum / (k * k)) as u8;
            }
        }
    }
    out
}

/// Writes the figure to a .png or .svg file.
///
/// # Errors
/// Another extension, a figure that cannot be drawn, a file that cannot be written.
pub fn save(f: &Figure, path: &std::path::Path) -> Result<()> {
    let bytes = match path.extension().and_then(|e| e.to_str()).map(str::to_lowercase).as_deref() {
        Some("png") => png(f)?,
        Some("svg") => svg(f)?.into_bytes(),
        _ => return Err(Error::io("save the figure as", path, "the extension must be .png or .svg")),
    };
    crate::io::write_atomically(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that turns back on itself leaves no ink beyond its points but for half its width; one that does not is one piece.
    #[test]
    fn sharp_turns_make_no_spikes() {
        assert_eq!(pieces(&[(0, 0), (5, 0), (9, 4), (9, 9)]).len(), 1);
        assert_eq!(
            pieces(&[(0, 0), (5, 0), (1, 1), (6, 2)]),
            [&[(0, 0), (5, 0)][..], &[(5, 0), (1, 1)], &[(1, 1), (6, 2)]]
        );
        let mut pixels = vec![255u8; 200 * 200 * 3];
        {
            let area = BitMapBackend::with_buffer(&mut pixels, (200, 200)).into_drawing_area();
            let line = Shape::Line {
                points: vec![(100.0, 60.0), (100.0, 120.0), (101.0, 62.0), (101.0, 62.0), (100.0, 118.0)],
                color: Color(0, 0, 0),
                width: 3.0,
                alpha: 1.0,
            };
            draw(&area, &[line], 1.0).unwrap();
        }
        let inked: Vec<usize> = (0..200).filter(|y| pixels[y * 600..(y + 1) * 600].iter().any(|v| *v < 255)).collect();
        assert!(inked.first() >= Some(&57) && inked.last() <= Some(&123), "{inked:?}");
    }
}
