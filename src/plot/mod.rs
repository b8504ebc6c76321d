//! Figures: plain data, laid out, then rendered to SVG or PNG in one file. A new plot is a file and a line of [`ENTRIES`].
use crate::catalogue::Entry;

pub mod animation;
pub mod bands;
pub mod bracket;
mod cloud;
pub mod color;
pub mod contour;
pub mod curve;
pub mod density;
pub mod evcxr;
pub mod figure;
pub mod grid;
pub mod hist;
pub mod images;
mod ink;
mod keys;
pub mod layout;
mod legend;
pub mod lines;
mod marks;
mod on_figures;
mod options;
pub mod path;
pub mod plan;
mod polyline;
pub mod quiver;
pub mod render;
mod scale;
pub mod scatter;
pub mod shape;
pub mod tails;
pub mod text;
pub mod ticks;
pub mod trajectories;
pub mod weights;
pub use cloud::Cloud;
pub use figure::Figure;
pub use options::FigureOptions;

/// The room in the catalogue.
pub const ENTRIES: &[Entry] = &[
    scatter::ENTRY,
    lines::ENTRY,
    hist::ENTRY,
    density::ENTRY,
    contour::ENTRY,
    quiver::ENTRY,
    path::ENTRY,
    plan::ENTRY,
    weights::ENTRY,
    bracket::ENTRY,
    trajectories::ENTRY,
    tails::ENTRY,
    animation::ENTRY,
    images::ENTRY,
    curve::ENTRY,
    grid::ENTRY,
    on_figures::SHOW,
    on_figures::SAVE,
];
