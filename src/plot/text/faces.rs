//! The faces that text is set in: those of the program, and where they lack a character those of the system.
use super::outline::{Path, Step};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::outline::{DrawSettings, OutlineGlyphCollection, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, OnceLock};

/// A face by its number: those of [`EMBEDDED`], then those of the system in the order in which they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Face(pub usize);

/// Words.
pub const SANS: Face = Face(0);

/// A name, and a file.
type Embedded = (&'static str, &'static [u8]);

/// The faces of the program: DejaVu Sans, and those of KaTeX under the names its layout has for them.
pub const EMBEDDED: [Embedded; 21] = [
    ("DejaVu Sans", include_bytes!("faces/DejaVuSans.ttf")),
    ("AMS-Regular", include_bytes!("faces/KaTeX_AMS-Regular.ttf")),
    ("Caligraphic-Bold", include_bytes!("faces/KaTeX_Caligraphic-Bold.ttf")),
    ("Caligraphic-Regular", include_bytes!("faces/KaTeX_Caligraphic-Regular.ttf")),
    ("Fraktur-Bold", include_bytes!("faces/KaTeX_Fraktur-Bold.ttf")),
    ("Fraktur-Regular", include_bytes!("faces/KaTeX_Fraktur-Regular.ttf")),
    ("Main-Bold", include_bytes!("faces/KaTeX_Main-Bold.ttf")),
    ("Main-BoldItalic", include_bytes!("faces/KaTeX_Main-BoldItalic.ttf")),
    ("Main-Italic", include_bytes!("faces/KaTeX_Main-Italic.ttf")),
    ("Main-Regular", include_bytes!("faces/KaTeX_Main-Regular.ttf")),
    ("Math-BoldItalic", include_bytes!("faces/KaTeX_Math-BoldItalic.ttf")),
    ("Math-Italic", include_bytes!("faces/KaTeX_Math-Italic.ttf")),
    ("SansSerif-Bold", include_bytes!("faces/KaTeX_SansSerif-Bold.ttf")),
    ("SansSerif-Italic", include_bytes!("faces/KaTeX_SansSerif-Italic.ttf")),
    ("SansSerif-Regular", include_bytes!("faces/KaTeX_SansSerif-Regular.ttf")),
    ("Script-Regular", include_bytes!("faces/KaTeX_Script-Regular.ttf")),
    ("Size1-Regular", include_bytes!("faces/KaTeX_Size1-Regular.ttf")),
    ("Size2-Regular", include_bytes!("faces/KaTeX_Size2-Regular.ttf")),
    ("Size3-Regular", include_bytes!("faces/KaTeX_Size3-Regular.ttf")),
    ("Size4-Regular", include_bytes!("faces/KaTeX_Size4-Regular.ttf")),
    ("Typewriter-Regular", include_bytes!("faces/KaTeX_Typewriter-Regular.ttf")),
];

/// A file with its face, kept as long as the program runs.
#[derive(Clone, Copy)]
pub struct File {
    /// all of it
    pub bytes: &'static [u8],
    /// which face of it
    pub index: u32,
}

/// What of a face is looked up for every glyph, found once.
struct Read {
    file: File,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    outlines: OutlineGlyphCollection<'static>,
    /// of one unit
    em: f64,
}

impl Read {
    fn new(file: File) -> Option<Read> {
        let font = FontRef::from_index(file.bytes, file.index).ok()?;
        // in units of the font: any size is rounded to sixty-fourths
        let (size, place) = (Size::unscaled(), LocationRef::default());
        let units = font.metrics(size, place).units_per_em.max(1);
        let (charmap, metrics, outlines) = (font.charmap(), font.glyph_metrics(size, place), font.outline_glyphs());
        Some(Read { file, charmap, metrics, outlines, em: 1.0 / f64::from(units) })
    }
}

/// Faces of the system that were needed so far.
static OTHERS: Mutex<Vec<&'static Read>> = Mutex::new(vec![]);

fn read(face: Face) -> Option<&'static Read> {
    static KEPT: LazyLock<Vec<Option<Read>>> =
        LazyLock::new(|| EMBEDDED.iter().map(|(_, bytes)| Read::new(File { bytes, index: 0 })).collect());
    match KEPT.get(face.0) {
        Some(read) => read.as_ref(),
        None => OTHERS.lock().unwrap_or_else(|p| p.into_inner()).get(face.0 - EMBEDDED.len()).copied(),
    }
}

