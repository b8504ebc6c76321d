//! Criterion benchmarks of every hot path; those made of products also in floating-point operations per second.
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

mod paths;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn all(c: &mut Criterion) {
    // a member of the pool, as the thread of a session is
    rayon::ThreadPoolBuilder::new().num_threads(gflow::threads::count()).use_current_thread().build_global().unwrap();
    for path in paths::ALL {
        let mut group = c.benchmark_group("hot");
        if path.flops > 0 {
            group.throughput(Throughput::Elements(path.flops as u64));
        }
        let mut run = (path.make)();
        group.bench_function(path.name, |b| b.iter(&mut run));
        group.finish();
    }
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = all }
criterion_main!(benches);
