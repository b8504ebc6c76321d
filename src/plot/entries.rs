//! Catalogue entries of the plots; they share their options.
use super::FigureOptions;
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, no_defaults};

/// Options every plot takes.
pub const FIGURE_OPTIONS: &[Opt] = &[
    Opt { name: "title", kind: OptionKind::Text, doc: "above the axes; $...$ becomes mathematics" },
    Opt { name: "x_label", kind: OptionKind::Text, doc: "below the axes" },
    Opt { name: "y_label", kind: OptionKind::Text, doc: "left of the axes" },
    Opt { name: "x_range", kind: OptionKind::Numbers, doc: "[low, high]; from the data if empty" },
    Opt { name: "y_range", kind: OptionKind::Numbers, doc: "[low, high]; from the data if empty" },
    Opt { name: "log_x", kind: OptionKind::Flag, doc: "logarithmic x axis" },
    Opt { name: "log_y", kind: OptionKind::Flag, doc: "logarithmic y axis" },
    Opt { name: "legend", kind: OptionKind::Flag, doc: "name the clouds or curves" },
    Opt { name: "width", kind: OptionKind::Number { min: 50.0, max: 3000.0 }, doc: "in pixels at normal resolution" },
    Opt { name: "height", kind: OptionKind::Number { min: 50.0, max: 3000.0 }, doc: "in pixels at normal resolution" },
    Opt { name: "alpha", kind: OptionKind::Number { min: 0.0, max: 1.0 }, doc: "opacity; follows the number of points unless given" },
    Opt { name: "size", kind: OptionKind::Number { min: 0.1, max: 100.0 }, doc: "point radius or line width; arrow scale of a quiver" },
    Opt { name: "bins", kind: OptionKind::Integer { min: 0, max: 1000 }, doc: "bins, or cells a side; 0 chooses" },
    Opt { name: "levels", kind: OptionKind::Integer { min: 1, max: 100 }, doc: "level lines of a contour" },
    Opt { name: "shape", kind: OptionKind::Numbers, doc: "[rows, columns] of an image" },
    Opt { name: "columns", kind: OptionKind::Integer { min: 0, max: 100 }, doc: "images or panels across; 0 chooses" },
];

const fn plot(name: &'static str, signature: &'static str, doc: &'static str, example: &'static str) -> Entry {
    Entry { name, room: "plot", signature, doc, equation: "", cite: "", options: FIGURE_OPTIONS, defaults: defaults_of::<FigureOptions>, example }
}

pub const ENTRIES: &[Entry] = &[
    plot("plot::scatter", "plot::scatter(p | [p, q] | [[\"name\", p], ...], options)", "Clouds of points with equal aspect; pairs keep their order in the legend.", "plot::scatter([[\"target\", data::ring(300)], [\"source\", data::gaussian(300, 2)]], #{ title: \"Before\" })"),
    plot("plot::lines", "plot::lines(table, x, [columns], options)", "Columns of a table (a run's history) against one of them.", "let table = #{ t: [0, 1, 2, 3], error: [1.0, 0.1, 0.01, 0.001] };\nplot::lines(table, \"t\", [\"error\"], #{ log_y: true })"),
    plot("plot::hist", "plot::hist(values | [[\"name\", values], ...], options)", "Histograms as densities.", "plot::hist(data::gaussian(1000, 1).col(0))"),
    plot("plot::density", "plot::density(p, options)", "A kernel density estimate of a planar sample.", "plot::density(data::ring(500, #{ std: 0.4 }))"),
    plot("plot::contour", "plot::contour(critic | estimate | run, extent, options)", "A fitted critic as colour and level lines on [-extent, extent]^2 or [x0, x1, y0, y1].", "let e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\nplot::contour(e.critic, 5.0)"),
    plot("plot::quiver", "plot::quiver(critic | estimate | run, extent, options)", "The gradient of a fitted critic as arrows.", "let e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\nplot::quiver(e.critic, 5.0)"),
    plot("plot::trajectories", "plot::trajectories(run, options)", "The paths of the particles through the snapshots of a run.", "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(50, 2), data::ring(50), #{ steps: 10 });\nplot::trajectories(run)"),
    plot("plot::images", "plot::images(p, options)", "Rows as grey images on a grid; dark is high.", "plot::images(data::digits().rows(0, 25), #{ shape: [8, 8] })"),
    plot("plot::generator", "plot::generator(f, options)", "f with its tangent at 1, and the conjugate f* with its derivative.", "plot::generator(hellinger())"),
    plot("plot::grid", "plot::grid([figures], options)", "Several figures as one.", "plot::grid([plot::generator(kl()), plot::scatter(data::moons(100))], #{ columns: 2 })"),
    Entry {
        name: "show",
        room: "plot",
        signature: "figure.show()",
        doc: "Shows a figure now; one that ends a cell or a script shows itself.",
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example: "plot::scatter(data::moons(100)).show()",
    },
    Entry {
        name: "save",
        room: "plot",
        signature: "figure.save(path)   run.save(folder)",
        doc: "Writes a figure as .png or .svg, or a run as a folder that load_run reads.",
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example: "plot::scatter(data::moons(100)).save(\"moons.svg\")",
    },
];
