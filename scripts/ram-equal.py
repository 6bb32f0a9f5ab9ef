#!/usr/bin/env python3
"""Proves that memory which vmsd extracts is what QEMU itself shows, byte for byte.

    ram-equal.py --vmsd VMSD --scratch DIR --qemu 10.0=qemu-system-x86_64 [--qemu …] [--arm 10.0=qemu-system-aarch64 …]
                 [--quick] [--only PATTERN]

A guest fills memory with a pattern and keeps changing some of it (guests/pattern-x86.S; as and ld are needed). It is migrated by
each method that the QEMU has: as it stands, live with several passes, XBZRLE, compressed pages, mapped-ram, multifd into
mapped-ram, multifd over sockets with each compression, postcopy. Then the source, which is stopped, writes its memory with
`pmemsave`, which is compared with what `vmsd ram extract` makes of the captured stream; once for each machine also with
`dump-guest-memory`, to which the ELF core and the LiME file are compared. gdb reads the core as well, where it is there.
DIR must be a folder that the QEMUs can write, with room for twice the guest's memory. --quick: one small machine, three
methods; --only: the lines of the table that a regular expression finds.

A table is printed; the exit status is 1 if anything differs.
"""
import argparse
import ctypes
import json
import os
import re
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

GIB = 1 << 30
MIB = 1 << 20
HERE = os.path.dirname(os.path.abspath(__file__))


class Machine:
    """A board: its arguments, where its memory lies, and how the guest gets in."""

    def __init__(self, name, kind, arguments, ranges, stride):
        self.name, self.kind, self.arguments, self.ranges, self.stride = name, kind, arguments, ranges, stride

    def guest(self, folder):
        if self.kind == "arm":
            path = os.path.join(folder, "guest-arm.bin")
            with open(path, "wb") as file:
                file.write(arm_guest(self.ranges[0], self.stride))
            return ["-device", f"loader,file={path},addr=0x40180000,force-raw=on", "-device", "loader,addr=0x40180000,cpu-num=0"]
        path = os.path.join(folder, "guest-x86.bin")
        linked = os.path.join(folder, "guest-x86.o")
        subprocess.run(["as", "--64", "-o", linked, os.path.join(HERE, "guests/pattern-x86.S")], check=True)
        subprocess.run(["ld", "-m", "elf_x86_64", "-Ttext", "0x7c00", "--oformat", "binary", "-o", path, linked], check=True)
        with open(path, "r+b") as file:
            ends = [address + size for address, size in self.ranges]
            above = ends[1] if len(ends) > 1 else 0
            file.seek(0x1B0)
            file.write(struct.pack("<QQQ", ends[0], above, self.stride))
            file.truncate(MIB)
        return ["-drive", f"file={path},format=raw,if=ide,snapshot=on"]


# The A64 instructions that the guest needs, as functions of their registers.
def mov(register, value):
    words = [0xD2800000 | (value & 0xFFFF) << 5 | register]
    for half in (1, 2, 3):
        if value >> 16 * half & 0xFFFF:
            words.append(0xF2800000 | half << 21 | (value >> 16 * half & 0xFFFF) << 5 | register)
    return words


def madd(d, n, m, a):
    return [0x9B000000 | m << 16 | a << 10 | n << 5 | d]


def str_post(t, n, step):
    return [0xF8000400 | step << 12 | n << 5 | t]


def str_plain(t, n):
    return [0xF9000000 | n << 5 | t]


def ldr_index(t, n, m):
    return [0xF8606800 | m << 16 | n << 5 | t]


def str_index(t, n, m):
    return [0xF8206800 | m << 16 | n << 5 | t]


def add(d, n, value):
    return [0x91400000 | (value >> 12) << 10 | n << 5 | d] if value & 0xFFF == 0 else [0x91000000 | value << 10 | n << 5 | d]


def add_register(d, n, m):
    return [0x8B000000 | m << 16 | n << 5 | d]


def cmp(n, m):
    return [0xEB00001F | m << 16 | n << 5]


def subs(d, n, value):
    return [0xF1000000 | value << 10 | n << 5 | d]


