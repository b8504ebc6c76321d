//! Arguments, as clap reads them.
use super::pause::Interval;
use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A laboratory for gradient flows of probability divergences.
#[derive(Debug, Parser)]
#[command(name = "gflow", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a script or a notebook
    Run(RunArgs),
    /// Type cells one after the other
    Repl(ReplArgs),
    /// Make the notebook kernel known to Jupyter, or forgotten
    #[command(subcommand)]
    Jupyter(JupyterCommand),
    /// Run every script that makes claims, over several seeds, and write the table of results with its figures
    Reproduce(ReproduceArgs),
    /// Time the inner loop against the PyTorch and JAX that are installed, as ratios
    Bench(BenchArgs),
    /// List what the language knows, by room
    List {
        /// divergence, critic, flow, data, metric, io, plot or language
        room: Option<String>,
    },
    /// Explain a name: its signature, equation, options with defaults, and an example
    Help { name: Option<String> },
    /// Version, devices, limits
    Info,
    /// Check that this machine can do everything gflow does
    Doctor,
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Args, Clone, Debug)]
pub struct ReplArgs {
    /// auto, cpu or wgpu
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Folder for figures and arrays
    #[arg(long)]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum JupyterCommand {
    /// Write the kernel's description where Jupyter looks
    Install(InstallArgs),
    /// Remove it
    Uninstall(UninstallArgs),
}

#[derive(Args, Clone, Debug)]
pub struct InstallArgs {
    /// Install below PREFIX/share/jupyter (an environment) instead of for this user
    #[arg(long)]
    pub prefix: Option<PathBuf>,
    /// The name of the kernel
    #[arg(long, default_value = "gflow")]
    pub name: String,
    /// The device of its sessions: auto, cpu or wgpu
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// The kernel's program; default the one beside gflow, or on the path
    #[arg(long)]
    pub kernel: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct UninstallArgs {
    /// Where it was installed, if not for this user
    #[arg(long)]
    pub prefix: Option<PathBuf>,
    /// The name of the kernel
    #[arg(long, default_value = "gflow")]
    pub name: String,
}

#[derive(Args, Clone, Debug)]
pub struct ReproduceArgs {
    /// Scripts, or folders of scripts
    #[arg(default_value = "scripts")]
    pub paths: Vec<PathBuf>,
    /// auto, cpu or wgpu
    #[arg(long, default_value = "cpu")]
    pub device: String,
    /// How many seeds, from 0 on
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,
    /// Small sizes, which only show that the scripts run: no claim is judged, and there is no RESULTS.tex
    #[arg(long)]
    pub quick: bool,
    /// Folder for RESULTS.md, RESULTS.tex and the figures; default results, with --quick results-quick
    #[arg(long)]
    pub out: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// The Python whose libraries are compared
    #[arg(long, default_value = "python3")]
    pub python: PathBuf,
    /// Threads of every program; default all processors
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub threads: Option<usize>,
    /// One short round without the largest size
    #[arg(long)]
    pub quick: bool,
}

#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// A .rhai file, an .ipynb notebook, or - for standard input
    pub file: String,
    /// auto, cpu or wgpu
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// A parameter read by param("NAME", default); repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Folder for run.json, figures and arrays
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Continue the run that --out kept
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// With --out, how often a run is kept on its way: 30s, 5m, 1h, or off; default 60s
    #[arg(long, requires = "out", value_name = "TIME", value_parser = super::pause::interval)]
    pub checkpoint: Option<Interval>,
    /// No progress and no remarks
    #[arg(long, conflicts_with = "json")]
    pub quiet: bool,
    /// Every event as a line of JSON on standard output
    #[arg(long)]
    pub json: bool,
}
