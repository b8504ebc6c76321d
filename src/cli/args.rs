//! Arguments, as clap reads them.
use super::pause::Interval;
use crate::study::{Axis, Draw};
use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::str::FromStr;

/// A laboratory for gradient flows of probability divergences.
#[derive(Debug, Parser)]
#[command(name = "gflow", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a script or a notebook; `mpirun -n 4 gflow run SCRIPT` runs one flow on four ranks, where gflow was built with mpi
    Run(RunArgs),
    /// Type cells one after the other
    Repl(ReplArgs),
    /// Make the notebook kernel known to Jupyter, or forgotten
    #[command(subcommand)]
    Jupyter(JupyterCommand),
    /// Run a script over settings of its parameters and over seeds, several jobs at a time; what is done is not done again
    Sweep(SweepArgs),
    /// Say what came out of a study: a row a setting, the best, tests on the same seeds, a figure
    Collect(CollectArgs),
    /// Run every script that makes claims, over several seeds, and write the table of results with its figures
    Reproduce(ReproduceArgs),
    /// Time the inner loop against the PyTorch and JAX that are installed, as ratios
    Bench(BenchArgs),
    /// List what the language knows, by room
    List {
        /// divergence, critic, flow, data, metric, io, plot or language
        room: Option<String>,
        /// Every page as JSON: room, name, one line, and the page in Markdown; the types are a room, too
        #[arg(long)]
        json: bool,
    },
    /// Explain a name: its signature, equation, options with defaults, and an example
    Help { name: Option<String> },
    /// Version, devices, limits
    Info,
    /// Check that this machine can do everything gflow does
    Doctor,
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page of the program or of a command, for `man -l -`
    Man { command: Option<String> },
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
    /// Folder for RESULTS.md, RESULTS.tex, the figures and the jobs; default results, with --quick results-quick
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Jobs at a time; default one per processor, each with one thread, and one on a GPU
    #[arg(long, short, value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub jobs: Option<usize>,
    /// Run also what is done
    #[arg(long)]
    pub again: bool,
}

#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SweepArgs {
    #[command(subcommand)]
    pub command: Option<SweepCommand>,
    /// A script, or the folder of a study that was begun
    #[arg(required = true, value_name = "SCRIPT|STUDY")]
    pub script: Option<PathBuf>,
    /// A parameter and its values, each combined with all values of the others: lr=1e-3,1e-2; repeatable
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = Axis::from_str)]
    pub grid: Vec<Axis>,
    /// A parameter that is drawn: dt=log:1e-3..1, x=uniform:0..1, k=int:1..10; repeatable
    #[arg(long, value_name = "NAME=LAW:FROM..TO", value_parser = Draw::from_str)]
    pub random: Vec<Draw>,
    /// How often the parameters of --random are drawn, for every place of the grid
    #[arg(long, requires = "random", value_parser = clap::value_parser!(u64).range(1..))]
    pub samples: Option<u64>,
    /// The seed of --random
    #[arg(long, requires = "random", value_name = "SEED")]
    pub draw_seed: Option<u64>,
    /// How many seeds, from 0 on; default 1
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: Option<u64>,
    /// A parameter that is the same in all jobs; repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Folder of the study; default the script's name
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// auto, cpu or wgpu; default auto
    #[arg(long)]
    pub device: Option<String>,
    /// How often a job is kept on its way: 30s, 5m, 1h, or off; default 60s
    #[arg(long, value_name = "TIME", value_parser = super::pause::interval)]
    pub checkpoint: Option<Interval>,
    /// How long a job may take: 30s, 5m, 1h; what takes longer has failed
    #[arg(long, value_name = "TIME", value_parser = super::pause::interval)]
    pub timeout: Option<Interval>,
    /// Jobs at a time; default one per processor, each with one thread, and one on a GPU
    #[arg(long, short, value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub jobs: Option<usize>,
    /// Go on after a job that failed; without it no more jobs are begun then
    #[arg(long, short)]
    pub keep_going: bool,
    /// Run the jobs that failed, and only those
    #[arg(long)]
    pub failed: bool,
    /// Run also what is done
    #[arg(long, conflicts_with = "failed")]
    pub again: bool,
    /// Say what would run, and run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A line a job: its number, what has become of it, its setting
    #[arg(long, conflicts_with_all = ["dry_run", "failed", "index", "slurm"])]
    pub list: bool,
    /// Run the job of this number alone, for programs that hand out numbers: GNU parallel, arrays of Slurm, indexed jobs of Kubernetes
    #[arg(long, conflicts_with_all = ["failed", "jobs", "slurm"])]
    pub index: Option<usize>,
    /// Submit the jobs that are left as an array of Slurm, with these options of sbatch; --array-limit N among them runs N at a time
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub slurm: Option<String>,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub enum SweepCommand {
    /// Say how far a study is, from any machine that sees its folder
    Status {
        /// The folder of the study
        study: PathBuf,
    },
}

#[derive(Args, Clone, Debug)]
pub struct CollectArgs {
    /// The folder of the study
    pub study: PathBuf,
    /// What settings are told apart by; default all that the study varies
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub by: Vec<String>,
    /// What is compared: a name that the script recorded, claimed or tabulated, or a column of its history
    #[arg(long)]
    pub metric: Option<String>,
    /// Mean and standard deviation instead of the median and the quarters
    #[arg(long)]
    pub mean: bool,
    /// The largest is best
    #[arg(long)]
    pub maximise: bool,
    /// The form of what is printed
    #[arg(long, default_value = "text")]
    pub format: Form,
    /// Every job as a row of a table: a .csv or .parquet file
    #[arg(long, value_name = "FILE")]
    pub rows: Option<PathBuf>,
    /// The metric over the first of --by that is a number, a curve with its band for every value of the others: a .png or .svg file
    #[arg(long, value_name = "FILE", requires = "metric")]
    pub figure: Option<PathBuf>,
}

/// The form of a table that is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// aligned
    Text,
    Markdown,
    Latex,
    Csv,
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
    /// Stop as at SIGTERM when standard input ends: the program that started this one is gone
    #[arg(long, hide = true)]
    pub with_parent: bool,
    /// Sizes are too small for claims to be judged
    #[arg(long, hide = true)]
    pub unjudged: bool,
}
