//! What keeps each native function busy for seconds, and which have nothing to be busy with.

/// A call that an interrupt should end.
pub struct Case {
    /// the names it is about, as in the catalogue; the last part of one with `::` will do for both
    pub names: &'static [&'static str],
    /// what comes before, not measured
    pub setup: &'static str,
    /// what is repeated until it is stopped
    pub call: &'static str,
    /// whether a run must be kept below --out
    pub keeps: bool,
}

const fn case(names: &'static [&'static str], setup: &'static str, call: &'static str) -> Case {
    Case { names, setup, call, keeps: false }
}

const fn run(names: &'static [&'static str], setup: &'static str, call: &'static str) -> Case {
    Case { names, setup, call, keeps: true }
}

/// Two samples of some size in the plane.
const PLANE: &str = "let p = data::gaussian(30000, 2); let q = data::ring(30000);";
/// Two samples in many dimensions.
const SPACE: &str = "let p = data::gaussian(30000, 100); let q = data::gaussian(30000, 100, #{ mean: 1.0 });";
/// For solvers whose time grows with the square of the size.
const SMALL: &str = "let p = data::gaussian(3000, 2); let q = data::ring(3000);";
/// A list of three million numbers.
const LIST: &str = "let a = data::gaussian(3000000, 1).col(0);";
/// A critic that was climbed for one step.
const WIDE: &str = "let p = data::gaussian(20000, 2); let q = data::ring(20000);
let r = gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([700, 700]) }).run(data::gaussian(9, 2), data::ring(9), #{ steps: 1 });
let f = r.critic;";

/// Every case.
pub const CASES: &[Case] = &[
    // formulas
    case(
        &["f_divergence"],
        "",
        "f_divergence(\"x\", |x| { let y = x; for i in 0..400 { y = y + exp(-i*x)*1e-9 } y*y - y*1.0 }, #{ shift: true })",
    ),
    case(
        &["f_divergence"],
        "",
        "f_divergence(\"x\", |x| { let y = 0.0*x; for i in 0..600 { y = max(y, (x - 1.0)*i/600) } y })",
    ),
    case(
        &["f_divergence"],
        "",
        "f_divergence(\"x\", |x| { let s = x; for i in 0..2000 { s = ln(1.0 + exp(s)) } s }, #{ shift: true })",
    ),
    case(
        &["f_divergence"],
        "",
        "f_divergence(\"x\", |x| { let s = x; for i in 1..1500 { s = ln(2.0 + s) } x*ln(x) - 0.01*s }, #{ shift: true })",
    ),
    // an f that is never read to its end
    case(&["f_divergence"], "", "f_divergence(\"x\", |x| { loop {} })"),
    case(&["f_divergence"], "", "f_divergence(\"x\", |x| { let y = x; loop { y = y + x; } y })"),
    case(&["f_divergence"], "", "f_divergence(\"x\", |x| { let k = 0; while k >= 0 { k += 1; if x > 1 { k += 1; } } x - 1 })"),
    case(&["f_divergence"], "", "f_divergence(\"x\", |x| { sleep(100); x*ln(x) })"),
    case(
        &["report", "domain", "latex", "name", "f", "derivative", "conjugate", "conjugate_grad"],
        "let g = f_divergence(\"x\", |x| { let y = x*ln(x) - x + 1; for i in 1..300 { y = y + (x - 1)**2*exp(-i*x) } y }); let v = linspace(0.1, 9.0, 200000);",
        "g.report(); g.conjugate(v); g.f(v); g.derivative(v)",
    ),
    // estimates
    case(
        &["estimate", "mlp"],
        "let p = data::gaussian(60000, 20); let q = data::gaussian(60000, 20, #{ mean: 1.0 });",
        "kl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: mlp([4096, 4096]), steps: 100 })",
    ),
    case(
        &["estimate", "mlp"],
        SPACE,
        "chi2().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: mlp([2048, 2048, 2048], #{ constraint: \"bjorck\", activation: \"groupsort\" }), steps: 100 })",
    ),
    case(
        &["estimate", "mlp"],
        SPACE,
        "js().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: mlp([2048, 2048], #{ constraint: \"penalty\" }), steps: 100 })",
    ),
    case(
        &["estimate", "cnn"],
        "let p = data::gaussian(20000, 784); let q = data::gaussian(20000, 784);",
        "kl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: cnn(#{ shape: [28, 28], channels: [64, 128] }), steps: 100 })",
    ),
    case(&["estimate", "pair"], SPACE, "w2_squared().estimate(p.rows(0, 6000), q.rows(0, 6000), #{ critic: pair([512, 512]), steps: 100 })"),
    run(
        &["run", "deep_kernel"],
        "let p = data::gaussian(4000, 100); let q = data::gaussian(4000, 100);",
        "gan(mmd(gaussian_kernel(1.0)), #{ critic: deep_kernel([512, 512], 16), generator: mlp([512, 512]), batch: 4000 }).run(p, q, #{ steps: 1000 })",
    ),
    case(&["estimate", "exact"], SMALL, "w2_squared().estimate(p, q, #{ critic: exact() })"),
    case(&["estimate", "exact"], SMALL, "kl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: exact() })"),
    case(&["estimate", "renyi"], SMALL, "renyi(2.0).regularized(lipschitz(1.0)).estimate(p, q)"),
    case(&["estimate", "entropic"], PLANE, "sinkhorn(0.05).estimate(p, q)"),
    case(
        &["estimate", "entropic"],
        PLANE,
        "unbalanced(kl(), w2_squared()).estimate(p, q, #{ critic: entropic() })",
    ),
    case(&["estimate", "penalized"], SMALL, "kl().penalized(rkhs(gaussian_kernel(1.0)), 0.01).estimate(p, q)"),
    case(&["estimate", "mmd"], PLANE, "mmd(multi_scale(\"gaussian\", [0.5, 1.0, 2.0])).estimate(p, q)"),
    case(&["estimate", "mmd"], SPACE, "energy().estimate(p, q)"),
    case(
        &["estimate", "two_layer"],
        "let d = two_layer(data::gaussian(20000, 3)); let p = data::gaussian(4000, 5); let q = data::gaussian(4000, 5);",
        "d.estimate(p, q)",
    ),
    case(&["certify"], WIDE, "certify(f, p, q)"),
    case(&["value", "gradient"], WIDE, "f.value(p); f.gradient(p)"),
    case(&["lipschitz_bound"], WIDE, "f.lipschitz_bound()"),
    case(
        &["path"],
        "let p = data::gaussian(700, 2); let q = data::ring(700);",
        "kl().regularized(lipschitz(1.0)).path(p, q, linspace(0.1, 4.0, 40))",
    ),
    case(
        &["bootstrap"],
        "let p = data::gaussian(700, 2); let q = data::ring(700);",
        "w2_squared().bootstrap(p, q, #{ resamples: 1000 })",
    ),
    case(
        &["two_sample_test"],
        "let p = data::gaussian(2000, 2); let q = data::ring(2000);",
        "mmd(gaussian_kernel(1.0)).two_sample_test(p, q, #{ permutations: 10000 })",
    ),
    // flows
    run(
        &["run", "gpa"],
        "let p = data::gaussian(20000, 20); let q = data::gaussian(20000, 20);",
        "gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([512, 512]) }).run(p, q, #{ steps: 1000 })",
    ),
    run(&["run", "gradient_flow"], SMALL, "gradient_flow(w2_squared(), #{ dt: 0.1 }).run(p, q, #{ steps: 1000 })"),
    run(
        &["run", "gradient_flow"],
        PLANE,
        "gradient_flow(unbalanced(kl(), w2_squared())).run(p, q, #{ steps: 1000 })",
    ),
    run(
        &["run", "mmd_flow"],
        PLANE,
        "mmd_flow(gaussian_kernel(1.0)).run(p, q, #{ steps: 1000, metrics: [\"mmd\"], metrics_every: 1 })",
    ),
    run(&["run", "kale_flow"], SMALL, "kale_flow(gaussian_kernel(1.0)).run(p, q, #{ steps: 1000 })"),
    run(&["run", "jko"], PLANE, "jko(mmd(gaussian_kernel(1.0)), #{ tau: 0.1 }).run(p, q, #{ steps: 1000 })"),
    run(
        &["run", "langevin"],
        "let p = data::gaussian(20000, 50); let q = p;",
        "langevin(|x| -dot(x, x)/2 - sum(x**4)/40).run(p, q, #{ steps: 1000 })",
    ),
    run(
        &["run", "gan"],
        SPACE,
        "gan(js(), #{ generator: mlp([256, 256]), critic: mlp([256, 256]), batch: 4000 }).run(p, q, #{ steps: 1000 })",
    ),
    run(
        &["run", "w2_fe"],
        PLANE,
        "w2_fe(#{ generator: mlp([512, 512]), critic: entropic(), batch: 10000, persistent: 50 }).run(p, q, #{ steps: 1000 })",
    ),
    run(
        &["run", "w1_fe"],
        PLANE,
        "w1_fe(#{ generator: mlp([512, 512]), critic: mlp([512, 512]), batch: 10000 }).run(p, q, #{ steps: 1000 })",
    ),
    run(
        &["run", "w1w2_flow"],
        "let p = data::gaussian(200, 2); let q = data::ring(200);",
        "w1w2_flow(kl().regularized(lipschitz(1.0)), #{ time_steps: 200, batch: 200 }).run(p, q, #{ steps: 1000 })",
    ),
    case(
        &["run", "latent", "pca"],
        "let p = data::gaussian(20000, 784); let q = data::gaussian(20000, 784);",
        "latent(gpa(kl().regularized(lipschitz(1.0))), pca(20)).run(p, q, #{ steps: 1000 })",
    ),
    case(
        &["run", "latent", "autoencoder"],
        "let p = data::gaussian(20000, 784); let q = data::gaussian(20000, 784);",
        "latent(gpa(kl().regularized(lipschitz(1.0))), autoencoder([2048, 2048], 8, #{ batch: 4096 })).run(p, q, #{ steps: 1000 })",
    ),
    case(
        &["sample", "particles", "report", "resume"],
        "let p = data::gaussian(60000, 20); let r = gan(js(), #{ generator: mlp([700, 700]), critic: mlp([8]), batch: 8, latent: \"gaussian\" }).run(data::gaussian(9, 20), data::gaussian(9, 20), #{ steps: 1 });",
        "r.sample(60000)",
    ),
    // data
    case(&["data::gaussian"], "", "data::gaussian(1000000, 40)"),
    case(&["data::gaussian"], "", "data::gaussian(1, 10000000)"),
    case(&["data::ring"], "", "data::ring(20000000)"),
    case(&["data::ring_centers"], "", "data::ring_centers(20000000, 1.0)"),
    case(&["data::rings"], "", "data::rings(20000000)"),
    case(&["data::mixture"], "", "data::mixture(20000000, [[0.0, 0.0], [3.0, 0.0]], 0.2)"),
    case(&["data::moons"], "", "data::moons(20000000)"),
    case(&["data::pinwheel"], "", "data::pinwheel(20000000)"),
    case(&["data::checkerboard"], "", "data::checkerboard(20000000)"),
    case(&["data::swiss_roll"], "", "data::swiss_roll(20000000)"),
    case(&["data::student_t"], "", "data::student_t(1000000, 40, 3.0)"),
    case(&["data::sierpinski"], "", "data::sierpinski(20000000, #{ level: 12, dim: 3 })"),
    case(&["data::embed"], "let p = data::moons(400000);", "data::embed(p, 100)"),
    case(&["data::idx"], "", "data::idx(\"zeros.idx\")"),
    case(&["data::cifar10"], "", "data::cifar10(\"zeros.bin\")"),
    case(&["data::cifar100"], "", "data::cifar100(\"hundred.bin\")"),
    case(&["data::images"], "", "data::images(\"pictures\")"),
    // metrics
    case(&["metric::w1"], SMALL, "metric::w1(p, q)"),
    case(&["metric::w1"], "let p = data::gaussian(5000000, 1); let q = data::gaussian(5000000, 1);", "metric::w1(p, q)"),
    case(&["metric::w2"], PLANE, "metric::w2(p.rows(0, 8000), q.rows(0, 8000))"),
    case(&["metric::sliced"], "let p = data::gaussian(500000, 2); let q = data::ring(500000);", "metric::sliced(p, q)"),
    case(
        &["metric::sliced_with_error"],
        "let p = data::gaussian(500000, 2); let q = data::ring(500000);",
        "metric::sliced_with_error(p, q)",
    ),
    case(
        &["metric::max_sliced"],
        "let p = data::gaussian(200000, 2); let q = data::ring(200000);",
        "metric::max_sliced(p, q)",
    ),
    case(&["metric::mmd"], SPACE, "metric::mmd(p, q)"),
    case(&["metric::energy"], "let p = data::gaussian(1000000, 2); let q = data::ring(1000000);", "metric::energy(p, q)"),
    case(&["metric::sinkhorn"], PLANE, "metric::sinkhorn(p, q, 0.05)"),
    case(
        &["metric::modes"],
        "let p = data::gaussian(200000, 50); let c = data::gaussian(2000, 50);",
        "metric::modes(p, c, 0.5)",
    ),
    case(
        &["metric::nn_accuracy"],
        "let p = data::gaussian(50000, 50); let l = data::gaussian(50000, 1).col(0);",
        "metric::nn_accuracy(p, l, p, l)",
    ),
    case(
        &["metric::memorisation"],
        "let p = data::gaussian(50000, 50); let t = data::gaussian(50000, 50);",
        "metric::memorisation(p, t, p)",
    ),
    case(
        &["metric::ccdf_distance"],
        "let p = data::gaussian(2000000, 1);",
        "metric::ccdf_distance(p, p)",
    ),
    case(&["metric::hill"], "let p = data::gaussian(4000000, 1);", "metric::hill(p, 100)"),
    case(&["median_width"], "let p = data::gaussian(1000, 20000);", "median_width(p)"),
    case(&["adaptive_width"], PLANE, "adaptive_width(\"gaussian\", p, q)"),
    // files
    case(&["io::load"], "", "io::load(\"zeros.npy\")"),
    case(&["io::load"], "", "io::load(\"rows.csv\")"),
    case(&["io::load"], "", "io::load(\"zeros.safetensors\")"),
    case(&["io::load"], "", "io::load(\"rows.csv\", #{ labels: 2, columns: [0, 1, 0, 1] })"),
    case(&["io::save"], "let p = data::gaussian(2000000, 10);", "io::save(p, \"a.csv\")"),
    case(&["io::save"], "let p = data::gaussian(2000000, 10);", "io::save(p, \"a.npz\")"),
    case(
        &["load_run"],
        "let r = mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(9, 2), data::ring(9), #{ steps: 1 });
let big = langevin(|x| -dot(x, x)/2).run(data::gaussian(1000000, 4), data::gaussian(9, 4), #{ steps: 1 }); big.save(\"big\");",
        "load_run(\"big\")",
    ),
    case(
        &["save"],
        "let big = langevin(|x| -dot(x, x)/2).run(data::gaussian(1000000, 4), data::gaussian(9, 4), #{ steps: 1 });",
        "big.save(\"big\")",
    ),
    // pictures
    case(
        &["save", "plot::scatter"],
        "let f = plot::scatter(data::gaussian(2000000, 2));",
        "f.save(\"f.png\"); f.save(\"f.svg\")",
    ),
    case(&["show", "plot::scatter"], "let p = data::gaussian(2000000, 2);", "plot::scatter(p).show()"),
    case(&["save", "plot::images"], "let p = data::gaussian(400, 4096);", "plot::images(p, #{ width: 3000 }).save(\"f.png\")"),
    case(&["plot::hist"], LIST, "plot::hist(a, #{ bins: 1000 })"),
    case(&["plot::density"], "let p = data::gaussian(300000, 2);", "plot::density(p)"),
    case(&["plot::tails"], "let p = data::gaussian(5000000, 1);", "plot::tails(p)"),
    case(&["plot::lines"], LIST, "plot::lines(#{ x: a, y: a }, \"x\", [\"y\"]).save(\"f.png\")"),
    case(&["plot::contour"], WIDE, "plot::contour(f, 4.0, #{ bins: 1000 })"),
    case(&["plot::quiver"], WIDE, "plot::quiver(f, 4.0, #{ bins: 300 })"),
    case(
        &["plot::animate", "save"],
        "let r = langevin(|x| -dot(x, x)/2).run(data::gaussian(20000, 2), data::ring(20000), #{ steps: 60, snapshots: 60 });",
        "plot::animate(r, #{ width: 1500, height: 1500 }).save(\"f.gif\")",
    ),
    case(
        &["plot::trajectories", "save"],
        "let r = langevin(|x| -dot(x, x)/2).run(data::gaussian(60000, 2), data::ring(60000), #{ steps: 20, snapshots: 20 });",
        "plot::trajectories(r).save(\"f.png\")",
    ),
    case(
        &["plot::grid", "save"],
        "let f = plot::density(data::ring(100), #{ bins: 300, width: 1500, height: 1500 });",
        "plot::grid([f, f, f, f], #{ columns: 2 }).save(\"f.png\")",
    ),
    case(&["plot::weights", "save"], "let p = data::gaussian(1000000, 2); let w = linspace(0, 1, 1000000);", "plot::weights(p, w).save(\"f.png\")"),
    // the language and its values
    case(&["sleep"], "", "sleep(100)"),
    case(&["print"], "let s = \"x\"; for i in 0..22 { s += s }", "print(s)"),
    case(&["display"], LIST, "display(a)"),
    case(&["input"], "", "input(\"? \")"),
    case(&["password"], "", "password(\"? \")"),
    case(&["points"], "let a = data::gaussian(1000000, 4).to_array();", "points(a)"),
    case(&["linspace"], "", "linspace(0, 1, 10000000)"),
    case(&["concat"], "let a = data::gaussian(10000000, 4);", "a.concat(a)"),
    case(&["concat", "sum", "mean"], LIST, "sum(concat(a, a))"),
    case(&["ln", "exp", "sqrt"], LIST, "exp(ln(a*a + 1.0)/2.0) - a"),
    case(
        &["asinh", "log2", "erf", "lgamma", "digamma"],
        LIST,
        "log2(2.0 + erf(a)); asinh(a); lgamma(a*a + 1.0); digamma(a*a + 1.0)",
    ),
    case(&["sort"], LIST, "let b = a; b.sort()"),
    case(&["sort"], "let a = data::gaussian(200000, 1).col(0);", "let b = a; b.sort(|x, y| y - x)"),
    case(&["std", "variance", "median", "quantile"], LIST, "std(a); variance(a); median(a); quantile(a, 0.3)"),
    case(&["argsort", "cumsum", "unique"], LIST, "argsort(a); cumsum(a); unique(a)"),
    case(&["argmin", "argmax", "count", "zip"], LIST, "argmin(a); argmax(a); count(a, 1.0); zip(a, a)"),
    case(&["fmt", "round"], LIST, "fmt(a, 3); round(a, 2)"),
    case(&["cov", "corr", "min", "max"], "let p = data::gaussian(100000, 60);", "p.cov(); p.corr(); p.min(); p.max()"),
    case(&["map", "filter"], "let p = data::gaussian(1000000, 2);", "p.map(|x| x[0]); p.filter(|x| x[0] > 0)"),
    case(&["random::uniform", "random::normal"], "", "random::uniform(20000000, 0, 2); random::normal(20000000)"),
    case(&["random::integers"], "", "random::integers(20000000, 0, 9)"),
    case(&["random::permutation", "random::choice"], LIST, "random::permutation(a); random::choice(a, 3000000)"),
    case(
        &["linalg::solve", "linalg::inverse", "linalg::det"],
        "let p = data::gaussian(1500, 1500);",
        "linalg::solve(p, p); linalg::inverse(p); linalg::det(p)",
    ),
    case(
        &["linalg::eigh", "linalg::svd", "linalg::qr"],
        "let p = data::gaussian(900, 900); let s = p.cov();",
        "linalg::eigh(s); linalg::svd(p); linalg::qr(p)",
    ),
    case(&["col", "to_array"], "let p = data::gaussian(2000000, 4);", "p.col(0); p.to_array()"),
    case(&["mean", "std"], "let p = data::gaussian(200000, 100);", "p.mean(); p.std()"),
    case(&["matmul"], "let p = data::gaussian(4000, 4000);", "p.matmul(p)"),
    case(&["rows", "cols"], "let p = data::gaussian(2000000, 20);", "p.cols(1, 19).rows(1, 1999999) * 2.0 + 1.0"),
    // preparing data
    case(
        &["standardise", "apply", "back", "standardized"],
        "let p = data::gaussian(400000, 50);",
        "let t = standardise(p); t.back(t.apply(p)); p.standardized()",
    ),
    case(&["scale"], "let p = data::gaussian(400000, 50);", "scale(p, #{ by: \"robust\" })"),
    case(&["whiten", "whitened"], "let p = data::gaussian(20000, 784);", "whiten(p); p.whitened()"),
    case(
        &["apply", "back", "matrix"],
        "let p = data::gaussian(20000, 784); let t = whiten(p.rows(0, 1000));",
        "t.matrix; t.back(t.apply(p))",
    ),
    case(
        &["save", "load_transform"],
        "let p = data::gaussian(2000, 500); let t = whiten(p);",
        "t.save(\"t.json\"); load_transform(\"t.json\")",
    ),
    case(&["shuffle"], "let p = data::gaussian(1000000, 10);", "shuffle(p)"),
    case(&["split"], "let p = data::gaussian(500000, 9); let a = p.col(0);", "split(#{ points: p, a: a }, 0.5)"),
    case(&["split"], "let a = data::gaussian(500000, 1).col(0);", "split(#{ a: a }, 0.5, #{ stratify: \"a\" })"),
    case(
        &["finite_rows", "not_finite"],
        "let p = data::gaussian(1000000, 10) * 1e308 * 10.0;",
        "not_finite(p); finite_rows(concat(p, data::gaussian(1000000, 10)))",
    ),
    case(&["eval"], "let s = \"let y = 0;\" ; for i in 0..14 { s += s } ", "eval(s)"),
];

/// Names that have nothing to be busy with, by why.
pub const AT_ONCE: &[(&str, &[&str])] = &[
    ("waits for a server, which tests/attack/fetch.rs interrupts", &["data::fetch"]),
    (
        "describes something that is computed elsewhere",
        &[
            "kl",
            "reverse_kl",
            "chi2",
            "hellinger",
            "tv",
            "js",
            "jeffreys",
            "le_cam",
            "alpha",
            "lipschitz",
            "regularized",
            "ipm",
            "reversed",
            "penalized",
            "rkhs",
            "mmd",
            "energy",
            "w1",
            "w2",
            "w2_squared",
            "wasserstein",
            "sinkhorn",
            "worst_case_regret",
            "infconv",
            "unbalanced",
            "symmetrised",
            "gaussian_kernel",
            "laplace_kernel",
            "imq_kernel",
            "rational_quadratic_kernel",
            "multi_scale",
            "energy_kernel",
            "rounded_energy_kernel",
            "rounded_laplace_kernel",
            "param",
        ],
    ),
    ("arranges a few hundred numbers", &["plot::path", "plot::plan", "plot::bracket", "plot::generator"]),
    ("are 1797 images of the program itself", &["data::digits", "data::digit_labels"]),
    (
        "answers in a line, or shows what is there",
        &[
            "help",
            "proof",
            "clear_output",
            "seed",
            "device",
            "progress",
            "tick",
            "idiv",
            "last_run",
            "claim",
            "tabulate",
            "len",
            "dim",
            "columns",
            "column",
            "last",
            "PI",
            "catch",
        ],
    ),
    (
        "is one number, or the interpreter's own and a few nanoseconds an entry",
        &[
            "abs", "sign", "floor", "ceiling", "push", "append", "insert", "extract", "is_empty", "pop", "contains",
            "split", "replace", "to_upper", "to_lower", "trim", "pow", "max", "min", "tanh", "sin", "cos", "tan",
            "log", "log1p", "expm1", "log10", "sigmoid", "softplus", "atan", "sinh", "cosh", "asinh", "erf", "lgamma",
            "digamma", "log2",
        ],
    ),
];
