//! `tutti api`: every route from the command line, for what has no command of its own.

use super::input::read_json;
use super::{Context, Failure, output};

#[derive(clap::Args)]
pub struct ApiArgs {
    /// GET, POST, PUT, PATCH or DELETE
    method: String,
    /// Such as /api/v1/home?days=30; all of them are in /api/openapi.json.
    path: String,
    /// JSON body, @FILE, or - for standard input.
    #[arg(long)]
    body: Option<String>,
}

pub async fn run(args: ApiArgs, context: &Context) -> anyhow::Result<()> {
    let client = context.client()?;
    let method: reqwest::Method =
        args.method.to_uppercase().parse().map_err(|_| Failure::Usage(format!("{} is no method", args.method)))?;
    if !args.path.starts_with('/') {
        return Err(Failure::Usage("the path begins with /".into()).into());
    }
    let mut request = client.request(method, &args.path);
    if let Some(body) = &args.body {
        request = request.json(&read_json(body)?);
    }
    output::line(&serde_json::to_string_pretty(&client.send(request).await?)?);
    Ok(())
}
