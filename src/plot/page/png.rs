//! Pixels as the bytes of a PNG file.
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter, PixelDimensions, Unit};

/// What an encoder takes its time for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// somebody waits for it
    Quick,
    /// it is kept: ten times as long, half the bytes
    Small,
}

/// A picture of so many pixels, with how many of them make an inch: without its opacity where it is opaque.
pub(crate) fn encoded(
    width: u32,
    height: u32,
    rgba: &[u8],
    dpi: f64,
    effort: Effort,
) -> Result<Vec<u8>, EncodingError> {
    let opaque = rgba.chunks_exact(4).all(|p| p[3] == 255);
    let mut out = vec![];
    let mut encoder = Encoder::new(&mut out, width, height);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    match effort {
        Effort::Quick => encoder.set_compression(Compression::Fast),
        Effort::Small => {
            encoder.set_compression(Compression::Balanced);
            // figures are mostly flat: differences of neighbours repeat less than they do
            encoder.set_filter(Filter::NoFilter);
        }
    }
    let per_meter = (dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_meter, yppu: per_meter, unit: Unit::Meter }));
    let mut writer = encoder.write_header()?;
    if opaque {
        let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        writer.write_image_data(&rgb)?;
    } else {
        writer.write_image_data(rgba)?;
    }
    writer.finish()?;
    Ok(out)
}
