//! Values known in closed form, from exact solvers, or from independent implementations.
mod conjugates;
mod convexity;
mod decades;
mod distances;
mod divergences;
mod domain;
mod ends;
pub mod equilibrium;
mod exact;
mod flows;
mod functions;
mod kernels;
mod level;
mod one_sided;
mod ring;
mod scale;
mod splitmix;
mod transport;
