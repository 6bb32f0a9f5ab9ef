//! See [`vmsd_fuzz::compat_check`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::compat_check::run);
