//! Prints the schemas of this release's devices: what `vmsd matrix` compares with the baselines.

#[allow(clippy::print_stdout, reason = "that is what it is for")]
fn main() {
    print!("{}", uart_example::schemas());
}
