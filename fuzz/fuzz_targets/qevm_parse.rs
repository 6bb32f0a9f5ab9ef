//! See [`vmsd_fuzz::qevm_parse`].
#![cfg_attr(fuzzing, no_main)]

vmsd_fuzz::target!(vmsd_fuzz::qevm_parse::run, vmsd_fuzz::mutator::stream);
