//! Nothing but a manifest: the features of shared dependencies as the whole program uses them.
//!
//! Cargo compiles a dependency once per set of features. Tested alone, `lake` would ask for fewer features of some
//! low crates than the program does, and everything above them, DataFusion first, would be compiled twice: ten
//! minutes on two cores. `lake` depends on this crate, so `cargo nextest run -p lake` and the program share one build.
//! Compare `cargo tree -e features -p lake` with `--workspace` after changing dependencies.
