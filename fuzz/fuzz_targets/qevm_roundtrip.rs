//! See [`vmsd_fuzz::qevm_roundtrip`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::qevm_roundtrip::run, vmsd_fuzz::mutator::stream);
