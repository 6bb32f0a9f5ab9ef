#!/usr/bin/env python3
"""Lets real QEMUs refuse patched streams, and writes down what they print.

    make-logs.py --qemu 7.2=BINARY --qemu 11.1=BINARY --vmsd VMSD --scratch DIR --corpus CORPUS

DIR is a folder that the QEMUs can read and write. Each defect of the table below is a few bytes that are changed in a stream of
CORPUS/streams. What QEMU writes on standard error goes to CORPUS/logs/VERSION/NAME.log as it is; CORPUS/logs/cases.json says
what was changed, with which arguments the target ran, and what an explanation must name first. `vmsd inspect` tells where
sections are. A QEMU that loads the stream all the same has no log; the script says so.
"""
import argparse
import json
import os
import struct
import subprocess
import sys

STREAM = "variants/7.2.base.qevm.zst"
MACHINE = ["-M", "pc-i440fx-7.2", "-m", "64", "-serial", "none", "-parallel", "none", "-nic", "none"]
UUIDS = ["11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"]


def be32(value):
    return struct.pack(">I", value)


def be64(value):
    return struct.pack(">Q", value)


def str8(text):
    return bytes([len(text)]) + text.encode()


def subsection(name, version, body=b""):
    return b"\x05" + str8(name) + be32(version) + body


class Stream:
    """A stream's bytes, and where its sections are."""

    def __init__(self, vmsd, path):
        self.bytes = subprocess.run(["zstd", "-dc", path], check=True, stdout=subprocess.PIPE).stdout
        report = subprocess.run([vmsd, "inspect", "--format", "json", path], check=True, stdout=subprocess.PIPE).stdout
        self.items = json.loads(report)["items"]

    def section(self, name, instance=0, kind=None):
        for item in self.items:
            if item["item"] == "section" and item["idstr"] == name and item["instance_id"] == instance and kind in (None, item["type"]):
                return item
        raise KeyError(name)

    def eof(self):
        return next(item["offset"] for item in self.items if item["item"] == "eof")

    def body(self, name, offset=0, instance=0, kind=None):
        return self.section(name, instance, kind)["body_offset"] + offset

    def end(self, name, instance=0, kind=None):
        item = self.section(name, instance, kind)
        return item["body_offset"] + item["body_size"]

    def header(self, name, part, instance=0):
        """Where a part of the header of a named section is."""
        item = self.section(name, instance)
        named = item["offset"] + 6 + len(name)
        return {"type": item["offset"], "id": item["offset"] + 1, "length": item["offset"] + 5, "name": item["offset"] + 6,
                "instance": named, "version": named + 4}[part]


# Behind the configuration section of the base stream.
CONFIGURATION_END = 0x1A


