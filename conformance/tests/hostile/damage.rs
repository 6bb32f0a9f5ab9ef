//! Real streams that are cut and changed: no panic, little memory, little time, and errors that say where.
//!
//! `cargo test` takes a hundredth of the places, on the corpus. `scripts/damage.sh FOLDER` takes all of them.

use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs, thread};

use conformance::migration::judge::{Judge, Reading};
use conformance::migration::side::Side;
use conformance::mirrors;
use rustix::time::{clock_gettime, ClockId};
use vmsd_schema::decode::typed::Registry;

use super::{count, job, places};

/// Places where every stream is cut.
const CUTS: usize = 200;
/// Places where every stream is changed.
const CHANGES: usize = 2000;
/// What one command may hold above its input.
const MEMORY: usize = 64 << 20;
/// What one command may take of a processor.
const TIME: Duration = Duration::from_secs(1);
/// Every so many damages the stream is checked against the one that it was: that reads both.
const CHECK_EACH: usize = 10;

#[test]
fn a_hundredth_of_all_damage_is_survived() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams");
    // Those of the captures; the others are more of the same machines.
    let mut files = files(&folder);
    files.retain(|file| !file.iter().any(|part| part == "verdicts" || part == "busy"));
    let total = damage_all(&files, 100);
    assert!(total.failures.is_empty(), "{}", total.failures.join("\n"));
    // A cut always shows, a changed value need not: one run in eleven is of a cut.
    let Total { errors, runs, .. } = total;
    assert!(errors > runs / 20, "{errors} of {runs} runs show damage");
}

#[test]
#[ignore = "takes an hour or more: scripts/damage.sh runs it"]
fn all_damage_is_survived() {
    let folder = env::var_os("VMSD_CAPTURES").expect("VMSD_CAPTURES is the folder");
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in files(Path::new(&folder)) {
        let parent = file.parent().unwrap().to_owned();
        folders.entry(parent).or_default().push(file);
    }
    let one_of = env::var("VMSD_ONE_OF").map_or(1, |number| number.parse().unwrap());
    let mut failures = Vec::new();
    for (folder, files) in folders {
        let total = damage_all(&files, one_of);
        let line = format!(
            "{}: {} files, {} runs, {} errors, at most {} KiB and {} ms, {} failures",
            folder.display(),
            files.len(),
            total.runs,
            total.errors,
            total.memory >> 10,
            total.time.as_millis(),
            total.failures.len()
        );
        #[expect(clippy::print_stdout, reason = "an hour's work shows how far it is")]
        {
            println!("{line}");
            for failure in &total.failures {
                println!("  {failure}");
            }
        }
        failures.extend(total.failures);
    }
    assert!(failures.is_empty(), "{} failures", failures.len());
}

/// What came of it.
#[derive(Default)]
struct Total {
    runs: usize,
    errors: usize,
    memory: usize,
    time: Duration,
    failures: Vec<String>,
}

/// Every file that holds a stream, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_str().unwrap();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(".zst") && !name.ends_with(".json.zst") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Damages all `files`, at one of `sparse` places.
fn damage_all(files: &[PathBuf], sparse: usize) -> Total {
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Total::default()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let registry = mirrors::registry();
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = damage(file, sparse, &registry);
                    let mut all = total.lock().unwrap();
                    all.runs += one.runs;
                    all.errors += one.errors;
                    all.memory = all.memory.max(one.memory);
                    all.time = all.time.max(one.time);
                    all.failures.extend(one.failures);
                }
            });
        }
    });
    total.into_inner().unwrap()
}

/// How much is done, and with what.
struct How<'r> {
    sparse: usize,
    registry: &'r Registry,
}

fn damage(file: &Path, sparse: usize, registry: &Registry) -> Total {
    let how = How { sparse, registry };
    let plain = zstd::decode_all(fs::File::open(file).unwrap()).unwrap();
    let places = places::of(&plain);
    let mut bytes = Arc::new(plain.clone());
    let judge = Judge::with_mirrors();
    let side = Side {
        stream: Some(plain.clone()),
        ..Side::default()
    };
    let target = judge.read(&side);
    let mut total = Total::default();
    for number in (0..CUTS).step_by(sparse) {
        let len = places::nth(&places, number, CUTS);
        let name = format!("{}, cut at {len:#x}", file.display());
        total.run(&name, &bytes, len, &how);
        if number % CHECK_EACH == 0 {
            total.judge(&name, &bytes[..len], &judge, &target);
        }
    }
    for number in (0..CHANGES).step_by(sparse) {
        let at = places::nth(&places, number, CHANGES);
        let end = plain.len().min(at + 4);
        let changed = Arc::get_mut(&mut bytes).expect("nobody else holds the bytes");
        let change = places::change(&mut changed[at..end], number);
        let name = format!("{}, at {at:#x} {change}", file.display());
        total.run(&name, &bytes, plain.len(), &how);
        if number % CHECK_EACH == 0 {
            total.judge(&name, &bytes, &judge, &target);
        }
        let changed = Arc::get_mut(&mut bytes).expect("nobody else holds the bytes");
        changed[at..end].copy_from_slice(&plain[at..end]);
    }
    total
}

impl Total {
    /// Reads it as `inspect` and `decode` do, and by the mirrors; of a sparse run, in turn.
    fn run(&mut self, name: &str, bytes: &Arc<Vec<u8>>, len: usize, how: &How<'_>) {
        let typed = self.runs % 2 == 1;
        if how.sparse == 1 || !typed {
            self.measured(name, "inspect and decode", || job::read(bytes, len));
        }
        if how.sparse == 1 || typed {
            self.measured(name, "typed", || {
                job::read_typed(&bytes[..len], how.registry)
            });
        }
    }

    fn judge(&mut self, name: &str, bytes: &[u8], judge: &Judge, target: &Reading<'_>) {
        let copy = bytes.to_vec();
        self.measured(name, "check", || {
            job::judge(copy, judge, target);
            0
        });
    }

    fn measured(&mut self, name: &str, what: &str, work: impl FnOnce() -> usize) {
        let start = processor_time();
        let (outcome, memory) = count::during(|| catch_unwind(AssertUnwindSafe(work)));
        let time = processor_time().saturating_sub(start);
        self.runs += 1;
        self.memory = self.memory.max(memory);
        self.time = self.time.max(time);
        match outcome {
            Ok(errors) => self.errors += usize::from(errors > 0),
            Err(panic) => self
                .failures
                .push(format!("{name}: {what}: {}", words(&*panic))),
        }
        if memory > MEMORY {
            self.failures
                .push(format!("{name}: {what}: {memory} bytes"));
        }
        if time > TIME {
            self.failures.push(format!("{name}: {what}: {time:?}"));
        }
    }
}

pub(super) fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("without words"))
}

/// What this thread had of a processor: other programs do not count.
pub(super) fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}
