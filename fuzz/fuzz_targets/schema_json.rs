//! See [`vmsd_fuzz::schema_json`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::schema_json::run);
