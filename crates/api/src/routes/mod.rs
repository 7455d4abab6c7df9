//! One file per slice; [`all`] is the list.

pub mod access;
pub mod audit;
pub mod campaign;
pub mod catalog;
pub mod collect;
pub mod company;
pub mod computed;
pub mod connections;
pub mod consent;
pub mod content;
pub mod deliver;
pub mod device;
pub mod duplicates;
pub mod events;
pub mod imports;
pub mod keys;
pub mod measure;
pub mod operations;
pub mod plan;
pub mod profile;
pub mod public;
pub mod retention;
pub mod sandbox;
pub mod segment;
pub mod sources;
pub mod users;

use crate::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Every slice's routes.
pub fn all() -> Vec<OpenApiRouter<Arc<App>>> {
    vec![
        operations::routes(),
        access::routes(),
        users::routes(),
        keys::routes(),
        audit::routes(),
        collect::routes(),
        sources::routes(),
        connections::routes(),
        imports::routes(),
        catalog::routes(),
        plan::routes(),
        retention::routes(),
        events::routes(),
        measure::routes(),
        profile::routes(),
        consent::routes(),
        duplicates::routes(),
        company::routes(),
        computed::routes(),
        segment::routes(),
        content::routes(),
        campaign::routes(),
        deliver::routes(),
        device::routes(),
        sandbox::routes(),
        public::routes(),
    ]
}
