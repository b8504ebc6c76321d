//! Colours of scripts: the extension of JupyterLab, and whether Python has a lexer for Pygments.
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The extension as JupyterLab loads it; it needs no building (editors/README.md).
const FILES: [(&str, &[u8]); 3] = [
    ("package.json", include_bytes!("../../../editors/jupyter/labextension/package.json")),
    ("install.json", include_bytes!("../../../editors/jupyter/labextension/install.json")),
    ("static/remoteEntry.js", include_bytes!("../../../editors/jupyter/labextension/static/remoteEntry.js")),
];

fn folder(root: &Path) -> PathBuf {
    root.join("labextensions").join("gflow-highlight")
}

/// Puts the extension beside the kernels.
///
/// # Errors
/// A folder that cannot be written.
pub fn install(root: &Path) -> Result<()> {
    let folder = folder(root);
    let inner = folder.join("static");
    std::fs::create_dir_all(&inner).map_err(|e| Error::io("create", &inner, e))?;
    FILES.iter().try_for_each(|(name, bytes)| crate::io::write_atomically(&folder.join(name), bytes))
}

/// Takes it away; what is not there, or somebody else's beside it, stays.
///
/// # Errors
/// A file that cannot be removed.
pub fn uninstall(root: &Path) -> Result<()> {
    let folder = folder(root);
    for (name, _) in FILES {
        let path = folder.join(name);
        if path.exists() {
            std::fs::remove_file(&path).map_err(|e| Error::io("remove", &path, e))?;
        }
    }
    let _ = std::fs::remove_dir(folder.join("static"));
    let _ = std::fs::remove_dir(&folder);
    Ok(())
}

/// The lexer for scripts, if the Python of the environment, or the one on the path, has it: `pip install ./editors/jupyter`.
pub fn lexer(prefix: Option<&Path>) -> Option<&'static str> {
    let own = prefix.map(|p| p.join("bin").join("python")).filter(|p| p.is_file());
    let python = own.unwrap_or_else(|| "python3".into());
    let asked = Command::new(python)
        .args(["-c", "import pygments.lexers; pygments.lexers.get_lexer_by_name('gflow')"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|s| s.success()).then_some("gflow")
}
