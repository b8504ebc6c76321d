//! Random scripts out of the catalogue: values of every type built from each other, and from arguments of other types now
//! and then; examples with arguments exchanged; whatever the language has around them.
use super::options::{closing, split};
use super::values::values;
use gflow::catalogue::Entry;
use gflow::random::{self, Rng};
use gflow::script::names;
use rand::Rng as _;
use rand::seq::IndexedRandom;

/// What an expression is meant to be.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    List,
    Closure,
    Points,
    Generator,
    Space,
    Kernel,
    Divergence,
    Critic,
    Estimate,
    Flow,
    Run,
    Table,
    Figure,
}

use Kind::*;

const KINDS: [Kind; 15] = [
    Number, Text, List, Closure, Points, Generator, Space, Kernel, Divergence, Critic, Estimate, Flow, Run, Table,
    Figure,
];

/// Ways to write a kind; `{Kind}` stands for an expression of that kind, `{options NAME}` for options of an entry.
const WAYS: &[(Kind, &[&str])] = &[
    (
        Number,
        &[
            "1",
            "1",
            "2",
            "2",
            "3",
            "3",
            "0.5",
            "0.5",
            "0",
            "1",
            "-1",
            "2",
            "3",
            "7",
            "2.5",
            "1e-8",
            "1e13",
            "1e300",
            "5e-324",
            "(1/0)",
            "(0.0/0.0)",
            "9007199254740993",
            "({Number} + {Number})",
            "({Number} * {Number})",
            "{Number}**{Number}",
            "-{Number}**2",
            "({Number} / {Number})",
            "idiv({Number}, {Number})",
            "{Points}.len()",
            "{Points}.dim()",
            "{List}.len()",
            "{Estimate}.value",
            "{Estimate}.lower",
            "{Estimate}.gap",
            "{Run}.time",
            "{Generator}.f({Number})",
            "{Generator}.conjugate({Number})",
            "sum({List})",
            "max({Number}, {Number})",
            "exp({Number})",
            "sqrt({Number})",
            "metric::w1({Points}, {Points})",
            "metric::w2({Points}, {Points})",
            "metric::sliced({Points}, {Points})",
            "metric::mmd({Points}, {Points}, {Kernel})",
            "metric::sinkhorn({Points}, {Points}, {Number})",
            "metric::energy({Points}, {Points})",
            "median_width({Points})",
            "{Table}.last({Text})",
            "param({Text}, {Number})",
        ],
    ),
    (
        Text,
        &[
            "\"w1\"",
            "\"\"",
            "\"divergence\"",
            "\"a\"",
            "\"x.png\"",
            "\"x.csv\"",
            "\"x.npy\"",
            "\"∇φ ü\"",
            "`t ${{Number}}`",
            "{Generator}.name()",
            "{Divergence}.latex()",
            "({Text} + {Text})",
            "{Text}.to_upper()",
        ],
    ),
    (
        List,
        &[
            "[]",
            "[1, 2]",
            "[{Number}, {Number}, {Number}]",
            "[[0, 1], [2, 3]]",
            "[{Any}]",
            "linspace({Number}, {Number}, 5)",
            "{Points}.col(0)",
            "{Points}.mean()",
            "({List} + {List})",
            "({Number} * {List})",
            "{Points}.to_array()",
            "{List}.map({Closure})",
            "{List}.filter({Closure})",
            "concat({List}, {List})",
            "{Table}.column({Text})",
            "[[\"a\", {Points}], [\"b\", {Any}]]",
            "exp({List})",
            "{List}.sort()",
        ],
    ),
    (
        Closure,
        &[
            "|x| x*ln(x) - x + 1",
            "|x| (x - 1)**2",
            "|x| x",
            "|x, y| x",
            "|| 1",
            "|x| x[0]",
            "|x| -0.5*dot(x, x)",
            "|t| 0.1/(1 + t)",
            "|x| {Any}",
            "|x| if x > 1 { x - 1 } else { 0 }",
            "|x| abs(x - 1)",
            "Fn(\"print\")",
            "|x| logsumexp([x[0], x[1]])",
            "|x| sin(x) + {Number}",
            "|x| -norm(x)",
            "|x| ln(x)*{Number}",
        ],
    ),
    (
        Points,
        &[
            "data::gaussian(8, 2)",
            "data::ring(9)",
            "data::gaussian({Number}, {Number})",
            "data::gaussian(6, 1)",
            "data::gaussian(5, 3{options data::gaussian})",
            "data::ring(7{options data::ring})",
            "data::moons(6{options data::moons})",
            "data::pinwheel(5{options data::pinwheel})",
            "data::checkerboard(6{options data::checkerboard})",
            "data::swiss_roll(5)",
            "data::student_t(6, 2, {Number})",
            "data::rings(6{options data::rings})",
            "data::mixture(6, {Points}, {Number})",
            "data::embed({Points}, {Number})",
            "data::digits().rows(0, 5)",
            "data::sierpinski(5{options data::sierpinski})",
            "points({List})",
            "points([[0, 1], [2, 3], [1, 1]])",
            "({Points} + {Number})",
            "({Points} * {Number})",
            "({Points} - {Points})",
            "({Points} + {List})",
            "{Points}.rows({Number}, {Number})",
            "{Points}.concat({Points})",
            "{Points}.matmul({Points})",
            "{Run}.particles",
            "{Run}.sample(4)",
            "{Estimate}.critic.gradient({Points})",
            "data::ring_centers({Number}, {Number})",
            "(data::ring(5) * 1e30)",
            "(data::ring(5) * 1e-30)",
            "(data::ring(4) * (0.0/0.0))",
        ],
    ),
    (
        Generator,
        &[
            "kl()",
            "reverse_kl()",
            "chi2()",
            "hellinger()",
            "tv()",
            "js()",
            "jeffreys()",
            "le_cam()",
            "alpha({Number})",
            "alpha(2)",
            "f_divergence({Text}, {Closure})",
            "f_divergence(\"f\", |x| x*ln(x) - x + 1{options f_divergence})",
        ],
    ),
    (Space, &["lipschitz(1.0)", "lipschitz({Number})", "rkhs({Kernel})"]),
    (
        Kernel,
        &[
            "gaussian_kernel(1.0)",
            "gaussian_kernel({Number})",
            "laplace_kernel(1)",
            "imq_kernel({Number})",
            "energy_kernel()",
            "({Kernel} + {Kernel})",
            "({Kernel} * {Kernel})",
            "({Number} * {Kernel})",
            "multi_scale({Text}, {List})",
            "rational_quadratic_kernel({Number}, {Number})",
        ],
    ),
    (
        Divergence,
        &[
            "{Generator}.regularized({Space})",
            "kl().regularized(lipschitz(1.0))",
            "{Generator}.penalized({Space}, {Number})",
            "ipm({Space})",
            "w1()",
            "w2()",
            "w2_squared()",
            "wasserstein({Number}{options wasserstein})",
            "mmd({Kernel}{options mmd})",
            "energy()",
            "sinkhorn({Number}{options sinkhorn})",
            "renyi({Number}).regularized({Space})",
            "infconv({Generator}, {Divergence})",
            "unbalanced({Generator}, {Divergence})",
            "({Divergence} + {Divergence})",
            "({Number} * {Divergence})",
            "{Divergence}.reversed()",
            "{Divergence}.symmetrised()",
            "worst_case_regret().regularized({Space})",
        ],
    ),
    (
        Critic,
        &[
            "mlp([4, 4]{options mlp})",
            "mlp([4, 4])",
            "mlp({List}{options mlp})",
            "cnn({options cnn})",
            "pair([4]{options pair})",
            "deep_kernel([4], {Number})",
            "exact()",
            "entropic()",
            "exact({options exact})",
            "entropic({options entropic})",
        ],
    ),
    (
        Estimate,
        &[
            "w2().estimate(data::ring(5), data::ring(5))",
            "{Divergence}.estimate({Points}, {Points}, #{ steps: 3 })",
            "{Divergence}.estimate({Points}, {Points}, #{ critic: {Critic}, steps: 2 })",
            "{Divergence}.estimate({Points}, {Points}, #{ critic: exact() })",
            "{Divergence}.estimate({Points}, {Points}, #{ critic: entropic() })",
        ],
    ),
    (
        Flow,
        &[
            "mmd_flow(gaussian_kernel(1.0))",
            "gpa({Divergence}{options gpa})",
            "gpa({Divergence}, #{ critic: {Critic} })",
            "gradient_flow({Divergence}{options gradient_flow})",
            "mmd_flow({Kernel}{options mmd_flow})",
            "kale_flow({Kernel}{options kale_flow})",
            "jko({Divergence}{options jko})",
            "langevin({Closure}{options langevin})",
            "gan({Divergence}{options gan})",
            "gan({Generator}, #{ generator: mlp([4]), batch: {Number} })",
            "w2_fe({options w2_fe})",
            "w1_fe({options w1_fe})",
            "w1w2_flow({Divergence}{options w1w2_flow})",
            "latent({Flow}, pca({Number}))",
            "latent({Flow}, autoencoder([4], 2, #{ steps: 2 }){options latent})",
        ],
    ),
    (
        Run,
        &[
            "{Flow}.run({Points}, {Points}, #{ steps: 2 })",
            "gpa(kl().regularized(lipschitz(1.0))).run({Points}, {Points}, #{ steps: 2, snapshots: {Number} })",
            "{Flow}.run({Points}, {Points}, #{ steps: 2, metrics: {List} })",
            "{Flow}.run({Points}, {Points}, #{ steps: 1, labels: {List} })",
            "{Run}.resume({Number})",
            "last_run()",
        ],
    ),
    (
        Table,
        &[
            "last_run().history",
            "{Run}.history",
            "#{ a: {List}, b: {List} }",
            "{Divergence}.path({Points}, {Points}, {List})",
            "{Divergence}.bootstrap({Points}, {Points}, #{ resamples: 3 })",
            "{Divergence}.two_sample_test({Points}, {Points}, #{ permutations: 3 })",
            "{Run}.report",
            "metric::modes({Points}, {Points}, {Number})",
        ],
    ),
    (
        Figure,
        &[
            "plot::generator(kl())",
            "plot::scatter({Points}{options plot::scatter})",
            "plot::scatter({List}{options plot::scatter})",
            "plot::hist({List}{options plot::hist})",
            "plot::density({Points}{options plot::density})",
            "plot::lines({Table}, {Text}, {Text}{options plot::lines})",
            "plot::contour({Estimate}, {Number}{options plot::contour})",
            "plot::quiver({Run}, {List}{options plot::quiver})",
            "plot::tails({Points}{options plot::tails})",
            "plot::images({Points}{options plot::images})",
            "plot::generator({Generator}{options plot::generator})",
            "plot::trajectories({Run}{options plot::trajectories})",
            "plot::animate({Run}{options plot::animate})",
            "plot::grid([{Figure}, {Figure}]{options plot::grid})",
            "plot::weights({Points}, {List}{options plot::weights})",
            "plot::plan({Estimate}, {Points}, {Points}{options plot::plan})",
            "plot::bracket({Estimate}{options plot::bracket})",
            "plot::path({Table}{options plot::path})",
        ],
    ),
];

