//! One way to ask for a page of a list, and one shape of the answer, for every list.

use crate::{ApiError, Query};
use axum::extract::FromRequestParts;
use base::{Page, PageRequest, Problem, ProblemKind};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows on the page, 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The extractor of [`PageQuery`].
pub struct Paged(pub PageRequest);

impl<S: Send + Sync> FromRequestParts<S> for Paged {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(PageQuery { limit, cursor }) = Query::from_request_parts(parts, state).await?;
        Ok(Self(PageRequest { limit, cursor: cursor.filter(|cursor| !cursor.is_empty()) }))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// What `cursor` takes for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> From<Page<T>> for Listed<T> {
    fn from(page: Page<T>) -> Self {
        Self { items: page.items, next_cursor: page.next_cursor }
    }
}

impl<T> Listed<T> {
    /// Cuts a list that is in memory anyway to the page asked for.
    ///
    /// The cursor is the place and the key of the page's last item: a list that changes meanwhile goes on after that
    /// item, or at its place when the item is gone.
    pub fn cut<U>(
        all: Vec<U>,
        page: &PageRequest,
        key: impl Fn(&U) -> String,
        view: impl FnMut(U) -> T,
    ) -> Result<Self, ApiError> {
        let start = match page.cursor.as_deref() {
            None => 0,
            Some(cursor) => {
                let (place, last) = cursor.split_once('~').ok_or_else(bad_cursor)?;
                let place: usize = place.parse().map_err(|_| bad_cursor())?;
                all.iter().position(|item| key(item) == last).map_or(place, |at| at + 1)
            }
        };
        let limit = page.limit();
        let rest: Vec<U> = all.into_iter().skip(start).take(limit as usize + 1).collect();
        let cut = Page::cut(rest, limit, key);
        let last = start + cut.items.len().saturating_sub(1);
        let next_cursor = cut.next_cursor.map(|key| format!("{last}~{key}"));
        Ok(Self { items: cut.items.into_iter().map(view).collect(), next_cursor })
    }
}

pub fn bad_cursor() -> ApiError {
    let detail = "this cursor is not the next_cursor of an answer of this list";
    ApiError(Problem::new(ProblemKind::Malformed, "bad_cursor", detail).at("/cursor", "bad_cursor", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(all: &[&str], limit: u32, cursor: Option<&str>) -> (Vec<String>, Option<String>) {
        let all: Vec<String> = all.iter().map(|&item| item.to_owned()).collect();
        let asked = PageRequest { limit: Some(limit), cursor: cursor.map(str::to_owned) };
        let listed = Listed::cut(all, &asked, String::clone, |item| item).expect("a page");
        (listed.items, listed.next_cursor)
    }

    #[test]
    fn a_list_is_walked_page_by_page_whatever_happens_to_it_meanwhile() {
        let (first, next) = page(&["a", "b", "c", "d"], 2, None);
        assert_eq!((first, next.as_deref()), (vec!["a".into(), "b".into()], Some("1~b")));
        assert_eq!(page(&["a", "b", "c", "d"], 2, Some("1~b")), (vec!["c".into(), "d".into()], None));
        assert_eq!(page(&["new", "a", "b", "c", "d"], 2, Some("1~b")).0, ["c", "d"], "something came before it");
        assert_eq!(page(&["a", "c", "d"], 2, Some("1~b")).0, ["c", "d"], "the last item shown is gone");
        assert_eq!(page(&[], 2, None), (vec![], None));
        let asked = PageRequest { limit: None, cursor: Some("nonsense".into()) };
        assert!(Listed::cut(vec![1], &asked, i32::to_string, |item| item).is_err());
    }
}
