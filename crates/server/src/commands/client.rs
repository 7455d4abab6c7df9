//! The command line as a client of the API: no privilege, the same routes as everybody.

use super::Failure;
use super::output::field;
use anyhow::Context as _;
use futures::{Stream, StreamExt};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// Rows asked for in one request.
const PAGE_ROWS: usize = 200;
/// A line of a live stream that is longer is no event of ours.
const STREAM_LINE_BYTES_MAX: usize = 8 << 20;

/// Where the server is and with which key.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Server to talk to")]
pub struct ServerArgs {
    /// Address of the running server.
    #[arg(long, env = "TUTTI_API_URL", default_value = "http://127.0.0.1:7700", global = true)]
    pub api_url: String,
    /// API key; make one with `tutti key create`.
    #[arg(long, env = "TUTTI_API_KEY", hide_env_values = true, global = true)]
    pub api_key: Option<String>,
}

impl ServerArgs {
    /// Without a slash at the end.
    pub fn url(&self) -> &str {
        self.api_url.trim_end_matches('/')
    }
}

pub struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

/// A message of a live stream: its name and its JSON.
pub type StreamEvent = (String, Value);

impl Client {
    pub fn new(args: &ServerArgs) -> anyhow::Result<Self> {
        let Some(key) = args.api_key.clone() else {
            let text = "set TUTTI_API_KEY or --api-key; `tutti key create` makes one";
            return Err(Failure::Usage(text.into()).into());
        };
        Ok(Self { http: http()?, url: args.url().to_owned(), key })
    }

    pub fn url(&self) -> &str {
        &self.url
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

    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// The answer's JSON, null when it has none; a problem becomes a [`Failure`] that says what and where.
    pub async fn send(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let text = self.answer(request).await?.text().await?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A file or a text, as it comes.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        Ok(self.answer(self.request(Method::GET, path)).await?.bytes().await?.to_vec())
    }

    pub async fn answer(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        answer(&self.url, request).await
    }

    /// Follows the pages of a list until `rows_max`. The answer reads as one page.
    pub async fn pages(&self, path: &str, rows_max: usize) -> anyhow::Result<Value> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut cursor) = (Vec::new(), Value::Null);
        while items.len() < rows_max {
            let rows = (rows_max - items.len()).min(PAGE_ROWS);
            let after = cursor.as_str().map(|cursor| format!("&cursor={}", escape(cursor))).unwrap_or_default();
            let mut page = self.get(&format!("{path}{sign}limit={rows}{after}")).await?;
            let Some(Value::Array(found)) = page.get_mut("items").map(Value::take) else { return Ok(page) };
            items.extend(found);
            cursor = page["next_cursor"].take();
            if cursor.is_null() {
                break;
            }
        }
        // Lists without pages answer everything.
        items.truncate(rows_max);
        Ok(json!({ "items": items, "next_cursor": cursor }))
    }

    /// Server-sent events, until the server or the reader ends it.
    pub async fn events(&self, path: &str) -> anyhow::Result<impl Stream<Item = anyhow::Result<StreamEvent>> + use<>> {
        let request = self.request(Method::GET, path).header("accept", "text/event-stream");
        let parts = self.answer(request).await?.bytes_stream().boxed();
        let state = (parts, Vec::<u8>::new(), String::new());
        Ok(futures::stream::try_unfold(state, |(mut parts, mut pending, mut name)| async move {
            loop {
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = pending.drain(..=end).collect();
                    let line = String::from_utf8_lossy(&line);
                    let line = line.trim_end_matches(['\r', '\n']);
                    if let Some(word) = line.strip_prefix("event:") {
                        name = word.trim().to_owned();
                    } else if let Some(data) = line.strip_prefix("data:") {
                        let value = serde_json::from_str(data.trim()).unwrap_or(Value::Null);
                        return Ok(Some(((name.clone(), value), (parts, pending, name))));
                    }
                }
                anyhow::ensure!(pending.len() <= STREAM_LINE_BYTES_MAX, "the stream is not one of events");
                match parts.next().await {
                    None => return Ok(None),
                    Some(part) => pending.extend_from_slice(&part.context("the stream broke off")?),
                }
            }
        }))
    }
}

/// The way out, for routes with another key.
pub fn http() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().build()?)
}

/// The answer of a request that has to succeed; anything else becomes a [`Failure`].
pub async fn answer(url: &str, request: RequestBuilder) -> anyhow::Result<Response> {
    let response = request
        .send()
        .await
        .map_err(|error| Failure::Unreachable(format!("no server answers at {url}: {}", causes(&error))))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let mut message = format!("{status}: {}", value["detail"].as_str().unwrap_or(text.trim()));
    for error in value["errors"].as_array().into_iter().flatten() {
        message.push_str(&format!("\n  {}: {}", field(error, "/pointer"), field(error, "/detail")));
    }
    Err(match status.as_u16() {
        401 | 403 => Failure::NotAllowed(message),
        404 => Failure::NotFound(message),
        502..=504 => Failure::Unreachable(message),
        400..=499 => Failure::Refused(message),
        _ => return Err(anyhow::anyhow!(message)),
    }
    .into())
}

/// The innermost cause says most.
fn causes(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// `name` as a segment of a path or a value in a query.
pub fn escape(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A path with those parameters that are given.
pub fn with_query(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given: Vec<String> =
        parameters.iter().filter_map(|(name, value)| value.map(|value| format!("{name}={}", escape(value)))).collect();
    if given.is_empty() { path.to_owned() } else { format!("{path}?{}", given.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_are_not_given_are_left_out() {
        assert_eq!(with_query("/x", &[("a", None)]), "/x");
        assert_eq!(with_query("/x", &[("q", Some("a b")), ("n", None), ("c", Some("é"))]), "/x?q=a%20b&c=%C3%A9");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_exit_code_3() {
        let request = reqwest::Client::new().get("http://127.0.0.1:1/");
        let error = answer("http://127.0.0.1:1", request).await.unwrap_err();
        assert_eq!(error.downcast_ref::<Failure>().map(Failure::exit_code), Some(3));
    }
}
