//! Asks the linker for smaller programs that start faster, where it can: functions that were compiled to the same code are kept
//! once, nothing has to be adjusted when the program is loaded, and symbols are left out (cargo forgets the profile's `strip`
//! for a package that the profile names). For the second the program has its place in memory from the start; where a system
//! wants to choose the place itself, what is to be adjusted is listed in a packed table, which glibc knows from 2.36 on. Each
//! wish is tried on a small program here, and dropped without a word if that does not run.
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// Of each the first that works.
const WISHES: [&[&str]; 3] = [&["-Wl,--icf=all"], &["-no-pie", "-Wl,-z,pack-relative-relocs"], &["-Wl,--strip-all"]];
const TRIAL: &str = "fn main() { let kinds = [\"a\", \"b\"]; println!(\"{}\", kinds[std::env::args().count()]); }";

fn main() {
    // two packages share this file: none of their own files is named
    println!("cargo::rerun-if-env-changed=RUSTFLAGS");
    let of = |name: &str| env::var(name).unwrap_or_default();
    // a program for another machine cannot be tried on this one, and a debug build is linked often
    if of("PROFILE") != "release" || of("TARGET") != of("HOST") || !of("TARGET").ends_with("linux-gnu") {
        return;
    }
    for ways in WISHES {
        if let Some(wish) = ways.iter().find(|wish| runs(wish).unwrap_or(false)) {
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
