//! `tutti audit`.

use super::Context;
use super::output::{PageArgs, text, time};

#[derive(clap::Args)]
pub struct AuditArgs {
    #[command(flatten)]
    page: PageArgs,
}

pub async fn run(args: AuditArgs, context: &Context) -> anyhow::Result<()> {
    let columns = [time("AT", "/at"), text("WHO", "/actor"), text("ACTION", "/action"), text("WHAT", "/summary")];
    context.list("/api/v1/audit", &args.page, &columns).await
}
