//! How long the rest of a study takes.
use super::job::Job;
use crate::summary::mean;
use std::collections::BTreeMap;

/// What jobs took so far.
#[derive(Clone, Debug)]
pub struct Pace {
    /// seconds of the jobs that ended, by script and setting
    seconds: BTreeMap<String, Vec<f64>>,
    /// how many run at a time
    slots: usize,
}

impl Pace {
    /// Of jobs of which so many run at a time.
    pub fn new(slots: usize) -> Pace {
        Pace { seconds: BTreeMap::new(), slots: slots.max(1) }
    }
    /// A job took so many seconds.
    pub fn took(&mut self, job: &Job, seconds: f64) {
        self.seconds.entry(format!("{} {:?}", job.script, job.setting)).or_default().push(seconds);
    }
    /// `, about 3 min left`, if the rest is like what has ended; half of what runs is over in the mean. Empty where nothing has ended.
    pub fn left(&self, running: usize, waiting: usize) -> String {
        if self.seconds.is_empty() || running + waiting == 0 {
            return String::new();
        }
        // settings of which all seeds are done count no more than others
        let mean = self.seconds.values().map(|v| mean(v)).sum::<f64>() / self.seconds.len() as f64;
        let left = mean * (waiting as f64 + 0.5 * running as f64) / self.slots as f64;
        format!(", about {} left", duration(left.max(1.0)))
    }
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => format!("{:.0} ms", 1e3 * s),
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Script;

    #[test]
    fn the_rest_is_like_what_has_ended() {
        let script = Script::new("a.rhai".into(), "", &[], None);
        let job = |lr: &str| Job::new((0, 0), &script, vec![("lr".into(), lr.into())], 0);
        let mut pace = Pace::new(2);
        assert_eq!(pace.left(2, 10), "");
        // two settings of 10 and 40 seconds: 25 in the mean, three waiting and one half over, two at a time
        for (lr, seconds) in [("1", 10.0), ("1", 10.0), ("1", 10.0), ("2", 40.0)] {
            pace.took(&job(lr), seconds);
        }
        assert_eq!(pace.left(2, 3), ", about 50 s left");
        assert_eq!(pace.left(0, 0), "");
        assert_eq!([duration(0.02), duration(200_000.0)], ["20 ms", "2.3 days"]);
    }
}
