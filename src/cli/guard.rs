//! A net under everything that may hold faults of ours: what was computed before is worth more than the program's end.
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a function gives, or the text of its panic. What it was working on must not be trusted to be whole afterwards.
pub fn guarded<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
        text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
    })
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_a_text() {
        assert_eq!(guarded(|| 3), Ok(3));
        let (empty, at): (Vec<i32>, usize) = (vec![], 7);
        let text = guarded(|| empty[at]).unwrap_err();
        assert_eq!(text, "index out of bounds: the len is 0 but the index is 7");
    }
}
