//! The derived codec beside a hand-written big-endian loop, in one run: `cargo bench -p vmsd-schema`.
//!
//! Criterion prints each by itself. Behind it stands a table of both in turn, medians of many short runs, with the
//! ratio that the derive is held to: at most 1.3, load and save. (QEMU's own walker over its C tables takes about 120
//! and 80 ns for four `u8`, 2,900 and 1,150 ns for forty `u32`, 1.2 and 0.55 ms for 32,768.)

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use criterion::Criterion;
use vmsd_schema::wire::{Reader, Writer};
use vmsd_schema::{Loader, VmState};

#[derive(Clone, Default, VmState)]
#[vmstate(name = "pckbd", version = 3)]
struct Four {
    write_cmd: u8,
    status: u8,
    mode: u8,
    pending: u8,
}

#[derive(Clone, Default, VmState)]
#[vmstate(name = "forty fields", version = 1)]
struct Fields {
    f0: u32,
    f1: u32,
    f2: u32,
    f3: u32,
    f4: u32,
    f5: u32,
    f6: u32,
    f7: u32,
    f8: u32,
    f9: u32,
    f10: u32,
    f11: u32,
    f12: u32,
    f13: u32,
    f14: u32,
    f15: u32,
    f16: u32,
    f17: u32,
    f18: u32,
    f19: u32,
    f20: u32,
    f21: u32,
    f22: u32,
    f23: u32,
    f24: u32,
    f25: u32,
    f26: u32,
    f27: u32,
    f28: u32,
    f29: u32,
    f30: u32,
    f31: u32,
    f32: u32,
    f33: u32,
    f34: u32,
    f35: u32,
    f36: u32,
    f37: u32,
    f38: u32,
    f39: u32,
}

#[derive(Clone, VmState)]
#[vmstate(name = "forty elements", version = 1, default)]
struct Elements {
    all: [u32; 40],
}

#[derive(Clone, Default, VmState)]
#[vmstate(name = "table", version = 1)]
struct Table {
    num: u32,
    #[vmstate(len = num)]
    all: Vec<u32>,
}

/// What a person would write by hand: bounds checked, an error for input that is too short, a vector that is reused.
trait ByHand {
    fn load(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Truncated>;
    fn save(&self, out: &mut Vec<u8>);
}

#[derive(Debug)]
struct Truncated;

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn u8(&mut self) -> Result<u8, Truncated> {
        let (&byte, rest) = self.0.split_first().ok_or(Truncated)?;
        self.0 = rest;
        Ok(byte)
    }

    fn u32(&mut self) -> Result<u32, Truncated> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Truncated)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*bytes))
    }
}