/// Statements; `v` is a variable that the script has, `{Any}` an expression of any kind.
const STATEMENTS: &[&str] = &[
    "print({Any});",
    "print({Number});",
    "print({Estimate});",
    "let p = {Points}; print(p.mean()); p",
    "{Figure}",
    "{Run}",
    "{Flow}",
    "{Table}",
    "print({Run}.history);",
    "{Figure}.save(\"x.png\");",
    "let v = {Points}; io::save(v, \"x.npy\"); io::load(\"x.npy\")",
    "print({Divergence}.name()); {Critic}",
    "{Any}",
    "let v = {Any}; print(v);",
    "let v = {Any}; v.len()",
    "let v = {Any}; v[{Any}]",
    "let v = {Any}; v[0] = {Any}; v",
    "let v = {Any}; v.name = {Any};",
    "try { {Any} } catch { print(\"caught\"); }",
    "for i in 0..3 { let v = {Any}; }",
    "for v in {Any} { print(v); break; }",
    "fn g(a) { a + {Any} } g({Any})",
    "let v = {Closure}; v({Any})",
    "let v = {List}; v.push({Any}); v",
    "let v = {List}; let w = || v; v.push(w); print(v);",
    "throw {Any};",
    "help({Any});",
    "display({Any});",
    "if {Any} { 1 } else { 2 }",
    "switch {Any} { 1 => 2, _ => {Any} }",
    "{Any} + {Any}",
    "{Any} == {Any}",
    "{Any}.save({Text});",
    "{Any}.show();",
    "io::save({Points}, {Text}); io::load({Text})",
    "claim({Text}, {Number}, #{ at_most: {Number} })",
    "let v = {Run}; v.save(\"kept\"); load_run(\"kept\").resume(1)",
    "eval({Text})",
    "let v = {Any}; `a ${v} b`",
    "let v = #{ a: {Any} }; v.b",
    "({Any}).{member}",
    "({Any}).{member}({Any})",
];

