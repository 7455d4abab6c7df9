//! The HTTP API as its clients meet it: the whole program in one process, asked through its router.
//!
//! What is true of every route is tested in loops over the API description, so that a new route is tested by being
//! there.

mod companies;
mod connections;
mod consent;
mod devices;
mod problems;
mod products;
mod retention;
mod rights;
mod shapes;
mod value;

use crate::config::Config;
use crate::wire::{Program, Running};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tower::ServiceExt;

/// How long something may take to show; a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// A running program that listens nowhere.
pub struct Server {
    router: Router,
    running: Running,
    stop: watch::Sender<bool>,
    _dir: tempfile::TempDir,
    /// A key of the first workspace that may do everything.
    pub key: String,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null when it is no JSON.
    pub json: Value,
    pub text: String,
}

impl Server {
    pub async fn start() -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().expect("a folder");
        let config = Config { data_dir: dir.path().join("data"), ..Config::default() };
        let bound = SocketAddr::from(([127, 0, 0, 1], 7700));
        let program = Program::open(&config, bound, false).await.expect("the program opens");
        let (stop, stopping) = watch::channel(false);
        let router = crate::http::router(program.app.clone());
        let running = program.start(stopping);
        let mut server = Self { router, running, stop, _dir: dir, key: String::new() };
        let setup = json!({ "email": "owner@example.nl", "password": "a long password", "name": "Owner",
            "workspace_name": "Shop", "time_zone": "Europe/Amsterdam", "currency": "EUR" });
        let answer = server.ask("POST", "/api/v1/setup", "", setup).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let cookie = answer.headers["set-cookie"].to_str().expect("text").split(';').next().unwrap_or_default();
        let request = http::Request::post("/api/v1/keys")
            .header("content-type", "application/json")
            .header("cookie", cookie)
            .body(Body::from(json!({ "name": "all", "scopes": ["*"] }).to_string()));
        let made = server.send(request.expect("a request")).await;
        assert_eq!(made.status, 201, "{}", made.text);
        server.key = made.json["key"].as_str().expect("a key").to_owned();
        server
    }

    /// Sends JSON (null: no body) with an API key (empty: none).
    pub async fn ask(&self, method: &str, path: &str, key: &str, body: Value) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).expect("a request")).await
    }

    pub async fn send(&self, request: http::Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        Answer::of(response).await
    }

    /// As the key that may do everything.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &self.key, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &self.key, body).await
    }

    /// Waits until the program shows what was accepted.
    pub async fn until(&self, path: &str, shown: impl Fn(&Value) -> bool) -> Value {
        self.awaited(path, |answer| answer.status == 200 && shown(&answer.json)).await.json
    }

    /// Waits until something is not there any more.
    pub async fn until_gone(&self, path: &str) {
        self.awaited(path, |answer| answer.status == 404).await;
    }

    async fn awaited(&self, path: &str, fits: impl Fn(&Answer) -> bool) -> Answer {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if fits(&answer) {
                return answer;
            }
            assert!(Instant::now() < end, "{path} never showed it: {}", answer.text);
            tokio::time::sleep(ASKED_EVERY).await;
        }
    }

    /// A key with these scopes only.
    pub async fn key_with(&self, scopes: &[&str]) -> String {
        let made = self.post("/api/v1/keys", json!({ "name": "some", "scopes": scopes })).await;
        made.json["key"].as_str().expect("a key").to_owned()
    }

    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.running.stop().await;
    }
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        // Streams of events do not end; their head is the answer.
        let streams = parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/event"));
        let body = if streams { Default::default() } else { to_bytes(body, 64 << 20).await.expect("a body") };
        let text = String::from_utf8_lossy(&body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status: parts.status.as_u16(), headers: parts.headers, json, text }
    }
}

/// One route of the API description.
pub struct Route {
    pub method: Method,
    pub path: String,
    /// What it says of itself.
    pub described: Value,
}

impl Route {
    /// The path with something in its places that is no id of anything.
    pub fn with_nonsense(&self) -> String {
        let place = |part: &str| if part.starts_with('{') { "nonsense".to_owned() } else { part.to_owned() };
        self.path.split('/').map(place).collect::<Vec<_>>().join("/")
    }

    /// The permissions it needs; None when it is public.
    pub fn scopes(&self) -> Option<Vec<&str>> {
        let first = self.described["security"].get(0)?;
        let scopes = first.get("api_key")?.as_array()?;
        Some(scopes.iter().filter_map(Value::as_str).collect())
    }

    /// The schema of its 200 answer, resolved.
    pub fn answer_schema<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        let schema = &self.described["responses"]["200"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str()?.rsplit('/').next()?;
        Some(&document["components"]["schemas"][name])
    }
}

pub fn document() -> Value {
    serde_json::from_str(&api::openapi_json()).expect("JSON")
}

pub fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, described) in methods.as_object().expect("methods") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if described.get("responses").is_some() {
                routes.push(Route { method, path: path.clone(), described: described.clone() });
            }
        }
    }
    assert!(routes.len() > 80, "{} routes", routes.len());
    routes
}

/// True when the schema (or a part it is made of) has this field.
pub fn has_field(schema: &Value, name: &str, document: &Value) -> bool {
    if schema["properties"].get(name).is_some() {
        return true;
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    parts.into_iter().any(|part| match part["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some(of) => has_field(&document["components"]["schemas"][of], name, document),
        None => has_field(part, name, document),
    })
}