def branch(words, to, condition=None):
    """To the word of this number, from behind `words`; conditions: 1 not equal, 3 lower."""
    step = to - len(words)
    return [0x14000000 | step & 0x3FFFFFF] if condition is None else [0x54000000 | (step & 0x7FFFF) << 5 | condition]


READY = {"x86": 0x6000, "arm": 0x40000000 + 0x170000}
ARM_ZONE = 0x40000000 + 16 * MIB


def arm_guest(memory, stride):
    """As guests/pattern-x86.S, without a table of pages: the MMU stays off."""
    start, size = memory
    code = mov(6, 6364136223846793005) + mov(7, 1442695040888963407)

    def fill(first, last, step):
        code.extend(mov(0, first) + mov(1, last) + mov(2, step))
        page = len(code)
        code.extend(add(4, 0, 0) + add(5, 0, 4096) + add(3, 0, 0))
        inner = len(code)
        code.extend(madd(3, 3, 6, 7) + str_post(3, 4, 16) + cmp(4, 5))
        code.extend(branch(code, inner, 3))
        code.extend(add_register(0, 0, 2) + cmp(0, 1))
        code.extend(branch(code, page, 3))

    fill(start + 2 * MIB, start + size, stride)
    fill(ARM_ZONE, ARM_ZONE + 4 * MIB, 4096)
    code.extend(mov(8, 0) + mov(9, 4096) + mov(10, 0) + mov(11, READY["arm"]))
    round_ = len(code)
    code.extend(add(10, 10, 1) + str_plain(10, 11))
    code.extend(mov(0, ARM_ZONE) + mov(1, ARM_ZONE + 4 * MIB))
    loop = len(code)
    code.extend(ldr_index(3, 0, 8) + add(3, 3, 1) + str_index(3, 0, 8) + add(0, 0, 4096) + cmp(0, 1))
    code.extend(branch(code, loop, 3))
    code.extend(add(8, 8, 8) + cmp(8, 9))
    code.extend(branch(code, len(code) + 2, 3))
    code.extend(mov(8, 0))
    code.extend(mov(12, 0x400000))
    delay = len(code)
    code.extend(subs(12, 12, 1))
    code.extend(branch(code, delay, 1))
    code.extend(branch(code, round_))
    return struct.pack(f"<{len(code)}I", *code)


def small_pages():
    """Huge pages would make all of a sparse guest's memory real (PR_SET_THP_DISABLE)."""
    ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)


