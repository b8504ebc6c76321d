//! Runs one hot path by name twice, the second time for callgrind to count; without a name, lists them with their
//! arithmetic. `benches/instructions.py` calls it.

mod paths;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells callgrind to begin or to end counting; the program's symbols are stripped, so that it cannot go by names. A
/// processor takes the request for four rotations that cancel, and goes on.
fn toggle_counting() {
    // `CALLGRIND_TOGGLE_COLLECT` of valgrind's callgrind.h: 'C', 'T', and the third request
    #[cfg(target_arch = "x86_64")]
    let request: [u64; 6] = [(u64::from(b'C') << 24) | (u64::from(b'T') << 16) | 2, 0, 0, 0, 0, 0];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the special preamble of valgrind.h, which changes no register but the answer in rdx and reads the request
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") request.as_ptr(),
            inout("rdx") 0u64 => _,
            options(nostack),
        );
    }
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
    toggle_counting();
    run();
    toggle_counting();
}
