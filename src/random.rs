//! Randomness: one seed, one stream per use, the same numbers on every device and at any thread count.
use crate::device::Points;
use burn::tensor::{Int, Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// ChaCha with 8 rounds: the same numbers on every machine.
pub type Rng = ChaCha8Rng;

/// The generator for the `stream`-th random draw made under a seed.
pub fn rng(seed: u64, stream: u64) -> Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// The rows [rows.len(), d] with these numbers.
pub fn select(p: &Points, rows: Vec<usize>) -> Points {
    let n = rows.len();
    let at: Tensor<1, Int> =
        Tensor::from_data(TensorData::new(rows.into_iter().map(|i| i as i32).collect::<Vec<i32>>(), [n]), &p.device());
    p.clone().select(0, at)
}

/// Random rows, none twice; all of them in their order where that many are asked for, or 0.
pub fn minibatch(p: &Points, size: usize, rng: &mut Rng) -> Points {
    let n = p.dims()[0];
    if size == 0 || size >= n { p.clone() } else { select(p, rand::seq::index::sample(rng, n, size).into_vec()) }
}

/// All rows in a random order, or as many of them as are asked for.
pub fn shuffled(p: &Points, size: usize, rng: &mut Rng) -> Points {
    let n = p.dims()[0];
    select(p, rand::seq::index::sample(rng, n, size.min(n)).into_vec())
}
