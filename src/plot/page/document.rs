//! A page as a PDF document: paths stay paths, and letters letters of fonts that it carries.
use super::canvas::{Canvas, Dots, Ink, Line};
use crate::interrupt;
use crate::plot::color::Color;
use crate::plot::shape::Pixels;
use crate::plot::text::faces::{self, Face};
use crate::plot::text::{Glyph, Path, Step};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Size, Transform};
use krilla::graphic::Graphic;
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{SerializeSettings, metadata::Metadata};
use std::collections::HashMap;
use std::mem::ManuallyDrop;

/// Points to the logical pixel, of which an inch has 96.
const POINTS: f64 = 0.75;

/// A page that is being drawn on.
pub(crate) struct Document<'a> {
    surface: Surface<'a>,
    fonts: HashMap<Face, Option<Font>>,
}

impl Document<'_> {
    /// The bytes of a document of one page of a size in logical pixels, after `draw` has drawn on it.
    ///
    /// # Errors
    /// What `draw` returns, and what cannot be written.
    pub fn written<E>(
        (width, height): (f64, f64),
        background: Option<Color>,
        draw: impl FnOnce(&mut Document) -> Result<(), E>,
    ) -> Result<Result<Vec<u8>, String>, E> {
        // without dates and without an identity by chance: the same figure has the same bytes
        let settings = SerializeSettings { enable_tagging: false, xmp_metadata: false, ..SerializeSettings::default() };
        let mut document = krilla::Document::new_with(settings);
        document.set_metadata(Metadata::new().creator(concat!("gflow ", env!("CARGO_PKG_VERSION")).into()));
        let size = PageSettings::from_wh((POINTS * width) as f32, (POINTS * height) as f32);
        let Some(size) = size else { return Ok(Err("a page of this size cannot be written".into())) };
        let mut page = document.start_page_with(size);
        let drawn = {
            // a surface that goes while something fails asserts that it is whole, and would end the process
            let mut sheet = ManuallyDrop::new(Document { surface: page.surface(), fonts: HashMap::new() });
            sheet.surface.push_transform(&Transform::from_scale(POINTS as f32, POINTS as f32));
            if let Some(color) = background {
                sheet.fill(&Path::rectangle(0.0, 0.0, width, height), Ink { color, alpha: 1.0 });
            }
            let drawn = draw(&mut sheet);
            sheet.surface.pop();
            ManuallyDrop::into_inner(sheet).surface.finish();
            drawn
        };
        page.finish();
        drawn?;
        Ok(document.finish().map_err(|e| format!("{e:?}")))
    }

    fn font(&mut self, face: Face) -> Option<Font> {
        let read = || faces::file(face).and_then(|f| Font::new(f.bytes.into(), f.index));
        self.fonts.entry(face).or_insert_with(read).clone()
    }

    fn glyphs(&mut self, run: &[Glyph]) {
        let Some(first) = run.first() else { return };
        let Some(font) = self.font(first.face) else { return };
        let text: String = run.iter().map(|g| g.character).collect();
        let (mut at, mut out) = (0, vec![]);
        for (i, g) in run.iter().enumerate() {
            let advance = run.get(i + 1).map_or(0.0, |next| (next.x - g.x) / g.size);
            let end = at + g.character.len_utf8();
            out.push(KrillaGlyph::new(GlyphId::new(g.id), advance as f32, 0.0, 0.0, 0.0, at..end, None));
            at = end;
        }
        let start = Point::from_xy(first.x as f32, first.y as f32);
        self.surface.draw_glyphs(start, &out, font, &text, first.size as f32, false);
    }
}

fn paint(color: Color) -> krilla::paint::Paint {
    rgb::Color::new(color.0, color.1, color.2).into()
}

fn opacity(alpha: f64) -> NormalizedF32 {
    NormalizedF32::new(alpha.clamp(0.0, 1.0) as f32).unwrap_or(NormalizedF32::ONE)
}

