//! The team of a thread.
use super::team::Team;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

thread_local! {
    static TEAM: RefCell<Option<Arc<Team>>> = const { RefCell::new(None) };
}

/// What [`enter`] gives: dropped, it brings back the team that the thread had before.
pub struct Entered {
    before: Option<Arc<Team>>,
    /// it belongs to its thread
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        TEAM.set(self.before.take());
    }
}

/// Makes a team that of this thread, until the guard is dropped; none for work that a rank does alone.
#[must_use = "the thread has the team only as long as the guard lives"]
pub fn enter(team: Option<Arc<Team>>) -> Entered {
    Entered { before: TEAM.replace(team.filter(|t| t.size() > 1)), here: PhantomData }
}

/// The team of this thread, if it has one of more than one rank.
pub fn current() -> Option<Arc<Team>> {
    TEAM.with_borrow(Clone::clone)
}

/// The team of this thread, if so many multiplications are worth sharing.
pub fn sharing(multiplications: usize) -> Option<Arc<Team>> {
    TEAM.with_borrow(|team| team.as_ref().filter(|t| t.is_worth(multiplications)).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::traits::One;

    #[test]
    fn one_rank_shares_nothing() {
        let team = Arc::new(Team::new(Box::new(One)));
        let _entered = enter(Some(team));
        assert!(sharing(usize::MAX).is_none() && current().is_none());
    }

    #[test]
    fn guards_bring_back_what_was_before() {
        assert!(current().is_none());
        drop(enter(None));
        assert!(current().is_none());
    }
}
