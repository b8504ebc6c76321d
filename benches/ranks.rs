//! What one rank of R does in a step, by flow: seconds of a processor, meetings, and bytes received. The ranks are threads of this
//! process, each with a pool of its own of one thread, so the run is the one that any number of ranks has, and a rank that waits takes
//! no time. Seconds are those of the rank that has most.
//!
//! `taskset -c 0 cargo bench --bench ranks [-- FLOW]` prints a line of CSV for each flow, size and number of ranks (on Linux, which counts
//! the time of a thread; on one processor, so that no rank has a neighbour that slows it). `docs/scaling.md` is made of them.
mod team;

use gflow::device::{Choice, open};
use gflow::ranks::{self, One, Ranks, Team};
use gflow::script::{Recorder, Session, SessionOptions};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use team::Traffic;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A flow with the sizes at which it is looked at, of particles and of points of the target.
struct Flow {
    name: &'static str,
    script: &'static str,
    sizes: [usize; 2],
    /// steps that are measured
    steps: usize,
}

const NETWORK: [usize; 2] = [8_192, 16_384];
const FLOWS: [Flow; 9] = [
    Flow { name: "gpa, KL", script: "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.1 })", sizes: NETWORK, steps: 10 },
    Flow { name: "gpa, KL, dt \"auto\"", script: "gpa(kl().regularized(lipschitz(1.0)))", sizes: NETWORK, steps: 10 },
    Flow {
        name: "gpa, alpha(2)",
        script: "gpa(alpha(2).regularized(lipschitz(1.0)), #{ dt: 0.1 })",
        sizes: NETWORK,
        steps: 10,
    },
    Flow {
        name: "gpa, batches of 4096",
        script: "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.1, batch: 4096 })",
        sizes: NETWORK,
        steps: 20,
    },
    Flow {
        name: "gan, batches of 4096",
        script: "gan(kl().regularized(lipschitz(1.0)), #{ generator: mlp([64, 64]), critic: mlp([64, 64]), batch: 4096 })",
        sizes: NETWORK,
        steps: 20,
    },
    Flow { name: "mmd_flow", script: "mmd_flow(gaussian_kernel(1.0), #{ dt: 0.1 })", sizes: [4_096, 8_192], steps: 5 },
    Flow { name: "kale_flow, features", script: "kale_flow(#{ dt: 0.01 })", sizes: [4_096, 8_192], steps: 2 },
    Flow { name: "sinkhorn", script: "gradient_flow(sinkhorn(0.5), #{ dt: 0.1 })", sizes: [1_024, 2_048], steps: 2 },
    Flow {
        name: "entropic()",
        script: "gradient_flow(w2(), #{ dt: 0.1, critic: entropic(#{ epsilon: 0.2 }) })",
        sizes: [1_024, 2_048],
        steps: 2,
    },
];
const RANKS: [usize; 5] = [1, 2, 4, 8, 16];

/// Seconds that this thread has had a processor.
fn seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns * 1e-9)
}

/// Seconds, meetings and bytes of one rank.
fn rank(flow: &Flow, (n, steps): (usize, usize), team: Arc<Team>, traffic: &Traffic) -> [f64; 3] {
    // what is handed to the pool is done by this thread
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    let _pool = pool.unwrap_or_else(|e| panic!("{e}"));
    let compute = open(Choice::Cpu).unwrap_or_else(|e| panic!("{e}"));
    let mut session = Session::new(SessionOptions::new(compute, Recorder::default()));
    let mut eval = |text: &str| {
        let _ = session.eval("flow", text).unwrap_or_else(|d| panic!("{}: {}", flow.name, d.message));
    };
    eval(&format!("let p = data::gaussian({n}, 2); let q = data::ring({n}); let f = {};", flow.script));
    let _team = ranks::enter(Some(team));
    let begun = seconds();
    let options = format!("#{{ steps: {steps}, record_every: 1000000, snapshots: 0, live: false }}");
    eval(&format!("let r = f.run(p, q, {options});"));
    [seconds() - begun, traffic.meetings.load(Relaxed) as f64, traffic.received.load(Relaxed) as f64]
}

/// The most that a rank of so many has in a run of so many steps.
fn most(flow: &Flow, n: usize, size: usize, steps: usize) -> [f64; 3] {
    let all = team::splitting(size, (One.worth(), One.splits()), |team, traffic| rank(flow, (n, steps), team, traffic));
    [0, 1, 2].map(|i| all.iter().map(|r| r[i]).fold(0.0, f64::max))
}

fn main() {
    let wanted = std::env::args().skip(1).find(|a| !a.starts_with('-')).unwrap_or_default();
    println!("flow,n,ranks,seconds,meetings,bytes");
    for flow in FLOWS.iter().filter(|f| f.name.contains(&wanted)) {
        for (n, size) in flow.sizes.into_iter().flat_map(|n| RANKS.map(|size| (n, size))) {
            // what a run costs whatever its steps is in both, and the least of two is nobody else's
            let least = |steps: usize| {
                let (a, b) = (most(flow, n, size, steps), most(flow, n, size, steps));
                [0, 1, 2].map(|i| a[i].min(b[i]))
            };
            let (few, many) = (least(1), least(1 + flow.steps));
            let [seconds, meetings, bytes] = [0, 1, 2].map(|i| (many[i] - few[i]) / flow.steps as f64);
            println!("\"{}\",{n},{size},{seconds:.6},{meetings:.1},{bytes:.0}", flow.name.replace('"', "\"\""));
        }
    }
}
