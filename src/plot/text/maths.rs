//! Mathematics: TeX read and laid out as KaTeX does, then as glyphs and outlines at places.
use super::commands::{nearest, unknown};
use super::faces;
use super::outline::{Path, Step};
use super::setting::{Glyph, Setting};
use ratex_font::{FontId, katex_ttf_glyph_char};
use ratex_layout::{LayoutOptions, layout, to_display_list, validate_layout};
use ratex_types::{DisplayItem, MathStyle, PathCommand};

/// How much larger the letters of mathematics are than those of words, so that both look as large: the capitals of the one
/// are 0.683 em high, of the other 0.729.
const LARGER: f64 = 1.12;
/// The longest formula that is read: layouts nest as deeply as it does.
const LONGEST: usize = 2000;

/// A formula on one line; a mistake with the bytes before it.
pub(super) fn set(maths: &str, size: f64) -> Result<Setting, (usize, String)> {
    if maths.len() > LONGEST {
        return Err((LONGEST, format!("a formula of more than {LONGEST} bytes")));
    }
    if let Some((at, name)) = unknown(maths) {
        let near = nearest(&name).map_or(String::new(), |n| format!("; the nearest is \\{n}"));
        return Err((at, format!("`{name}` is not a command that is set here{near}")));
    }
    let mistake = |e: ratex_parser::error::ParseError| {
        (e.loc.map_or(0, |l| l.start.min(maths.len())), format!("this is not mathematics: {}", said(&e.message)))
    };
    let nodes = ratex_parser::parse(maths).map_err(mistake)?;
    let options = LayoutOptions { style: MathStyle::Text, ..LayoutOptions::default() };
    let laid = layout(&nodes, &options);
    validate_layout(&laid).map_err(|e| (0, e))?;
    let list = to_display_list(&laid);
    let em = LARGER * size;
    let mut out =
        Setting { width: em * list.width, ascent: em * list.height, descent: em * list.depth, ..Setting::default() };
    // the list is measured from its upper edge
    list.items.iter().for_each(|item| place(item, em, list.height, &mut out));
    Ok(out)
}

/// A message of the parser as one of this program.
fn said(message: &str) -> String {
    let message = message.replace("'EOF'", "the end");
    let mut letters = message.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

fn place(item: &DisplayItem, em: f64, height: f64, out: &mut Setting) {
    match item {
        DisplayItem::GlyphPath { x, y, scale, font, char_code, .. } => {
            let size = scale * em;
            let (x, y) = (x * em, (y - height) * em);
            let c = char::from_u32(*char_code).unwrap_or('\u{fffd}');
            let shown = FontId::parse(font).zip(faces::named(font)).and_then(|(id, face)| {
                let glyph = faces::glyph(face, katex_ttf_glyph_char(id, *char_code))?;
                Some((face, glyph))
            });
            match shown {
                Some((face, id)) => out.glyphs.push(Glyph { face, id, x, y, size, character: c }),
                None => stray(c, size / LARGER, (x, y), out),
            }
        }
        DisplayItem::Line { x, y, width, thickness, .. } => {
            let top = (y - height - 0.5 * thickness) * em;
            out.paths.push(Path::rectangle(x * em, top, width * em, thickness * em));
        }
        DisplayItem::Rect { x, y, width, height: h, .. } => {
            out.paths.push(Path::rectangle(x * em, (y - height) * em, width * em, h * em));
        }
        DisplayItem::Path { x, y, commands, .. } => {
            let steps = commands.iter().map(step).collect();
            out.paths.push(Path(steps).placed(em, x * em, (y - height) * em));
        }
    }
}

/// A character that the faces of mathematics lack, as words have it.
fn stray(c: char, size: f64, (x, y): (f64, f64), out: &mut Setting) {
    let mut alone = Setting::default();
    alone.push(c, size);
    alone.shift(x, y);
    out.glyphs.append(&mut alone.glyphs);
    out.missing.append(&mut alone.missing);
}

fn step(c: &PathCommand) -> Step {
    match *c {
        PathCommand::MoveTo { x, y } => Step::Move(x, y),
        PathCommand::LineTo { x, y } => Step::Line(x, y),
        PathCommand::QuadTo { x1, y1, x, y } => Step::Quadratic(x1, y1, x, y),
        PathCommand::CubicTo { x1, y1, x2, y2, x, y } => Step::Cubic(x1, y1, x2, y2, x, y),
        PathCommand::Close => Step::Close,
    }
}
