//! Loops compiled for the vector units of the processor they run on, chosen at run time.

/// Runs a computation with the widest vector instructions there are. Whatever it calls must be `#[inline(always)]`.
#[inline(always)]
pub fn run<R>(f: impl FnOnce() -> R) -> R {
    struct Inlined<F>(F);
    impl<R, F: FnOnce() -> R> pulp::NullaryFnOnce for Inlined<F> {
        type Output = R;
        #[inline(always)]
        fn call(self) -> R {
            (self.0)()
        }
    }
    pulp::Arch::new().dispatch(Inlined(f))
}
