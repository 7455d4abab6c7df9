//! What the room of companies asks of others: who is somebody, what members do, and the erasure of people.

use async_trait::async_trait;
use base::{Clock, ProfileId, WorkspaceId};
use company::{CompanyView, MemberNumbers, Naming, People};
use db::{DbError, Tx};
use events::Event;
use profile::identifiers::{DEFAULT_REGION, Form, Kind, normalise};
use profile::{Eraser, Person};
use std::sync::Arc;

/// `company::Naming` by the rules of `profile`.
pub struct ProfileNaming;

fn plain(text: &str) -> Option<String> {
    normalise(Form::Plain, text, DEFAULT_REGION).map(std::borrow::Cow::into_owned)
}

impl Naming for ProfileNaming {
    fn names_somebody(&self, event: &Event) -> bool {
        let own = [&event.user_id, &event.anonymous_id].into_iter().flatten();
        let declared = event.identifiers.iter().filter_map(|one| Some((Kind::named(&one.kind)?, &one.value)));
        event.profile.is_some()
            || own.filter_map(|id| plain(id)).next().is_some()
            || declared.filter_map(|(kind, value)| normalise(kind.spec().form, value, DEFAULT_REGION)).next().is_some()
    }

    fn group_id(&self, sent: &str) -> Option<String> {
        plain(sent)
    }
}

/// `company::People` over `profile` and `measure`: two questions for a list of customers.
pub struct CompanyPeople {
    pub profiles: Arc<profile::Profiles>,
    pub measures: Arc<measure::Measures>,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[async_trait]
impl People for CompanyPeople {
    async fn numbers(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<(ProfileId, MemberNumbers)>, String> {
        let found = self.profiles.summaries(workspace, profiles).await.map_err(text)?;
        let sums = self.measures.order_sums(workspace, profiles).await.map_err(text)?;
        let numbers = found.into_iter().map(|one| {
            let bought = sums.get(&one.id);
            let numbers = MemberNumbers {
                first_seen: one.first_seen,
                last_seen: one.last_seen,
                events: one.events,
                orders: bought.map_or(0, |sums| sums.orders.max(0) as u64),
                revenue: bought.map(|sums| sums.revenue),
            };
            (one.id, numbers)
        });
        Ok(numbers.collect())
    }
}

/// Forgets who belonged where, and traits of their companies that hold their address, number or id.
pub struct CompanyEraser(pub Arc<dyn Clock>);

#[async_trait]
impl Eraser for CompanyEraser {
    fn name(&self) -> &'static str {
        CompanyView::ERASER_NAME
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        // A short id is part of many texts: only an address or a number is looked for inside of one.
        let is_address = |kind: &str| matches!(kind, "email" | "phone");
        let (addresses, ids) = person.identifiers.iter().cloned().partition(|one| is_address(&one.kind));
        let reached = Person { profiles: Vec::new(), identifiers: addresses };
        let ids: Vec<profile::PersonIdentifier> = ids;
        let named = |json: &str| {
            let whole = json.trim_matches('"');
            reached.is_named_in(json) || ids.iter().any(|id| id.value.eq_ignore_ascii_case(whole))
        };
        CompanyView::erase(tx, workspace, &person.profiles, &named, self.0.now()).await
    }
}