class Qemu:
    """A QEMU that is asked over QMP on its standard input and output."""

    def __init__(self, binary, arguments):
        always = ["-accel", "tcg", "-nodefaults", "-display", "none", "-serial", "none", "-monitor", "none", "-qmp", "stdio"]
        self.process = subprocess.Popen(
            [binary, *always, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=small_pages,
        )
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        try:
            self.process.stdin.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            self.process.stdin.flush()
            for line in self.process.stdout:
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise RuntimeError(f"{command}: {answer['error']['desc']}")
        except BrokenPipeError:
            pass
        raise RuntimeError(f"QEMU ended: {self.process.stderr.read().strip()}")

    def word(self, address):
        text = self.ask("human-monitor-command", **{"command-line": f"xp /1gx {address:#x}"})
        return int(text.split(":")[1], 16)

    def capability(self, *names):
        capabilities = [{"capability": name, "state": True} for name in names]
        self.ask("migrate-set-capabilities", capabilities=capabilities)

    def wait(self, *wanted, seconds=240):
        deadline = time.time() + seconds
        while time.time() < deadline:
            state = self.ask("query-migrate")
            if state.get("status") in wanted:
                return state
            if state.get("status") in ("failed", "cancelled"):
                raise RuntimeError(state.get("error-desc", "the migration failed"))
            time.sleep(0.02)
        raise RuntimeError(f"the migration does not become {wanted}")

    def passes(self, count):
        """Waits until the source has been through memory so often."""
        deadline = time.time() + 240
        while time.time() < deadline:
            state = self.ask("query-migrate")
            if state.get("ram", {}).get("dirty-sync-count", 0) > count or state.get("status") == "completed":
                return
            time.sleep(0.02)
        raise RuntimeError("the migration makes no passes")

    def end(self):
        self.process.kill()
        self.process.communicate()


class Sink:
    """Takes whatever a source sends, one file a connection; with a target, passes it on and the answers back."""

    def __init__(self, path, prefix, target=None):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(16)
        self.prefix, self.target, self.files, self.threads = prefix, target, [], []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            path = f"{self.prefix}.{len(self.files)}"
            self.files.append(path)
            thread = threading.Thread(target=self.copy, args=(connection, path), daemon=True)
            thread.start()
            self.threads.append(thread)

    def copy(self, connection, path):
        onward = None
        if self.target:
            onward = socket.socket(socket.AF_UNIX)
            onward.connect(self.target)
        ends = [connection, onward] if onward else [connection]
        with open(path, "wb") as file:
            while True:
                for end in select.select(ends, [], [])[0]:
                    try:
                        data = end.recv(1 << 18)
                    except ConnectionError:
                        data = b""
                    if not data:
                        return
                    if end is connection:
                        file.write(data)
                    other = onward if end is connection else connection
                    if other:
                        other.sendall(data)

    def finish(self):
        for thread in self.threads:
            thread.join(30)
        self.listener.close()
        return list(self.files)


def main_first(files):
    """The main channel, which starts with the magic of a stream, and the others."""
    with_magic = [path for path in files if open(path, "rb").read(4) == b"QEVM"]
    others = [path for path in files if path not in with_magic and os.path.getsize(path)]
    return with_magic[0], others


def several_passes(source, count=4):
    """Keeps the source from converging until it has made so many passes."""
    source.passes(count)
    source.ask("migrate-set-parameters", **{"downtime-limit": 20000, "max-bandwidth": 2 * GIB})


def slowly(source):
    source.ask("migrate-set-parameters", **{"downtime-limit": 1, "max-bandwidth": 24 * MIB})


def plain(source, case):
    source.ask("stop")
    source.ask("migrate", uri=f"exec:cat > {case.path('stream')}")
    source.wait("completed")
    return case.path("stream"), []


def live(*capabilities):
    def run(source, case):
        source.capability(*capabilities) if capabilities else None
        slowly(source)
        source.ask("migrate", uri=f"exec:cat > {case.path('stream')}")
        several_passes(source)
        source.wait("completed")
        return case.path("stream"), []

    return run


def mapped(*capabilities):
    def run(source, case):
        source.capability("mapped-ram", *capabilities)
        slowly(source)
        source.ask("migrate", uri=f"file:{case.path('stream')}")
        several_passes(source, 2)
        source.wait("completed")
        return case.path("stream"), []

    return run


def multifd(compression):
    def run(source, case):
        source.capability("multifd")
        parameters = {"multifd-channels": 3}
        if compression != "none":
            parameters["multifd-compression"] = compression
        source.ask("migrate-set-parameters", **parameters)
        slowly(source)
        sink = Sink(case.path("socket"), case.path("channel"))
        source.ask("migrate", uri=f"unix:{case.path('socket')}")
        several_passes(source)
        source.wait("completed")
        return main_first(sink.finish())

    return run


def postcopy(source, case):
    target = Qemu(case.binary, [*case.arguments(), "-incoming", f"unix:{case.path('target')}"])
    try:
        for one in (target, source):
            one.capability("postcopy-ram")
        sink = Sink(case.path("socket"), case.path("channel"), case.path("target"))
        slowly(source)
        source.ask("migrate", uri=f"unix:{case.path('socket')}")
        source.passes(2)
        source.ask("migrate-start-postcopy")
        source.wait("completed")
        files = sink.finish()
    finally:
        target.end()
    return main_first(files)


# Name, the versions that have it, how it is captured.
ALL = (5.2, 7.2, 10.0, 11.1)
METHODS = [
    ("plain", ALL, plain),
    ("live", ALL, live()),
    ("xbzrle", ALL, live("xbzrle")),
    ("compress", (5.2, 7.2), live("compress")),
    ("mapped-ram", (10.0, 11.1), mapped()),
    ("mapped-ram multifd", (10.0, 11.1), mapped("multifd")),
    ("multifd", ALL, multifd("none")),
    ("multifd zlib", ALL, multifd("zlib")),
    # Debian builds 5.2 without it.
    ("multifd zstd", (7.2, 10.0, 11.1), multifd("zstd")),
    ("postcopy", ALL, postcopy),
]

QUICK = ("plain", "xbzrle", "multifd")


class Case:
    """One machine of one QEMU, migrated by one method."""

    def __init__(self, version, binary, machine, folder):
        self.version, self.binary, self.machine, self.folder = version, binary, machine, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def arguments(self):
        return [*self.machine.arguments, *self.machine.guest(self.folder)]

    def start(self):
        """A source whose guest has filled its memory."""
        source = Qemu(self.binary, self.arguments())
        deadline = time.time() + 120
        while source.word(READY[self.machine.kind]) == 0:
            if time.time() > deadline:
                source.end()
                raise RuntimeError("the guest does not fill its memory")
            time.sleep(0.1)
        return source


def segments(path):
    """The PT_LOADs of a core: physical address, size, place in the file; and its machine."""
    with open(path, "rb") as file:
        header = file.read(64)
        assert header[:4] == b"\x7fELF" and header[4] == 2, "no ELF core of 64 bits"
        (machine,) = struct.unpack_from("<H", header, 18)
        (at,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(at)
        table = file.read(size * count)
    loads = []
    for number in range(count):
        kind, _, offset, _, address, length, _, _ = struct.unpack_from("<IIQQQQQQ", table, number * size)
        if kind == 1:
            loads.append((address, length, offset))
    return machine, loads


def lime(path):
    loads, at = [], 0
    end = os.path.getsize(path)
    with open(path, "rb") as file:
        while at < end:
            file.seek(at)
            magic, version, first, last, _ = struct.unpack("<4sIQQQ", file.read(32))
            assert magic == b"EMiL" and version == 1, "no LiME header"
            loads.append((first, last - first + 1, at + 32))
            at += 32 + last - first + 1
    return loads


def differs(left, right, size):
    """The first place at which the next bytes of two files differ, and how many were not zero."""
    chunk, seen = MIB, 0
    zeros = bytes(chunk)
    for done in range(0, size, chunk):
        length = min(chunk, size - done)
        one, other = left.read(length), right.read(length)
        if one != other:
            place = next((i for i, (x, y) in enumerate(zip(one, other)) if x != y), min(len(one), len(other)))
            return done + place, seen
        if one != zeros[:length]:
            seen += length - one.count(0)
    return None, seen


# On a PC the VGA's window lies over this RAM, so that QEMU shows something else there.
WINDOW = (0xA0000, 0xC0000)


def outside_window(machine, address, size):
    if machine.kind != "x86" or address >= WINDOW[1] or address + size <= WINDOW[0]:
        return [(address, size)]
    parts = [(address, WINDOW[0] - address), (WINDOW[1], address + size - WINDOW[1])]
    return [(start, length) for start, length in parts if length > 0]


def extract(vmsd, case, main, channels, *arguments):
    out = case.path("extracted")
    if os.path.exists(out):
        os.unlink(out)
    command = [vmsd, "ram", "extract", main, "-o", out, *arguments]
    for channel in channels:
        command += ["--channel", channel]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"vmsd: {done.stderr.strip()}")
    return out


def compare_memory(vmsd, case, source, main, channels):
    """Raw memory with what `pmemsave` writes into a pipe: how many bytes are the same and not zero."""
    out = extract(vmsd, case, main, channels)
    end = max(address + size for address, size in case.machine.ranges)
    if os.path.getsize(out) != end:
        raise RuntimeError(f"the file has {os.path.getsize(out):#x} bytes, not {end:#x}")
    total = 0
    for address, size in case.machine.ranges:
        for start, length in outside_window(case.machine, address, size):
            pipe = case.path(f"memory.{start:x}")
            os.mkfifo(pipe)
            saving = threading.Thread(target=source.ask, args=("pmemsave",), kwargs={"val": start, "size": length, "filename": pipe})
            saving.start()
            with open(out, "rb") as ours, open(pipe, "rb") as theirs:
                ours.seek(start)
                place, seen = differs(ours, theirs, length)
                while theirs.read(MIB):
                    pass
            saving.join()
            if place is not None:
                raise RuntimeError(f"memory differs at {start + place:#x}")
            total += seen
    return total


def joined(loads):
    """Ranges of memory, those that follow each other as one: a block ends there, memory does not."""
    ranges = []
    for address, size, _ in loads:
        if ranges and sum(ranges[-1]) == address:
            address, size = ranges[-1][0], ranges.pop()[1] + size
        ranges.append((address, size))
    return ranges


def compare_core(vmsd, case, source, main, channels):
    """The ELF core and the LiME file with what `dump-guest-memory` writes."""
    dump = case.path("dump")
    source.ask("dump-guest-memory", paging=False, protocol=f"file:{dump}")
    theirs_machine, theirs = segments(dump)
    for form in ("elf", "lime"):
        out = extract(vmsd, case, main, channels, "--format", form)
        if form == "elf":
            machine, ours = segments(out)
            if machine != theirs_machine:
                raise RuntimeError(f"the core is for machine {machine}, QEMU's for {theirs_machine}")
            readelf = subprocess.run(["readelf", "-lW", out], capture_output=True, text=True)
            if readelf.returncode or readelf.stderr or readelf.stdout.count("LOAD") != len(ours):
                raise RuntimeError(f"readelf: {readelf.stderr or readelf.stdout}")
            ask_gdb(out, case, source)
        else:
            ours = lime(out)
        if joined(ours) != case.machine.ranges:
            raise RuntimeError(f"{form} has other ranges: {ours}")
        for address, size, at in ours:
            compared = 0
            for their_address, their_size, their_at in theirs:
                first, last = max(address, their_address), min(address + size, their_address + their_size)
                if first >= last:
                    continue
                for start, length in outside_window(case.machine, first, last - first):
                    with open(out, "rb") as one, open(dump, "rb") as other:
                        one.seek(at + start - address)
                        other.seek(their_at + start - their_address)
                        place, _ = differs(one, other, length)
                    if place is not None:
                        raise RuntimeError(f"{form} differs at {start + place:#x}")
                    compared += length
            if compared < size - (WINDOW[1] - WINDOW[0]):
                raise RuntimeError(f"QEMU's dump has only {compared:#x} of {size:#x} bytes at {address:#x}")


def ask_gdb(core, case, source):
    """gdb finds at some addresses what QEMU's monitor shows there."""
    if case.machine.kind != "x86" or not shutil.which("gdb"):
        return
    for start, size in case.machine.ranges:
        # The guest's counter; the last page that the pattern has in each range.
        address = READY["x86"] if start == 0 else start + (size - 1) // case.machine.stride * case.machine.stride
        command = ["gdb", "-batch", "-nx", "-ex", f"output/x *(unsigned long *){address:#x}", "-c", core]
        said = subprocess.run(command, capture_output=True, text=True).stdout
        word = source.word(address)
        if not said.rstrip().endswith(f"{word:#x}") or word == 0:
            raise RuntimeError(f"gdb at {address:#x}: {said}, not {word:#x}")


def run_case(vmsd, case, name, method):
    shutil.rmtree(case.folder, ignore_errors=True)
    os.makedirs(case.folder)
    source = None
    try:
        source = case.start()
        main, channels = method(source, case)
        seen = compare_memory(vmsd, case, source, main, channels)
        cores = name == "plain"
        if cores:
            compare_core(vmsd, case, source, main, channels)
        report = json.loads(subprocess.run([vmsd, "inspect", "--format", "json", main], capture_output=True).stdout)
        passes = len(report["ram"].get("passes", []))
        kinds = {kind: count for kind, count in report["ram"]["pages"].items() if count}
        what = "raw, ELF and LiME" if cores else "raw"
        return True, f"{what}, {seen / MIB:.0f} MiB not zero; passes {passes}; {kinds}"
    except (RuntimeError, OSError, AssertionError) as error:
        return False, str(error)
    finally:
        if source:
            source.end()
        shutil.rmtree(case.folder, ignore_errors=True)


def machines(quick, version):
    big = 4 * GIB
    if quick:
        return [Machine("pc 64 MiB", "x86", ["-M", "pc", "-m", "64"], [(0, 64 * MIB)], 256 << 10)]
    return [
        Machine("pc 4 GiB", "x86", ["-M", "pc", "-m", "4096"], [(0, 3 * GIB), (big, GIB)], 256 << 10),
        Machine("q35 4 GiB", "x86", ["-M", "q35", "-m", "4096"], [(0, 2 * GIB), (big, 2 * GIB)], 256 << 10),
        # Not where a pc has it by default: vmsd has to read it from the devices.
        Machine("pc, hole at 1 GiB", "x86", ["-M", "pc,max-ram-below-4g=1G", "-m", "1536"], [(0, GIB), (big, GIB // 2)], 256 << 10),
        Machine("q35, hole at 512 M", "x86", ["-M", "q35,max-ram-below-4g=512M", "-m", "1G"], [(0, GIB // 2), (big, GIB // 2)], 256 << 10),
        # Several blocks: the second begins below the hole and ends above it.
        Machine("pc, two NUMA nodes", "x86", [*nodes("pc,max-ram-below-4g=768M", "512M", "512M")], [(0, 768 * MIB), (big, 256 * MIB)], 256 << 10),
        # A DIMM and a VGA card: memory that is in the stream and not in the image, and must not be mistaken for it.
        Machine("q35, DIMM and VGA", "x86", ["-M", "q35", *DIMM, "-device", "VGA"], [(0, 256 * MIB)], 256 << 10),
    ]


DIMM = [
    *("-m", "256M,slots=2,maxmem=4G", "-object", "memory-backend-ram,id=dimm,size=1G"),
    *("-device", "pc-dimm,id=d,memdev=dimm"),
]


def nodes(machine, *sizes):
    """A machine with one NUMA node a size, its blocks named as libvirt names them."""
    arguments = ["-M", machine, "-m", f"{sum(int(size[:-1]) for size in sizes)}M", "-smp", str(len(sizes))]
    for number, size in enumerate(sizes):
        arguments += ["-object", f"memory-backend-ram,id=ram-node{number},size={size}"]
        arguments += ["-numa", f"node,nodeid={number},cpus={number},memdev=ram-node{number}"]
    return arguments


def pairs(texts):
    return [(float(text.split("=", 1)[0]), text.split("=", 1)[1]) for text in texts]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vmsd", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--qemu", action="append", default=[])
    parser.add_argument("--arm", action="append", default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    arm = Machine("virt 512 MiB", "arm", ["-M", "virt", "-cpu", "cortex-a57", "-m", "512"], [(GIB, 512 * MIB)], 64 << 10)
    todo = [(version, binary, machine) for version, binary in pairs(given.qemu) for machine in machines(given.quick, version)]
    todo += [(version, binary, arm) for version, binary in pairs(given.arm)]
    wrong = 0
    for version, binary, machine in todo:
        for name, versions, method in METHODS:
            line = f"{version:<5} {machine.name:<18} {name:<18}"
            has = any(abs(version - one) < 0.05 for one in versions) or given.quick
            if not re.search(given.only, line) or not has or given.quick and name not in QUICK:
                continue
            case = Case(version, binary, machine, os.path.join(given.scratch, "case"))
            start = time.time()
            same, said = run_case(given.vmsd, case, name, method)
            wrong += not same
            print(f"{line} {'same' if same else 'DIFFERS'}  {said}  ({time.time() - start:.0f} s)", flush=True)
    print(f"{wrong} of the captures differ")
    sys.exit(1 if wrong else 0)


main()
