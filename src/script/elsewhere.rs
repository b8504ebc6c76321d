//! Names that mean something in Python, Julia, R, MATLAB or Rust: what to write here.

/// Names that are variables elsewhere, with what to write.
pub fn variable(name: &str) -> Option<String> {
    Some(match name {
        "True" | "TRUE" => "write true".into(),
        "False" | "FALSE" => "write false".into(),
        "None" | "null" | "NULL" | "nil" | "NA" | "undefined" | "nothing" => "nothing is written ()".into(),
        "none" => "nothing is written ()".into(),
        "nan" | "NaN" | "NAN" => "write 0.0/0.0; v.is_nan() asks for it".into(),
        "inf" | "Inf" | "INF" | "Infinity" => "write 1.0/0.0".into(),
        "pi" | "Pi" => "write PI".into(),
        "e" | "E" => "write exp(1), exp(x)".into(),
        "np" | "numpy" | "math" | "torch" | "tf" | "jnp" | "jax" | "scipy" | "pd" | "sklearn" | "ot" | "statistics" => {
            format!("functions stand without `{name}.`: mean(v), sqrt(x), linalg::solve(a, b), random::normal(n)")
        }
        "plt" | "sns" | "matplotlib" => "write plot::lines(…), plot::scatter(…), plot::hist(…)".into(),
        "random" => "write random::uniform(n), random::normal(n), random::integers(n, low, high)".into(),
        "ls" | "pwd" | "cd" | "pip" | "git" | "conda" | "mkdir" | "wget" | "curl" => {
            "a script runs no commands of the system".into()
        }
        "self" => "write this".into(),
        "exit" | "quit" | "q" => "a script ends by itself, or by exit(); exit and Ctrl-D leave the prompt".into(),
        "ans" | "_" => "give the value a name: let r = …".into(),
        _ => return None,
    })
}

/// Names that are properties of arrays and tables elsewhere, with what to write.
pub fn property(name: &str) -> Option<&'static str> {
    Some(match name {
        "shape" | "size" | "ndim" | "length" => {
            "write x.len() for the number of rows or entries, p.dim() for the dimension"
        }
        "T" => "write p.transpose(); p.col(i) is a column of points, as a list, p.matmul(m) a product",
        "values" | "data" => "write p.to_array() for the rows as lists",
        "iloc" | "loc" => "rows are p[i], p[a..b], p[mask]",
        "columns" => "points have no names of columns; p.col(i) is a column",
        "dtype" => "points are numbers of 64 bits",
        "loss" | "losses" => "write run.history for what was recorded, run.report for the end",
        _ => return None,
    })
}

