//! A prefix of an object store that speaks S3, read over our own HTTP client: hosts are guarded as those of databases
//! are, and nothing redirects it elsewhere. An object is there as a whole or not at all; it is downloaded once, straight
//! into the import.

use super::{Found, Hashed, Place, check_count, is_wanted, sort};
use crate::ConnectConfig;
use crate::definition::only_travels_in;
use crate::error::{Fault, invalid};
use crate::kinds::host::{self, Guard};
use crate::limits::{CONNECT_TIMEOUT_MS, OBJECTS_MAX};
use crate::model::FileState;
use async_trait::async_trait;
use base::Problem;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, RetryConfig};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const RETRIES_MAX: usize = 2;
/// No new try after this long.
const RETRY_FOR: Duration = Duration::from_secs(30);
const TEXT_CHARS_MAX: usize = 500;

/// A bucket of anything that speaks S3, and the key that may read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectStoreDefinition {
    /// Scheme, host and port, such as `https://s3.eu-central-1.amazonaws.com`.
    pub endpoint: String,
    pub bucket: String,
    /// The part of the keys before the files: `exports/customers`. Empty: the whole bucket.
    #[serde(default)]
    pub prefix: String,
    #[serde(default = "any_region")]
    pub region: String,
    pub key_id: String,
    /// Comes in, is sealed, and never goes out.
    #[serde(default, skip_serializing_if = "only_travels_in")]
    #[schema(write_only)]
    pub secret: Option<String>,
    /// A secret is stored; what a request says here counts for nothing.
    #[serde(default)]
    #[schema(read_only)]
    pub secret_set: bool,
}

/// What servers without regions expect.
fn any_region() -> String {
    "us-east-1".into()
}

impl ObjectStoreDefinition {
    pub(super) fn check(&self, secret: Option<&str>) -> Result<(), Problem> {
        let wrong = |field: &str, detail: &str| Err(invalid(format!("/definition/object_store/{field}"), detail));
        let plain = |text: &str, more: &str| {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || more.contains(letter);
            !text.is_empty() && text.len() <= TEXT_CHARS_MAX && text.chars().all(fits)
        };
        if self.address().is_none() {
            return wrong(
                "endpoint",
                "must be an address such as https://s3.eu-central-1.amazonaws.com, without a path",
            );
        }
        if !plain(&self.bucket, "-._") {
            return wrong("bucket", "must be the name of a bucket");
        }
        if !plain(&self.region, "-_") {
            return wrong("region", "must be a region such as eu-central-1");
        }
        if !plain(&self.key_id, "-_./+=:@") {
            return wrong("key_id", "must be the id of an access key");
        }
        if self.prefix.len() > TEXT_CHARS_MAX || Path::parse(self.prefix.trim_matches('/')).is_err() {
            return wrong("prefix", "must be the beginning of keys up to a /, such as exports/customers");
        }
        if secret.is_none() {
            return wrong("secret", "an access key needs its secret");
        }
        Ok(())
    }

    /// Whether it is encrypted, the host and the port.
    fn address(&self) -> Option<(bool, String, u16)> {
        let url = url::Url::parse(self.endpoint.trim()).ok()?;
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let bare = bare && url.fragment().is_none() && url.path() == "/" && ["http", "https"].contains(&url.scheme());
        let host = match url.host()? {
            url::Host::Domain(name) => name.to_owned(),
            url::Host::Ipv4(ip) => ip.to_string(),
            url::Host::Ipv6(ip) => ip.to_string(),
        };
        (bare && host::is_name(&host)).then_some((url.scheme() == "https", host, url.port_or_known_default()?))
    }
}

pub(super) struct Objects {
    store: AmazonS3,
    bucket: String,
    prefix: Path,
    pattern: String,
}

