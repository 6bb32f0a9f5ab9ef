//! See [`vmsd_fuzz::explain_log`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::explain_log::run);
