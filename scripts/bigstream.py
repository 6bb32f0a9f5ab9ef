"""bigstream.py STREAM OUT MIB: a real stream made long, with incompressible pages in PART sections behind its START."""
import os
import struct
import sys


def after_start(stream):
    """The id of the RAM section, the name of its largest block, and where its START section ends."""
    at = stream.index(b"\x03ram" + struct.pack(">II", 0, 4))
    section = stream[at - 4 : at]
    at += 12
    (total,) = struct.unpack_from(">Q", stream, at)
    assert total & 4, "a RAM section begins with its block list"
    at, total, blocks = at + 8, total & ~0xFFF, []
    while total > 0:
        name = stream[at + 1 : at + 1 + stream[at]]
        (length,) = struct.unpack_from(">Q", stream, at + 1 + len(name))
        blocks.append((length, name))
        total -= length
        at += 9 + len(name)
    end = stream.index(struct.pack(">Q", 0x10) + b"\x7e" + section, at) + 13
    return section, max(blocks), end


def main():
    source, out, mib = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(source, "rb") as file:
        stream = file.read()
    section, (length, name), end = after_start(stream)
    pages = [os.urandom(4096) for _ in range(256)]
    per_section = min(1024, length // 4096)
    with open(out, "wb") as file:
        file.write(stream[:end])
        for number in range(mib * 256 // per_section):
            file.write(b"\x02" + section)
            for page in range(per_section):
                first = page == 0
                file.write(struct.pack(">Q", page << 12 | (0x08 if first else 0x28)))
                if first:
                    file.write(bytes([len(name)]) + name)
                file.write(pages[(page * 7 + number) % 256])
            file.write(struct.pack(">Q", 0x10) + b"\x7e" + section)
        file.write(stream[end:])


main()