macro_rules! by_hand {
    ($state:ident, $read:ident, $($field:ident),*) => {
        impl ByHand for $state {
            fn load(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Truncated> {
                $(self.$field = cursor.$read()?;)*
                Ok(())
            }

            fn save(&self, out: &mut Vec<u8>) {
                $(out.extend_from_slice(&self.$field.to_be_bytes());)*
            }
        }
    };
}

by_hand!(Four, u8, write_cmd, status, mode, pending);
by_hand!(
    Fields, u32, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
    f18, f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36,
    f37, f38, f39
);

impl ByHand for Elements {
    fn load(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Truncated> {
        for element in &mut self.all {
            *element = cursor.u32()?;
        }
        Ok(())
    }

    fn save(&self, out: &mut Vec<u8>) {
        for element in &self.all {
            out.extend_from_slice(&element.to_be_bytes());
        }
    }
}

impl ByHand for Table {
    fn load(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Truncated> {
        self.num = cursor.u32()?;
        let num = usize::try_from(self.num).map_err(|_| Truncated)?;
        if num > cursor.0.len() / 4 {
            return Err(Truncated);
        }
        self.all.resize(num, 0);
        for element in &mut self.all {
            *element = cursor.u32()?;
        }
        Ok(())
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.num.to_be_bytes());
        for element in &self.all {
            out.extend_from_slice(&element.to_be_bytes());
        }
    }
}

#[inline(never)]
fn load_by_hand<S: ByHand>(state: &mut S, bytes: &[u8]) {
    let mut cursor = Cursor(bytes);
    state.load(&mut cursor).expect("whole input");
    assert!(cursor.0.is_empty());
}

#[inline(never)]
fn save_by_hand<S: ByHand>(state: &S, out: &mut Vec<u8>) {
    out.clear();
    state.save(out);
}

#[inline(never)]
fn load_derived<S: VmState>(state: &mut S, bytes: &[u8]) {
    let mut loader = Loader::new(Reader::new(bytes));
    state.load(&mut loader, S::VERSION).expect("whole input");
    loader.finish().expect("nothing is left");
}

#[inline(never)]
fn save_derived<S: VmState>(state: &mut S, out: &mut Writer) {
    out.clear();
    state
        .save(out, S::VERSION)
        .expect("a state that can be saved");
}

/// Nanoseconds of one call of each, in turn: medians of 301 runs of at least 20 microseconds.
fn in_turn(mut one: impl FnMut(), mut other: impl FnMut()) -> (f64, f64) {
    fn run(calls: u32, work: &mut impl FnMut()) -> f64 {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
    }
    let mut calls = 1;
    while run(calls, &mut one) * f64::from(calls) < 20_000.0 {
        calls *= 2;
    }
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for _ in 0..301 {
        ones.push(run(calls, &mut one));
        others.push(run(calls, &mut other));
    }
    let median = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all.swap_remove(all.len() / 2)
    };
    (median(ones), median(others))
}

/// One row of the table, and criterion's own figures.
fn case<S: VmState + ByHand + Clone>(c: &mut Criterion, name: &str, state: &S) -> [String; 2] {
    let (mut bytes, mut writer) = (Vec::new(), Writer::new());
    save_by_hand(state, &mut bytes);
    let mut states = [state.clone(), state.clone()];
    let [derived, by_hand] = &mut states;
    save_derived(derived, &mut writer);
    assert_eq!(writer.as_bytes(), bytes);

    let mut group = c.benchmark_group(name);
    group.bench_function("load by hand", |b| {
        b.iter(|| load_by_hand(black_box(&mut *by_hand), black_box(&bytes)))
    });
    group.bench_function("load derived", |b| {
        b.iter(|| load_derived(black_box(&mut *derived), black_box(&bytes)))
    });
    let mut out = Vec::new();
    group.bench_function("save by hand", |b| {
        b.iter(|| save_by_hand(black_box(&*by_hand), black_box(&mut out)))
    });
    group.bench_function("save derived", |b| {
        b.iter(|| save_derived(black_box(&mut *derived), black_box(&mut writer)))
    });
    group.finish();

    let load = in_turn(
        || load_by_hand(black_box(&mut *by_hand), black_box(&bytes)),
        || load_derived(black_box(&mut *derived), black_box(&bytes)),
    );
    let save = in_turn(
        || save_by_hand(black_box(&*by_hand), black_box(&mut out)),
        || save_derived(black_box(&mut *derived), black_box(&mut writer)),
    );
    let row = |what, (by_hand, derived): (f64, f64)| {
        format!(
            "{name:<18} {what:<5} {by_hand:>12.1} {derived:>12.1} {:>7.2}",
            derived / by_hand
        )
    };
    [row("load", load), row("save", save)]
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    let four = Four {
        write_cmd: 0,
        status: 0x1c,
        mode: 0x43,
        pending: 0,
    };
    let elements = Elements {
        all: [0x0102_0304; 40],
    };
    let table = Table {
        num: 32_768,
        all: (0..32_768).collect(),
    };
    let rows = [
        case(&mut c, "four u8", &four),
        case(
            &mut c,
            "forty u32 fields",
            &Fields {
                f1: 1,
                f39: 39,
                ..Fields::default()
            },
        ),
        case(&mut c, "forty u32 elements", &elements),
        case(&mut c, "32768 u32", &table),
    ];
    c.final_summary();
    println!(
        "\n{:<18} {:<5} {:>12} {:>12} {:>7}",
        "", "", "by hand, ns", "derived, ns", "ratio"
    );
    for row in rows.iter().flatten() {
        println!("{row}");
    }
}
