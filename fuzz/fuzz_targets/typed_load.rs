//! See [`vmsd_fuzz::typed_load`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::typed_load::run);
