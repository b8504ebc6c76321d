//! The command line: parse, call, exit code.

// fresh large mappings are what makes tensors on the CPU slow; this allocator keeps them
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // SAFETY: nothing has run yet, so there is one thread
    unsafe { gflow::device::silence_drivers() };
    std::process::exit(gflow::cli::main(std::env::args_os(), gflow::cli::Kernel::Beside) as i32);
}
