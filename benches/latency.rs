//! What it takes ranks to exchange pieces: `mpirun -n 2 latency`, where `latency` is what
//! `cargo bench --features mpi --bench latency --no-run` has built. Rank 0 prints a line of CSV for each number of bytes that
//! all ranks together have in the end: the median and the least of the microseconds of one gather.
use gflow::ranks::{Ranks, World};
use std::time::{Duration, Instant};

/// Bytes in total.
const BYTES: [usize; 8] = [16, 1 << 10, 16 << 10, 128 << 10, 1 << 20, 8 << 20, 64 << 20, 256 << 20];
/// How long one size is looked at.
const TIME: Duration = Duration::from_millis(1500);
/// The least and the most gathers of one size.
const TIMES: [usize; 2] = [9, 20_000];

fn main() -> Result<(), gflow::error::Error> {
    let (world, library) = World::start()?;
    if world.rank() == 0 {
        println!("ranks,bytes,median_us,least_us");
    }
    for bytes in BYTES {
        let lengths = vec![bytes / world.size(); world.size()];
        let mut all = vec![world.rank() as u8; lengths.iter().sum()];
        // all take as many as rank 0 has found to be enough
        let begun = Instant::now();
        (0..3).try_for_each(|_| world.gather(&lengths, &mut all))?;
        let each = begun.elapsed().as_secs_f64() / 3.0;
        let mut times = ((TIME.as_secs_f64() / each) as usize).clamp(TIMES[0], TIMES[1]).to_le_bytes();
        world.tell(&mut times)?;
        let mut micros = vec![];
        for _ in 0..usize::from_le_bytes(times) {
            let begun = Instant::now();
            world.gather(&lengths, &mut all)?;
            micros.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        micros.sort_by(f64::total_cmp);
        if world.rank() == 0 {
            println!("{},{},{:.2},{:.2}", world.size(), all.len(), micros[micros.len() / 2], micros[0]);
        }
    }
    library.finish();
    Ok(())
}
