//! See [`vmsd_fuzz::containers`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::containers::run);
