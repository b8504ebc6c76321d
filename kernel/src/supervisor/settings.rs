//! Settings of a session process.

/// Settings of the session, passed in the environment.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// names and values of variables
    pub environment: Vec<(String, String)>,
    /// whether somebody is there who can be asked
    pub asks: bool,
}
