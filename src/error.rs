//! Everything that can go wrong, said so that the reader knows what to do next.
use crate::generator::GeneratorError;

pub type Result<T> = std::result::Result<T, Error>;

/// An error with what was expected, what was found, and (through [`Error::hint`]) what to try.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{name}`: {source}")]
    Generator { name: String, source: GeneratorError },
    #[error("{owner}: option `{key}` is {got}, expected {expected}")]
    Option { owner: String, key: String, got: String, expected: String },
    #[error("{owner} has no option `{key}`")]
    UnknownOption { owner: String, key: String, nearest: Option<String>, known: Vec<String> },
    #[error("{what}: expected {expected}, got {got}")]
    Shape { what: String, expected: String, got: String },
    #[error("{what}: {reason}")]
    Data { what: String, reason: String },
    #[error("cannot {action} `{path}`: {reason}")]
    Io { action: &'static str, path: String, reason: String },
    #[error("device `{name}`: {reason}")]
    Device { name: String, reason: String },
    #[error("the flow diverged at step {step}: {what}")]
    Diverged { step: usize, what: String, advice: String },
    #[error("interrupted")]
    Interrupted,
    #[error("{what} {reason}")]
    Unsupported { what: String, reason: String, advice: String },
}

impl Error {
    /// What to try, where something useful can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Generator { source, .. } => generator_hint(source),
            Error::UnknownOption { nearest, known, .. } => {
                let list = if known.is_empty() {
                    "it takes none".to_string()
                } else {
                    format!("the options are {}", known.join(", "))
                };
                Some(match nearest {
                    Some(n) => format!("did you mean `{n}`? {list}"),
                    None => list,
                })
            }
            Error::Diverged { advice, .. } | Error::Unsupported { advice, .. } => Some(advice.clone()),
            _ => None,
        }
    }

    pub fn data(what: impl Into<String>, reason: impl Into<String>) -> Error {
        Error::Data { what: what.into(), reason: reason.into() }
    }
    pub fn io(action: &'static str, path: &std::path::Path, reason: impl std::fmt::Display) -> Error {
        Error::Io { action, path: path.display().to_string(), reason: reason.to_string() }
    }
    /// A tensor that could not be read back from its device.
    pub fn read(e: impl std::fmt::Display) -> Error {
        Error::Device { name: "tensor read".into(), reason: e.to_string() }
    }
}

fn generator_hint(e: &GeneratorError) -> Option<String> {
    Some(match e {
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
        GeneratorError::UndefinedAtOne { .. } => "f must be finite on all of (0, inf), and f(1) = 0".into(),
        GeneratorError::Constant => "use the argument of the closure: |x| x*ln(x) - x + 1".into(),
        GeneratorError::UnknownDomain { .. } => "f should be eventually monotone in x at both ends of (0, inf)".into(),
    })
}