/// Properties and methods, right and wrong.
const MEMBERS: &[&str] = &[
    "value",
    "upper",
    "critic",
    "history",
    "proximal",
    "particles",
    "snapshots",
    "report",
    "ending",
    "len",
    "dim",
    "col",
    "rows",
    "mean",
    "std",
    "name",
    "latex",
    "domain",
    "conjugate_grad",
    "regularized",
    "reversed",
    "estimate",
    "run",
    "resume",
    "sample",
    "columns",
    "last",
    "lipschitz_bound",
    "gradient",
    "certify",
    "save",
    "show",
    "nothing",
    "to_string",
    "tick",
];

/// A writer of scripts.
pub struct Writer {
    rng: Rng,
}

impl Writer {
    /// The writer of the i-th script.
    pub fn new(i: usize) -> Writer {
        Writer { rng: random::rng(2_000, i as u64) }
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        all.choose(&mut self.rng).unwrap()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// A whole script: an example with arguments exchanged, or some statements.
    pub fn script(&mut self) -> String {
        if self.chance(35) {
            return self.example();
        }
        let n = self.rng.random_range(1..4);
        (0..n).map(|_| self.statement()).collect::<Vec<_>>().join("\n")
    }

    fn statement(&mut self) -> String {
        let form = *self.of(STATEMENTS);
        let line = self.fill(form, 3);
        if line.ends_with(';') || line.ends_with('}') { line } else { line + ";" }
    }

    /// Expressions in place of what stands for them, at most so many levels deep.
    fn fill(&mut self, form: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut rest = form;
        while let Some(at) = rest.find('{') {
            out += &rest[..at];
            let Some(end) = rest[at..].find('}').map(|e| at + e) else { break };
            let word = &rest[at + 1..end];
            let kind = KINDS.iter().find(|k| named(**k) == word);
            rest = &rest[end + 1..];
            match (word, kind) {
                ("Any", _) => out += &self.any(depth),
                ("member", _) => out += *self.of(MEMBERS),
                (_, Some(k)) => out += &self.expression(*k, depth),
                _ => match word.strip_prefix("options ") {
                    Some(entry) => {
                        let options = self.options(entry);
                        // behind other arguments, or alone
                        let alone = out.ends_with('(');
                        out += if alone { options.trim_start_matches(", ") } else { &options };
                    }
                    None => {
                        // a brace of the language: its inside may stand for something
                        out.push('{');
                        rest = &form[form.len() - rest.len() - word.len() - 1..];
                    }
                },
            }
        }
        out + rest
    }

    fn any(&mut self, depth: usize) -> String {
        let kind = *self.of(&KINDS);
        self.expression(kind, depth)
    }

    fn expression(&mut self, kind: Kind, depth: usize) -> String {
        // now and then something else
        let kind = if self.chance(3) { *self.of(&KINDS) } else { kind };
        let ways = WAYS.iter().find(|w| w.0 == kind).unwrap().1;
        // far down only what needs nothing, and before that as often: what has many parts rarely fits together
        let way = if depth == 0 || depth < 3 && self.chance(60) {
            let plain: Vec<&str> = ways.iter().copied().filter(|w| !w.contains('{')).collect();
            if plain.is_empty() { "()" } else { self.of(&plain) }
        } else {
            self.of(ways)
        };
        self.fill(way, depth.saturating_sub(1))
    }

    /// `, #{ … }` with some options of an entry, or nothing.
    fn options(&mut self, entry: &str) -> String {
        let Some(entry) = names::find(entry).filter(|e| !e.options.is_empty()) else { return String::new() };
        if self.chance(75) {
            return String::new();
        }
        let n = self.rng.random_range(1..4);
        let pairs: Vec<String> = (0..n)
            .map(|_| {
                let option = self.of(entry.options);
                format!("{}: {}", option.name, self.of(&values(&option.kind)))
            })
            .collect();
        format!(", #{{ {} }}", pairs.join(", "))
    }

    /// The example of an entry, some of its arguments exchanged.
    fn example(&mut self) -> String {
        let entry: &Entry = self.of(names::all());
        let mut text = entry.example.to_string();
        for _ in 0..self.rng.random_range(1..3) {
            let opens: Vec<usize> = text.match_indices('(').map(|m| m.0).collect();
            if opens.is_empty() {
                break;
            }
            let open = *self.of(&opens);
            let Some(end) = closing(&text, open) else { continue };
            let mut arguments: Vec<String> = split(&text[open + 1..end]).iter().map(|a| a.trim().to_string()).collect();
            let new = self.any(1);
            match self.rng.random_range(0..4) {
                0 => arguments.push(new),
                1 if !arguments.is_empty() => drop(arguments.pop()),
                _ if arguments.is_empty() => arguments.push(new),
                _ => {
                    let at = self.rng.random_range(0..arguments.len());
                    arguments[at] = new;
                }
            }
            text = format!("{}{}{}", &text[..=open], arguments.join(", "), &text[end..]);
        }
        text
    }
}

fn named(k: Kind) -> &'static str {
    match k {
        Number => "Number",
        Text => "Text",
        List => "List",
        Closure => "Closure",
        Points => "Points",
        Generator => "Generator",
        Space => "Space",
        Kernel => "Kernel",
        Divergence => "Divergence",
        Critic => "Critic",
        Estimate => "Estimate",
        Flow => "Flow",
        Run => "Run",
        Table => "Table",
        Figure => "Figure",
    }
}

#[test]
fn scripts_are_the_same_every_time_and_cover_the_catalogue() {
    let all: Vec<String> = (0..3000).map(|i| Writer::new(i).script()).collect();
    assert_eq!(all[17], Writer::new(17).script());
    let text = all.join("\n");
    assert!(!text.contains("{options") && !text.contains("{Any") && !text.contains("{member"), "a place is left open");
    let missing: Vec<&str> = names::all().iter().map(|e| e.name).filter(|n| !text.contains(&format!("{n}("))).collect();
    assert!(missing.is_empty(), "never written: {missing:?}");
}
