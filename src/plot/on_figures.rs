//! What a user does with a figure, in the catalogue.
use crate::catalogue::{Entry, no_defaults};

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

pub(super) const SAVE: Entry = Entry {
    name: "save",
    room: "plot",
    signature: "figure.save(path)   run.save(folder)   transform.save(path)",
    doc: "Writes a figure as .png or .svg, a run as a folder that load_run reads, or a transform as a file for load_transform.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "plot::scatter(data::moons(100)).save(\"moons.svg\")",
};
