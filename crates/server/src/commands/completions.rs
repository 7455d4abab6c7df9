//! `tutti completions`: tab completion, made from the same declarations as `--help`.

use super::Context;
use clap::CommandFactory;
use clap_complete::Shell;

#[derive(clap::Args)]
pub struct CompletionArgs {
    shell: Shell,
}

pub async fn run(args: CompletionArgs, _: &Context) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::Cli::command(), "tutti", &mut script);
    super::output::line(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_completes_the_commands() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut crate::Cli::command(), "tutti", &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["people", "campaign", "suppression"] {
                assert!(script.contains(word), "{shell} does not complete {word}");
            }
        }
    }
}
