//! What a stream that was read tells of the tables and the machine behind it.

use super::{Layout, Machine, MachineSection};
use crate::schema::{
    Coverage, Device, DeviceForm, Extent, Instance, RamBlock, Schema, SchemaSet, SectionId,
};

impl Machine<'_> {
    /// The set of schemas that this stream shows: each section's, the machine type, RAM blocks, capabilities.
    #[must_use]
    pub fn schemas(&self) -> SchemaSet {
        let configuration = self.configuration.as_ref();
        let blocks = self.ram.blocks.iter().map(|block| RamBlock {
            name: block.name.clone(),
            used_len: block.used_length,
        });
        let page_size = self
            .description
            .as_ref()
            .map(|description| description.content.page_size);
        let page_bits = configuration.and_then(|configuration| configuration.page_bits);
        let uuid = configuration.and_then(|configuration| configuration.uuid);
        SchemaSet {
            qemu: None,
            machine: configuration.map(|configuration| configuration.machine.clone()),
            coverage: Coverage {
                types: false,
                sections: self.stopped.is_none(),
            },
            devices: self
                .sections
                .iter()
                .map(|section| self.device(section))
                .collect(),
            instance: Some(Instance {
                page_size: page_bits
                    .and_then(|bits| 1_u64.checked_shl(bits))
                    .or(page_size.filter(|size| *size > 0)),
                ram_blocks: blocks.collect(),
                capabilities: configuration.map(|configuration| configuration.capabilities.clone()),
                uuid: uuid.map(|uuid| uuid.iter().map(|byte| format!("{byte:02x}")).collect()),
            }),
        }
    }

    fn device(&self, section: &MachineSection<'_>) -> Device {
        let schema = match self.layout(section) {
            Some(description) => Schema::from_description(description),
            None if self.is_opaque(section) => Schema::from_opaque(&section.name, section.len),
            // A live section, or one that nobody described: its name and version is all there is.
            None => Schema {
                name: section.name.clone(),
                extent: Extent::Unknown,
                ..Schema::default()
            },
        };
        Device {
            type_name: None,
            section: Some(SectionId {
                idstr: section.name.clone(),
                instance_id: section.header.instance.0,
            }),
            schema: Schema {
                version: Some(section.header.version),
                ..schema
            },
        }
    }

    fn is_opaque(&self, section: &MachineSection<'_>) -> bool {
        let Layout::Described(index) = section.layout else {
            return false;
        };
        let description = self.description.as_ref();
        let entry = description.and_then(|description| description.content.devices.get(index));
        entry.is_some_and(|entry| matches!(entry.form, DeviceForm::Opaque { .. }))
    }
}
