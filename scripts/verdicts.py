#!/usr/bin/env python3
"""Compares what `vmsd check` says with what real QEMUs did.

    verdicts.py VMSD ROWS STREAMS DUMPS [--no-builtin] [--no-dump] [--sample N] [--show N] [--jobs N]

ROWS is one of corpus/verdicts/{matrix,variants,own}.json, STREAMS the folder with its streams, DUMPS the folder with
`-dump-vmstate` files of the targets. VMSD runs once for each row, with the source's stream on one side, and the target's stream and
a dump of its QEMU version on the other. A dump tells a binary's tables, whatever the machine type in its name.

The limits: no *loads* where QEMU rejected, no *breaks* where it accepted, at most 3 % undecided (10 % with --no-builtin), and
QEMU's message in at least 95 % of what breaks. Exit status 0 if all hold.
"""
import argparse
import collections
import concurrent.futures
import glob
import json
import os
import random
import subprocess
import sys

FRAME = ("warning:", "load of migration failed:", "error while loading state")


def names(row):
    """The files of a row: source, target; and what its dump is called."""
    if "machine" in row:
        arch = row.get("arch") or ("aarch64" if row["machine"].startswith("virt") else "x86_64")
        stream = "{machine}.{set}.from-".format(**row)
        return stream + row["source"], stream + row["target"], f"{arch}-{row['target']}."
    return f"{row['source_qemu']}.{row['source']}", f"{row['target_qemu']}.{row['target']}", f"x86_64-{row['target_qemu']}."


def named(row, findings):
    """Whether a finding quotes what QEMU printed. Lines that only frame a message are not looked for, unless there is no other."""
    quoted = " ".join(finding.get("qemu_message") or "" for finding in findings).lower()
    parts = [part for part in row["message"].split(" ; ") if part and not part.startswith(FRAME)] or [row["message"]]
    return any(part[:40].lower() in quoted for part in parts)


def judge(options, row):
    source, target, dump = names(row)
    files = [f"{options.streams}/{name}.qevm.zst" for name in (source, target)]
    if not all(map(os.path.exists, files)):
        return row, None, []
    dumps = [] if options.no_dump else sorted(glob.glob(f"{options.dumps}/{dump}*.json.zst"))
    command = [options.vmsd, "check", "--from", files[0], "--to", files[1], *dumps[:1], "--format", "json"]
    done = subprocess.run(command + ["--no-builtin"] * options.no_builtin, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return row, "no answer", [{"message": done.stderr.strip()}]
    return row, report["verdict"], report["findings"]


def show(row, verdict, findings):
    source, target, _ = names(row)
    print(f"\n{source} -> {target}: {row['verdict']}, but {verdict}")
    print(f"  QEMU: {row['message'][:300]}")
    for finding in findings[:6]:
        words = [finding.get(key) or "" for key in ("severity", "rule", "section", "path", "source", "target", "message", "qemu_message")]
        print("  " + " | ".join(words)[:400])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("vmsd", "rows", "streams", "dumps"):
        parser.add_argument(name)
    parser.add_argument("--no-builtin", action="store_true")
    parser.add_argument("--no-dump", action="store_true")
    parser.add_argument("--sample", type=int, help="so many rows, chosen by chance but always the same")
    parser.add_argument("--show", type=int, default=10, help="print so many disagreements")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with open(options.rows, encoding="utf-8") as file:
        rows = json.load(file)
    random.Random(7).shuffle(rows)
    rows = rows[: options.sample]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        answers = list(pool.map(lambda row: judge(options, row), rows))
    missing = sum(verdict is None for _, verdict, _ in answers)
    answers = [answer for answer in answers if answer[1] is not None]
    tally = collections.Counter((row["verdict"], verdict) for row, verdict, _ in answers)
    broken = [(row, findings) for row, verdict, findings in answers if (row["verdict"], verdict) == ("reject", "breaks")]
    unnamed = [(row, "breaks for another reason", findings) for row, findings in broken if not named(row, findings)]
    odd = [answer for answer in answers if (answer[0]["verdict"], answer[1]) not in (("accept", "loads"), ("reject", "breaks"))]
    for row, verdict, findings in (odd + unnamed)[: options.show]:
        show(row, verdict, findings)
    print()
    for (real, said), count in sorted(tally.items()):
        print(f"{count:6} {real}ed: {said}")
    wrong = sum(count for (real, said), count in tally.items() if (real, said) in (("reject", "loads"), ("accept", "breaks")) or said == "no answer")
    soft = sum(count for (_, said), count in tally.items() if said in ("risk", "unknown"))
    total, right = len(answers), len(broken) - len(unnamed)
    limit = 0.10 if options.no_builtin else 0.03
    print(f"{total} rows ({missing} without streams): wrong {wrong}, undecided {soft} ({100 * soft / max(total, 1):.2f} %), QEMU's message in {right} of {len(broken)}")
    sys.exit(not (total and not wrong and soft <= limit * total and right >= 0.95 * len(broken)))


if __name__ == "__main__":
    main()
