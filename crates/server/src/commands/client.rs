//! The command line as a client of the API: no privilege, the same routes as everybody.

use super::UsageError;
use anyhow::{Context, bail};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Where the server is and with which key.
#[derive(Debug, Clone, clap::Args)]
pub struct ServerArgs {
    /// Address of the running server.
    #[arg(long, env = "TUTTI_API_URL", default_value = "http://127.0.0.1:7700")]
    pub api_url: String,
    /// API key; make one with `tutti key create`.
    #[arg(long, env = "TUTTI_API_KEY", hide_env_values = true)]
    pub api_key: Option<String>,
}

pub struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Client {
    pub fn new(args: &ServerArgs) -> anyhow::Result<Self> {
        let Some(key) = args.api_key.clone() else {
            return Err(UsageError("set TUTTI_API_KEY or --api-key; `tutti key create` makes one".into()).into());
        };
        let url = args.api_url.trim_end_matches('/').to_owned();
        Ok(Self { http: reqwest::Client::builder().build()?, url, key })
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// The answer's JSON; a problem becomes an error that says what and where.
    pub async fn send(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let response = request.send().await.with_context(|| format!("no server answers at {}", self.url))?;
        let status = response.status();
        let text = response.text().await?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(value);
        }
        let mut message = format!("{status}: {}", value["detail"].as_str().unwrap_or(&text));
        for error in value["errors"].as_array().into_iter().flatten() {
            message.push_str(&format!("\n  {}: {}", super::field(error, "/pointer"), super::field(error, "/detail")));
        }
        bail!(message)
    }
}

/// `name` as a segment of a path.
pub fn escape(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}
