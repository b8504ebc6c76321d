//! `gflow jupyter`: makes the kernel known to Jupyter, or forgotten.
use super::Exit;
use super::args::{InstallArgs, JupyterCommand, UninstallArgs};
use super::streams::{answer, say};
use crate::error::{Error, Result};
use crate::input;
use std::path::{Path, PathBuf};

mod colours;

const FILES: &[(&str, &[u8])] = &[
    ("logo-32x32.png", include_bytes!("logo-32x32.png")),
    ("logo-64x64.png", include_bytes!("logo-64x64.png")),
    ("logo-svg.svg", include_bytes!("logo-svg.svg")),
    ("quarto_setup_cell", include_bytes!("quarto_setup_cell.rhai")),
];

/// The first argument of a program that is both, where it is to be the kernel.
pub const KERNEL: &str = "--kernel";

/// Where the kernel's program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// in this one, behind [`KERNEL`]
    Here,
    /// another one, gflow-kernel: beside this one, or on the path
    Beside,
}

/// The kernel's program, and the arguments that come before its own.
pub fn program(kernel: Kernel) -> Option<(PathBuf, &'static [&'static str])> {
    match kernel {
        Kernel::Here => std::env::current_exe().ok().map(|own| (own, &[KERNEL][..])),
        Kernel::Beside => beside().map(|p| (p, &[][..])),
    }
}

fn beside() -> Option<PathBuf> {
    let name = format!("gflow-kernel{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|p| p.parent().map(|p| p.join(&name)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    beside.into_iter().chain(std::env::split_paths(&path).map(|p| p.join(&name))).find(|p| p.is_file())
}

/// How to get the program.
pub const MISSING: &str =
    "gflow-kernel was found neither beside gflow nor on the path: `cargo install --path kernel` builds it";

/// Jupyter's folder for the files of this user, as `jupyter --data-dir` prints it.
fn user_folder() -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("JUPYTER_DATA_DIR") {
        return Ok(folder);
    }
    let home = || variable("HOME");
    let folder = if cfg!(target_os = "macos") {
        home().map(|h| h.join("Library/Jupyter"))
    } else if cfg!(windows) {
        variable("APPDATA").map(|a| a.join("jupyter"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| home().map(|h| h.join(".local/share"))).map(|d| d.join("jupyter"))
    };
    folder.ok_or_else(|| Error::data("jupyter", "no home folder is set: give --prefix"))
}

/// Jupyter's folder of an environment, or of this user.
fn root(prefix: Option<&Path>) -> Result<PathBuf> {
    match prefix {
        Some(p) => Ok(std::path::absolute(p).map_err(|e| Error::io("find", p, e))?.join("share").join("jupyter")),
        None => user_folder(),
    }
}

fn folder(prefix: Option<&Path>, name: &str) -> Result<PathBuf> {
    Ok(root(prefix)?.join("kernels").join(name))
}

fn check_name(name: &str) -> Result<()> {
    let good = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
    if good {
        Ok(())
    } else {
        Err(Error::data(
            "--name",
            format!("\"{name}\" is no name of a kernel: small letters, digits, -, _ and . make one"),
        ))
    }
}

fn install(a: &InstallArgs, kernel: Kernel) -> Result<PathBuf> {
    check_name(&a.name)?;
    a.device.parse::<crate::device::Choice>()?;
    let (program, words) = match &a.kernel {
        Some(p) if p.is_file() => (std::path::absolute(p).map_err(|e| Error::io("find", p, e))?, &[][..]),
        Some(p) => return Err(Error::io("find", p, "no such file")),
        None => program(kernel).ok_or_else(|| Error::data("jupyter install", MISSING))?,
    };
    let mut argv = vec![program.display().to_string()];
    argv.extend(words.iter().chain(&["--connection-file", "{connection_file}"]).map(ToString::to_string));
    let folder = folder(a.prefix.as_deref(), &a.name)?;
    std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
    let spec = serde_json::json!({
        "argv": argv,
        "display_name": if a.name == "gflow" { "gflow".to_string() } else { format!("gflow ({})", a.name) },
        "language": "rhai",
        "interrupt_mode": "message",
        "env": { "GFLOW_DEVICE": a.device, "GFLOW_PYGMENTS": colours::lexer(a.prefix.as_deref()).unwrap_or_default() },
        "metadata": { "debugger": false, "gflow": env!("CARGO_PKG_VERSION") },
    });
    let text = serde_json::to_string_pretty(&spec).map_err(|e| Error::io("write", &folder, e))?;
    crate::io::write_atomically(&folder.join("kernel.json"), text.as_bytes())?;
    for (name, bytes) in FILES {
        crate::io::write_atomically(&folder.join(name), bytes)?;
    }
    colours::install(&root(a.prefix.as_deref())?)?;
    Ok(folder)
}

fn uninstall(a: &UninstallArgs) -> Result<PathBuf> {
    check_name(&a.name)?;
    let folder = folder(a.prefix.as_deref(), &a.name)?;
    let text = input::text(&folder.join("kernel.json"), input::SCRIPT)
        .map_err(|_| Error::data("jupyter uninstall", format!("no kernel is installed in {}", folder.display())))?;
    let spec: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if spec["metadata"]["gflow"].is_null() {
        return Err(Error::data("jupyter uninstall", format!("the kernel in {} is not gflow's", folder.display())));
    }
    for name in FILES.iter().map(|f| f.0).chain(["kernel.json"]) {
        let path = folder.join(name);
        if path.exists() {
            std::fs::remove_file(&path).map_err(|e| Error::io("remove", &path, e))?;
        }
    }
    // what somebody else put there stays
    let _ = std::fs::remove_dir(&folder);
    let root = root(a.prefix.as_deref())?;
    if !another(&root) {
        colours::uninstall(&root)?;
    }
    Ok(folder)
}

/// Whether another kernel of gflow's is known in a folder.
fn another(root: &Path) -> bool {
    let specs = std::fs::read_dir(root.join("kernels")).into_iter().flatten().flatten();
    let ours = |folder: PathBuf| {
        let text = input::text(&folder.join("kernel.json"), input::SCRIPT).unwrap_or_default();
        serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|s| !s["metadata"]["gflow"].is_null())
    };
    specs.take(10_000).any(|entry| ours(entry.path()))
}