/// The file of a face.
pub fn file(face: Face) -> Option<File> {
    read(face).map(|r| r.file)
}

/// The embedded face of that name.
pub(super) fn named(name: &str) -> Option<Face> {
    EMBEDDED.iter().position(|e| e.0 == name).map(Face)
}

/// The glyph of a character in a face.
pub(super) fn glyph(face: Face, c: char) -> Option<u32> {
    read(face)?.charmap.map(c).map(|g| g.to_u32()).filter(|g| *g > 0)
}

/// How far the next glyph stands from this one, in em.
pub(super) fn advance(face: Face, id: u32) -> f64 {
    let width = |r: &Read| Some(f64::from(r.metrics.advance_width(GlyphId::new(id))?) * r.em);
    read(face).and_then(width).unwrap_or(0.0)
}

/// The outline of a glyph in em, y downwards; empty where it has none.
pub fn outline(face: Face, id: u32) -> Path {
    let Some(read) = read(face) else { return Path::default() };
    let mut pen = Pen(vec![]);
    if let Some(glyph) = read.outlines.get(GlyphId::new(id)) {
        // a damaged glyph is left out, as one without an outline is
        let _ = glyph.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut pen);
    }
    Path(pen.0).placed(read.em, 0.0, 0.0)
}

struct Pen(Vec<Step>);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Move(x.into(), (-y).into()));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Line(x.into(), (-y).into()));
    }
    fn quad_to(&mut self, a: f32, b: f32, x: f32, y: f32) {
        self.0.push(Step::Quadratic(a.into(), (-b).into(), x.into(), (-y).into()));
    }
    fn curve_to(&mut self, a: f32, b: f32, c: f32, d: f32, x: f32, y: f32) {
        self.0.push(Step::Cubic(a.into(), (-b).into(), c.into(), (-d).into(), x.into(), (-y).into()));
    }
    fn close(&mut self) {
        self.0.push(Step::Close);
    }
}

/// Where a character was found, if it was.
type Found = HashMap<char, Option<(Face, u32)>>;

/// A face of the system that has a character, and the glyph.
pub(super) fn elsewhere(c: char) -> Option<(Face, u32)> {
    static FOUND: LazyLock<Mutex<Found>> = LazyLock::new(Mutex::default);
    let mut found = FOUND.lock().unwrap_or_else(|p| p.into_inner());
    *found.entry(c).or_insert_with(|| {
        let known = OTHERS.lock().unwrap_or_else(|p| p.into_inner()).len();
        let known = (0..known).map(|i| Face(EMBEDDED.len() + i));
        known.into_iter().find_map(|f| glyph(f, c).map(|g| (f, g))).or_else(|| search(c))
    })
}

/// Looks through the faces of the system, upright ones of ordinary weight first.
fn search(c: char) -> Option<(Face, u32)> {
    static SYSTEM: OnceLock<fontdb::Database> = OnceLock::new();
    let system = SYSTEM.get_or_init(|| {
        let mut db = fontdb::Database::new();
        db.load_system_fonts();
        db
    });
    let odd = |f: &fontdb::FaceInfo| {
        (f.style != fontdb::Style::Normal, f.monospaced, f.weight.0.abs_diff(400), f.post_script_name.clone())
    };
    let mut faces: Vec<&fontdb::FaceInfo> = system.faces().collect();
    faces.sort_by_key(|f| odd(f));
    let has = |bytes: &[u8], index: u32| {
        let font = FontRef::from_index(bytes, index).ok()?;
        let id = font.charmap().map(c)?;
        // pictures instead of outlines cannot be drawn
        font.outline_glyphs().get(id)?;
        Some(id.to_u32()).filter(|id| *id > 0)
    };
    faces.into_iter().find_map(|f| {
        let (id, file) = system.with_face_data(f.id, |bytes, index| {
            let id = has(bytes, index)?;
            Some((id, File { bytes: Box::leak(bytes.to_vec().into_boxed_slice()), index }))
        })??;
        let read = Read::new(file)?;
        let mut others = OTHERS.lock().unwrap_or_else(|p| p.into_inner());
        others.push(Box::leak(Box::new(read)));
        Some((Face(EMBEDDED.len() + others.len() - 1), id))
    })
}
