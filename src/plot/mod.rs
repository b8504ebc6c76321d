//! Figures: plain data, laid out, then written as PDF, SVG or PNG. A new plot is a file and a line of [`ENTRIES`].
use crate::catalogue::Entry;

pub mod animation;
mod axes;
pub mod bands;
pub mod bracket;
mod cloud;
pub mod color;
mod colorbar;
pub mod contour;
pub mod curve;
mod decimal;
pub mod density;
pub mod evcxr;
mod extent;
pub mod figure;
pub mod grid;
mod heat;
pub mod hist;
pub mod images;
mod ink;
mod keys;
pub mod layout;
mod legend;
pub mod length;
pub mod lines;
pub mod marker;
mod marks;
mod on_figures;
mod options;
mod page;
pub mod path;
pub mod plan;
mod polyline;
pub mod preset;
pub mod quiver;
mod range;
mod references;
mod remarks;
pub mod render;
mod scale;
pub mod scatter;
pub mod shape;
pub mod style;
pub mod tails;
pub mod text;
pub mod ticks;
pub mod trajectories;
mod wanted;
pub mod weights;
pub use cloud::Cloud;
pub use figure::Figure;
pub use on_figures::Written;
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
    on_figures::HLINE,
    on_figures::VLINE,
    on_figures::TEXT,
    on_figures::THEME,
];
