//! Fields that a generated device keeps as bytes.

use vmsd_schema::decode::{Content, Node, Reason, Struct};

use super::Outcome;
use crate::generate::encoding::{self, Encoding};

/// Adds the fields of `content` that the generated device keeps as bytes.
pub(super) fn count(content: &Struct<'_>, outcome: &mut Outcome) {
    for node in &content.fields {
        count_node(content.vmsd_name, node, outcome);
    }
    for subsection in &content.subsections {
        count(&subsection.body, outcome);
    }
}

fn count_node(vmsd: &str, node: &Node<'_>, outcome: &mut Outcome) {
    let tally = match &node.content {
        Content::Elements(nodes) => {
            nodes.iter().for_each(|n| count_node(vmsd, n, outcome));
            return;
        }
        Content::Struct(content) => return count(content, outcome),
        Content::List(elements) => {
            elements.iter().for_each(|e| count(e, outcome));
            return;
        }
        Content::Opaque(Reason::NullFirst) => &mut outcome.undescribed,
        Content::Opaque(_) if node.type_name == "virtio" && encoding::part_of(vmsd).is_none() => {
            let name = format!("virtio of {vmsd}");
            outcome.opaque.entry(name).or_default()
        }
        Content::Opaque(_) if !has_codec(vmsd, node) => {
            outcome.opaque.entry(node.type_name.to_owned()).or_default()
        }
        _ => return,
    };
    tally.fields += 1;
    tally.bytes += node.bytes.len() as u64;
}

/// Whether the generated field knows what its bytes mean, or QEMU does not say what they are.
fn has_codec(vmsd: &str, node: &Node<'_>) -> bool {
    encoding::of(vmsd, node.type_name, Some(node.bytes.len() as u64)) != Encoding::Opaque
}
