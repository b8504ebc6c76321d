//! One entry per thing a user can name: its help, completion, option checks and doc test all come from here.
use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What an option accepts; numbers outside the range are errors that say so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptionKind {
    /// a number in [min, max]
    Number {
        /// the least allowed
        min: f64,
        /// the greatest allowed
        max: f64,
    },
    /// a number in [min, max], or a word
    NumberOr {
        /// the least allowed
        min: f64,
        /// the greatest allowed
        max: f64,
        /// what may stand instead of a number
        word: &'static str,
    },
    /// a whole number in [min, max]
    Integer {
        /// the least allowed
        min: i64,
        /// the greatest allowed
        max: i64,
    },
    /// a whole number in [min, max], or a word
    IntegerOr {
        /// the least allowed
        min: i64,
        /// the greatest allowed
        max: i64,
        /// what may stand instead of a number
        word: &'static str,
    },
    /// a length in [min, max] logical pixels: their number, or a text with a unit
    Length {
        /// the least allowed
        min: f64,
        /// the greatest allowed
        max: f64,
    },
    /// true or false
    Flag,
    /// any text
    Text,
    /// a list of numbers, or one number for all
    Numbers,
    /// a list of whole numbers ≥ 1
    Integers,
    /// points, or a list of rows of numbers
    Rows,
    /// a list of texts
    Texts,
    /// one of these texts
    Choice(&'static [&'static str]),
    /// a map with keys of its own
    Map(&'static [Opt]),
    /// a value of the language, named for the help: "critic", "points", "closure"
    Value(&'static str),
}

/// A finite positive number.
pub const POSITIVE: OptionKind = OptionKind::Number { min: f64::MIN_POSITIVE, max: f64::MAX };
/// A finite number ≥ 0.
pub const NONNEGATIVE: OptionKind = OptionKind::Number { min: 0.0, max: f64::MAX };
/// Any finite number.
pub const NUMBER: OptionKind = OptionKind::Number { min: -f64::MAX, max: f64::MAX };
/// A whole number ≥ 1.
pub const COUNT: OptionKind = OptionKind::Integer { min: 1, max: 1 << 40 };

/// One key of an option map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opt {
    /// the key as typed
    pub name: &'static str,
    /// what it accepts
    pub kind: OptionKind,
    /// one line
    pub doc: &'static str,
}

/// One thing with a name in the language.
///
/// ```
/// use gflow::catalogue::{COUNT, Entry, Opt, defaults_of, nearest};
///
/// #[derive(serde::Serialize)]
/// struct Options {
///     steps: usize,
/// }
/// impl Default for Options {
///     fn default() -> Options {
///         Options { steps: 100 }
///     }
/// }
/// const OPTIONS: &[Opt] = &[Opt { name: "steps", kind: COUNT, doc: "how many" }];
/// const ENTRY: Entry = Entry {
///     name: "walk",
///     room: "language",
///     signature: "walk(options)",
///     doc: "Takes steps.",
///     equation: "",
///     cite: "",
///     options: OPTIONS,
///     defaults: defaults_of::<Options>,
///     example: "walk(#{ steps: 3 })",
/// };
/// assert_eq!((ENTRY.defaults)()["steps"], 100);
/// assert_eq!(ENTRY.options[0].kind.describe(), "a whole number ≥ 1");
/// assert_eq!(nearest("stps", ENTRY.options.iter().map(|o| o.name)), Some("steps"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// as typed: `kl`, `data::ring`, `plot::scatter`
    pub name: &'static str,
    /// where `gflow list` shows it
    pub room: &'static str,
    /// how it is called
    pub signature: &'static str,
    /// what it is, in a sentence or two
    pub doc: &'static str,
    /// LaTeX, empty where there is none
    pub equation: &'static str,
    /// key in references.bib, empty where there is none
    pub cite: &'static str,
    /// the keys its option map may have; empty where it takes none
    pub options: &'static [Opt],
    /// the defaults, from the typed options' `Default`
    pub defaults: fn() -> serde_json::Value,
    /// a script that runs as it stands
    pub example: &'static str,
}

/// For entries without options.
pub fn no_defaults() -> serde_json::Value {
    serde_json::Value::Null
}

/// The defaults of a typed options struct, for [`Entry::defaults`].
pub fn defaults_of<T: Default + Serialize>() -> serde_json::Value {
    serde_json::to_value(T::default()).unwrap_or_default()
}

/// The plain options somebody wrote: numbers, texts, flags and lists under their keys. The language checks keys and ranges
/// against an [`Entry`] before; what is read here is typed.
///
/// ```
/// use gflow::catalogue::Given;
/// use gflow::flow::ParticleOptions;
///
/// let given = Given::new("gpa").with("inner_steps", 3);
/// let options: ParticleOptions = given.typed()?;
/// assert_eq!((options.inner_steps, options.warm_up), (3, ParticleOptions::default().warm_up));
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Given {
    owner: String,
    values: serde_json::Map<String, serde_json::Value>,
}