def defects(base):
    """Rows of the catalogue: name, edits (offset, bytes that go, bytes that come), expectation, options."""
    s = base
    c = CONFIGURATION_END
    end_of_ram = s.body("ram", kind="END")
    part_of_ram = s.body("ram", kind="PART")
    setup = s.body("ram")
    size = len(s.bytes)

    def cut(at):
        return [(at, size - at, b"")]

    def put(at, data):
        return [(at, len(data), data)]

    def add(at, data):
        return [(at, 0, data)]

    def ram(words):
        return add(part_of_ram, words)

    def command(number, payload=b"", length=None):
        return add(s.header("timer", "type"), b"\x08" + struct.pack(">HH", number, len(payload) if length is None else length) + payload)

    piix4 = "0000:00:01.3/piix4_pm"
    yield "magic", put(0, b"XXXX"), dict(cause="magic", offset=0), {}
    yield "version-2", put(4, be32(2)), dict(cause="stream-version", offset=4), {}
    yield "version-4", put(4, be32(4)), dict(cause="stream-version", offset=4), {}
    yield "configuration-missing", [(8, c - 8, b"")], dict(cause="configuration-missing", offset=8), {}
    yield "configuration-cut", cut(0x0F), dict(cause="configuration-cut", section="configuration"), {}
    yield "configuration-name-length", put(9, be32(0x7FFFFFFF)), dict(cause="configuration-cut", section="configuration"), {}
    yield "machine-type", put(0x17, b"6"), dict(cause="machine-type", section="configuration"), {}
    yield "page-bits", add(c, subsection("configuration/target-page-bits", 1, be32(14))), dict(cause="page-bits", section="configuration"), {}
    capability = subsection("configuration/capabilities", 1, be32(1) + str8("x-ignore-shared"))
    yield "capability-on", add(c, capability), dict(cause="capability", section="configuration"), {}
    yield "capability-off", [], dict(cause="capability", section="configuration"), dict(capability="x-ignore-shared", target=None)
    unknown = subsection("configuration/capabilities", 1, be32(1) + str8("zzz"))
    yield "capability-unknown", add(c, unknown), dict(cause="capability-unknown", section="configuration"), {}
    uuid = subsection("configuration/uuid", 1, bytes.fromhex(UUIDS[0].replace("-", "")))
    yield "uuid", add(c, uuid), dict(cause="uuid", section="configuration"), dict(arguments=["-uuid", UUIDS[1]])
    yield "section-type", put(s.eof(), b"\x55"), dict(cause="section-type", offset=s.eof()), {}
    yield "section-unknown-id", add(s.eof(), b"\x02" + be32(999)), dict(cause="section-id", offset=s.eof()), {}
    yield "section-unknown-end", add(s.eof(), b"\x03" + be32(999)), dict(cause="section-id", offset=s.eof()), {}
    yield "device-unknown", put(s.header("hpet", "name"), b"hpex"), dict(cause="device-unknown", section="hpex", offset=s.header("hpet", "type")), {}
    yield "instance-unknown", put(s.header("dma", "instance", 1), be32(7)), dict(cause="device-unknown", section="dma", offset=s.header("dma", "type", 1)), {}
    yield "device-unknown-hpet-off", [], dict(cause="device-unknown", section="hpet"), dict(arguments=["-M", "hpet=off"], target="variants/7.2.hpet-off.qevm.zst")
    yield "idstr-empty", [(s.header("hpet", "length"), 5, b"\0")], dict(cause="idstr-unreadable", offset=s.header("hpet", "length")), {}
    yield "section-version-new", put(s.header("i8259", "version"), be32(99)), dict(cause="version-too-new", section="i8259", offset=s.header("i8259", "type")), {}
    yield "section-version-old", put(s.header("i8259", "version"), be32(0)), dict(cause="version-too-old", section="i8259"), {}
    newer = subsection("configuration/uuid", 2, bytes(16))
    yield "subsection-version-new", add(c, newer), dict(cause="version-too-new", section="configuration"), {}
    yield "subsection-unknown", add(s.end("i8259"), subsection("i8259/zzz", 1)), dict(cause="subsection-unknown", section="i8259", path="i8259/zzz", offset=s.end("i8259")), {}
    yield "subsection-unknown-configuration", add(c, subsection("configuration/zzz", 1)), dict(cause="subsection-unknown", section="configuration"), {}
    yield "body-short", [(s.body("i8259", 3), 1, b"")], dict(cause="section-length", section="i8259"), {}
    yield "body-long", add(s.end("i8259"), b"\0"), dict(cause="section-length", section="i8259"), {}
    yield "subsection-foreign", add(s.end("i8259"), subsection("dma/zzz", 1)), dict(cause="section-length", section="i8259"), {}
    yield "body-short-piix4", [], dict(cause="section-length", section=piix4, path="acpi_pci_hotplug.acpi_index"), dict(source="variants/7.2.piix-noindex.qevm.zst")
    yield "body-long-piix4", [], dict(cause="section-length", section=piix4), dict(arguments=["-global", "PIIX4_PM.x-not-migrate-acpi-index=on"], target="variants/7.2.piix-noindex.qevm.zst")
    yield "footer-id", put(s.end("i8259") + 1, be32(77)), dict(cause="footer-id", section="i8259", offset=s.end("i8259")), {}
    yield "cut-in-device", cut(s.body("i8259", 4)), dict(cause="stream-cut", section="i8259"), {}
    yield "cut-in-cpu", cut(s.body("cpu", 700)), dict(cause="stream-cut", section="cpu"), {}
    yield "cut-before-eof", cut(s.eof()), dict(cause="stream-cut", offset=s.eof()), {}
    yield "cut-in-header", cut(s.header("hpet", "instance") + 2), dict(cause="stream-cut"), {}
    yield "cut-in-ram-setup", cut(setup + 40), dict(cause="stream-cut", section="ram", by_log="ram-block-unknown"), {}
    yield "cut-in-ram", cut(part_of_ram + 3), dict(cause="stream-cut", section="ram"), {}
    page = be64(0x08) + str8("pc.ram") + bytes(100)
    yield "cut-in-page", [(part_of_ram, size - part_of_ram, page)], dict(cause="stream-cut", section="ram"), {}
    yield "ram-version-3", put(s.header("ram", "version"), be32(3)), dict(cause="version-too-old", section="ram"), {}
    yield "ram-version-5", put(s.header("ram", "version"), be32(5)), dict(cause="version-too-new", section="ram"), {}
    yield "ram-flags-full", ram(be64(0x01)), dict(cause="ram-flags", section="ram", offset=part_of_ram), {}
    yield "ram-flags-two", ram(be64(0x300)), dict(cause="ram-flags", section="ram", offset=part_of_ram), {}
    yield "ram-flags-hook", ram(be64(0x18)), dict(cause="ram-flags", section="ram", offset=part_of_ram), {}
    yield "ram-continue-first", ram(be64(0x22) + b"\0"), dict(cause="ram-continue", section="ram", offset=part_of_ram), {}
    yield "ram-offset", ram(be64(0x10000000 | 2) + str8("pc.ram") + b"\0"), dict(cause="ram-offset", section="ram", offset=part_of_ram), {}
    yield "ram-block", ram(be64(2) + str8("pc.rax") + b"\0"), dict(cause="ram-block-of-page", section="ram", offset=part_of_ram + 8), {}
    yield "ram-zero-value", ram(be64(2) + str8("pc.ram") + b"\7"), dict(cause="ram-zero-page", section="ram"), {}
    yield "ram-xbzrle-encoding", ram(be64(0x40) + str8("pc.ram") + b"\2\0\1\0"), dict(cause="ram-xbzrle", section="ram"), {}
    yield "ram-xbzrle-length", ram(be64(0x40) + str8("pc.ram") + b"\1\x10\1\0"), dict(cause="ram-xbzrle", section="ram"), {}
    yield "ram-xbzrle-data", ram(be64(0x40) + str8("pc.ram") + b"\1\0\3\0\0\0"), dict(cause="ram-xbzrle", section="ram", by_last=False), {}
    total = struct.unpack(">Q", s.bytes[setup:setup + 8])[0]
    yield "ram-total", put(setup, be64(total + 0x1000)), dict(cause="ram-total", section="ram"), {}
    yield "ram-block-unknown", put(setup + 9, b"pc.rax"), dict(cause="ram-block-unknown", section="ram", path="pc.rax"), {}
    yield "ram-size", [], dict(cause="ram-size", section="ram", path="pc.ram"), dict(arguments=["-m", "96"], target="variants/7.2.mem96.qevm.zst")
    tables = s.bytes.index(b"/rom@etc/acpi/tables") + len("/rom@etc/acpi/tables")
    grown = put(setup, be64(total + 0x1000000)) + put(tables, be64(0x20000 + 0x1000000))
    yield "ram-size-large", grown, dict(cause="ram-size", section="ram", path="/rom@etc/acpi/tables"), {}
    yield "equal", put(s.body("PCIBUS"), be32(3)), dict(cause="value-equal", section="PCIBUS", path="nirq", offset=s.body("PCIBUS")), {}
    config = s.body("0000:00:01.0/PIIX3", 4)
    yield "pci-config", put(config + 1, b"\x81"), dict(cause="pci-config", section="0000:00:01.0/PIIX3", offset=config + 1), {}
    yield "pci-config-class", put(config + 0x0B, b"\x03"), dict(cause="pci-config", section="0000:00:01.0/PIIX3", offset=config + 0x0B), {}
    yield "pci-irq-state", put(config + 256, be32(2)), dict(cause="pci-irq-state", section="0000:00:01.0/PIIX3"), {}
    state = s.bytes.index(b"prelaunch", s.body("globalstate"))
    yield "globalstate", put(state, b"zzzz\0"), dict(cause="globalstate", section="globalstate"), {}
    yield "command-0", command(0), dict(cause="command-unknown"), {}
    yield "command-12", command(12), dict(cause="command-unknown"), {}
    yield "command-8", command(8), dict(cause="command-colo"), {}
    yield "command-11", command(11), dict(cause="command-unknown"), {}
    yield "command-length", command(1, length=4), dict(cause="command-length"), {}
    yield "command-ping", command(2, be32(1)), dict(cause="command-ping"), {}
    yield "command-advise", command(3, be64(0x1000) + be64(0x1000)), dict(cause="command-postcopy"), {}
    yield "command-listen", command(4), dict(cause="command-postcopy"), {}
    yield "command-run", command(5), dict(cause="command-postcopy"), {}
    yield "command-discard", command(6, b"\0" + str8("pc.ram") + b"\0" + be64(0) + be64(0x1000)), dict(cause="command-postcopy"), {}
    yield "footers-unexpected", [], dict(cause="footer-unexpected"), dict(arguments=["-global", "migration.send-section-footer=off"], target=None)
    yield "configuration-unexpected", [], dict(cause="configuration-unexpected", offset=8), dict(arguments=["-global", "migration.send-configuration=off"], target=None)


