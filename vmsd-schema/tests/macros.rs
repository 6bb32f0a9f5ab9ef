//! Every test that `docs/macros.md` names exists, every row names one, and every macro has a row.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs;
use std::path::Path;

/// The names of the macros in `include/migration/vmstate.h` of QEMU 10.0 and of what came until now, without `VMSTATE_`.
const MACROS: &str = "
    2DARRAY ARRAY ARRAY_INT32_UNSAFE ARRAY_OF_POINTER ARRAY_OF_POINTER_TO_STRUCT ARRAY_TEST
    BITMAP BITMAP_TEST BOOL BOOL_ARRAY BOOL_ARRAY_V BOOL_SUB_ARRAY BOOL_TEST BOOL_V
    BUFFER BUFFER_POINTER_UNSAFE BUFFER_START_MIDDLE BUFFER_START_MIDDLE_V BUFFER_TEST BUFFER_UNSAFE
    BUFFER_UNSAFE_INFO BUFFER_UNSAFE_INFO_TEST BUFFER_V CPUDOUBLE_ARRAY CPUDOUBLE_ARRAY_V
    END_OF_LIST FD FD_TEST FD_V GTREE_DIRECT_KEY_V GTREE_V
    INT16 INT16_ARRAY INT16_ARRAY_V INT16_TEST INT16_V INT32 INT32_ARRAY INT32_ARRAY_V INT32_EQUAL
    INT32_POSITIVE_LE INT32_TEST INT32_V INT64 INT64_ARRAY INT64_ARRAY_V INT64_TEST INT64_V
    INT8 INT8_TEST INT8_V PARTIAL_BUFFER PARTIAL_VBUFFER POINTER POINTER_TEST QLIST_V QTAILQ_V
    SINGLE SINGLE_FULL SINGLE_TEST STATIC_BUFFER STRUCT STRUCT_2DARRAY STRUCT_2DARRAY_TEST
    STRUCT_ARRAY STRUCT_ARRAY_TEST STRUCT_POINTER STRUCT_POINTER_TEST STRUCT_POINTER_TEST_V
    STRUCT_POINTER_V STRUCT_SUB_ARRAY STRUCT_TEST STRUCT_VARRAY_ALLOC STRUCT_VARRAY_INT32
    STRUCT_VARRAY_POINTER_INT32 STRUCT_VARRAY_POINTER_KNOWN STRUCT_VARRAY_POINTER_UINT16
    STRUCT_VARRAY_POINTER_UINT32 STRUCT_VARRAY_UINT32 STRUCT_VARRAY_UINT8 SUB_ARRAY
    TIMER TIMER_ARRAY TIMER_PTR TIMER_PTR_ARRAY TIMER_PTR_V TIMER_TEST TIMER_V
    U16 U16_V U32 U32_V U64 U64_V U8 U8_V
    UINT16 UINT16_2DARRAY UINT16_2DARRAY_V UINT16_ARRAY UINT16_ARRAY_V UINT16_EQUAL UINT16_EQUAL_V
    UINT16_SUB_ARRAY UINT16_TEST UINT16_V UINT32 UINT32_2DARRAY UINT32_2DARRAY_V UINT32_ARRAY
    UINT32_ARRAY_V UINT32_EQUAL UINT32_EQUAL_V UINT32_SUB_ARRAY UINT32_TEST UINT32_V UINT64
    UINT64_2DARRAY UINT64_2DARRAY_V UINT64_ARRAY UINT64_ARRAY_V UINT64_EQUAL UINT64_EQUAL_V
    UINT64_SUB_ARRAY UINT64_TEST UINT64_V UINT8 UINT8_2DARRAY UINT8_2DARRAY_V UINT8_ARRAY
    UINT8_ARRAY_V UINT8_EQUAL UINT8_SUB_ARRAY UINT8_TEST UINT8_V
    UNUSED UNUSED_BUFFER UNUSED_TEST UNUSED_V UNUSED_VARRAY_UINT32 VALIDATE
    VARRAY_INT32 VARRAY_INT32_ALLOC VARRAY_MULTIPLY VARRAY_OF_POINTER_UINT32 VARRAY_UINT16_ALLOC
    VARRAY_UINT16_UNSAFE VARRAY_UINT32 VARRAY_UINT32_ALLOC VBUFFER VBUFFER_ALLOC_UINT32
    VBUFFER_MULTIPLY VBUFFER_UINT32 VSTRUCT VSTRUCT_TEST VSTRUCT_V WITH_TMP WITH_TMP_TEST
    GBYTEARRAY STRUCT_VARRAY STRUCT_VARRAY_POINTER UNUSED_VARRAY VARRAY VARRAY_ALLOC
    VARRAY_OF_POINTER VARRAY_OF_POINTER_TO_STRUCT_ALLOC VARRAY_OF_POINTER_TO_STRUCT_UINT32_ALLOC
    VARRAY_OF_POINTER_TO_STRUCT_UINT8_ALLOC VARRAY_UNSAFE VBUFFER_ALLOC VBUFFER_UINT64";

/// The rows of the page, without the heading.
fn rows(package: &Path) -> Vec<String> {
    let page = fs::read_to_string(package.join("../docs/macros.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(str::to_owned).collect()
}

#[test]
fn every_macro_has_a_row() {
    let scalars = [
        "BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64",
    ];
    let rows = rows(Path::new(env!("CARGO_MANIFEST_DIR")));
    let cells: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.split(" | ").next())
        .collect();
    let named = |name: &str| {
        let name = format!("`{name}`");
        cells.iter().filter(|cell| cell.contains(&name)).count()
    };
    let one_of = |name: &str, ending: &str| {
        let scalar = name.strip_suffix(ending);
        scalar.is_some_and(|scalar| scalars.contains(&scalar)) && named(&format!("…{ending}")) == 1
    };
    let mut known = 0;
    for name in MACROS.split_whitespace() {
        known += 1;
        let name = name.strip_suffix("_V").unwrap_or(name);
        let name = name.strip_suffix("_TEST").unwrap_or(name);
        let between = ["INT16", "INT32", "UINT16", "UINT32", "U16", "U32"].contains(&name);
        let array = ["_SUB_ARRAY", "_2DARRAY", "_ARRAY"];
        let array = array.into_iter().any(|ending| one_of(name, ending));
        assert!(
            named(name) == 1 || (between && named("INT8") == 1) || array || name == "SINGLE_FULL",
            "{name} has {} rows",
            named(name)
        );
    }
    assert!(known > 157, "{known} macros");
    assert!(named("…_V") == 1 && named("…_TEST") == 1);
}

#[test]
fn every_row_has_a_test_that_exists() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = rows(package);
    assert!(rows.len() > 40, "{} rows", rows.len());
    for row in &rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for test in tests.split(", ") {
            let path: Vec<&str> = test.trim_matches('`').split("::").collect();
            let [folder @ .., file, name] = &path[..] else {
                panic!("no test in {row}");
            };
            let folder = folder.first().unwrap_or(&"derive");
            let file = package.join(format!("tests/{folder}/{file}.rs"));
            let source = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no file of {test}"));
            // One of a macro's tests stands as its first argument.
            let known = [format!("fn {name}("), format!("{name}, ")];
            assert!(
                known.iter().any(|text| source.contains(text)),
                "no test {test}"
            );
        }
    }
}
