//! Which RAM blocks are the memory of the machine, and not that of a device or a ROM.

use crate::ram::BlockTally;

/// The blocks of main memory, in the order of their addresses: that of the board, those of NUMA nodes, or the largest that
/// a user can have made.
pub(super) fn main_memory(blocks: &[BlockTally]) -> Vec<&BlockTally> {
    const BOARDS: [&str; 3] = ["pc.ram", "mach-virt.ram", "microvm.ram"];
    let of_board = |block: &&BlockTally| BOARDS.contains(&block.name.as_str());
    if let Some(block) = blocks.iter().find(of_board) {
        return vec![block];
    }
    let nodes: Vec<_> = (0..)
        .map_while(|node| {
            let name = format!("ram-node{node}");
            blocks.iter().find(|block| block.name == name)
        })
        .collect();
    if !nodes.is_empty() {
        return nodes;
    }
    let backends = blocks.iter().filter(|block| is_backend(&block.name));
    backends
        .reduce(|a, b| if b.used_length > a.used_length { b } else { a })
        .into_iter()
        .collect()
}

/// Whether a user can have named it: devices have a path, ROMs and flash the board's names.
fn is_backend(name: &str) -> bool {
    let board = [
        "pc.bios",
        "pc.rom",
        "isa-bios",
        "virt.flash",
        "system.flash",
        "vga.",
    ];
    let device = name.contains('/') && !name.starts_with("/objects/");
    !device && !name.contains(".rom") && !board.iter().any(|board| name.starts_with(board))
}
