"""Crates that the measurements of the derive write and build."""

import os
import subprocess
import sys

ROOT, WORK = os.environ["ROOT"], os.environ["WORK"]
SCHEMA = f'vmsd-schema = {{ path = "{ROOT}/vmsd-schema" }}'


def crate(name, dependency, files):
    """A package of its own workspace; `files` are those of its `src`, by name."""
    folder = f"{WORK}/{name}"
    os.makedirs(f"{folder}/src", exist_ok=True)
    with open(f"{folder}/Cargo.toml", "w") as out:
        out.write(f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2021"\n')
        out.write(f"[dependencies]\n{dependency}\n[workspace]\n")
    for file, text in files.items():
        with open(f"{folder}/src/{file}", "w") as out:
            out.write(text)
    return folder


def build(folder, *options):
    command = ["cargo", "build", "--quiet", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr[:4000])
