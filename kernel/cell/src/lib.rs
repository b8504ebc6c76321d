//! What a Rust cell of a gflow notebook uses to reach the session it runs in: variables, functions, figures.
//!
//! ```ignore
//! let n = session::get::<f64>("n")?;                       // a variable of the Rhai cells
//! session::set("p", Points::new(vec![0.0; 20], 10, 2))?;   // and one for them
//! session::register("bump", |x: f64| (-x * x).exp());      // callable there, also inside an f
//! session::generator("mine", |x| x * x.ln() - x + 1.0)?;   // an f-divergence whose f is this function
//! session::show("image/svg+xml", &svg);                    // a figure drawn by any crate
//! ```
pub mod abi;
mod function;
mod value;

pub mod session;
pub use value::{Error, FromSession, IntoSession, Points};
