//! gflow: a laboratory for gradient flows of probability divergences.
//!
//! Everything minimises a divergence D(P‖Q) over the law P of moving particles, Q being the target:
//!
//! ∂P/∂t = ∇·(P ∇ δD/δP),   D_f^Γ(P‖Q) = sup_{φ∈Γ} { E_P φ − inf_ν { ν + E_Q f*(φ − ν) } }.   [birrell2022](crate::references#birrell2022), [gu2024gpa](crate::references#gu2024gpa)
//!
//! | room | what lives there |
//! |---|---|
//! | [`generator`] | convex f: expression graph, derivative, conjugate, checks, the named f |
//! | [`space`] | function spaces Γ, ground costs, kernels and their streamed sums |
//! | [`divergence`] | divergences as weighted variational terms, and their compositions |
//! | [`critic`] | potentials φ: networks that are trained, solvers that are exact, entropic or kernels; estimates and their proofs |
//! | [`network`] | networks behind one trait, with hand-written passes on the host and on devices, and their optimisers |
//! | [`transport`] | optimal transport: exact with checked duals, to a free marginal, entropic |
//! | [`flow`] | schemes, maps, codecs, the one run loop, saved runs |
//! | [`record`] | states, records, histories, snapshots: what a flow leaves behind |
//! | [`observer`] | history, snapshots, stop rules, progress |
//! | [`metric`] | distances between samples |
//! | [`dataset`] | data sets |
//! | [`ranks`] | processes that take the steps of one flow together, and sums that do not depend on how many they are |
//! | [`table`] | tables: columns of numbers, truths and texts, in groups, in order, joined |
//! | [`io`] | points and tables in files |
//! | [`fetch`] | published data sets: downloaded once, checked, kept |
//! | [`prepare`] | samples made ready: affine maps with their inverses, rows that are not finite, parts |
//! | [`plot`] | figures as plain data; one file draws |
//! | [`script`] | the language, its session and its errors |
//! | `cli` | the command line, with the feature of that name |
//!
//! Sources: [`references`]. Shared ground: [`catalogue`], [`device`], [`error`], [`fault`], [`input`], [`interrupt`], [`matrix`], [`memory`], [`random`], [`simd`], [`sorting`], [`sums`].
pub mod catalogue;
#[cfg(feature = "cli")]
pub mod cli;
pub mod critic;
pub mod dataset;
pub mod device;
#[cfg(test)]
mod differences;
pub mod digest;
pub mod divergence;
pub mod error;
pub mod fault;
pub mod fetch;
pub mod flow;
pub mod generator;
pub mod input;
pub mod interrupt;
pub mod io;
pub mod linear;
pub mod matrix;
pub mod memory;
pub mod metric;
pub mod network;
pub mod observer;
pub mod plot;
pub mod prepare;
pub mod random;
pub mod ranks;
pub mod record;
pub mod references;
pub mod scratch;
pub mod script;
pub mod simd;
pub mod sorting;
pub mod space;
pub mod study;
pub mod summary;
pub mod sums;
pub mod table;
pub mod threads;
pub mod transport;
mod wire;
