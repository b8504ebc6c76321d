//! What the arguments of a signature are: `p` is a sample, `d` a divergence. Help lists them, completion offers what fits.
use super::builtin;
use super::index::split;

/// What stands for an argument in signatures.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// as signatures write it
    pub word: &'static str,
    /// the type it has, as completion knows types; empty where several will do
    pub kind: &'static str,
    /// what it is
    pub doc: &'static str,
}

const fn argument(word: &'static str, kind: &'static str, doc: &'static str) -> Argument {
    Argument { word, kind, doc }
}

/// What functions of numbers take.
const NUMERIC: Argument = argument("x", "number", "a number, a list of numbers, or the x of a formula");

/// What words mean in one function, where that is something else.
const OWN: &[(&str, Argument)] = &[
    ("gaussian", argument("d", "number", "the dimension")),
    ("student_t", argument("d", "number", "the dimension")),
    ("wasserstein", argument("p", "number", "the power of distances, from 1 to 20")),
    ("modes", argument("radius", "number", "how far from a centre a point still belongs to it")),
    ("scale", argument("x", "Points", "points, or a list of rows of numbers")),
    ("whiten", argument("x", "Points", "points, or a list of rows of numbers")),
    ("standardise", argument("x", "Points", "points, or a list of rows of numbers")),
    ("shuffle", argument("x", "Points", "points, a list, or a map of such that belong together")),
    ("split", argument("x", "Points", "points, a list, or a map of such that belong together")),
    ("finite_rows", argument("x", "Points", "points")),
    ("not_finite", argument("x", "Points", "points")),
    ("round", argument("x", "number", "a number, or a list of numbers")),
    ("fmt", argument("x", "number", "a number, or a list of numbers")),
    ("norm", argument("x", "", "a list, or the x of a log density")),
    ("hill", argument("k", "number", "how many of the largest distances")),
    ("rational_quadratic_kernel", argument("a", "number", "the power of its tail")),
    ("alpha", argument("a", "number", "the order")),
    ("renyi", argument("a", "number", "the order")),
    ("infconv", argument("f", "Generator", "an f such as kl()")),
    ("unbalanced", argument("f", "Generator", "an f such as kl(), for the mass of P")),
    ("unbalanced", argument("g", "Generator", "another f, for the mass of Q")),
    ("generator", argument("f", "Generator", "an f such as kl()")),
    ("solve", argument("a", "Points", "a square matrix: points, or a list of rows")),
    ("solve", argument("b", "list", "a list of numbers, or points")),
    ("inverse", argument("a", "Points", "a square matrix: points, or a list of rows")),
    ("det", argument("a", "Points", "a square matrix: points, or a list of rows")),
    ("eigh", argument("a", "Points", "a symmetric matrix: points, or a list of rows")),
    ("svd", argument("a", "Points", "a matrix: points, or a list of rows")),
    ("qr", argument("a", "Points", "a matrix: points, or a list of rows")),
    ("concat", argument("a", "", "a list or points")),
    ("concat", argument("b", "", "another of the same type")),
    ("quantile", argument("q", "number", "from 0 to 1: 0.5 is the median")),
    ("count", argument("f", "function", "a closure of an entry that gives true or false")),
    ("choice", argument("v", "list", "a list, or points")),
    ("permutation", argument("v", "list", "a list")),
    ("permutation", argument("n", "number", "how many numbers")),
    ("linspace", argument("n", "number", "how many numbers")),
    ("theme", argument("preset", "text", "what figures are for: \"paper\", \"paper2\", \"slides\" or \"notebook\"")),
    ("hline", argument("y", "number", "where the line crosses the vertical axis")),
    ("vline", argument("x", "number", "where the line crosses the horizontal axis")),
    ("text", argument("x", "number", "along the horizontal axis")),
    ("text", argument("y", "number", "along the vertical axis")),
    ("lines", argument("x", "text", "the name of the column along the horizontal axis")),
    ("multi_scale", argument("widths", "list", "a list of widths")),
    ("autoencoder", argument("network", "CriticRecipe", "or a network such as cnn()")),
    ("deep_kernel", argument("network", "CriticRecipe", "or a network such as cnn()")),
    ("weights", argument("points", "Points", "points")),
    ("log", argument("base", "number", "the base")),
    ("round", argument("n", "number", "digits behind the point")),
    ("seed", argument("n", "number", "a whole number ≥ 0")),
    ("progress", argument("n", "number", "how many steps there will be")),
    ("set_tag", argument("n", "number", "a whole number")),
    ("sort_by", argument("f", "function", "a closure of two entries")),
    ("order_by", argument("f", "function", "a closure of two entries")),
    ("reduce", argument("f", "function", "a closure of what was reached and the next entry")),
    ("reduce_rev", argument("f", "function", "a closure of what was reached and the next entry")),
    ("parse_json", argument("text", "text", "JSON")),
    ("modes", argument("centers", "Points", "the centres of the modes")),
    ("table", argument("names", "list", "the names of the columns")),
    ("rename", argument("names", "map", "new names by old ones, #{ x: \"z\" }")),
    ("add", argument("values", "", "a list, one value, or a closure of a row")),
    ("join", argument("other", "Table", "another table")),
    ("filter", argument("f", "function", "a closure that gives true or false")),
    ("join", argument("between", "text", "a text such as \", \"")),
];

