//! The kernel by real Jupyter clients, and the Python package by Python: the tests in `client/` and `python/`.
//!
//! They need what tests/client/requirements.txt names;
//! the Python is `GFLOW_PYTHON` or `.venv/bin/python` of the repository. With `GFLOW_REQUIRE_JUPYTER` set, a Python
//! without them is a failure; otherwise the test says so and passes.
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn python() -> Option<PathBuf> {
    let given = std::env::var_os("GFLOW_PYTHON").map(PathBuf::from);
    let own = root().join(".venv/bin/python");
    let found = given.or_else(|| own.is_file().then_some(own))?;
    let has = Command::new(&found)
        .args(["-c", "import IPython, jupyter_client, jupyter_kernel_test, nbclient, nbconvert, numpy, pytest"])
        .output();
    has.is_ok_and(|o| o.status.success()).then_some(found)
}

/// Where cargo put the program of the other package: `cargo test --workspace` builds it, `cargo test -p` may not.
fn gflow() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_gflow-kernel")).with_file_name(format!("gflow{}", std::env::consts::EXE_SUFFIX))
}

/// A Python with the Jupyter clients; none where a test may pass without.
fn wanted() -> Option<PathBuf> {
    let found = python();
    if found.is_none() {
        assert!(
            std::env::var_os("GFLOW_REQUIRE_JUPYTER").is_none(),
            "no Python with the Jupyter clients: set GFLOW_PYTHON"
        );
        println!(
            "skipped: no Python with the Jupyter clients (kernel/tests/client/requirements.txt); set GFLOW_PYTHON"
        );
    }
    found
}

/// What cargo sets for its tests is not there when a user starts a notebook.
fn unset(tests: &mut Command) {
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO")
            || name.starts_with("RUSTUP_TOOLCHAIN")
            || name == "RUST_RECURSION_COUNT"
            || name == "LD_LIBRARY_PATH"
        {
            tests.env_remove(name);
        }
    }
}

/// The Python package `gflow_lab` over this program: values, sessions, cells of IPython.
#[test]
fn gflow_lab() {
    let Some(python) = wanted() else { return };
    let mut tests = Command::new(&python);
    tests
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .arg(root().join("kernel/tests/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("GFLOW_PROGRAM", env!("CARGO_BIN_EXE_gflow-kernel"));
    unset(&mut tests);
    let out = tests.output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    println!("{text}");
    assert!(out.status.success(), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn clients() {
    let Some(python) = wanted() else { return };
    assert!(gflow().is_file(), "{} is missing: run the tests of the whole workspace", gflow().display());
    // the kernel as a user installs it, in a folder of this test
    let folder = tempfile::tempdir().unwrap();
    let install = Command::new(gflow())
        .args(["jupyter", "install", "--device", "cpu", "--kernel", env!("CARGO_BIN_EXE_gflow-kernel"), "--prefix"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(install.status.success(), "{}", String::from_utf8_lossy(&install.stderr));
    let mut tests = Command::new(&python);
    tests
        .args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"])
        .arg(root().join("kernel/tests/client"))
        .env("JUPYTER_PATH", folder.path().join("share/jupyter"))
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("GFLOW_BIN", gflow());
    unset(&mut tests);
    // the extension of JupyterLab comes with the kernel
    let colours = folder.path().join("share/jupyter/labextensions/gflow-highlight");
    assert!(colours.join("static/remoteEntry.js").is_file() && colours.join("package.json").is_file());
    let out = tests.output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    println!("{text}");
    assert!(out.status.success(), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
    // every sample is given: what is skipped is not tested
    assert!(!text.contains("skipped"), "{text}");
    let uninstall =
        Command::new(gflow()).args(["jupyter", "uninstall", "--prefix"]).arg(folder.path()).output().unwrap();
    assert!(uninstall.status.success());
    assert!(!folder.path().join("share/jupyter/kernels/gflow").exists());
    assert!(!colours.exists());
}
