#!/usr/bin/env python3
"""Captures streams of devices at work, without a guest: QEMU's qtest protocol reads and writes ports and memory, and
this script is the driver. Where a device listens to nothing but a processor, a few instructions are the firmware.

    scripts/capture-at-work.py QEMU WHAT OUTPUT

WHAT is one of
  iommu    x86_64: a virtio-iommu with domains, mappings and endpoints: trees in trees, and lists
  gpu      x86_64: a virtio-gpu with resources, one of them on a screen
  cframes  aarch64: a Versal's configuration frames: a tree that the description shows
  flush    ppc64: an NVDIMM of a pseries, with flushes that nobody asked after: a list that the description shows
"""

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

# Where this script puts things in the guest's memory.
BAR = 0xE0000000
RINGS = 0x100000
DATA = 0x200000


class Qtest:
    """Ports and memory of a machine that has no processor at work."""

    def __init__(self, path):
        self.file = connect(path).makefile("rw", newline="\n")

    def __call__(self, *words):
        self.file.write(" ".join(words) + "\n")
        self.file.flush()
        while True:
            answer = self.file.readline().split()
            if answer and answer[0] == "OK":
                return int(answer[1], 0) if len(answer) > 1 else None
            if not answer or answer[0] != "IRQ":
                raise SystemExit(f"qtest: {words}: {answer}")

    def out(self, port, value):
        self("outl", hex(port), hex(value))

    def write(self, at, data):
        self("write", hex(at), hex(len(data)), "0x" + data.hex())


class Qmp:
    def __init__(self, path):
        self.file = connect(path).makefile("rw", newline="\n")
        self.file.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                raise SystemExit(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]


def connect(path):
    for _ in range(200):
        try:
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(path)
            return peer
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody listens at {path}")


class Driver:
    """A modern virtio device in slot `slot` of the root bus."""

    def __init__(self, qtest, slot):
        self.q = qtest
        self.slot = slot
        self.common = self.notify = None
        self.multiplier = 0
        self.find()
        self.w("writeb", 0x14, 0)
        self.w("writeb", 0x14, 1 | 2)
        for half in (0, 1):
            self.w("writel", 0x00, half)
            offered = self.q("readl", hex(self.common + 0x04))
            self.w("writel", 0x08, half)
            # No event index, no indirect descriptors, no packed rings: the rings stay simple.
            self.w("writel", 0x0C, offered & (~(3 << 28) if half == 0 else 1))
        self.w("writeb", 0x14, 1 | 2 | 8)
        self.heads = {}

    def config(self, at, value=None, size="l"):
        self.q.out(0xCF8, 0x80000000 | self.slot << 11 | at & ~3)
        if value is None:
            return self.q("in" + size, hex(0xCFC + (at & 3)))
        self.q("out" + size, hex(0xCFC + (at & 3)), hex(value))

    def find(self):
        at = self.config(0x34, size="b")
        bar = None
        places = {}
        while at:
            if self.config(at, size="b") == 9:
                kind = self.config(at + 3, size="b")
                bar_of = self.config(at + 4, size="b")
                if kind in (1, 2):
                    bar = bar_of
                    places[kind] = self.config(at + 8)
                if kind == 2:
                    self.multiplier = self.config(at + 16)
            at = self.config(at + 1, size="b")
        base = BAR + (self.slot << 20)
        self.config(0x10 + 4 * bar, base)
        self.config(0x14 + 4 * bar, 0)
        self.config(0x04, 6, "w")
        self.common, self.notify = base + places[1], base + places[2]

    def w(self, how, at, value):
        self.q(how, hex(self.common + at), hex(value))

    def queue(self, number):
        rings = RINGS + (self.slot << 16) + number * 0x4000
        self.w("writew", 0x16, number)
        size = min(64, self.q("readw", hex(self.common + 0x18)))
        self.w("writew", 0x18, size)
        for at, ring in ((0x20, rings), (0x28, rings + 0x1000), (0x30, rings + 0x2000)):
            self.w("writel", at, ring)
            self.w("writel", at + 4, 0)
        self.w("writew", 0x1C, 1)
        self.heads[number] = (rings, 0, 0)

    def ready(self):
        self.w("writeb", 0x14, 1 | 2 | 4 | 8)

    def request(self, number, *parts):
        """Bytes for the device, or how many the device may write."""
        rings, free, index = self.heads[number]
        data = DATA + (self.slot << 20) + number * 0x40000 + free * 0x1000
        for position, part in enumerate(parts):
            length = part if isinstance(part, int) else len(part)
            if not isinstance(part, int):
                self.q.write(data, part)
            last = position == len(parts) - 1
            flags = (0 if last else 1) | (2 if isinstance(part, int) else 0)
            own = free + position
            self.q.write(rings + 16 * own, struct.pack("<QIHH", data, length, flags, own + 1))
            data += 0x1000
        self.q.write(rings + 0x1000 + 4 + 2 * index, struct.pack("<H", free))
        index += 1
        self.q.write(rings + 0x1000 + 2, struct.pack("<H", index))
        self.heads[number] = (rings, free + len(parts), index)
        self.q("writew", hex(self.notify + self.multiplier * number), hex(number))