STATUS = {"execute": "query-status"}


class Qemu:
    """A stopped destination, asked over QMP on its standard input and output."""

    def __init__(self, binary, arguments, path, capability):
        command = [binary, *arguments, "-S", "-display", "none", "-monitor", "none", "-qmp", "stdio", "-incoming", "defer"]
        self.begin = [{"execute": "qmp_capabilities"}]
        if capability:
            on = {"capabilities": [{"capability": capability, "state": True}]}
            self.begin.append({"execute": "migrate-set-capabilities", "arguments": on})
        self.begin.append({"execute": "migrate-incoming", "arguments": {"uri": f"exec:cat {path}"}})
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def verdict(self):
        """Whether the stream was loaded, and what was printed."""
        try:
            self.ask(*self.begin, STATUS)
            for line in self.process.stdout:
                status = json.loads(line).get("return", {}).get("status")
                if status == "inmigrate":
                    self.ask(STATUS)
                elif status:
                    self.process.kill()
                    return True, self.process.stderr.read()
        except BrokenPipeError:
            pass  # it ended before it was asked
        printed = self.process.stderr.read()
        self.process.wait(timeout=30)
        return False, printed

    def ask(self, *commands):
        self.process.stdin.write("".join(json.dumps(command) + "\n" for command in commands).encode())
        self.process.stdin.flush()


