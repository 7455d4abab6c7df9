//! `tutti openapi`.

use super::{Context, NoArgs};

pub async fn run(_: NoArgs, _: &Context) -> anyhow::Result<()> {
    print!("{}", api::openapi_json());
    Ok(())
}
