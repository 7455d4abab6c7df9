//! Why a database refuses, in the same words for every engine; which of its codes means what, the engine knows.

use crate::error::Fault;

pub(super) enum Refusal {
    Credentials,
    NoDatabase,
    TooSlow,
    /// The cursor column is not among those of the query.
    NoCursorColumn,
    /// It is starting, stopping or full.
    Unavailable,
    /// Of a statement that is no reading.
    WouldChange,
    Other,
}

impl Refusal {
    /// `said` is the database's own message.
    pub fn fault(self, said: &str) -> Fault {
        match self {
            Self::Credentials => Fault::new("wrong_credentials", "the server refuses this user and password"),
            Self::NoDatabase => Fault::new("query_failed", format!("the database is not there: {said}")),
            Self::TooSlow => Fault::new("too_slow", "the query took too long; an index on the cursor column may help"),
            Self::NoCursorColumn => {
                Fault::new("cursor_not_in_result", format!("the query's result has no such column: {said}"))
            }
            Self::Unavailable => Fault::new("host_not_reachable", format!("the server cannot take us now: {said}")),
            Self::WouldChange => {
                Fault::new("query_failed", "the query would change something; only reading is possible")
            }
            Self::Other => Fault::new("query_failed", format!("the database says: {said}")),
        }
    }
}
