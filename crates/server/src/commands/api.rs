//! `tutti api`: every route from the command line, for what has no command of its own.

use super::UsageError;
use super::client::{Client, ServerArgs};
use super::segment::read_json;

#[derive(clap::Args)]
pub struct ApiArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// GET, POST, PUT, PATCH or DELETE
    method: String,
    /// Such as /api/v1/home?days=30; all of them are in /api/openapi.json.
    path: String,
    /// JSON body, or @FILE.
    #[arg(long)]
    body: Option<String>,
}

pub async fn run(args: ApiArgs) -> anyhow::Result<()> {
    let client = Client::new(&args.server)?;
    let method: reqwest::Method = args.method.to_uppercase().parse()?;
    if !args.path.starts_with('/') {
        return Err(UsageError("the path begins with /".into()).into());
    }
    let mut request = client.request(method, &args.path);
    if let Some(body) = &args.body {
        request = request.json(&read_json(body)?);
    }
    println!("{}", serde_json::to_string_pretty(&client.send(request).await?)?);
    Ok(())
}
