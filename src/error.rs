//! Everything that can go wrong, said so that the reader knows what to do next.

/// What a fallible operation of gflow returns.
pub type Result<T> = std::result::Result<T, Error>;

/// How the message of a flow that diverged begins, also in runs on disk.
pub const DIVERGED: &str = "the flow diverged";

/// An error with what was expected, what was found, and (through [`Error::hint`]) what to try.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An f that is not convex, or not a generator for another reason.
    #[error("`{name}`: {source}")]
    Generator {
        /// the name the user gave to f
        name: String,
        /// what is wrong with f
        source: GeneratorError,
    },
    /// A value that an option does not take.
    #[error("{owner}: option `{key}` is {got}, expected {expected}")]
    Option {
        /// whose option it is
        owner: String,
        /// its name
        key: String,
        /// what it was given
        got: String,
        /// what it takes
        expected: String,
    },
    /// An option that does not exist.
    #[error("{owner} has no option `{key}`")]
    UnknownOption {
        /// who was given it
        owner: String,
        /// its name
        key: String,
        /// the known name most like it
        nearest: Option<String>,
        /// all known names
        known: Vec<String>,
    },
    /// Points or values of another shape than needed.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// what was being done
        what: String,
        /// the shape it needs
        expected: String,
        /// the shape it was given
        got: String,
    },
    /// Numbers that cannot be used.
    #[error("{what}: {reason}")]
    Data {
        /// what was being done, or which number it is
        what: String,
        /// what is wrong
        reason: String,
    },
    /// A file that cannot be read or written.
    #[error("cannot {action} `{path}`: {reason}")]
    Io {
        /// "read", "write", …
        action: &'static str,
        /// the file
        path: String,
        /// what the system says
        reason: String,
    },
    /// A device that is missing or has failed.
    #[error("device `{name}`: {reason}")]
    Device {
        /// the device, or what was asked of it
        name: String,
        /// what is wrong
        reason: String,
    },
    /// A flow whose particles or objective left the range of numbers.
    #[error("{DIVERGED} at step {step}: {what}")]
    Diverged {
        /// steps done before
        step: usize,
        /// what is no longer finite
        what: String,
        /// what to try
        advice: String,
    },
    /// gflow itself failed, below a guard ([`crate::fault`]).
    #[error("a fault inside gflow, in {what}: {text}")]
    Fault {
        /// what it was doing
        what: String,
        /// what the panic said
        text: String,
    },
    /// A result that left the range of numbers.
    #[error("{what} is not a number: {reason}")]
    NotANumber {
        /// which number it is
        what: String,
        /// where it was lost
        reason: String,
        /// what to try
        advice: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A combination with no meaning or no algorithm.
    #[error("{what} {reason}")]
    Unsupported {
        /// the combination
        what: String,
        /// why not
        reason: String,
        /// what to use instead
        advice: String,
    },
}

/// Why an expression is not a generator: a convex f on (0, ∞) with f(1) = 0.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum GeneratorError {
    /// f(1) is infinite or not a number.
    #[error("f is not defined at x = 1: f(1) = {value}")]
    UndefinedAtOne {
        /// f(1)
        value: f64,
    },
    /// f(1) ≠ 0.
    #[error("f(1) = {value}, but a generator vanishes at 1")]
    NonzeroAtOne {
        /// f(1)
        value: f64,
    },
    /// f lies above one of its chords.
    #[error(
        "f is not convex: at x = {}, {} and {} it is {}, {} and {}, the middle one above the chord",
        short(.points[0]), short(.points[1]), short(.points[2]), short(.values[0]), short(.values[1]), short(.values[2])
    )]
    NotConvex {
        /// x₁ < x₂ < x₃
        points: [f64; 3],
        /// f at these
        values: [f64; 3],
    },
    /// f is no finite number somewhere between places where it is one.
    #[error("f is not convex: f({x}) = {value}, between places where it is finite")]
    Undefined {
        /// where
        x: f64,
        /// f there
        value: f64,
    },
    /// An `if` gives NaN.
    #[error("f is NaN for x just {side} {x}")]
    NotANumber {
        /// where the condition changes
        x: f64,
        /// "above" or "below"
        side: &'static str,
    },
    /// f has no values up to an end of (0, ∞).
    #[error("f({x}) = {value}, and f has no value {} that either", if *x < 1.0 { "below" } else { "beyond" })]
    Bounded {
        /// where it was found
        x: f64,
        /// f there
        value: f64,
    },
    /// f is discontinuous.
    #[error("f is not convex: it jumps at x = {} from {} to {}", place(*x), told(*before, 6, *after), told(*after, 6, *before))]
    Jump {
        /// where
        x: f64,
        /// f to the left of it
        before: f64,
        /// f to the right of it
        after: f64,
    },
    /// f has no x in it.
    #[error("f does not depend on x: every such f gives the divergence 0")]
    Constant,
    /// f is a line.
    #[error("f is linear, f(x) = {slope} (x - 1): every such f gives the divergence 0")]
    Linear {
        /// f'
        slope: f64,
    },
    /// f is infinite beside 1.
    #[error("f is infinite {place}: D_f(P|Q) is then 0 for P = Q and infinite for all other P")]
    OnlyAtOne {
        /// "everywhere but at x = 1", "for x < 1" or "for x > 1"
        place: &'static str,
    },
    /// f is known by its values, and they change.
    #[error("f({x}) was {first} and, asked again, {then}: f must be the same function each time it is called")]
    Unsteady {
        /// where
        x: f64,
        /// f there
        first: f64,
        /// f there, a moment later
        then: f64,
    },
    /// f'(0⁺) or f'(∞), the ends of the domain of f*, cannot be told.
    #[error("the behaviour of f' at {end} could not be determined, so the domain of the conjugate is unknown")]
    UnknownDomain {
        /// "0" or "infinity"
        end: &'static str,
    },
}

