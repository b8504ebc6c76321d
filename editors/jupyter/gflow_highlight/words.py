"""The words of the language."""
# words
KEYWORDS = (
  "as", "break", "case", "catch", "const", "continue", "do", "else", "export", "fn", "for", "if", "import",
  "in", "let", "loop", "private", "return", "switch", "throw", "try", "until", "while",
)
CONSTANTS = (
  "false", "true",
)
MODULES = (
  "data", "io", "linalg", "metric", "plot", "random",
)
FUNCTIONS = (
  "E", "Fn", "PI", "abs", "acos", "acosh", "adaptive_width", "alpha", "animate", "argmax", "argmin", "argsort",
  "asin", "asinh", "atan", "atanh", "autoencoder", "blob", "bracket", "ccdf_distance", "ceiling", "certify",
  "checkerboard", "chi2", "choice", "cifar10", "cifar100", "claim", "clear_output", "cnn", "concat", "contour",
  "corr", "cos", "cosh", "count", "cov", "cumsum", "debug", "deep_kernel", "density", "det", "device",
  "digamma", "digit_labels", "digits", "display", "dot", "eigh", "embed", "energy", "energy_kernel",
  "entropic", "erf", "eval", "exact", "exit", "exp", "expm1", "f_divergence", "fetch", "finite_rows", "floor",
  "fmt", "fraction", "gan", "gaussian", "gaussian_kernel", "generator", "get_fn_metadata_list", "gpa",
  "gradient_flow", "grid", "group", "hellinger", "help", "hill", "hist", "hypot", "idiv", "idx", "images",
  "imq_kernel", "infconv", "input", "int", "integers", "inverse", "ipm", "is_def_fn", "is_def_var", "jeffreys",
  "jko", "join", "js", "kale_flow", "kl", "langevin", "laplace_kernel", "last_run", "latent", "le_cam", "len",
  "lgamma", "lines", "linspace", "lipschitz", "ln", "load", "load_run", "load_transform", "log", "log10",
  "log1p", "log2", "logsumexp", "max", "max_sliced", "mean", "median", "median_width", "memorisation", "min",
  "mixture", "mlp", "mmd", "mmd_flow", "modes", "moons", "multi_scale", "nn_accuracy", "norm", "normal",
  "not_finite", "pair", "param", "parse_float", "parse_int", "parse_json", "password", "path", "pca",
  "permutation", "pinwheel", "plan", "points", "pow", "print", "progress", "push", "qr", "quantile", "quiver",
  "range", "rational_quadratic_kernel", "record", "renyi", "reverse_kl", "ring", "ring_centers", "rings",
  "rkhs", "round", "rounded_energy_kernel", "rounded_laplace_kernel", "save", "scale", "scatter", "seed",
  "shuffle", "sierpinski", "sigmoid", "sign", "sin", "sinh", "sinkhorn", "sleep", "sliced",
  "sliced_with_error", "softplus", "solve", "sort", "split", "sqrt", "standardise", "std", "student_t",
  "study", "sum", "svd", "sweep", "swiss_roll", "table", "tabulate", "tails", "tan", "tanh", "theme",
  "timestamp", "to_float", "to_int", "trajectories", "tv", "two_layer", "type_of", "unbalanced", "uniform",
  "unique", "variance", "w1", "w1_fe", "w1w2_flow", "w2", "w2_fe", "w2_squared", "wasserstein", "weights",
  "whiten", "worst_case_regret", "zip",
)
# end of words