def apply(data, edits):
    for at, gone, come in sorted(edits, key=lambda edit: -edit[0]):
        data = data[:at] + come + data[at + gone:]
    return data


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", action="append", required=True, metavar="VERSION=BINARY")
    parser.add_argument("--vmsd", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--corpus", required=True)
    options = parser.parse_args()
    binaries = dict(pair.split("=", 1) for pair in options.qemu)
    streams, cases = {}, []

    def stream(name):
        if name not in streams:
            streams[name] = Stream(options.vmsd, f"{options.corpus}/streams/{name}")
        return streams[name]

    path = f"{options.scratch}/make-logs.qevm"
    for name, edits, expect, options_of in defects(stream(STREAM)):
        source = options_of.get("source", STREAM)
        arguments = options_of.get("arguments", [])
        with open(path, "wb") as file:
            file.write(apply(stream(source).bytes, edits))
        logs = []
        for version, binary in binaries.items():
            loaded, printed = Qemu(binary, [*MACHINE, *arguments], path, options_of.get("capability")).verdict()
            if loaded:
                print(f"{version} {name}: loaded", file=sys.stderr)
                continue
            os.makedirs(f"{options.corpus}/logs/{version}", exist_ok=True)
            with open(f"{options.corpus}/logs/{version}/{name}.log", "wb") as file:
                file.write(printed)
            logs.append(version)
        cases.append({
            "name": name, "logs": logs, "source": source, "edits": [[at, gone, come.hex()] for at, gone, come in edits],
            "target": options_of.get("target", STREAM), "arguments": arguments, "expect": expect,
        })
    os.remove(path)
    with open(f"{options.corpus}/logs/cases.json", "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