/// A place by four decimals, or as many as it takes to be at it.
fn place(x: f64) -> String {
    let by = |n: usize| format!("{x:.n$}");
    let there = |s: &String| s.parse::<f64>().is_ok_and(|v| (v - x).abs() <= 1e-10 * x.abs());
    (4..12).map(by).find(there).unwrap_or_else(|| short(x))
}

/// A number by so many decimals, or all its digits where those say nothing or do not tell it from another.
fn told(v: f64, decimals: usize, other: f64) -> String {
    let few = |v: f64| format!("{v:.decimals$}");
    let lost = v != 0.0 && few(v).parse() == Ok(0.0);
    if lost || v != other && few(v) == few(other) { short(v) } else { few(v) }
}

/// As many digits as it takes to tell it from its neighbours, in the shorter of the two notations.
fn short(v: f64) -> String {
    let (plain, powers) = (format!("{v}"), format!("{v:e}"));
    if plain.len() <= powers.len() + 4 { plain } else { powers }
}

impl Error {
    /// What to try, where something useful can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Generator { source, .. } => Some(source.hint()),
            Error::UnknownOption { key, nearest, known, .. } => {
                let list = if known.is_empty() {
                    "it takes none".to_string()
                } else {
                    format!("the options are {}", known.join(", "))
                };
                if key == "seed" {
                    return Some(format!("seed(1); before the call restarts all randomness; {list}"));
                }
                Some(match nearest {
                    Some(n) => format!("did you mean `{n}`? {list}"),
                    None => list,
                })
            }
            Error::Diverged { advice, .. } | Error::NotANumber { advice, .. } | Error::Unsupported { advice, .. } => {
                Some(advice.clone())
            }
            Error::Fault { .. } => Some(
                "this is no mistake of yours; please report it with the script. What was recorded so far is kept: last_run()"
                    .into(),
            ),
            _ => None,
        }
    }

    /// Numbers that cannot be used: what they are for, and what is wrong.
    pub fn data(what: impl Into<String>, reason: impl Into<String>) -> Error {
        Error::Data { what: what.into(), reason: reason.into() }
    }
    /// A file that cannot be read or written, with the reason of the system.
    pub fn io(action: &'static str, path: &std::path::Path, reason: impl std::fmt::Display) -> Error {
        Error::Io { action, path: path.display().to_string(), reason: reason.to_string() }
    }
    /// A tensor that could not be read back from its device.
    pub fn read(e: impl std::fmt::Display) -> Error {
        Error::Device { name: "tensor read".into(), reason: e.to_string() }
    }
}

impl GeneratorError {
    /// What to try.
    pub fn hint(&self) -> String {
        match self {
            GeneratorError::NonzeroAtOne { value } => {
                let sign = if *value > 0.0 { "-" } else { "+" };
                format!("write `… {sign} {}`, or pass #{{ shift: true }} to subtract f(1)", value.abs())
            }
            GeneratorError::Jump { .. } => {
                "a convex f is continuous on (0, inf); check the branches of `if` where they meet".into()
            }
            GeneratorError::NotConvex { .. } => {
                "D_f needs a convex f; plot::generator draws one, and f'' must be ≥ 0 for every x > 0".into()
            }
            GeneratorError::UndefinedAtOne { value } if value.is_nan() => {
                "a formula like 0/0, 0*ln(0) or the root of a negative number is no number at 1; f(1) must be 0, as in \
                 `if x == 1 { 0 } else { … }`"
                    .into()
            }
            GeneratorError::UndefinedAtOne { .. } => {
                "P = Q has the ratio 1 everywhere and the divergence 0: f(1) must be 0, and f finite around it".into()
            }
            GeneratorError::Linear { .. } => {
                "D_f sees how f bends, and adding c (x - 1) to f changes nothing: add a convex term, such as x*ln(x)"
                    .into()
            }
            GeneratorError::OnlyAtOne { .. } => {
                "with a function space that divergence is an integral probability metric: ipm(lipschitz(1.0))".into()
            }
            GeneratorError::Unsteady { .. } => "no clock, no random numbers, no counting of calls in f".into(),
            GeneratorError::Undefined { .. } => {
                "a convex f is finite on an interval around 1 and +inf outside; look for poles, and where f ends say so, as in \
                 `if x < 2 { … } else { 1.0/0.0 }`"
                    .into()
            }
            GeneratorError::NotANumber { .. } => {
                "NaN says nothing; where f is infinite say so, as in `if x < 2 { … } else { 1.0/0.0 }`".into()
            }
            GeneratorError::Bounded { .. } => {
                "where f ends say so, as in `if x < 2 { … } else { 1.0/0.0 }`, or go on with a convex piece".into()
            }
            GeneratorError::Constant => "use the argument of the closure: |x| x*ln(x) - x + 1".into(),
            GeneratorError::UnknownDomain { .. } => {
                "f should be eventually monotone in x at both ends of (0, inf)".into()
            }
        }
    }
}
