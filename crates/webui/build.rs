//! rust-embed does not watch its folder: say when the built web UI changed.
fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=../../web/dist/index.html");
    println!("cargo:rerun-if-changed=../../sdk/browser/tutti.js");
}