fn add(out: &mut PathBuilder, path: &Path) {
    for step in &path.0 {
        match *step {
            Step::Move(x, y) => out.move_to(x as f32, y as f32),
            Step::Line(x, y) => out.line_to(x as f32, y as f32),
            Step::Quadratic(a, b, x, y) => out.quad_to(a as f32, b as f32, x as f32, y as f32),
            Step::Cubic(a, b, c, d, x, y) => {
                out.cubic_to(a as f32, b as f32, c as f32, d as f32, x as f32, y as f32);
            }
            Step::Close => out.close(),
        }
    }
}

impl Canvas for Document<'_> {
    fn fill(&mut self, path: &Path, ink: Ink) {
        let mut out = PathBuilder::new();
        add(&mut out, path);
        if let Some(path) = out.finish() {
            self.surface.set_stroke(None);
            self.surface.set_fill(Some(Fill {
                paint: paint(ink.color),
                opacity: opacity(ink.alpha),
                rule: Default::default(),
            }));
            self.surface.draw_path(&path);
        }
    }

    fn stroke(&mut self, points: &[(f64, f64)], width: f64, ink: Ink) {
        let mut out = PathBuilder::new();
        for (i, (x, y)) in points.iter().enumerate() {
            if i == 0 { out.move_to(*x as f32, *y as f32) } else { out.line_to(*x as f32, *y as f32) }
        }
        let Some(path) = out.finish() else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: paint(ink.color),
            width: width as f32,
            line_cap: LineCap::Butt,
            line_join: LineJoin::Round,
            opacity: opacity(ink.alpha),
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
    }

    fn dots(&mut self, dots: &Dots, ink: Ink) {
        let outline = dots.marker.outline(dots.radius);
        if !dots.colors.is_empty() {
            for (i, (x, y)) in interrupt::until_asked(dots.centers.iter().enumerate()) {
                self.fill(&outline.placed(1.0, *x, *y), dots.ink(i, ink));
            }
            return;
        }
        // the sign is written once, and then put where it stands
        let mut stream = self.surface.stream_builder();
        Document { surface: stream.surface(), fonts: HashMap::new() }.fill(&outline, ink);
        let sign = Graphic::new(stream.finish(), false);
        for (x, y) in interrupt::until_asked(dots.centers) {
            self.surface.push_transform(&Transform::from_translate(*x as f32, *y as f32));
            self.surface.draw_graphic(sign.clone());
            self.surface.pop();
        }
    }

    fn image(&mut self, pixels: &Pixels, from: (f64, f64), to: (f64, f64)) {
        // viewers smooth pictures: squares are told by many pixels
        let fine = pixels.finer(3.0 * (to.0 - from.0).max(to.1 - from.1));
        let rgba = fine.values.iter().flatten().copied().collect();
        let image = Image::from_rgba8(rgba, fine.columns as u32, fine.rows as u32);
        let Some(size) = Size::from_wh((to.0 - from.0) as f32, (to.1 - from.1) as f32) else { return };
        self.surface.push_transform(&Transform::from_translate(from.0 as f32, from.1 as f32));
        self.surface.draw_image(image, size);
        self.surface.pop();
    }

    fn text(&mut self, line: &Line, color: Color) {
        let turn = if line.turned { (0.0, -1.0, 1.0, 0.0) } else { (1.0, 0.0, 0.0, 1.0) };
        let (x, y) = (line.at.0 as f32, line.at.1 as f32);
        self.surface.push_transform(&Transform::from_row(turn.0, turn.1, turn.2, turn.3, x, y));
        for path in &line.setting.paths {
            self.fill(path, Ink { color, alpha: 1.0 });
        }
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: paint(color),
            opacity: NormalizedF32::ONE,
            rule: Default::default(),
        }));
        let alike = |a: &Glyph, b: &Glyph| a.face == b.face && a.size == b.size && a.y == b.y && a.x <= b.x;
        for run in line.setting.glyphs.chunk_by(alike) {
            self.glyphs(run);
        }
        self.surface.pop();
    }

    fn prefers_pictures(&self) -> bool {
        true
    }
}
