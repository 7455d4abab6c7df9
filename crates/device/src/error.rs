//! What can go wrong when devices are read, or the database of places is.

use base::{Problem, ProfileId};
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("the stored device {key} of {profile} cannot be read: {detail}")]
    Broken { profile: ProfileId, key: String, detail: String },
    #[error("the workspace keeps addresses by a rule \"{0}\" that this version does not know")]
    UnknownRule(String),
    #[error("geo.database: the file {} cannot be read: {detail}", path.display())]
    Unreadable { path: PathBuf, detail: String },
    #[error("geo.database: {} is no MaxMind DB file that can be used: {detail}", path.display())]
    NoDatabase { path: PathBuf, detail: String },
    #[error("geo.database: {} is of type \"{kind}\", which names no countries; use a country or city database", path.display())]
    NoCountries { path: PathBuf, kind: String },
    #[error(transparent)]
    Db(#[from] db::DbError),
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Db(error) => error.into(),
            other => Problem::internal(other),
        }
    }
}
