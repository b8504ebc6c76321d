//! What a user does with a figure, in the catalogue.
use super::color::{Color, GREY, INK};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, no_defaults};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// How a line or a text on a figure looks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Written {
    /// written along a line
    pub label: String,
    /// of the line or the letters; grey for lines, that of axes for letters if None
    pub color: Option<String>,
    /// of the line, in logical pixels
    pub size: Option<f64>,
    /// dashes instead of one stroke
    pub dashed: bool,
    /// which part of a text stands at its point
    pub anchor: String,
}

impl Default for Written {
    fn default() -> Self {
        Written { label: String::new(), color: None, size: None, dashed: true, anchor: "left".into() }
    }
}

impl Written {
    /// Its colour, or one of its own.
    ///
    /// # Errors
    /// A name that is none.
    pub fn color_or(&self, own: Color) -> Result<Color> {
        self.color.as_ref().map_or(Ok(own), |name| Color::wanted(name))
    }
    /// The colour of a line.
    ///
    /// # Errors
    /// A name that is none.
    pub fn of_line(&self) -> Result<Color> {
        self.color_or(GREY)
    }
    /// The colour of letters.
    ///
    /// # Errors
    /// A name that is none.
    pub fn of_letters(&self) -> Result<Color> {
        self.color_or(INK)
    }
}

const LINE: &[Opt] = &[
    Opt { name: "label", kind: OptionKind::Text, doc: "written along it; $...$ becomes mathematics" },
    Opt { name: "color", kind: OptionKind::Text, doc: "a name such as \"blue\", or \"#4466aa\"; grey unless given" },
    super::keys::SIZE,
    Opt { name: "dashed", kind: OptionKind::Flag, doc: "dashes instead of one stroke" },
];
const NOTE: &[Opt] = &[
    Opt { name: "color", kind: OptionKind::Text, doc: "a name such as \"blue\", or \"#4466aa\"" },
    Opt {
        name: "anchor",
        kind: OptionKind::Choice(&["left", "middle", "right"]),
        doc: "which part of it stands there",
    },
];

/// Defaults of the keys that are taken.
fn written(options: &[Opt]) -> serde_json::Value {
    let all = defaults_of::<Written>();
    let own = options.iter().map(|o| (o.name.to_string(), all.get(o.name).cloned().unwrap_or_default()));
    own.collect::<serde_json::Map<_, _>>().into()
}

/// A line across a figure, under one of two names.
const fn across(name: &'static str, signature: &'static str, doc: &'static str, example: &'static str) -> Entry {
    Entry {
        name,
        room: "plot",
        signature,
        doc,
        equation: "",
        cite: "",
        options: LINE,
        defaults: || written(LINE),
        example,
    }
}

pub(super) const HLINE: Entry = across(
    "hline",
    "figure.hline(y, options)",
    "The figure with a line from left to right at y, in every panel.",
    "plot::scatter(data::moons(100)).hline(0.5, #{ label: \"$x_2 = 1/2$\" })",
);

pub(super) const VLINE: Entry = across(
    "vline",
    "figure.vline(x, options)",
    "The figure with a line from below to above at x, in every panel.",
    "plot::scatter(data::moons(100)).vline(1.0, #{ color: \"red\" })",
);

pub(super) const TEXT: Entry = Entry {
    name: "text",
    room: "plot",
    signature: "figure.text(x, y, text, options)",
    doc: "The figure with a text at a point, in every panel; $...$ becomes mathematics.",
    equation: "",
    cite: "",
    options: NOTE,
    defaults: || written(NOTE),
    example: "plot::scatter(data::moons(100)).text(0.0, 0.0, \"here $\\\\gamma$\")",
};

pub(super) const SHOW: Entry = Entry {
    name: "show",
    room: "plot",
    signature: "figure.show() | figure.show(\"name\")",
    doc: "Shows a figure now; one that ends a cell or a script shows itself. Under a name it takes the place of the figure that the cell showed under it before: a live plot in a notebook.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "plot::scatter(data::moons(100)).show()",
};

pub(super) const THEME: Entry = Entry {
    name: "plot::theme",
    room: "plot",
    signature: "plot::theme(\"dark\" | \"light\" | preset)",
    doc: "How figures are from here on: shown on dark paper for dark notebooks, or on white (files are on white always); or made for a purpose, \"paper\", \"paper2\", \"slides\", \"notebook\", where they do not say it themselves.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "plot::theme(\"dark\");\nplot::theme(\"light\")",
};

pub(super) const SAVE: Entry = Entry {
    name: "save",
    room: "plot",
    signature: "figure.save(path)   run.save(folder)   transform.save(path)",
    doc: "Writes a figure as .pdf, .svg or .png, a run as a folder that load_run reads, or a transform as a file for load_transform.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "plot::scatter(data::moons(100)).save(\"moons.svg\")",
};
