//! The forms of a shown value.

/// One value in every form a front end may choose from; the text is always there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rich {
    /// plain text
    pub text: String,
    /// a table
    pub html: Option<String>,
    /// a formula in `$$…$$`
    pub latex: Option<String>,
    /// with formulas in `$…$`, which notebooks typeset
    pub markdown: Option<String>,
}

impl Rich {
    /// Text alone.
    pub fn text(text: impl Into<String>) -> Rich {
        Rich { text: text.into(), ..Rich::default() }
    }
}
