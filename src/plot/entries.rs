//! Catalogue entries of the plots; they share their options.
use super::FigureOptions;
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, no_defaults};

const TITLE: Opt = Opt { name: "title", kind: OptionKind::Text, doc: "above the axes; $...$ becomes mathematics" };
const X_LABEL: Opt = Opt { name: "x_label", kind: OptionKind::Text, doc: "below the axes" };
const Y_LABEL: Opt = Opt { name: "y_label", kind: OptionKind::Text, doc: "left of the axes" };
const X_RANGE: Opt = Opt { name: "x_range", kind: OptionKind::Numbers, doc: "[low, high]; from the data if empty" };
const Y_RANGE: Opt = Opt { name: "y_range", kind: OptionKind::Numbers, doc: "[low, high]; from the data if empty" };
const LOG_X: Opt = Opt { name: "log_x", kind: OptionKind::Flag, doc: "logarithmic x axis" };
const LOG_Y: Opt = Opt { name: "log_y", kind: OptionKind::Flag, doc: "logarithmic y axis" };
const LEGEND: Opt = Opt { name: "legend", kind: OptionKind::Flag, doc: "name the clouds or curves" };
const WIDTH: Opt =
    Opt { name: "width", kind: OptionKind::Number { min: 50.0, max: 3000.0 }, doc: "in pixels at normal resolution" };
const HEIGHT: Opt =
    Opt { name: "height", kind: OptionKind::Number { min: 50.0, max: 3000.0 }, doc: "in pixels at normal resolution" };
const ALPHA: Opt = Opt {
    name: "alpha",
    kind: OptionKind::Number { min: 0.0, max: 1.0 },
    doc: "opacity; chosen by the plot unless given",
};
const SIZE: Opt = Opt {
    name: "size",
    kind: OptionKind::Number { min: 0.1, max: 100.0 },
    doc: "point radius or line width; arrow scale of a quiver",
};
const BINS: Opt = Opt {
    name: "bins",
    kind: OptionKind::Integer { min: 0, max: 1000 },
    doc: "bins of a histogram, nodes a side of a density or field; 0 chooses",
};
const LEVELS: Opt =
    Opt { name: "levels", kind: OptionKind::Integer { min: 1, max: 100 }, doc: "about how many level lines" };
const SHAPE: Opt = Opt { name: "shape", kind: OptionKind::Numbers, doc: "[rows, columns] of an image" };
const COLUMNS: Opt =
    Opt { name: "columns", kind: OptionKind::Integer { min: 0, max: 100 }, doc: "images or panels across; 0 chooses" };

const SCATTER: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LOG_X, LOG_Y, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE];
const ANIMATE: &[Opt] = &[X_RANGE, Y_RANGE, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE];
const HIST: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LEGEND, WIDTH, HEIGHT, ALPHA, BINS];
const DENSITY: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, WIDTH, HEIGHT, BINS];
const CONTOUR: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, WIDTH, HEIGHT, BINS, LEVELS, LEGEND, PARTICLES];
const PARTICLES: Opt = Opt {
    name: "particles",
    kind: OptionKind::Value("points, a list of samples, or named samples"),
    doc: "drawn over the field",
};
const PATH: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LOG_X, LOG_Y, LEGEND, WIDTH, HEIGHT, SIZE];
const PLAN: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE];
const WEIGHTS: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, WIDTH, HEIGHT, ALPHA];
const BRACKET: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LOG_X, LEGEND, WIDTH, HEIGHT, SIZE];
const QUIVER: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, WIDTH, HEIGHT, BINS, SIZE];
const TRAJECTORIES: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE];
const IMAGES: &[Opt] = &[TITLE, WIDTH, SHAPE, COLUMNS];
const GENERATOR: &[Opt] = &[WIDTH, HEIGHT];
const GRID: &[Opt] = &[COLUMNS];