/// `gflow jupyter install|uninstall`
pub fn run(command: &JupyterCommand, kernel: Kernel) -> Exit {
    let done = match command {
        JupyterCommand::Install(a) => install(a, kernel)
            .map(|f| format!("installed the kernel in {}, and its colours for JupyterLab", f.display())),
        JupyterCommand::Uninstall(a) => uninstall(a).map(|f| format!("removed {}", f.display())),
    };
    match done {
        Ok(what) => answer(what),
        Err(e) => {
            say(format_args!("error: {e}"));
            Exit::Usage
        }
    }
}

/// For `gflow doctor`: whether the kernel is there, runs, and is known to Jupyter.
pub fn check(kernel: Kernel) -> std::result::Result<String, String> {
    let (program, words) = program(kernel).ok_or_else(|| MISSING.to_string())?;
    let version = std::process::Command::new(&program)
        .args(words)
        .arg("--version")
        .output()
        .map_err(|e| format!("{} does not run: {e}", program.display()))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_string();
    if version != format!("gflow-kernel {}", env!("CARGO_PKG_VERSION")) {
        return Err(format!(
            "{} says \"{version}\", this is gflow {}: build it again",
            program.display(),
            env!("CARGO_PKG_VERSION")
        ));
    }
    // that of the environment goes before that of the user, as Jupyter takes them
    let environment = program.parent().and_then(Path::parent);
    let text = |prefix| {
        let spec = folder(prefix, "gflow").ok()?.join("kernel.json");
        input::text(&spec, input::SCRIPT).ok().map(|text| (spec, text))
    };
    let Some((spec, text)) = environment.and_then(|e| text(Some(e))).or_else(|| text(None)) else {
        return Err("`gflow jupyter install` makes it known to Jupyter".into());
    };
    let spec: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", spec.display()))?;
    match spec["argv"][0].as_str() {
        // Jupyter takes the Python of the environment for it
        Some(p) if p == "python" || Path::new(p).is_file() => Ok(format!("{version}, known to Jupyter")),
        Some(p) => Err(format!("Jupyter is told to start {p}, which is gone: run `gflow jupyter install` again")),
        None => Err("its kernel.json names no program: run `gflow jupyter install` again".into()),
    }
}

/// For `gflow doctor`: what Rust cells are compiled with.
pub fn toolchain() -> std::result::Result<String, String> {
    let version = |program: &str| {
        let out = std::process::Command::new(program).arg("--version").output().ok().filter(|o| o.status.success());
        out.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_string())
            .ok_or_else(|| format!("{program} was not found"))
    };
    Ok(format!("{}, {}", version("rustc")?, version("cargo")?))
}
