//! Does somebody belong to a company? Worked out from what was said, in whatever order it arrives.

use base::Timestamp;

/// What is known of one customer in one company.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Belonging {
    /// The first and the latest time somebody said that they belong to it.
    pub joined: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The latest time somebody said that they do not.
    pub left: Option<Timestamp>,
    pub role: Option<String>,
    /// When the role was said, also that there is none; None: never.
    pub role_at: Option<Timestamp>,
    /// Who said the latest of all this.
    pub source: String,
}

/// What one call says of a member.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word<'e> {
    pub at: Timestamp,
    pub leaves: bool,
    /// Some(None): has no role.
    pub role: Option<Option<&'e str>>,
    pub source: &'e str,
}

impl Belonging {
    /// Belongs to it today. Who is said to leave at the moment they join has left.
    pub fn is_active(&self) -> bool {
        match (self.last, self.left) {
            (Some(last), Some(left)) => left < last,
            (last, None) => last.is_some(),
            (None, Some(_)) => false,
        }
    }
    /// The latest time anything was said.
    pub fn at(&self) -> Timestamp {
        self.last.max(self.left).unwrap_or(Timestamp::from_ms(0))
    }

    pub fn hear(&mut self, word: &Word<'_>) {
        let at = Some(word.at);
        let one = Belonging {
            joined: at.filter(|_| !word.leaves),
            last: at.filter(|_| !word.leaves),
            left: at.filter(|_| word.leaves),
            role: word.role.flatten().map(str::to_owned),
            role_at: word.role.and(at),
            source: word.source.to_owned(),
        };
        self.absorb(one);
    }

    /// Takes in what is known of the same customer under another id. Order and repetition make no difference.
    pub fn absorb(&mut self, other: Belonging) {
        if (self.at(), &self.source) < (other.at(), &other.source) || self.is_blank() {
            self.source = other.source;
        }
        self.joined = match (self.joined, other.joined) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.last = self.last.max(other.last);
        self.left = self.left.max(other.left);
        if (self.role_at, &self.role) < (other.role_at, &other.role) {
            (self.role_at, self.role) = (other.role_at, other.role);
        }
    }

    fn is_blank(&self) -> bool {
        self.last.is_none() && self.left.is_none()
    }
}