impl Given {
    /// No options yet, of the entry with this name.
    pub fn new(owner: impl Into<String>) -> Given {
        Given { owner: owner.into(), values: serde_json::Map::new() }
    }
    /// One option more.
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Given {
        self.set(key, value);
        self
    }
    /// Writes one option.
    pub fn set(&mut self, key: &str, value: impl Into<serde_json::Value>) {
        self.values.insert(key.into(), value.into());
    }
    /// What was written under a key.
    pub fn get(&self, key: &str) -> Option<&serde_json::Value> {
        self.values.get(key)
    }
    /// All of them as one JSON object.
    pub fn into_json(self) -> serde_json::Value {
        serde_json::Value::Object(self.values)
    }
    /// Whether this key was written.
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }
    /// The keys T knows, over T's defaults. Errors if a value has not the type of its field.
    pub fn typed<T: DeserializeOwned + Serialize + Default>(&self) -> Result<T> {
        self.typed_over(T::default())
    }
    /// The keys T knows, over these values of T. Errors if a value has not the type of its field.
    pub fn typed_over<T: DeserializeOwned + Serialize>(&self, defaults: T) -> Result<T> {
        if self.values.is_empty() {
            return Ok(defaults);
        }
        let defaults = serde_json::to_value(&defaults).unwrap_or_default();
        self.read(self.over(&defaults, |_| true)).map_err(|e| self.misfit::<T>(&defaults).unwrap_or(e))
    }
    /// A JSON object as a T. Errors if a value has not the type of its field.
    pub fn read<T: DeserializeOwned>(&self, value: serde_json::Value) -> Result<T> {
        serde_json::from_value(value)
            .map_err(|_| Error::data(self.owner.clone(), "an option has a value of another kind than it takes"))
    }

    /// These defaults with what was given under the wanted keys in their place.
    fn over(&self, defaults: &serde_json::Value, wanted: impl Fn(&str) -> bool) -> serde_json::Value {
        let mut value = defaults.clone();
        if let Some(object) = value.as_object_mut() {
            for (k, v) in self.values.iter().filter(|(k, _)| wanted(k)) {
                if let Some(slot) = object.get_mut(k) {
                    // one number is the list of it, where a list is expected
                    *slot = if slot.is_array() && v.is_number() { serde_json::json!([v]) } else { v.clone() };
                }
            }
        }
        value
    }

    /// The option whose value alone does not fit T.
    fn misfit<T: DeserializeOwned>(&self, defaults: &serde_json::Value) -> Option<Error> {
        let fits = |key: &str| serde_json::from_value::<T>(self.over(defaults, |k| k == key)).is_ok();
        self.values.iter().find(|(k, _)| !fits(k)).map(|(k, v)| Error::Option {
            owner: self.owner.clone(),
            key: k.clone(),
            got: v.to_string(),
            expected: format!("a value of the kind of its default, {}", defaults.get(k).unwrap_or_default()),
        })
    }
}

/// One defaults object from two; the second wins.
pub fn merge(a: serde_json::Value, b: serde_json::Value) -> serde_json::Value {
    match (a, b) {
        (serde_json::Value::Object(mut a), serde_json::Value::Object(b)) => {
            a.extend(b);
            serde_json::Value::Object(a)
        }
        (a, _) => a,
    }
}

/// The nearest of the names, if near enough to be what was meant.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|n| (strsim::damerau_levenshtein(&n.to_lowercase(), &name.to_lowercase()), n))
        .filter(|(d, n)| *d <= 1 + name.len().max(n.len()) / 4)
        .min_by_key(|(d, n)| (*d, n.len().abs_diff(name.len())))
        .map(|(_, n)| n)
}

impl OptionKind {
    /// "a number > 0", "one of spectral, penalty"; the words of help and errors.
    pub fn describe(&self) -> String {
        match self {
            OptionKind::Number { min, max } => range("a number", *min, *max, f64::MIN_POSITIVE),
            OptionKind::NumberOr { min, max, word } => {
                format!("{}, or \"{word}\"", range("a number", *min, *max, f64::MIN_POSITIVE))
            }
            OptionKind::Integer { min, max } => whole(*min, *max),
            OptionKind::IntegerOr { min, max, word } => format!("{}, or \"{word}\"", whole(*min, *max)),
            OptionKind::Length { min, max } => {
                format!(
                    "a length from {min} to {max} pixels: their number, or a text such as \"89mm\", \"3.5in\" or \"252pt\""
                )
            }
            OptionKind::Flag => "true or false".into(),
            OptionKind::Text => "a text".into(),
            OptionKind::Numbers => "a number or a list of numbers".into(),
            OptionKind::Integers => "a list of whole numbers ≥ 1".into(),
            OptionKind::Texts => "a list of texts".into(),
            OptionKind::Rows => "points or a list of rows of numbers".into(),
            OptionKind::Choice(names) => {
                format!("one of {}", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))
            }
            OptionKind::Map(keys) => {
                format!("a map #{{ {} }}", keys.iter().map(|k| k.name).collect::<Vec<_>>().join(", "))
            }
            OptionKind::Value(what) => (*what).into(),
        }
    }
}

fn whole(min: i64, max: i64) -> String {
    let top = if max >= 1 << 40 { f64::MAX } else { max as f64 };
    range("a whole number", min as f64, top, -1.0)
}

fn range(what: &str, min: f64, max: f64, open_at: f64) -> String {
    match (min > -f64::MAX, max < f64::MAX) {
        _ if min == open_at && max == f64::MAX => format!("{what} > 0"),
        (false, false) => what.to_string(),
        (true, false) => format!("{what} ≥ {min}"),
        (false, true) => format!("{what} ≤ {max}"),
        (true, true) if min == open_at => format!("{what} in (0, {max}]"),
        (true, true) => format!("{what} from {min} to {max}"),
    }
}
