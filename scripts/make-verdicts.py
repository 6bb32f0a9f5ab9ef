#!/usr/bin/env python3
"""Asks real QEMUs which configurations load which streams, and writes down what they say.

    make-verdicts.py --qemu 7.2=BINARY --qemu 11.1=BINARY --vmsd VMSD --scratch DIR --out CORPUS

DIR is a folder that the QEMUs can read and write. CORPUS/verdicts/configurations.json names the configurations; each has
`arguments`, the `family` of those that it is most alike, and `core`. Each is saved by each QEMU, stripped of guest memory by
`vmsd strip` (with `-smp` but for the ACPI tables, which alone say how many CPUs a 7.2 can have), and loaded into every configuration of its family and into `base`, and, where both are `core`, into all the others.
Both ways across the versions. The streams go to CORPUS/streams/verdicts, the answers to CORPUS/verdicts/own.json. A row that is
already there is not asked again.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ALWAYS = ["-S", "-m", "64", "-serial", "none", "-parallel", "none", "-display", "none", "-nic", "none", "-monitor", "none"]


class Qemu:
    """A stopped machine, asked over QMP on its standard input and output."""

    def __init__(self, binary, arguments):
        command = [binary, "-M", "pc-i440fx-7.2", *ALWAYS, "-qmp", "stdio", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, command, **arguments):
        try:
            self.process.stdin.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            self.process.stdin.flush()
            for line in self.process.stdout:
                answer = json.loads(line)
                if "return" in answer or "error" in answer:
                    return answer
        except (BrokenPipeError, ValueError):
            pass
        return None

    def wait_migrated(self):
        deadline = time.time() + 30
        while time.time() < deadline:
            answer = self.ask("query-migrate")
            if answer is None:
                return "gone"
            status = answer.get("return", {}).get("status")
            if status in ("completed", "failed"):
                return status
            time.sleep(0.005)
        return "late"

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        said = self.process.stderr.read()
        self.process.wait()
        lines = []
        for line in said.splitlines():
            head, _, rest = line.partition(": ")
            lines.append(rest if "qemu" in head else line)
        return [line for line in lines if line]


def save(binary, arguments, path):
    qemu = Qemu(binary, arguments)
    ready = qemu.ask("qmp_capabilities")
    if ready:
        answer = qemu.ask("migrate", uri=f"exec:cat>{path}")
        status = qemu.wait_migrated() if answer and "return" in answer else str(answer)
    else:
        status = "did not start"
    return status, qemu.end()


def load(binary, arguments, path):
    qemu = Qemu(binary, [*arguments, "-incoming", f"exec:cat {path}"])
    status = qemu.wait_migrated() if qemu.ask("qmp_capabilities") else "gone"
    lines = [line for line in qemu.end() if not line.startswith("warning:")]
    return ("accept", "") if status == "completed" else ("reject", " ; ".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", action="append", required=True, metavar="VERSION=BINARY")
    parser.add_argument("--vmsd", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", help="only configurations of these families, comma-separated")
    options = parser.parse_args()
    binaries = dict(pair.split("=", 1) for pair in options.qemu)
    with open(f"{options.out}/verdicts/configurations.json", encoding="utf-8") as file:
        configurations = json.load(file)
    if options.only:
        wanted = set(options.only.split(","))
        configurations = {n: c for n, c in configurations.items() if wanted & set(c["family"]) or n == "base"}
    streams = f"{options.out}/streams/verdicts"
    os.makedirs(streams, exist_ok=True)
    os.makedirs(options.scratch, exist_ok=True)

    def capture(key):
        version, name = key
        stripped, packed = f"{options.scratch}/{version}.{name}.qevm", f"{streams}/{version}.{name}.qevm.zst"
        if os.path.exists(packed):
            if not os.path.exists(stripped):
                subprocess.run(["zstd", "-qdf", packed, "-o", stripped], check=True)
            return key, True
        raw = stripped + ".raw"
        status, lines = save(binaries[version], configurations[name]["arguments"], raw)
        if status != "completed":
            print(f"{version} {name}: {status}: {' ; '.join(lines)}", file=sys.stderr)
            return key, False
        tables = ["--keep-block", "/rom@etc/acpi/tables"] if "-smp" in configurations[name]["arguments"] else []
        subprocess.run([options.vmsd, "strip", raw, "-o", stripped, *tables], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["zstd", "-qf19", stripped, "-o", packed], check=True)
        os.remove(raw)
        return key, True

    pool = ThreadPoolExecutor(options.jobs)
    keys = [(version, name) for name in configurations for version in binaries]
    keys = [key for key, saved in pool.map(capture, keys) if saved]
    answers = f"{options.out}/verdicts/own.json"
    rows = []
    if os.path.exists(answers):
        with open(answers, encoding="utf-8") as file:
            rows = json.load(file)
    known = {(r["source_qemu"], r["source"], r["target_qemu"], r["target"]) for r in rows}

    def wanted_pair(a, b):
        one, two = configurations[a], configurations[b]
        return bool(set(one["family"]) & set(two["family"])) or "base" in (a, b) or (one["core"] and two["core"])

    def ask(pair):
        (sv, s), (tv, t) = pair
        verdict, message = load(binaries[tv], configurations[t]["arguments"], f"{options.scratch}/{sv}.{s}.qevm")
        return {"source_qemu": sv, "source": s, "target_qemu": tv, "target": t, "verdict": verdict, "message": message}

    pairs = [(a, b) for a in keys for b in keys if wanted_pair(a[1], b[1]) and (*a, *b) not in known]
    # First each stream into its like; the rest is the bulk.
    pairs.sort(key=lambda pair: (configurations[pair[0][1]]["core"] and configurations[pair[1][1]]["core"], pair))

    def write():
        ordered = sorted(rows, key=lambda r: (r["source_qemu"], r["source"], r["target_qemu"], r["target"]))
        with open(answers + ".new", "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(row) for row in ordered) + "\n]\n")
        os.replace(answers + ".new", answers)

    print(f"{len(keys)} streams, {len(pairs)} loads to ask", file=sys.stderr)
    for number, row in enumerate(pool.map(ask, pairs), 1):
        rows.append(row)
        if number % 200 == 0:
            write()
            print(number, file=sys.stderr)
    write()


if __name__ == "__main__":
    main()
