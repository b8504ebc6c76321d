//! The pages of preparing data.
use super::columns::By;
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, no_defaults};
use serde::{Deserialize, Serialize};

/// Options of `standardise(x, #{ … })`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Standardise {
    /// by what columns are measured
    pub by: By,
}

/// Options of `scale(x, #{ … })`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scale {
    /// by what columns are measured, where x is a sample
    pub by: By,
    /// what is subtracted before, where x are numbers
    pub center: Vec<f64>,
}

/// Options of `whiten(x, #{ … })`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Whiten {
    /// share of the identity in the correlations
    pub shrink: f64,
}

/// Options of `shuffle(x, #{ … })`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shuffle {
    /// seed of the order; the session's if there is none
    pub seed: Option<u64>,
}

/// Options of `split(x, share, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Split {
    /// seed of the order; the session's if there is none
    pub seed: Option<u64>,
    /// rows at random, or the first ones
    pub shuffle: bool,
    /// the key of a list of classes
    pub stratify: Option<String>,
}

impl Default for Split {
    fn default() -> Self {
        Split { seed: None, shuffle: true, stratify: None }
    }
}

const BY: Opt = Opt {
    name: "by",
    kind: OptionKind::Choice(&["std", "robust"]),
    doc: "mean and standard deviation; or median and median distance from it, times 1.4826, which far points do not move",
};

const SEED: Opt = Opt {
    name: "seed",
    kind: OptionKind::Integer { min: 0, max: 1 << 53 },
    doc: "the same order every time; default another one each call, from the session's seed",
};

/// The room in the catalogue.
pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "standardise",
        room: "prepare",
        signature: "standardise(x, options)",
        doc: "The transform that gives every column of x mean 0 and width 1: t.apply(y), and t.back(y) in the units of x. A run takes it, #{ prepare: t }. Columns that are constant are moved to 0 and not scaled.",
        equation: r"z_k=(x_k-m_k)/s_k",
        cite: "",
        options: &[BY],
        defaults: defaults_of::<Standardise>,
        example: "let x = data::gaussian(200, 2, #{ mean: [1e6, 3.0], std: 0.1 });\nlet t = standardise(x, #{ by: \"std\" });\nlet z = t.apply(x);\nprint(`mean ${z.mean()}, std ${z.std()}`);\nt.back(z)",
    },
    Entry {
        name: "scale",
        room: "prepare",
        signature: "scale(x, options) | scale([s0, s1, ...], options)",
        doc: "The transform that divides every column by its width, or by a number that you give; 0 stays where it is, or `center` comes to 0.",
        equation: r"z_k=(x_k-c_k)/s_k",
        cite: "",
        options: &[
            BY,
            Opt {
                name: "center",
                kind: OptionKind::Numbers,
                doc: "what is subtracted before, a number for every column or one for all, where widths are given; [] for 0",
            },
        ],
        defaults: defaults_of::<Scale>,
        example: "let metres_to_km = scale([1000.0, 1000.0], #{ center: [532000.0, 4181000.0] });\nmetres_to_km.apply([[533000.0, 4181500.0]])",
    },
    Entry {
        name: "whiten",
        room: "prepare",
        signature: "whiten(x, options)",
        doc: "The transform that gives x mean 0 and covariance 1, each column staying as close to itself as can be. Fewer rows than columns, and columns that follow from others, need `shrink`.",
        equation: r"z=R^{-1/2}\,(x-m)/s,\quad R_{kl}=\mathrm{corr}(x_k,x_l)",
        cite: "kessy2018",
        options: &[Opt {
            name: "shrink",
            kind: OptionKind::Number { min: 0.0, max: 1.0 },
            doc: "R becomes (1 - shrink) R + shrink: from whitening at 0 to standardising at 1",
        }],
        defaults: defaults_of::<Whiten>,
        example: "let x = data::gaussian(300, 2).matmul([[3.0, 1.0], [0.0, 0.1]]);\nlet t = whiten(x, #{ shrink: 0.0 });\nlet run = gpa(kl().regularized(lipschitz(1.0))).run(t.back(data::gaussian(100, 2)), x, #{ steps: 5, prepare: t });\nrun.particles.std()",
    },
    Entry {
        name: "shuffle",
        room: "prepare",
        signature: "shuffle(x, options)",
        doc: "The rows of x in random order. x is a sample, a list, or a map of them with as many rows each, such as #{ points, labels, weights }, whose rows stay together.",
        equation: "",
        cite: "",
        options: &[SEED],
        defaults: defaults_of::<Shuffle>,
        example: "let set = #{ points: data::digits(), labels: data::digit_labels() };\nlet mixed = shuffle(set, #{ seed: 1 });\nmixed.labels.extract(0, 5)",
    },
    Entry {
        name: "split",
        room: "prepare",
        signature: "split(x, share, options)",
        doc: "Two parts of x, #{ train, held_out, train_rows, held_out_rows }: train has the share of the rows, at random. x is a sample, a list, or a map of them with as many rows each, such as #{ points, labels, weights }, whose rows stay together.",
        equation: "",
        cite: "",
        options: &[
            SEED,
            Opt {
                name: "shuffle",
                kind: OptionKind::Flag,
                doc: "rows at random; false: train are the first rows, as for a series in time",
            },
            Opt {
                name: "stratify",
                kind: OptionKind::Text,
                doc: "the key of a list of classes, such as \"labels\": both parts have the same share of each; default none",
            },
        ],
        defaults: defaults_of::<Split>,
        example: "let x = data::moons(100);\nlet parts = split(x, 0.8, #{ seed: 1 });\nprint(`${parts.train.len()} and ${parts.held_out.len()}`);\nmetric::w2(parts.train, parts.held_out)",
    },
    plain(
        "load_transform",
        "load_transform(path)",
        "A transform that t.save(path) wrote; a saved run brings its own, run.prepare.",
        "standardise(data::moons(100)).save(\"t.json\");\nload_transform(\"t.json\").scale",
    ),
    plain(
        "finite_rows",
        "finite_rows(x)",
        "x without the rows that have nan or inf, with a note that says which they were. x is a sample, a list of numbers, or a map of them with as many rows each, such as #{ points, labels }, whose rows stay together.",
        "let x = points([[1.0, 2.0], [1.0/0.0, 3.0], [4.0, 5.0]]);\nfinite_rows(x)",
    ),
    plain(
        "not_finite",
        "not_finite(x)",
        "Where x has nan or inf: a table with the row, the column and the value of each; with no rows if all is well.",
        "let x = points([[1.0, 2.0], [1.0/0.0, 3.0], [4.0, 5.0]]);\nnot_finite(x).column(\"row\")",
    ),
];

/// An entry without options.
const fn plain(name: &'static str, signature: &'static str, doc: &'static str, example: &'static str) -> Entry {
    Entry {
        name,
        room: "prepare",
        signature,
        doc,
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example,
    }
}
