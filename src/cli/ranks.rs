//! `mpirun gflow run`: the ranks that were started, how they begin together and how they end.
use super::Exit;
use super::args::Command;
use super::streams::say;
use crate::study::JOB;
#[cfg(feature = "mpi")]
use {
    super::crew::Crew,
    super::mute::Mute,
    crate::error::Error,
    crate::ranks::{Library, Ranks, World},
};

/// What mpirun, or another starter of MPI programs, says in the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// which process this is, from 0
    pub rank: usize,
    /// how many there are
    pub size: usize,
    /// whether they are meant to be one program: srun starts processes that know nothing of each other in the same way
    pub by_mpirun: bool,
}

/// Names of the rank and of the number of ranks, by Open MPI, MPICH and others, and those that have PMIx alone, as in Slurm.
const NAMES: [(&str, &str); 3] =
    [("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"), ("PMIX_RANK", "SLURM_NTASKS")];

impl Started {
    /// As the environment has it; none where this process is alone, as every job of a study is.
    pub fn here() -> Option<Started> {
        Started::of(|name| std::env::var(name).ok())
    }
    fn of(get: impl Fn(&str) -> Option<String>) -> Option<Started> {
        let number = |name: &str| get(name).and_then(|v| v.trim().parse::<usize>().ok());
        let by_srun = get("SLURM_STEP_ID").is_some();
        let found = NAMES.iter().find_map(|(rank, size)| {
            let by_mpirun = rank.starts_with("OMPI") || rank.starts_with("PMI_") && !by_srun;
            Some(Started { rank: number(rank)?, size: number(size)?, by_mpirun })
        });
        found.filter(|s| s.size > 1 && s.rank < s.size && get(JOB).is_none())
    }
    /// Whether it is this one that speaks.
    pub fn speaks(self) -> bool {
        self.rank == 0 || !self.by_mpirun
    }
    /// The end of a command that several processes were started with, unless it is one for several.
    pub fn refuses(self, command: &Command) -> Option<Exit> {
        if !self.by_mpirun {
            return None;
        }
        let name = match command {
            // one job after the other, each in a process of its own
            Command::Sweep(args) if args.index.is_some() => return None,
            Command::Run(args) if super::notebook::is_notebook(&args.file) => "run with a notebook",
            Command::Run(args) if args.file == "-" => "run with standard input",
            Command::Run(_) if cfg!(feature = "mpi") => return None,
            Command::Run(_) => return Some(self.without_mpi()),
            Command::Sweep(_) => "sweep",
            Command::Repl(_) => "repl",
            Command::Reproduce(_) => "reproduce",
            Command::Bench(_) => "bench",
            Command::Jupyter(_) => "jupyter",
            // what says something says it once
            _ => return (!self.speaks()).then_some(Exit::Ok),
        };
        if self.speaks() {
            say(format_args!(
                "error: gflow {name} is for one process, and mpirun started {}: start it without mpirun",
                self.size
            ));
        }
        Some(Exit::Usage)
    }
    fn without_mpi(self) -> Exit {
        if self.speaks() {
            say(format_args!(
                "error: started on {} ranks by mpirun, but this gflow was built without mpi: install it with \
                 `cargo install --path . --features mpi`, or start it without mpirun",
                self.size
            ));
        }
        Exit::Usage
    }
}

/// Begins together: all ranks but the first are mute from here on. Processes of srun whose library knows nothing of the others are alone.
///
/// # Errors
/// Says why there is no library, or one that mpirun does not belong to.
#[cfg(feature = "mpi")]
pub fn begin(started: Started) -> Result<(Crew, Library), Exit> {
    let failed = |e: Error| {
        if started.speaks() {
            say(format_args!("error: {e}"));
        }
        Exit::Usage
    };
    let (world, library) = World::start().map_err(failed)?;
    if world.size() == 1 && !started.by_mpirun {
        return Ok((Crew::default(), library));
    }
    if world.size() != started.size {
        let why = format!(
            "mpirun started {} processes, and the library that gflow was built with sees {}: they belong to different MPIs",
            started.size,
            world.size()
        );
        return Err(failed(Error::data("MPI", why)));
    }
    let mute = Mute::new(world.rank() > 0).map_err(failed)?;
    Ok((Crew::of(world, mute), library))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starters_are_told_apart() {
        let of = |pairs: &[(&str, &str)]| {
            Started::of(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string()))
        };
        let third = Some(Started { rank: 2, size: 4, by_mpirun: true });
        let task = Some(Started { rank: 2, size: 4, by_mpirun: false });
        assert_eq!(of(&[("OMPI_COMM_WORLD_RANK", "2"), ("OMPI_COMM_WORLD_SIZE", "4")]), third);
        assert_eq!(of(&[("PMI_RANK", "2"), ("PMI_SIZE", "4")]), third);
        assert_eq!(of(&[("PMI_RANK", "2"), ("PMI_SIZE", "4"), ("SLURM_STEP_ID", "0")]), task);
        assert_eq!(of(&[("PMIX_RANK", "2"), ("SLURM_NTASKS", "4")]), task);
        assert_eq!(of(&[("PMI_RANK", "2"), ("PMI_SIZE", "4"), (JOB, "1")]), None);
        assert_eq!(of(&[("OMPI_COMM_WORLD_RANK", "0"), ("OMPI_COMM_WORLD_SIZE", "1")]), None);
        assert_eq!(of(&[("PMIX_RANK", "x")]), None);
        assert_eq!(of(&[("SLURM_NTASKS", "4")]), None);
    }
}