/// The defaults of the options a plot takes.
fn defaults(options: &[Opt]) -> serde_json::Value {
    let all = defaults_of::<FigureOptions>();
    options
        .iter()
        .filter(|o| all.get(o.name).is_some())
        .map(|o| (o.name.to_string(), all.get(o.name).cloned().unwrap_or_default()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

const fn plot(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    options: &'static [Opt],
    defaults: fn() -> serde_json::Value,
    example: &'static str,
) -> Entry {
    Entry { name, room: "plot", signature, doc, equation: "", cite: "", options, defaults, example }
}

pub const ENTRIES: &[Entry] = &[
    plot(
        "plot::scatter",
        "plot::scatter(p | [p, q] | [[\"name\", p], ...], options)",
        "Clouds of points with equal aspect; pairs keep their order in the legend.",
        SCATTER,
        || defaults(SCATTER),
        "plot::scatter([[\"target\", data::ring(300)], [\"source\", data::gaussian(300, 2)]], #{ title: \"Before\" })",
    ),
    plot(
        "plot::lines",
        "plot::lines(table, x, [columns], options)",
        "Columns of a table (a run's history) against one of them.",
        SCATTER,
        || defaults(SCATTER),
        "let table = #{ t: [0, 1, 2, 3], error: [1.0, 0.1, 0.01, 0.001] };\nplot::lines(table, \"t\", [\"error\"], #{ log_y: true })",
    ),
    plot(
        "plot::hist",
        "plot::hist(values | [[\"name\", values], ...], options)",
        "Histograms as densities.",
        HIST,
        || defaults(HIST),
        "plot::hist(data::gaussian(1000, 1).col(0))",
    ),
    plot(
        "plot::density",
        "plot::density(p, options)",
        "A kernel density estimate of a planar sample.",
        DENSITY,
        || defaults(DENSITY),
        "plot::density(data::ring(500, #{ std: 0.4 }))",
    ),
    plot(
        "plot::contour",
        "plot::contour(critic | estimate | run, extent, options)",
        "A fitted critic as colour and level lines on [-extent, extent]^2 or [x0, x1, y0, y1], with samples over it if they are given.",
        CONTOUR,
        || defaults(CONTOUR),
        "let e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\nplot::contour(e.critic, 5.0)",
    ),
    plot(
        "plot::quiver",
        "plot::quiver(critic | estimate | run, extent, options)",
        "The gradient of a fitted critic as arrows.",
        QUIVER,
        || defaults(QUIVER),
        "let e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\nplot::quiver(e.critic, 5.0)",
    ),
    plot(
        "plot::path",
        "plot::path(table, options)",
        "What d.path(p, q, constants) returned: the divergence against L, with L W1 and D_f.",
        PATH,
        || defaults(PATH),
        "let d = kl().regularized(lipschitz(1.0));\nplot::path(d.path(data::gaussian(40, 2), data::gaussian(40, 2, #{ mean: 1.0 }), [0.1, 0.3, 1.0, 3.0]))",
    ),
    plot(
        "plot::plan",
        "plot::plan(estimate, p, q, options)",
        "The transport plan behind an exact estimate as segments, with the proximal weights as sizes.",
        PLAN,
        || defaults(PLAN),
        "let p = data::gaussian(40, 2);\nlet q = data::ring(40);\nplot::plan(w2().estimate(p, q), p, q)",
    ),
    plot(
        "plot::weights",
        "plot::weights(points, weights, options)",
        "Weighted points, areas in proportion to the weights: the proximal law of an estimate.",
        WEIGHTS,
        || defaults(WEIGHTS),
        "let q = data::ring(60);\nlet e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(60, 2), q, #{ critic: exact() });\nplot::weights(q, e.proximal)",
    ),
    plot(
        "plot::bracket",
        "plot::bracket(estimate, options)",
        "The objective of a trained critic between its proved bounds, the bounds of a solver closing in, or the marginal errors of entropic iterations.",
        BRACKET,
        || defaults(BRACKET),
        "plot::bracket(kl().regularized(lipschitz(1.0)).estimate(data::gaussian(50, 2), data::ring(50), #{ steps: 50 }))",
    ),
    plot(
        "plot::trajectories",
        "plot::trajectories(run, options)",
        "The paths of the particles through the snapshots of a run.",
        TRAJECTORIES,
        || defaults(TRAJECTORIES),
        "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(50, 2), data::ring(50), #{ steps: 10 });\nplot::trajectories(run)",
    ),
    plot(
        "plot::tails",
        "plot::tails(p | [p, q] | [[\"name\", p], ...], options)",
        "The share of a sample farther out than r on logarithmic axes: a power law is a line.",
        PATH,
        || defaults(PATH),
        "plot::tails([[\"t1\", data::student_t(500, 2, 1.0)], [\"normal\", data::gaussian(500, 2)]])",
    ),
    plot(
        "plot::animate",
        "plot::animate(run, options)",
        "The particles of a run over its target, a frame for every snapshot: save it as .gif, or show it where figures can move.",
        ANIMATE,
        || defaults(ANIMATE),
        "let run = gradient_flow(w1(), #{ dt: 0.5 }).run(data::gaussian(30, 2), data::ring(30), #{ steps: 4, snapshots: 3 });\nplot::animate(run).save(\"run.gif\")",
    ),
    plot(
        "plot::images",
        "plot::images(p, options)",
        "Rows as grey images on a grid; dark is high.",
        IMAGES,
        || defaults(IMAGES),
        "plot::images(data::digits().rows(0, 25), #{ shape: [8, 8] })",
    ),
    plot(
        "plot::generator",
        "plot::generator(f, options)",
        "f with its tangent at 1, and the conjugate f* with its derivative.",
        GENERATOR,
        || defaults(GENERATOR),
        "plot::generator(hellinger())",
    ),
    plot(
        "plot::grid",
        "plot::grid([figures], options)",
        "Several figures as one.",
        GRID,
        || defaults(GRID),
        "plot::grid([plot::generator(kl()), plot::scatter(data::moons(100))], #{ columns: 2 })",
    ),
    Entry {
        name: "show",
        room: "plot",
        signature: "figure.show() | figure.show(\"name\")",
        doc: "Shows a figure now; one that ends a cell or a script shows itself. Under a name it takes the place of the figure that the cell showed under it before: a live plot in a notebook.",
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
