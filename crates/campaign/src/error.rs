//! What can go wrong with campaigns.

use crate::CampaignState;
use base::{CampaignId, Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    /// Another room's answer.
    #[error("{0}")]
    Other(Problem),
    #[error("there is no campaign {0} in this workspace")]
    NotFound(CampaignId),
    #[error("the campaign was changed meanwhile: you have version {given}, it is at {current}")]
    Stale { given: i64, current: i64 },
    #[error("a {} campaign cannot be changed: {advice}", state.name())]
    NotEditable { state: CampaignState, advice: &'static str },
    #[error("a {} campaign cannot be {verb}", state.name())]
    WrongState { state: CampaignState, verb: &'static str },
    #[error("the campaign is launched already: it goes to each of its recipients once")]
    AlreadyLaunched,
    #[error("the field {field} {detail}")]
    Invalid { field: &'static str, detail: String },
    #[error("the campaign cannot be launched: {}", details(.0))]
    Blocked(Vec<crate::Check>),
    #[error("you confirmed {confirmed} recipients, but now there are {actual}; look at the review again")]
    RecipientsChanged { confirmed: u64, actual: u64 },
    #[error("the stored campaign {campaign} cannot be read: {detail}")]
    Broken { campaign: CampaignId, detail: String },
}

fn details(checks: &[crate::Check]) -> String {
    checks.iter().map(|check| check.detail.as_str()).collect::<Vec<_>>().join("; ")
}

impl From<Problem> for CampaignError {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<CampaignError> for Problem {
    fn from(error: CampaignError) -> Problem {
        let text = error.to_string();
        match error {
            CampaignError::Db(error) => error.into(),
            CampaignError::Other(problem) => problem,
            CampaignError::NotFound(id) => Problem::not_found("campaign", id),
            CampaignError::Stale { .. } => Problem::new(ProblemKind::Stale, "stale_version", text),
            CampaignError::NotEditable { .. } => Problem::conflict("campaign_launched", text),
            CampaignError::WrongState { .. } => Problem::conflict("wrong_state", text),
            CampaignError::AlreadyLaunched => Problem::conflict("campaign_already_launched", text),
            CampaignError::Invalid { field, detail } => {
                Problem::invalid("invalid_campaign", text).at(format!("/{field}"), "invalid", detail)
            }
            CampaignError::Blocked(checks) => {
                let problem = Problem::invalid("launch_blocked", text);
                checks.into_iter().fold(problem, |problem, check| problem.at("/message", check.code, check.detail))
            }
            CampaignError::RecipientsChanged { .. } => Problem::conflict("recipients_changed", text).at(
                "/confirm_recipients",
                "recipients_changed",
                "confirm the number the review shows",
            ),
            CampaignError::Broken { .. } => Problem::internal(text),
        }
    }
}
