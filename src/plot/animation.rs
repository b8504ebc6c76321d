//! A run as a moving picture: its particles over the target, one frame a snapshot, on axes that stay.
use super::figure::bounds;
use super::keys::{ALPHA, FONT_SIZE, HEIGHT, LEGEND, PRESET, SIZE, WIDTH, X_RANGE, Y_RANGE, defaults, entry};
use super::render::pixels;
use super::scatter::scatter;
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const OPTIONS: &[Opt] = &[X_RANGE, Y_RANGE, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE, PRESET, FONT_SIZE];

pub(super) const ENTRY: Entry = entry(
    "plot::animate",
    "plot::animate(run, options)",
    "The particles of a run over its target, a frame for every snapshot: save it as .gif, or show it where figures can move.",
    OPTIONS,
    || defaults(OPTIONS),
    "let run = gradient_flow(w1(), #{ dt: 0.5 }).run(data::gaussian(30, 2), data::ring(30), #{ steps: 4, snapshots: 3 });\nplot::animate(run).save(\"run.gif\")",
);

/// Figures of one size, shown one after the other.
#[derive(Clone, Debug)]
pub struct Animation {
    /// in their order
    pub frames: Vec<Figure>,
    /// seconds a frame is shown; the last one ten times as long
    pub seconds: f64,
}

/// Frames of a run; `snapshots` are named by what is written above them.
///
/// # Errors
/// Fewer than two snapshots, points on a line, a range that is none.
pub fn animate(snapshots: &[Cloud], target: &Cloud, o: &FigureOptions) -> Result<Animation> {
    if snapshots.len() < 2 || target.d < 2 {
        return Err(Error::data(
            "plot::animate",
            "it needs two snapshots or more, of dimension 2 or more; run with snapshots: 40",
        ));
    }
    let points: usize = snapshots.iter().map(|s| s.len() + target.len()).sum();
    memory::check(&format!("plot::animate of {} frames", snapshots.len()), memory::product(&[points, 16]))?;
    let range = |axis: usize| {
        let all = snapshots.iter().chain([target]).flat_map(|c| c.rows.iter().skip(axis).step_by(c.d).copied());
        let (lo, hi) = bounds(all);
        let margin = 0.04 * (hi - lo).max(1e-9);
        vec![lo - margin, hi + margin]
    };
    let chosen = |given: &[f64], axis: usize| if given.is_empty() { range(axis) } else { given.to_vec() };
    let ranges = (chosen(&o.x_range, 0), chosen(&o.y_range, 1));
    let frame = |s: &Cloud| {
        let options =
            FigureOptions { title: s.name.clone(), x_range: ranges.0.clone(), y_range: ranges.1.clone(), ..o.clone() };
        let named = |name: &str, c: &Cloud| Cloud { name: name.into(), ..c.clone() };
        scatter(&[named("target", target), named("particles", s)], &options)
    };
    Ok(Animation { frames: snapshots.iter().map(frame).collect::<Result<_>>()?, seconds: 0.1 })
}

/// Writes the frames to a .gif file.
///
/// # Errors
/// Another extension, a figure that cannot be drawn, a file that cannot be written; an interrupt.
pub fn save(a: &Animation, path: &Path) -> Result<()> {
    if path.extension().and_then(|e| e.to_str()).map(str::to_lowercase).as_deref() != Some("gif") {
        return Err(Error::io("save the animation as", path, "the extension must be .gif"));
    }
    crate::io::write_atomically(path, &gif(a)?)
}

/// The frames as the bytes of a GIF file.
///
/// # Errors
/// A figure that cannot be drawn; an interrupt.
pub fn gif(a: &Animation) -> Result<Vec<u8>> {
    let failed = |e: image::ImageError| Error::data("drawing the animation", e.to_string());
    let bytes = Bytes::default();
    let mut gif = GifEncoder::new_with_speed(bytes.clone(), 10);
    gif.set_repeat(Repeat::Infinite).map_err(failed)?;
    for (i, f) in a.frames.iter().enumerate() {
        interrupt::poll()?;
        let (w, h, rgba) = pixels(f, 1.0)?;
        let Some(image) = RgbaImage::from_raw(w, h, rgba) else {
            return Err(Error::data("drawing the animation", "the pixels do not fit the size"));
        };
        let seconds = if i + 1 == a.frames.len() { 10.0 * a.seconds } else { a.seconds };
        let delay = Delay::from_saturating_duration(Duration::from_secs_f64(seconds));
        // choosing the colours of a large frame takes a second
        let (back, done) = interrupt::aside(move || {
            let done = gif.encode_frame(Frame::from_parts(image, 0, 0, delay));
            (gif, done)
        })?;
        gif = back;
        done.map_err(failed)?;
    }
    // the encoder writes its last byte when it goes
    drop(gif);
    Ok(std::mem::take(&mut *bytes.0.lock().unwrap_or_else(|p| p.into_inner())))
}

/// Bytes that an encoder writes and its owner reads.
#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Bytes {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(|p| p.into_inner()).extend_from_slice(part);
        Ok(part.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
