//! Where downloaded files are kept, and what else the environment says about downloads.
use crate::error::{Error, Result};
use std::path::PathBuf;
use std::time::Duration;

/// How files are fetched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// the folder of downloaded files
    pub cache: PathBuf,
    /// an address that is asked before those of the publishers
    pub mirror: Option<String>,
    /// a file that names more data sets
    pub list: Option<PathBuf>,
    /// whether somebody said that it is there
    pub list_is_named: bool,
    /// how long nothing may come
    pub patience: Duration,
}

/// What is reported while bytes come: of which file, how many so far, and how many there are to be if that is known.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, Option<u64>);

/// How long nothing may come from a server.
const PATIENCE: Duration = Duration::from_secs(30);

impl Settings {
    /// As the environment says: `GFLOW_CACHE` or `XDG_CACHE_HOME`, `GFLOW_MIRROR`, `GFLOW_DATASETS` or `XDG_CONFIG_HOME`.
    ///
    /// # Errors
    /// No folder for files of the user's.
    pub fn from_environment() -> Result<Settings> {
        Settings::from(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
    }

    /// The same from any variables.
    ///
    /// # Errors
    /// No folder for files of the user's.
    pub fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Settings> {
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from);
        // a relative path is to be passed over, says the XDG Base Directory Specification
        let folder = |name: &str| variable(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let below = |path: &str| home.as_ref().map(|h| h.join(path));
        let usual = if cfg!(target_os = "macos") {
            below("Library/Caches")
        } else if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else {
            below(".cache")
        };
        let own = variable("GFLOW_CACHE").map(PathBuf::from);
        let cache = own
            .or_else(|| folder("XDG_CACHE_HOME").or(usual).map(|p| p.join("gflow/data")))
            .ok_or_else(|| Error::data("data::fetch", "there is no folder for downloads: set GFLOW_CACHE to one"))?;
        let named = variable("GFLOW_DATASETS").map(PathBuf::from);
        let list_is_named = named.is_some();
        let list = named
            .or_else(|| folder("XDG_CONFIG_HOME").or_else(|| below(".config")).map(|p| p.join("gflow/datasets.json")));
        Ok(Settings { cache, mirror: variable("GFLOW_MIRROR"), list, list_is_named, patience: PATIENCE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_by_the_environment() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            Settings::from(move |n| pairs.iter().find(|(k, _)| *k == n).map(|(_, v)| v.to_string()))
        };
        let cache = |pairs| with(pairs).map(|s| s.cache).unwrap_or_default();
        assert_eq!(cache(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")]), PathBuf::from("/c/gflow/data"));
        assert_eq!(cache(&[("HOME", "/h"), ("GFLOW_CACHE", "/g")]), PathBuf::from("/g"));
        #[cfg(target_os = "linux")]
        assert_eq!(cache(&[("HOME", "/h"), ("XDG_CACHE_HOME", "c")]), PathBuf::from("/h/.cache/gflow/data"));
        let list = |pairs| with(pairs).ok().map(|s| (s.list.unwrap_or_default(), s.list_is_named));
        assert_eq!(list(&[("HOME", "/h")]), Some(("/h/.config/gflow/datasets.json".into(), false)));
        // of the folder that one is in
        assert_eq!(list(&[("HOME", "/h"), ("GFLOW_DATASETS", "my.json")]), Some(("my.json".into(), true)));
        assert!(with(&[]).is_err());
    }
}