/// Names that are functions elsewhere, with what to write.
pub fn function(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "numel" | "nrow" | "size" | "ndims" => "write v.len(); p.dim() is the dimension of points",
        "str" | "string" | "repr" => "write x.to_string(), or `${x}`",
        "int" | "Int" | "parseInt" => "write x.to_int(), parse_int(\"3\")",
        "float" | "double" | "as_float" => "write x.to_float(), parse_float(\"3.5\")",
        "append" | "push_back" => "write v.push(x); v.append(w) takes a list",
        "println" | "printf" | "disp" | "cat" | "puts" | "echo" | "console" => "write print(x), print(`x is ${x:.3f}`)",
        "sprintf" | "format" => "write fmt(x, 3), fmt(x, \".3e\") or `${x:.3f}`",
        "range" => "write for i in 0..n { … }, for x in range(a, b, step) { … }, (0..n).map(|i| …)",
        "zeros" | "ones" | "rep" => "write let v = []; v.pad(n, 0.0)",
        "arange" | "seq" => "write linspace(a, b, n), or (0..n).map(|i| …)",
        "c" | "list" | "vec" | "array" | "vector" => "a list is [1, 2, 3]; points([[…], …]) are rows",
        "matrix" | "tensor" | "Matrix" => "points([[1, 2], [3, 4]]) are rows",
        "DataFrame" | "data_frame" | "tibble" => "write table(#{ x: [1, 2], g: [\"a\", \"b\"] })",
        "groupby" | "group_by" => "write t.group(\"g\").mean(), t.group([\"g\", \"h\"]).mean_std(\"x\")",
        "agg" | "aggregate" | "summarise" | "summarize" => "write t.group(\"g\").summary(#{ x: [\"mean\", \"std\"] })",
        "merge" | "left_join" | "inner_join" => "write t.join(u, \"key\"), t.join(u, \"key\", #{ how: \"left\" })",
        "sort_values" | "arrange" | "order_by" => "write t.sort(\"x\"), t.sort(\"x\", #{ descending: true })",
        "dropna" | "drop_na" => "write t.drop_missing()",
        "drop_duplicates" => "write t.distinct(\"x\")",
        "mutate" | "assign" => "write t.x = 2*t.y, or t.add(\"x\", |row| 2*row.y)",
        "iterrows" => "write for row in t { row.x }",
        "isna" | "isnull" | "isnan" => "write v.is_missing(), x.is_nan()",
        "fillna" => "write v.fill_missing(0)",
        "nanmean" | "nansum" | "nanstd" | "nanmedian" => "write mean(v.drop_missing())",
        "rand" | "runif" | "random_sample" => "write random::uniform(n), random::uniform(n, low, high)",
        "randn" | "rnorm" | "normal" => {
            "write random::normal(n), random::normal(n, mean, std); data::gaussian(n, d) are points"
        }
        "randint" | "randi" | "sample" => "write random::integers(n, low, high), random::choice(v, n)",
        "set_seed" | "srand" | "rng" | "manual_seed" => "write seed(1)",
        "type" | "typeof" | "class" | "isinstance" => "write type_of(x)",
        "enumerate" | "eachindex" => "write for (x, i) in v { … }",
        "sorted" => "write v.sort(), or argsort(v) for the order",
        "len_of" | "nchar" | "strlen" => "write s.len()",
        "mod" | "rem" | "fmod" | "remainder" => "write a % b, which has the sign of a; a - b*floor(a/b) has that of b",
        "power" => "write a^b",
        "ceil" => "write ceiling(x)",
        "cbrt" => "write x^(1/3)",
        "log_e" => "write ln(x)",
        "inv" => "write linalg::inverse(a)",
        "det" | "eigh" | "eig" | "eigen" | "svd" | "qr" | "solve" => {
            "write linalg::solve(a, b), linalg::eigh(a), linalg::svd(a), linalg::qr(a), linalg::det(a)"
        }
        "permutation" | "randperm" => "write random::permutation(n)",
        "choice" => "write random::choice(v, n)",
        "uniform" => "write random::uniform(n, low, high)",
        _ => return of_arrays(name).or_else(|| of_data(name)),
    })
}

/// The same behind a table, be it a property or a function.
pub fn of_table(name: &str) -> Option<&'static str> {
    Some(match name {
        "shape" | "size" | "length" | "count" | "nrow" | "ncol" | "ndim" => {
            "write t.rows for the number of rows, t.columns.len() for that of columns"
        }
        "iloc" | "loc" | "at" | "iat" | "query" | "where" | "slice" => {
            "rows are t[i], t[a..b], t[t.x > 1], t.filter(|row| row.x > 1)"
        }
        "values" | "to_numpy" | "to_array" | "numpy" => "write t.points() for points, t.x for a column as a list",
        "names" | "colnames" | "keys" => "write t.columns",
        "dtypes" | "info" | "summary" | "str" | "glimpse" => "write t.describe()",
        "T" | "transpose" | "pivot" | "melt" | "stack" => {
            "a table is not turned round: t.points() gives points, t.to_map() columns"
        }
        "index" | "reset_index" | "set_index" => {
            "rows have no names: row.number() is the number of a row, a column can hold names"
        }
        "append" | "rbind" | "vstack" | "push" => "write t.concat(u), t.concat(table([#{ x: 1 }]))",
        "cbind" | "hstack" | "insert" | "assign" | "mutate" => {
            "write t.x = […], t.add(\"x\", |row| 2*row.y), t.join(u, \"key\")"
        }
        "value_counts" | "nunique" => "write t.group(\"g\").count(); unique(t.g).len()",
        "isna" | "isnull" | "is_na" | "is_nan" => "write t.x.is_missing(), t[!t.x.is_missing()]",
        "fillna" | "fill_na" | "replace_na" => "write t.fill_missing(0), t.x = t.x.fill_missing(0)",
        "apply" | "applymap" | "transform" => "write t.map(|row| row.x + row.y), t.x = t.x.map(|x| x**2)",
        "mean" | "std" | "median" | "var" | "min" | "max" | "sum" => {
            "write t.describe() for all columns, mean(t.x) for one, t.group(\"g\").mean() for groups"
        }
        "sample" | "shuffle" => "write t[random::permutation(t.rows)], t[random::integers(n, 0, t.rows)]",
        "to_csv" | "to_parquet" | "write" => "write io::save(t, \"t.csv\")",
        "plot" => "write plot::lines(t, \"x\", [\"y\"])",
        _ => return None,
    })
}

