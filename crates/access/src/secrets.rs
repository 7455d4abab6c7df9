//! Tokens and password hashes.

use crate::{Access, AccessError};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const TOKEN_BYTES: usize = 32;

/// How tokens and keys are stored: SHA-256 in hex.
pub fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

impl Access {
    /// 256 random bits as text.
    pub(crate) fn new_token(&self) -> String {
        let mut bytes = [0; TOKEN_BYTES];
        self.rng.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// argon2id with the crate's recommended parameters (19 MiB, 2 passes), as a PHC string.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, AccessError> {
        let _permit = self.hashing.acquire().await.map_err(|error| AccessError::Internal(error.to_string()))?;
        let mut salt = [0; 16];
        self.rng.fill(&mut salt);
        let password = password.to_owned();
        tokio::task::spawn_blocking(move || {
            Argon2::default()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| AccessError::Internal(format!("argon2: {error}")))
        })
        .await
        .map_err(|error| AccessError::Internal(error.to_string()))?
    }

    pub(crate) async fn verify_password(&self, password: &str, hash: &str) -> Result<bool, AccessError> {
        let _permit = self.hashing.acquire().await.map_err(|error| AccessError::Internal(error.to_string()))?;
        let (password, hash) = (password.to_owned(), hash.to_owned());
        tokio::task::spawn_blocking(move || {
            Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok()
        })
        .await
        .map_err(|error| AccessError::Internal(error.to_string()))
    }
}
