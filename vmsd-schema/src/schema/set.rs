//! The schemas of all devices of a machine, and what is known of the machine itself.
//!
//! A set is what one source says, or several merged. A dump lists every device *type* of a QEMU binary, a stream every
//! *section* of one guest; [`Coverage`] says which of the two a set is complete in.

use super::Schema;

/// Devices by name, and the machine that they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaSet {
    /// The QEMU version, where the source tells it.
    pub qemu: Option<String>,
    /// The machine type: `pc-q35-7.2`.
    pub machine: Option<String>,
    /// What the list of devices is complete in.
    pub coverage: Coverage,
    /// The devices, in the order of the source.
    pub devices: Vec<Device>,
    /// What one guest has beside devices.
    pub instance: Option<Instance>,
}

/// What the absence of a device from a [`SchemaSet`] means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Every device type of a QEMU binary that has a class description is there.
    pub types: bool,
    /// Every section that one guest sent is there.
    pub sections: bool,
}

/// One device of a [`SchemaSet`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// QEMU's name of the device type; a dump tells it.
    pub type_name: Option<String>,
    /// The section in which a guest sent it; a stream tells it.
    pub section: Option<SectionId>,
    /// The table. Its name is empty where the source does not even tell that.
    pub schema: Schema,
}

/// The name and number under which a section finds its handler.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId {
    /// The section's idstr: `0000:00:01.3/piix4_pm`.
    pub idstr: String,
    /// The section's instance.
    pub instance_id: u32,
}

/// What one guest has beside devices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// The target's page size in bytes.
    pub page_size: Option<u64>,
    /// Blocks of guest memory, in the order of the stream.
    pub ram_blocks: Vec<RamBlock>,
    /// Migration capabilities that the configuration section lists.
    pub capabilities: Option<Vec<String>>,
    /// The guest's UUID, where it is sent, as hexadecimal digits.
    pub uuid: Option<String>,
}

/// A block of guest memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RamBlock {
    /// The idstr: `pc.ram`.
    pub name: String,
    /// Bytes in use.
    pub used_len: u64,
}

impl SchemaSet {
    /// The devices whose description has this name.
    pub fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Device> + 's {
        self.devices
            .iter()
            .filter(move |device| device.schema.name == name)
    }

    /// The device of a section.
    #[must_use]
    pub fn section(&self, section: &SectionId) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.section.as_ref() == Some(section))
    }

    /// The device of a type.
    #[must_use]
    pub fn type_named(&self, type_name: &str) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.type_name.as_deref() == Some(type_name))
    }
}

impl Device {
    /// How reports call it: the section, else the type, else the description.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.section, &self.type_name) {
            (Some(section), _) if section.instance_id == 0 => section.idstr.clone(),
            (Some(section), _) => format!("{}#{}", section.idstr, section.instance_id),
            (None, Some(type_name)) => type_name.clone(),
            (None, None) => self.schema.name.clone(),
        }
    }
}
