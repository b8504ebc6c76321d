//! What the ranks of one flow do, without any: a lone process takes the part of the last among R, which has never less to do than
//! another; the pieces of the others are copies of its own. So the numbers mean nothing, and the work, the meetings and the bytes
//! are those of one rank on R machines.
//!
//! `RAYON_NUM_THREADS=1 cargo bench --bench ranks [-- FLOW]` prints a line of CSV for each flow, size and number of ranks: seconds a step
//! spends in its own work, meetings a step, and bytes that a rank receives a step. `docs/scaling.md` is made of them.
use gflow::device::{Choice, open};
use gflow::error::Result;
use gflow::ranks::{self, Ranks, Team};
use gflow::script::{Recorder, Session, SessionOptions};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A flow with the sizes at which it is looked at. `n` is the number of particles and of points of the target.
struct Flow {
    name: &'static str,
    script: &'static str,
    sizes: [usize; 2],
}

const FLOWS: [Flow; 9] = [
    Flow { name: "gpa, KL", script: "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.001 })", sizes: [8_192, 16_384] },
    Flow { name: "gpa, KL, dt \"auto\"", script: "gpa(kl().regularized(lipschitz(1.0)))", sizes: [8_192, 16_384] },
    Flow {
        name: "gpa, alpha(2)",
        script: "gpa(alpha(2).regularized(lipschitz(1.0)), #{ dt: 0.001 })",
        sizes: [8_192, 16_384],
    },
    Flow {
        name: "gpa, batches of 4096",
        script: "gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.001, batch: 4096 })",
        sizes: [8_192, 16_384],
    },
    Flow {
        name: "gan, batches of 4096",
        script: "gan(kl().regularized(lipschitz(1.0)), #{ generator: mlp([64, 64]), critic: mlp([64, 64]), batch: 4096 })",
        sizes: [8_192, 16_384],
    },
    Flow { name: "mmd_flow", script: "mmd_flow(gaussian_kernel(1.0), #{ dt: 0.001 })", sizes: [2_000, 8_000] },
    Flow { name: "kale_flow, features", script: "kale_flow(#{ dt: 0.01 })", sizes: [4_000, 8_000] },
    Flow { name: "sinkhorn", script: "gradient_flow(sinkhorn(0.5), #{ dt: 0.001 })", sizes: [1_000, 2_000] },
    Flow {
        name: "entropic()",
        script: "gradient_flow(w2(), #{ dt: 0.001, critic: entropic(#{ epsilon: 0.2 }) })",
        sizes: [1_000, 2_000],
    },
];
/// Seconds that a measurement takes at least, and the most steps.
const LONG: f64 = 0.7;
const MOST: usize = 400;
const RANKS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// What has been exchanged.
#[derive(Default)]
struct Traffic {
    meetings: AtomicUsize,
    bytes: AtomicUsize,
}

/// The last of so many, alone.
struct Ghost {
    size: usize,
    traffic: Arc<Traffic>,
}

impl Ranks for Ghost {
    fn rank(&self) -> usize {
        self.size - 1
    }
    fn size(&self) -> usize {
        self.size
    }
    fn gather(&self, lengths: &[usize], all: &mut [u8]) -> Result<()> {
        self.traffic.meetings.fetch_add(1, Relaxed);
        let begin = all.len() - lengths[self.size - 1];
        self.traffic.bytes.fetch_add(begin, Relaxed);
        // the others have what this one has, as often as it takes
        let (others, mine) = all.split_at_mut(begin);
        if !mine.is_empty() {
            others.chunks_mut(mine.len()).for_each(|c| c.copy_from_slice(&mine[..c.len()]));
        }
        Ok(())
    }
    fn exchange(&self, mine: &[u8], to: &[usize], from: &[usize], theirs: &mut [u8]) -> Result<()> {
        self.traffic.meetings.fetch_add(1, Relaxed);
        self.traffic.bytes.fetch_add(theirs.len() - from[self.size - 1], Relaxed);
        // its own piece is the last, and the others have the same for it
        let own = &mine[mine.len() - to[self.size - 1]..];
        if !own.is_empty() {
            theirs.chunks_mut(own.len()).for_each(|c| c.copy_from_slice(&own[..c.len()]));
        }
        Ok(())
    }
}

/// Seconds, meetings and bytes of a run of so many steps.
fn run(flow: &Flow, n: usize, size: usize, steps: usize) -> [f64; 3] {
    let compute = open(Choice::Cpu).unwrap_or_else(|e| panic!("{e}"));
    let mut session = Session::new(SessionOptions::new(compute, Recorder::default()));
    let eval = |s: &mut Session, text: &str| {
        let _ = black_box(s.eval("flow", text).unwrap_or_else(|d| panic!("{}: {}", flow.name, d.message)));
    };
    eval(&mut session, &format!("let p = data::gaussian({n}, 2); let q = data::ring({n}); let f = {};", flow.script));
    let traffic = Arc::new(Traffic::default());
    let team = Team::new(Box::new(Ghost { size, traffic: traffic.clone() }));
    let _team = ranks::enter(Some(Arc::new(team)));
    let begun = Instant::now();
    let options = format!("#{{ steps: {steps}, record_every: 1000000, snapshots: 0, live: false }}");
    eval(&mut session, &format!("let r = f.run(p, q, {options});"));
    let seconds = begun.elapsed().as_secs_f64();
    [seconds, traffic.meetings.load(Relaxed) as f64, traffic.bytes.load(Relaxed) as f64]
}

/// Seconds of a step: what a run costs whatever its steps is in both runs, and the least of two is nobody else's.
fn seconds(flow: &Flow, n: usize, size: usize) -> f64 {
    let took = |steps: usize| (0..2).map(|_| run(flow, n, size, steps)[0]).fold(f64::INFINITY, f64::min);
    let (one, three) = (took(1), took(3));
    let more = ((2.0 * LONG / (three - one).max(1e-6)) as usize).clamp(2, MOST);
    if more <= 3 {
        return (three - one) / 2.0;
    }
    (took(1 + more) - one) / more as f64
}

fn main() {
    let wanted = std::env::args().skip(1).find(|a| !a.starts_with('-')).unwrap_or_default();
    println!("flow,n,ranks,seconds,meetings,bytes");
    for flow in FLOWS.iter().filter(|f| f.name.contains(&wanted)) {
        for (n, size) in flow.sizes.into_iter().flat_map(|n| RANKS.map(|size| (n, size))) {
            let (few, many) = (run(flow, n, size, 1), run(flow, n, size, 3));
            let [meetings, bytes] = [1, 2].map(|i| (many[i] - few[i]) / 2.0);
            // what is exchanged is asked at both sizes, the time of one among several at the larger one
            let seconds =
                if n == flow.sizes[1] || size == 1 { seconds(flow, n, size).to_string() } else { String::new() };
            println!("\"{}\",{n},{size},{seconds},{meetings:.1},{bytes:.0}", flow.name.replace('"', "\"\""));
        }
    }
}
