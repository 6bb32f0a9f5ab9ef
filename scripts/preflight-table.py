#!/usr/bin/env python3
"""Compares what `vmsd preflight` predicts with what real QEMUs do, for pairs of versions, machines and device sets.

    preflight-table.py --vmsd VMSD --arguments corpus/arguments.json --scratch DIR --qemu 7.2=BINARY --qemu 11.1=BINARY …

Each pair of versions runs once for each machine and set; a preflight checks and loads both ways. The machine type is the newest that
both versions have. DIR is a folder that the QEMUs can read and write. Exit status 1 if a prediction was wrong or left open.
"""
import argparse
import itertools
import json
import shlex
import subprocess
import sys


def types(binary):
    """The machine types of a QEMU."""
    listed = subprocess.run([binary, "-M", "help"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {line.split()[0] for line in listed.splitlines()[1:] if line.strip()}


def newest(names):
    return max(names, key=lambda name: [int(part) for part in name.rsplit("-", 1)[1].split(".")])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vmsd", required=True)
    parser.add_argument("--arguments", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--qemu", action="append", required=True, metavar="VERSION=BINARY")
    parser.add_argument("--sets", default="bare,virtio")
    options = parser.parse_args()
    binaries = dict(pair.split("=", 1) for pair in options.qemu)
    known = {version: types(binary) for version, binary in binaries.items()}
    with open(options.arguments, encoding="utf-8") as file:
        arguments = json.load(file)
    wrong = ways = 0
    print(f"{'from':6} {'to':6} {'machine':16} {'set':8} {'predicted':10} {'QEMU':7} agreement")
    for (one, other), board, name in itertools.product(
            itertools.combinations(binaries, 2), ("pc-i440fx-", "pc-q35-"), options.sets.split(",")):
        both = [type_ for type_ in known[one] & known[other] if type_.startswith(board)]
        machine = newest(both)
        rest = shlex.join(["-M", machine, *arguments["always"], *arguments["matrix sets"][name]])
        command = [options.vmsd, "preflight", "--live", "--scratch", options.scratch, "--format", "json",
                   "--from", f"{binaries[one]} {rest}", "--to", f"{binaries[other]} {rest}"]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if run.returncode == 2:
            sys.exit(run.stderr)
        for way, (source, target) in zip(json.loads(run.stdout)["ways"], ((one, other), (other, one))):
            live = way["live"]
            ways += 1
            wrong += live["agreement"] != "as predicted"
            print(f"{source:6} {target:6} {machine:16} {name:8} {way['verdict']:10} {live['verdict']:7} {live['agreement']}")
            for line in live["messages"] if live["agreement"] != "as predicted" else []:
                print(f"       {line}")
    print(f"{ways} ways, {wrong} not as predicted")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
