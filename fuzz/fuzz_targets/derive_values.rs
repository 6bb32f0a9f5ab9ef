//! See [`vmsd_fuzz::derive_values`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::derive_values::run);
