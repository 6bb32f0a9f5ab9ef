//! The conformance runner, and what the command line `vmsd` is made of.