/// What words mean everywhere else.
const COMMON: &[Argument] = &[
    argument("p", "Points", "a sample of P: points, or a list of rows of numbers"),
    argument("q", "Points", "a sample of Q: points, or a list of rows of numbers"),
    argument("source", "Points", "where the particles start: points"),
    argument("target", "Points", "where they are to go: points"),
    argument("points", "Points", "points, or a list of rows of numbers"),
    argument("training", "Points", "the points that were learned from"),
    argument("held_out", "Points", "points of the same law that were not"),
    argument("inputs", "Points", "a sample of inputs"),
    argument("centers", "Points", "the centres: points, or a list of rows"),
    argument("m", "Points", "a matrix: points, or a list of rows"),
    argument("d", "Divergence", "a divergence such as kl().regularized(lipschitz(1.0))"),
    argument("kernel", "Kernel", "a kernel such as gaussian_kernel(1.0)"),
    argument("k", "Kernel", "a kernel such as gaussian_kernel(1.0)"),
    argument("critic", "Critic", "what an estimate or a run found: e.critic, run.critic"),
    argument("estimate", "Estimate", "what d.estimate(p, q) gives"),
    argument("run", "Run", "what flow.run(p, q) gives"),
    argument("table", "Table", "a table, for example run.history"),
    argument("flow", "Flow", "a flow such as gpa(d)"),
    argument("codec", "Codec", "pca(dim) or autoencoder(widths, dim)"),
    argument("options", "map", "a map of the options below: #{ name: value }"),
    argument("f", "function", "a closure such as |x| x**2"),
    argument("widths", "list", "a list of widths of layers, [64, 64]"),
    argument("v", "list", "a list"),
    argument("w", "list", "another list"),
    argument("u", "list", "a list"),
    argument("values", "list", "a list of numbers"),
    argument("weights", "list", "a list with a number per point"),
    argument("labels", "list", "a list with a label per point"),
    argument("p_labels", "list", "the labels of p"),
    argument("q_labels", "list", "the labels of q"),
    argument("images", "text", "a file of images"),
    argument("constants", "list", "a list of Lipschitz constants"),
    argument("extent", "list", "[x from, x to, y from, y to]"),
    argument("other", "", "another of the same type"),
    argument("x", "", "a value"),
    argument("y", "number", "a number"),
    argument("a", "number", "a number"),
    argument("b", "number", "a number"),
    argument("n", "number", "how many"),
    argument("i", "number", "a place, counted from 0; -1 is the last"),
    argument("from", "number", "the first, counted from 0"),
    argument("to", "number", "behind the last"),
    argument("a..b", "range", "from a to b, b not among them, counted from 0"),
    argument("step", "number", "how far apart they are"),
    argument("steps", "number", "how many steps"),
    argument("dim", "number", "the dimension"),
    argument("nu", "number", "the degrees of freedom"),
    argument("modes", "number", "how many"),
    argument("radius", "number", "a radius"),
    argument("mean", "number", "the mean"),
    argument("std", "number", "the standard deviation"),
    argument("low", "number", "the least"),
    argument("high", "number", "the end"),
    argument("share", "number", "the share of the first part, between 0 and 1"),
    argument("epsilon", "number", "how strongly the plan is blurred, > 0"),
    argument("L", "number", "the Lipschitz constant, > 0"),
    argument("lambda", "number", "the weight of the penalty, > 0"),
    argument("s", "number", "a width; without it, it is chosen from the points"),
    argument("digits", "number", "digits behind the point"),
    argument("seconds", "number", "how long"),
    argument("byte", "number", "a number from 0 to 255"),
    argument("c", "character", "a character such as 'a'"),
    argument("on", "bool", "true or false"),
    argument("path", "text", "a file; what it is called says the format"),
    argument("folder", "text", "a folder"),
    argument("name", "text", "a name"),
    argument("label", "text", "a word in front of the bar"),
    argument("prompt", "text", "what is asked"),
    argument("text", "text", "a text"),
    argument("old", "text", "what is looked for"),
    argument("new", "text", "what comes in its place"),
    argument("page", "text", "the name of the table"),
    argument("row", "text", "the name of a row"),
    argument("column", "text", "the name of a column"),
    argument("columns", "", "a name of a column, or a list of names"),
    argument("wanted", "map", "statistics by the names of columns, #{ x: \"mean\" }"),
    argument("value", "", "a value"),
    argument("default", "", "what it is where nobody says"),
];