/// The same of arrays.
fn of_arrays(name: &str) -> Option<&'static str> {
    Some(match name {
        "astype" => "write v.map(|x| x.to_int()), v.map(|s| parse_float(s))",
        "lstsq" | "pinv" | "least_squares" => {
            "write linalg::solve(a.transpose().matmul(a), a.transpose().matmul(b)) with b as points, points([[1], [2]]); linalg::svd(a) \
             where a is nearly singular"
        }
        "norm" => "write norm(v), sqrt(sum(v**2))",
        "any" => "write v.some(|x| x > 0), mask.some(|t| t)",
        "prod" | "product" => "write v.reduce(|a, b| a*b, 1)",
        "clip" | "clamp" => "write min(max(x, low), high), which works on lists, too",
        "maximum" | "fmax" => "write max(v, w), max(v, 0)",
        "minimum" | "fmin" => "write min(v, w), min(v, 0)",
        "eye" | "identity" => {
            "write (0..n).map(|i| (0..n).map(|j| if i == j { 1 } else { 0 })), a list of rows; points(…) makes points of it"
        }
        "first" => "write v[0]; v[-1] is the last",
        "flatten" | "ravel" => "write rows.reduce(|a, b| a.concat(b)), a list of all entries",
        "where" | "ifelse" => {
            "write v.map(|x| if x > 0 { x } else { 0 }); v.filter(|x| x > 0), t[t.x > 0] and p[mask] choose"
        }
        "histogram" | "bincount" => "write plot::hist(v); how often each occurs is unique(v).map(|x| [x, v.count(x)])",
        "take" => "write v.extract(0..n), [0, 2].map(|i| v[i]); rows of points and tables are p[[0, 2]]",
        "to_float" | "to_number" | "Number" | "as_numeric" => {
            "the number of a text is parse_float(\"1.5\"), a whole one parse_int(\"3\")"
        }
        "to_int" => "a whole number of a text is parse_int(\"3\")",
        _ => return None,
    })
}

/// The same of figures, files and tables.
fn of_data(name: &str) -> Option<&'static str> {
    Some(match name {
        "hist" | "scatter" | "lines" => "write plot::hist(v), plot::scatter(p), plot::lines(table, \"x\", [\"y\"])",
        "exit" | "quit" => "a script ends by itself, or by exit(); exit and Ctrl-D leave the prompt",
        "require" | "include" | "source" | "library" => "import \"part\" as part; reads part.rhai",
        "open" | "loadtxt" | "load" => "write io::load(\"x.csv\")",
        "read_csv" | "read_parquet" | "read_table" => {
            "write io::load(\"x.csv\") for points, io::table(\"x.csv\") for a table"
        }
        "to_csv" | "to_parquet" | "savetxt" => "write io::save(p, \"x.csv\")",
        "transpose" | "t" => "write p.transpose() of points; points([[…], …]) makes points of a list of rows",
        "plot" | "figure" | "imshow" | "subplots" => {
            "write plot::lines(table, \"x\", [\"y\"]), plot::scatter(p), plot::hist(v); `help plot` lists them"
        }
        "assert" | "expect" => "write if !condition { throw \"what is wrong\" }",
        "describe" | "summary" | "info" => "write print(p), p.mean(), p.std(), p.min(), p.max(), p.cov()",
        "head" => "write p[0..5], v.extract(0..5)",
        "tail" => "write p[p.len() - 5..p.len()], v.extract(-5)",
        "divergence" | "fdiv" | "phi_divergence" => {
            "write f_divergence(\"mine\", |x| x*ln(x) - x + 1), kl(), alpha(2.0)"
        }
        _ => return None,
    })
}
