//! What every Rust cell finds in place: the modules of `cell/`, given to evcxr as items of a first cell. As a crate of
//! their own they would cost two seconds more, for evcxr then reads the whole project again.

const MODULES: &[(&str, &str, &str)] = &[
    ("pub", "abi", include_str!("../../cell/abi.rs")),
    ("", "function", include_str!("../../cell/function.rs")),
    ("", "value", include_str!("../../cell/value.rs")),
    ("pub", "session", include_str!("../../cell/session.rs")),
    ("pub", "streams", include_str!("../../cell/streams.rs")),
];

/// Puts the session where its functions flush their output.
pub const ATTACH: &str = "session::attach();";

/// The first cell of a compiler.
pub fn cell() -> String {
    let mut text = String::from("mod gflow_cell {\n");
    for (visibility, name, source) in MODULES {
        text += &format!("{visibility} mod {name} {{\n{}\n}}\n", source.replace("crate::", "crate::gflow_cell::"));
    }
    text + "pub use value::{Error, FromSession, IntoSession, Points};\n}\nuse crate::gflow_cell::session;\nuse crate::gflow_cell::Points;\nuse crate::gflow_cell::streams::eprint;\nuse crate::gflow_cell::streams::eprintln;\n"
        + ATTACH
}
