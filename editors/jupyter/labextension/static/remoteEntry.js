// Colours of gflow's scripts in JupyterLab 4 and Notebook 7. This file is loaded as it stands: a container of webpack's
// module federation, by hand. CodeMirror comes from JupyterLab.
var _JUPYTERLAB = typeof _JUPYTERLAB === "undefined" ? {} : _JUPYTERLAB;
_JUPYTERLAB["gflow-highlight"] = (() => {
  "use strict";
  /* words */
  const KEYWORDS = [
    "as", "break", "case", "catch", "const", "continue", "do", "else", "export", "fn", "for", "if", "import",
    "in", "let", "loop", "private", "return", "switch", "throw", "try", "until", "while",
  ];
  const CONSTANTS = [
    "false", "true",
  ];
  const MODULES = [
    "data", "io", "linalg", "metric", "plot", "random",
  ];
  const FUNCTIONS = [
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
  ];
  /* end of words */
  const keywords = new Set(KEYWORDS);
  const constants = new Set(CONSTANTS);
  const modules = new Set(MODULES);
  const functions = new Set(FUNCTIONS);

  const NUMBER = /^(?:0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)/;
  const CHARACTER = /^'(?:[^'\\]|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|.))'/;
  const OPERATOR = /^(?:\*\*=?|\.\.=?|=>|==|!=|<=|>=|&&|\|\||\?\?=?|\?\.|[-+*\/%^]=?|[=<>!|&~?.·×÷−–⋅∙])/;

  // What is open: texts, templates and the values in them, comments in comments.
  const start = () => ({ stack: [], comment: 0, first: true });
  const copy = s => ({ stack: s.stack.slice(), comment: s.comment, first: s.first });

  function comment(stream, state) {
    while (!stream.eol()) {
      if (stream.match("/*")) state.comment += 1;
      else if (stream.match("*/")) {
        state.comment -= 1;
        if (state.comment === 0) break;
      } else stream.next();
    }
    return "comment";
  }

  function quoted(stream, state) {
    while (!stream.eol()) {
      const c = stream.next();
      if (c === "\\") stream.next();
      else if (c === '"') {
        state.stack.pop();
        return "string";
      }
    }
    // a backslash at the end carries the text on to the next line
    if (stream.string[stream.string.length - 1] !== "\\") state.stack.pop();
    return "string";
  }

  // #"…"#, whose end has as many marks as its beginning
  function raw(stream, state, open) {
    while (!stream.eol()) {
      if (stream.match('"' + open.slice(0, -1))) {
        state.stack.pop();
        break;
      }
      stream.next();
    }
    return "string";
  }

  function template(stream, state) {
    if (stream.match("${")) {
      state.stack.push("value");
      return "string.special";
    }
    while (!stream.eol()) {
      if (stream.match("${", false)) return "string";
      if (stream.next() === "`") {
        state.stack.pop();
        return "string";
      }
    }
    return "string";
  }

  function word(stream, before, key) {
    const w = stream.current();
    if (before === ".") return stream.match(/^\s*\(/, false) ? "propertyName.function" : "propertyName";
    if (constants.has(w)) return "atom";
    if (keywords.has(w)) return "keyword";
    if (w === "this") return "self";
    if (stream.match(/^\s*::/, false) && modules.has(w)) return "variableName.standard";
    if (key && stream.match(/^\s*:(?!:)/, false)) return "propertyName";
    if (!stream.match(/^\s*\(/, false)) return w === "PI" || w === "E" ? "atom" : "variableName";
    return functions.has(w) ? "variableName.standard" : "variableName.function";
  }

  function token(stream, state) {
    if (state.first) {
      state.first = false;
      // %%rust, %%rhai, #!: what is said to the kernel or the system, not to the language
      if (stream.sol() && stream.match(/^(?:%%|#!)/)) {
        stream.skipToEnd();
        return "meta";
      }
    }
    if (state.comment > 0) return comment(stream, state);
    const open = state.stack[state.stack.length - 1];
    if (open === '"') return quoted(stream, state);
    if (open === "`") return template(stream, state);
    if (open && open[0] === "#") return raw(stream, state, open);
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = 1;
      return comment(stream, state);
    }
    if (stream.match(CHARACTER)) return "string";
    if (stream.match(NUMBER)) return "number";
    const marks = stream.match(/^#+"/);
    if (marks) {
      state.stack.push(marks[0]);
      return "string";
    }
    const before = stream.pos > 0 ? stream.string[stream.pos - 1] : "";
    const range = stream.pos > 1 && stream.string[stream.pos - 2] === ".";
    if (stream.match(/^[\p{Alphabetic}_$][\p{Alphabetic}\p{N}_$]*/u)) return word(stream, range ? "" : before, open !== "value");
    const c = stream.peek();
    if (c === '"' || c === "`") {
      stream.next();
      state.stack.push(c);
      return "string";
    }
    if (stream.match("#{")) {
      state.stack.push("{");
      return "brace";
    }
    if (c === "{" || c === "}") {
      stream.next();
      if (c === "{") state.stack.push("{");
      else if (state.stack.pop() === "value") return "string.special";
      return "brace";
    }
    if (stream.match(/^[()]/)) return "paren";
    if (stream.match(/^[[\]]/)) return "squareBracket";
    if (stream.match("::")) return "operator";
    if (stream.match(OPERATOR)) return "operator";
    stream.next();
    return null;
  }

  const mode = {
    name: "rhai",
    startState: start,
    copyState: copy,
    token,
    languageData: {
      commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
      closeBrackets: { brackets: ["(", "[", "{", '"', "`"] },
      indentOnInput: /^\s*[\]})]$/,
    },
    indent: (state, textAfter, context) => {
      const depth = state.stack.filter(s => s === "{" || s === "value").length;
      return Math.max(0, depth - (/^[\]})]/.test(textAfter) ? 1 : 0)) * context.unit;
    },
  };

  let shared = {};
  // The newest of what JupyterLab shares under a name.
  async function load(name) {
    const versions = shared[name];
    if (!versions) throw new Error(`gflow-highlight: JupyterLab shares no ${name}`);
    const order = (a, b) => a.localeCompare(b, undefined, { numeric: true });
    const factory = await versions[Object.keys(versions).sort(order).pop()].get();
    return factory();
  }

  async function plugin() {
    const [{ StreamLanguage, LanguageSupport }, { IEditorLanguageRegistry }] = await Promise.all([
      load("@codemirror/language"),
      load("@jupyterlab/codemirror"),
    ]);
    return {
      id: "gflow-highlight:plugin",
      description: "Colours of gflow's scripts.",
      autoStart: true,
      requires: [IEditorLanguageRegistry],
      activate: (app, languages) => {
        languages.addLanguage({
          name: "rhai",
          displayName: "Rhai (gflow)",
          alias: ["gflow"],
          mime: ["text/x-rhai"],
          extensions: ["rhai"],
          support: new LanguageSupport(StreamLanguage.define(mode)),
        });
        app.docRegistry.addFileType({
          name: "rhai",
          displayName: "gflow script",
          extensions: [".rhai"],
          mimeTypes: ["text/x-rhai"],
        });
      },
    };
  }

  return {
    // for tests outside of a browser
    mode,
    init: async scope => {
      shared = scope;
    },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
