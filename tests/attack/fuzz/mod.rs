//! Fuzzing in this process: inputs made of others, each read under a counting allocator, with a deadline, and with panics
//! caught. No compiler of another kind is needed, and nothing large is compiled twice.
//!
//! Short: 20,000 executions a target, or five seconds. `GFLOW_ATTACK=long`: 10⁶ executions a target. An input that finds
//! something is kept and named in the message; copied to the folder of its target in `tests/data/fuzz/` it is the first thing read from then on.
//! What leads to a new kind of outcome is kept for the rest of a run, so that later inputs begin where it came to.
mod engine;
mod files;
mod formats;
mod mutate;
mod oracle;
mod program;
mod runs;
mod tables;
mod texts;
use engine::attack;
pub use files::{File, npy_file, zip_file};

#[test]
fn npy() {
    attack(files::Npy(File::new("npy")));
}

#[test]
fn npz() {
    attack(files::Npz(File::new("npz")));
}

#[test]
fn csv() {
    attack(files::Csv(File::new("csv")));
}

#[test]
fn parquet() {
    attack(tables::Parquet(File::new("parquet")));
}

#[test]
fn table() {
    attack(tables::Text(File::new("csv")));
}

#[test]
fn transform() {
    attack(files::Transforms(File::new("json")));
}

#[test]
fn idx() {
    attack(files::Idx(File::new("idx")));
}

#[test]
fn h5() {
    attack(formats::H5(File::new("h5")));
}

#[test]
fn h5ad() {
    attack(formats::H5ad(File::new("h5ad")));
}

#[test]
fn safetensors() {
    attack(formats::Safetensors(File::new("safetensors")));
}

#[test]
fn cifar() {
    attack(formats::Cifar(File::new("bin")));
}

#[test]
fn png() {
    attack(formats::Image(File::new("png"), &["grey.png", "rgb.png", "deep.png", "palette.png", "opaque.png"], "png"));
}

#[test]
fn jpeg() {
    attack(formats::Image(File::new("jpg"), &["grey.jpg", "rgb.jpg", "sub.jpg", "progressive.jpg"], "jpeg"));
}

#[test]
fn gz() {
    attack(files::Zipped(File::new("gz")));
}

#[test]
fn ipynb() {
    attack(texts::Ipynb(File::new("ipynb")));
}

#[test]
fn rewrite() {
    attack(texts::Rewrite(crate::common::session().0.assistant().clone()));
}

#[test]
fn runs() {
    attack(runs::Saved::new(0));
}

#[test]
fn arrays() {
    attack(runs::Saved::new(1));
}
