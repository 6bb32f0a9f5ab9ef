//! See [`vmsd_fuzz::described_decode`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::described_decode::run);