impl Objects {
    pub async fn open(
        config: &ConnectConfig,
        definition: &ObjectStoreDefinition,
        pattern: &str,
        secret: &str,
    ) -> Result<Self, Fault> {
        let internal = |error: &dyn std::fmt::Display| Fault::internal(format!("the object store: {error}"));
        let (encrypted, name, port) = definition.address().ok_or_else(|| internal(&"no address"))?;
        if !encrypted && !config.private_networks {
            return Err(Fault::new("host_not_allowed", "an object store is asked over https only"));
        }
        // An address instead of a name is not looked up by the client: it is looked at here.
        host::resolve(&name, port, config.private_networks).await?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
            .read_timeout(config.read_timeout)
            .dns_resolver(Arc::new(Guard { private_networks: config.private_networks }))
            .build()
            .map_err(|error| internal(&error))?;
        let retry = RetryConfig { max_retries: RETRIES_MAX, retry_timeout: RETRY_FOR, ..RetryConfig::default() };
        let store = AmazonS3Builder::new()
            .with_endpoint(definition.endpoint.trim().trim_end_matches('/'))
            .with_allow_http(true)
            .with_virtual_hosted_style_request(false)
            .with_bucket_name(&definition.bucket)
            .with_region(&definition.region)
            .with_access_key_id(&definition.key_id)
            .with_secret_access_key(secret)
            .with_retry(retry)
            .with_http_connector(Transport(client))
            .build()
            .map_err(|error| internal(&error))?;
        let prefix = Path::parse(definition.prefix.trim_matches('/')).map_err(|error| internal(&error))?;
        Ok(Self { store, bucket: definition.bucket.clone(), prefix, pattern: pattern.to_owned() })
    }

    fn path(&self, one: &Found) -> Result<Path, Fault> {
        let key =
            if self.prefix.as_ref().is_empty() { one.name.clone() } else { format!("{}/{}", self.prefix, one.name) };
        Path::parse(key).map_err(Fault::internal)
    }

    /// An object as a file, if it is one that is wanted.
    fn found(&self, object: ObjectMeta) -> Option<Found> {
        let key = object.location.as_ref();
        let prefix = self.prefix.as_ref();
        let name = if prefix.is_empty() { key } else { key.strip_prefix(prefix)?.strip_prefix('/')? };
        let last = name.rsplit('/').next().unwrap_or_default();
        // Consoles draw folders as empty objects.
        let is_folder = object.size == 0 && !last.contains('.');
        (!last.is_empty() && !is_folder && is_wanted(&self.pattern, last)).then(|| Found {
            name: name.to_owned(),
            bytes: object.size,
            modified_ms: object.last_modified.timestamp_millis(),
            etag: object.e_tag,
        })
    }

    /// None: the object is another one now, or gone.
    async fn get(&self, one: &Found, range: Option<GetRange>) -> Result<Option<object_store::GetResult>, Fault> {
        // A weak tag cannot be asked for.
        let if_match = one.etag.clone().filter(|etag| !etag.starts_with("W/"));
        let options = GetOptions { if_match, range, ..GetOptions::default() };
        match self.store.get_opts(&self.path(one)?, options).await {
            Ok(object) => Ok(Some(object)),
            Err(object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(&self.bucket, &error)),
        }
    }
}

#[async_trait]
impl Place for Objects {
    async fn look(&self) -> Result<Vec<Found>, Fault> {
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let mut objects = self.store.list(prefix);
        let (mut found, mut looked_at) = (Vec::new(), 0);
        while let Some(object) = objects.try_next().await.map_err(|error| fault(&self.bucket, &error))? {
            looked_at += 1;
            if looked_at > OBJECTS_MAX {
                let detail = format!("there are more than {OBJECTS_MAX} objects; choose a narrower prefix");
                return Err(Fault::new("too_many_files", detail));
            }
            found.extend(self.found(object));
            check_count(found.len(), "choose a narrower prefix or pattern")?;
        }
        sort(&mut found);
        Ok(found)
    }

    async fn hash(&self, _: &Found) -> Result<Hashed, Fault> {
        // What a store says about content is not the same everywhere, nor for every way of uploading.
        Ok(Hashed::Unknown)
    }

