//! When a run is kept on its way, so that what ends the program loses little.
use std::time::{Duration, Instant};

/// The ending of a run that is kept on its way.
pub const RUNNING: &str = "running";

/// Times as long as keeping a run took there is none: it costs less than 3 %, whatever the disk.
const REST: u32 = 40;

/// When the next time is.
pub(super) struct Clock {
    every: Duration,
    next: Instant,
    begun: Instant,
}

impl Clock {
    /// The first time is one interval from now.
    pub fn new(every: Duration) -> Clock {
        let now = Instant::now();
        Clock { every, next: later(now, every), begun: now }
    }
    /// Whether the time has come.
    pub fn is_due(&self) -> bool {
        Instant::now() >= self.next
    }
    /// The run is being kept.
    pub fn begin(&mut self) {
        self.begun = Instant::now();
    }
    /// It was.
    pub fn end(&mut self) {
        let now = Instant::now();
        let took = now.duration_since(self.begun);
        self.next = later(now, self.every.max(took.saturating_mul(REST)));
    }
}

/// A time that no clock counts never comes, or in a century.
fn later(now: Instant, by: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86400);
    now.checked_add(by.min(CENTURY)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_disk_is_asked_less_often() {
        let mut clock = Clock::new(Duration::ZERO);
        assert!(clock.is_due());
        clock.begin();
        std::thread::sleep(Duration::from_millis(20));
        clock.end();
        assert!(!clock.is_due() && clock.next.duration_since(clock.begun) >= Duration::from_millis(800));
        assert!(!Clock::new(Duration::MAX).is_due());
    }
}