/// What a word means in a function, by the last part of its name.
pub fn meaning(function: &str, word: &str) -> Option<&'static Argument> {
    let function = split(function).1;
    if matches!(word, "x" | "y" | "a" | "b") && builtin::is_elementary(function) {
        return Some(&NUMERIC);
    }
    let own = OWN.iter().find(|(f, a)| *f == function && a.word == word).map(|o| &o.1);
    own.or_else(|| COMMON.iter().find(|a| a.word == word))
}

/// The arguments of each way to call a function that a signature shows, as they are written there.
pub fn calls<'s>(name: &str, signature: &'s str) -> Vec<Vec<&'s str>> {
    let head = format!("{}(", split(name).1);
    let mut out = vec![];
    for (at, _) in signature.match_indices(&head) {
        let inside = &signature[at + head.len()..];
        let whole = !signature[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if let Some(end) = closing(inside).filter(|_| whole) {
            out.push(parts(&inside[..end]));
        }
    }
    out
}

/// The words of a signature that stand for something, in order, each once.
pub fn words<'s>(name: &str, signature: &'s str) -> Vec<&'s str> {
    let mut out = vec![];
    for written in calls(name, signature).into_iter().flatten() {
        // a text, a closure, a list, further ones: they say themselves what they are
        let stands =
            |w: &&str| !w.is_empty() && !w.starts_with(['"', '|', '[', '\'', '#']) && *w != "..." && !w.contains('(');
        for word in choices(written).into_iter().filter(stands) {
            if !out.contains(&word) {
                out.push(word);
            }
        }
    }
    out
}

/// `widths | network` are two words for one argument; a closure is one.
fn choices(written: &str) -> Vec<&str> {
    if written.starts_with('|') { vec![written] } else { written.split(" | ").map(str::trim).collect() }
}

/// The end of what a parenthesis opened.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(i, c)| {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        (depth < 0).then_some(i)
    })
}

/// Between the commas that stand in no group.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut out) = (0, 0, vec![]);
    for (i, c) in text.char_indices() {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        if c == ',' && depth == 0 {
            out.push(text[from..i].trim());
            from = i + 1;
        }
    }
    let last = text[from..].trim();
    if !last.is_empty() {
        out.push(last);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{calls, words};

    #[test]
    fn signatures_say_their_arguments() {
        assert_eq!(words("gpa", "gpa(d, options)"), ["d", "options"]);
        assert_eq!(words("fmt", "fmt(x, digits) | fmt(x, \".3e\")"), ["x", "digits"]);
        assert_eq!(words("autoencoder", "autoencoder(widths | network, dim)"), ["widths", "network", "dim"]);
        assert_eq!(words("points", "points([[x, y], ...])"), Vec::<&str>::new());
        assert_eq!(calls("data::mixture", "data::mixture(n, centers, std)"), [["n", "centers", "std"]]);
        assert_eq!(calls("round", "around(x) | round(x, n)"), [["x", "n"]]);
    }
}