    async fn head(&self, one: &Found, bytes: u64) -> Result<Vec<u8>, Fault> {
        if one.bytes == 0 {
            return Ok(Vec::new());
        }
        let range = GetRange::Bounded(0..bytes.min(one.bytes));
        let object = self.get(one, Some(range)).await?;
        let object = object.ok_or_else(|| Fault::new("file_failed", format!("{} changed just now", one.name)))?;
        let head = object.bytes().await.map_err(|error| fault(&self.bucket, &error))?;
        Ok(head.to_vec())
    }

    async fn read(&self, one: &Found) -> Result<Option<BoxStream<'static, Result<Bytes, Fault>>>, Fault> {
        let bucket = self.bucket.clone();
        let object = self.get(one, None).await?;
        Ok(object.map(|object| object.into_stream().map_err(move |error| fault(&bucket, &error)).boxed()))
    }

    async fn is_same(&self, _: &Found) -> Result<bool, Fault> {
        // An object is replaced as a whole: what was read was one object.
        Ok(true)
    }

    async fn put_away(&self, _: &str, _: FileState) -> Result<(), Fault> {
        Ok(())
    }
}

fn fault(bucket: &str, error: &object_store::Error) -> Fault {
    let (mut causes, mut next): (Vec<_>, Option<&(dyn Error + 'static)>) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    // The guard's own word.
    if let Some(fault) = causes.iter().find_map(|cause| cause.downcast_ref::<Fault>()) {
        return fault.clone();
    }
    let http = causes.iter().find_map(|cause| cause.downcast_ref::<reqwest::Error>());
    let last = causes.last().map(ToString::to_string).unwrap_or_default();
    // Of a listing the library hands the server's answer on as it came.
    let code = between(&last, "<Code>", "</Code>").unwrap_or_default().to_owned();
    let refused = ["401 Unauthorized", "403 Forbidden"].iter().any(|status| last.contains(status));
    let last: String = last.chars().take(TEXT_CHARS_MAX).collect();
    match (error, http) {
        _ if code == "RequestTimeTooSkewed" => {
            Fault::new("wrong_credentials", "the object store says that this server's clock is wrong")
        }
        (object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }, _) => {
            refused_key(bucket, &code)
        }
        _ if refused => refused_key(bucket, &code),
        (object_store::Error::NotFound { .. }, _) => missing(bucket),
        _ if code == "NoSuchBucket" => missing(bucket),
        (_, Some(http)) if http.is_timeout() && !http.is_connect() => {
            Fault::new("too_slow", "the object store did not go on answering in time")
        }
        (_, Some(_)) => Fault::new("host_not_reachable", format!("the object store cannot be reached: {last}")),
        (_, None) => Fault::new("bucket_not_readable", format!("the bucket \"{bucket}\" cannot be read: {last}")),
    }
}

fn refused_key(bucket: &str, code: &str) -> Fault {
    let detail = format!("the object store refuses this key, or the key may not list and read \"{bucket}\" {code}");
    Fault::new("wrong_credentials", detail.trim_end())
}

fn missing(bucket: &str) -> Fault {
    Fault::new("bucket_not_readable", format!("the bucket \"{bucket}\" is not there"))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(inner, _)| inner)
}

/// Our HTTP client in the place of the one the library would make.
#[derive(Debug, Clone)]
struct Transport(reqwest::Client);

impl HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

fn http_error(error: reqwest::Error) -> HttpError {
    let kind = match &error {
        error if error.is_timeout() => HttpErrorKind::Timeout,
        error if error.is_connect() => HttpErrorKind::Connect,
        error if error.is_body() || error.is_decode() => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Request,
    };
    HttpError::new(kind, error.without_url())
}

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        // What is read has no body; nothing is written.
        let body = body.as_bytes().cloned().unwrap_or_default();
        let asked = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
        let answer: http::Response<reqwest::Body> = asked.send().await.map_err(http_error)?.into();
        let (parts, body) = answer.into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(http_error))))
    }
}
