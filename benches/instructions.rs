//! Runs one hot path by name, for callgrind to count; without a name, lists them
//! with their arithmetic. `benches/instructions.py` calls it.

mod paths;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is counted: everything below this function.
#[inline(never)]
fn counted(run: &mut dyn FnMut()) {
    run();
}

fn main() {
    // this thread does the work itself, so that all of it is seen below one function
    if let Err(e) = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global() {
        eprintln!("no pool: {e}");
        std::process::exit(1);
    }
    let Some(name) = std::env::args().skip(1).find(|a| !a.starts_with('-')) else {
        paths::ALL.iter().for_each(|p| println!("{}\t{}", p.name, p.flops));
        return;
    };
    let Some(path) = paths::ALL.iter().find(|p| p.name == name) else {
        eprintln!("there is no hot path `{name}`");
        std::process::exit(2);
    };
    let mut run = (path.make)();
    run();
    counted(&mut *run);
}