def iommu(q, _):
    driver = Driver(q, 4)
    driver.queue(0)
    driver.ready()
    attach = lambda domain, endpoint, flags=0: driver.request(
        0, struct.pack("<B3xIII4x", 1, domain, endpoint, flags), 4)
    map_ = lambda domain, first, last, to, flags: driver.request(
        0, struct.pack("<B3xIQQQI", 3, domain, first, last, to, flags), 4)
    attach(1, 5 << 3)
    attach(1, 6 << 3)
    attach(7, 7 << 3)
    map_(1, 0x1000, 0x1FFF, 0x300000, 3)
    map_(1, 0x10000, 0x1FFFF, 0x400000, 1)
    map_(1, 0x100000000, 0x100000FFF, 0x310000, 2)
    map_(7, 0x0, 0xFFFFF, 0x500000, 3)


def gpu(q, _):
    driver = Driver(q, 4)
    driver.queue(0)
    driver.queue(1)
    driver.ready()
    head = lambda kind: struct.pack("<II8x8x", kind, 0)
    for number, width, height in ((1, 64, 48), (2, 16, 16)):
        driver.request(0, head(0x101) + struct.pack("<IIII", number, 2, width, height), 24)
    backing = struct.pack("<QII", 0x300000, 64 * 48 * 2, 0) + struct.pack("<QII", 0x310000, 64 * 48 * 2, 0)
    driver.request(0, head(0x106) + struct.pack("<II", 1, 2) + backing, 24)
    driver.request(0, head(0x103) + struct.pack("<IIIIII", 0, 0, 64, 48, 0, 1), 24)


def cframes(q, _):
    base = 0xF12D0000
    command, address, frames = base + 0x60, base + 0x10, base + 0x1000
    w = lambda at, value: q("writel", hex(at), hex(value))
    for number in (1, 2):  # write configuration, row on
        w(command, number)
        w(command + 12, 0)
    w(address, 5)
    for frame in range(2):
        for word in range(100):
            w(frames + 4 * (word % 4), frame << 16 | word)
    for word in range(8):  # a third, of which the beginning is there
        w(frames + 4 * (word % 4), word)


# At 0x100, where a pseries begins: three times H_SCM_FLUSH (0x44c) of the first NVDIMM (0x90000000), then a loop.
FLUSHES = b"\0" * 0x100 + 3 * bytes.fromhex("3c809000 38a00000 3860044c 44000022") + bytes.fromhex("48000000")


def flush(_, control):
    control("cont")
    time.sleep(3)
    control("stop")


WHAT = {
    "cframes": (cframes, ["-M", "xlnx-versal-virt", "-m", "256"]),
    "iommu": (iommu, ["-M", "q35", "-m", "16", "-device", "virtio-iommu-pci,addr=4"] + [
        word for slot in (5, 6, 7) for word in ("-device", f"virtio-rng-pci,addr={slot},disable-legacy=on")]),
    "flush": (flush, ["-M", "pseries,nvdimm=on", "-m", "256M,slots=1,maxmem=4G", "-bios", "{folder}/firmware",
        "-object", "memory-backend-file,id=memory,share=on,mem-path={folder}/nvdimm,size=268566528",
        "-device", "spapr-nvdimm,memdev=memory,slot=0,label-size=128K,pmem-override=on,"
        "uuid=75a3cdd7-6a2f-4791-8d15-fe0a920e8e9e"]),
    "gpu": (gpu, ["-M", "q35", "-m", "16", "-device", "virtio-gpu-pci,addr=4,ioeventfd=off"]),
}


def main():
    if len(sys.argv) != 4 or sys.argv[2] not in WHAT:
        raise SystemExit(__doc__)
    binary, what, output = sys.argv[1:]
    drive, arguments = WHAT[what]
    with tempfile.TemporaryDirectory() as folder:
        qtest, qmp, stream = (os.path.join(folder, name) for name in ("qtest", "qmp", "stream"))
        command = [
            binary, "-accel", "tcg", "-S", "-nodefaults", "-display", "none",
            "-qtest", f"unix:{qtest},server=on,wait=off", "-qtest-log", "none",
            "-qmp", f"unix:{qmp},server=on,wait=off",
        ]
        with open(os.path.join(folder, "firmware"), "wb") as firmware:
            firmware.write(FLUSHES)
        process = subprocess.Popen(command + [word.replace("{folder}", folder) for word in arguments])
        try:
            control = Qmp(qmp)
            drive(Qtest(qtest), control)
            time.sleep(0.5)
            control("migrate", uri=f"exec:cat > {stream}")
            while control("query-migrate").get("status") not in ("completed", "failed"):
                time.sleep(0.1)
            if control("query-migrate")["status"] == "failed":
                raise SystemExit("the migration failed")
            control("quit")
            process.wait()
        finally:
            process.kill()
        with open(stream, "rb") as source, open(output, "wb") as target:
            target.write(source.read())


if __name__ == "__main__":
    main()
