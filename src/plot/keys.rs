//! Option keys that plots share, and how a plot stands in the catalogue.
use super::options::FigureOptions;
use super::preset;
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};

pub(super) const TITLE: Opt =
    Opt { name: "title", kind: OptionKind::Text, doc: "above the axes; $...$ becomes mathematics" };
pub(super) const X_LABEL: Opt = Opt { name: "x_label", kind: OptionKind::Text, doc: "below the axes" };
pub(super) const Y_LABEL: Opt = Opt { name: "y_label", kind: OptionKind::Text, doc: "left of the axes" };
pub(super) const X_RANGE: Opt =
    Opt { name: "x_range", kind: OptionKind::Numbers, doc: "[low, high]; from the data if empty" };
pub(super) const Y_RANGE: Opt =
    Opt { name: "y_range", kind: OptionKind::Numbers, doc: "[low, high]; from the data if empty" };
pub(super) const LOG_X: Opt = Opt { name: "log_x", kind: OptionKind::Flag, doc: "logarithmic x axis" };
pub(super) const LOG_Y: Opt = Opt { name: "log_y", kind: OptionKind::Flag, doc: "logarithmic y axis" };
pub(super) const LEGEND: Opt = Opt { name: "legend", kind: OptionKind::Flag, doc: "name the clouds or curves" };
pub(super) const WIDTH: Opt = Opt {
    name: "width",
    kind: OptionKind::Length { min: 50.0, max: 10_000.0 },
    doc: "of the whole, as 460 (pixels of 1/96 inch) or \"89mm\", \"3.5in\", \"252pt\"",
};
pub(super) const HEIGHT: Opt =
    Opt { name: "height", kind: OptionKind::Length { min: 50.0, max: 10_000.0 }, doc: "of the whole, as the width" };
pub(super) const PRESET: Opt = Opt {
    name: "preset",
    kind: OptionKind::Choice(preset::NAMES),
    doc: "what it is for: sizes, letters and resolution of one or two columns of a paper, of slides, of a notebook",
};
pub(super) const FONT_SIZE: Opt = Opt {
    name: "font_size",
    kind: OptionKind::Number { min: 2.0, max: 100.0 },
    doc: "of the labels of axes, in points; everything else grows with it",
};
pub(super) const DPI: Opt =
    Opt { name: "dpi", kind: OptionKind::Number { min: 30.0, max: 2400.0 }, doc: "pixels to the inch of a .png" };
pub(super) const TRANSPARENT: Opt =
    Opt { name: "transparent", kind: OptionKind::Flag, doc: "no white paper under the figure" };
pub(super) const COLOR: Opt = Opt {
    name: "color",
    kind: OptionKind::Texts,
    doc: "\"blue\", \"orange\", \"#4466aa\", …, one for each cloud or curve in turn",
};
pub(super) const MARKER: Opt = Opt {
    name: "marker",
    kind: OptionKind::Texts,
    doc: "disc, square, diamond, triangle, wedge, plus or cross, one for each cloud or curve in turn",
};
pub(super) const MAP: Opt = Opt {
    name: "map",
    kind: OptionKind::Choice(&["viridis", "grey", "blue_red", "brown_teal"]),
    doc: "from values to colours; chosen by the plot unless given",
};
pub(super) const BAR_LABEL: Opt = Opt { name: "bar_label", kind: OptionKind::Text, doc: "beside the scale of colours" };
pub(super) const ALPHA: Opt = Opt {
    name: "alpha",
    kind: OptionKind::Number { min: 0.0, max: 1.0 },
    doc: "opacity; chosen by the plot unless given",
};
pub(super) const SIZE: Opt = Opt {
    name: "size",
    kind: OptionKind::Number { min: 0.1, max: 100.0 },
    doc: "point radius or line width; arrow scale of a quiver",
};
pub(super) const BINS: Opt = Opt {
    name: "bins",
    kind: OptionKind::Integer { min: 0, max: 1000 },
    doc: "bins of a histogram, nodes a side of a density or field; 0 chooses",
};
pub(super) const LEVELS: Opt =
    Opt { name: "levels", kind: OptionKind::Integer { min: 1, max: 100 }, doc: "about how many level lines" };
pub(super) const SHAPE: Opt = Opt {
    name: "shape",
    kind: OptionKind::Numbers,
    doc: "[rows, columns] of an image, [3, rows, columns] of one in colours",
};
pub(super) const COLUMNS: Opt =
    Opt { name: "columns", kind: OptionKind::Integer { min: 0, max: 100 }, doc: "images or panels across; 0 chooses" };

pub(super) const PARTICLES: Opt = Opt {
    name: "particles",
    kind: OptionKind::Value("points, a list of samples, or named samples"),
    doc: "drawn over the field",
};

/// The defaults of the options a plot takes.
pub(super) fn defaults(options: &[Opt]) -> serde_json::Value {
    let all = defaults_of::<FigureOptions>();
    options
        .iter()
        .filter(|o| all.get(o.name).is_some())
        .map(|o| (o.name.to_string(), all.get(o.name).cloned().unwrap_or_default()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// An entry of this room.
pub(super) const fn entry(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    options: &'static [Opt],
    defaults: fn() -> serde_json::Value,
    example: &'static str,
) -> Entry {
    Entry { name, room: "plot", signature, doc, equation: "", cite: "", options, defaults, example }
}
