//! See [`vmsd_fuzz::ram_records`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::ram_records::run);
