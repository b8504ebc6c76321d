//! Asks the linker for smaller programs, where it can: functions that were compiled to the same code are kept once, the places
//! to be adjusted when the program is loaded are listed in a packed table, and symbols are left out (cargo forgets the
//! profile's `strip` for a package that the profile names). Not every linker knows the first and not every C library the
//! second (glibc from 2.36 on does), so each wish is tried on a small program here and dropped without a word if it does not run.
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

const WISHES: [&str; 3] = ["-Wl,--icf=all", "-Wl,-z,pack-relative-relocs", "-Wl,--strip-all"];
const TRIAL: &str = "fn main() { let kinds = [\"a\", \"b\"]; println!(\"{}\", kinds[std::env::args().count()]); }";

fn main() {
    // two packages share this file: none of their own files is named
    println!("cargo::rerun-if-env-changed=RUSTFLAGS");
    let of = |name: &str| env::var(name).unwrap_or_default();
    // a program for another machine cannot be tried on this one, and a debug build is linked often
    if of("PROFILE") != "release" || of("TARGET") != of("HOST") || !of("TARGET").ends_with("linux-gnu") {
        return;
    }
    for wish in WISHES {
        if runs(wish).unwrap_or(false) {
            println!("cargo::rustc-link-arg-bins={wish}");
        }
    }
}

/// Whether a program linked with this argument, and otherwise as cargo would, starts and prints what it should.
fn runs(wish: &str) -> Option<bool> {
    let folder = PathBuf::from(env::var_os("OUT_DIR")?);
    let (source, program) = (folder.join("trial.rs"), folder.join("trial"));
    fs::write(&source, TRIAL).ok()?;
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let linker = env::var("RUSTC_LINKER").ok().map(|l| format!("-Clinker={l}"));
    let built = Command::new(env::var_os("RUSTC")?)
        .args(flags.split('\u{1f}').filter(|f| !f.is_empty()))
        .args(linker)
        .arg(format!("-Clink-arg={wish}"))
        .arg("-o")
        .args([&program, &source])
        .output()
        .ok()?;
    let printed = built.status.success().then(|| Command::new(&program).output().ok())??;
    fs::remove_file(&program).ok()?;
    Some(printed.status.success() && printed.stdout == b"b\n")
}
