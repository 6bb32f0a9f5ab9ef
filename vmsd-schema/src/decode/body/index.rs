//! Which entry of the description a section is described by.

use std::collections::HashMap;

use crate::schema::{DeviceEntry, DeviceForm, StreamDescription};

/// Entries of a description by name and instance.
#[derive(Debug, Default)]
pub struct Index {
    entries: HashMap<(String, u32), Vec<usize>>,
    /// How many sections of the key there were.
    used: HashMap<(String, u32), usize>,
}

impl Index {
    /// The entries of `description`, none of them used.
    #[must_use]
    pub fn new(description: &StreamDescription) -> Self {
        let mut entries: HashMap<_, Vec<usize>> = HashMap::new();
        for (
            place,
            DeviceEntry {
                name, instance_id, ..
            },
        ) in description.devices.iter().enumerate()
        {
            entries
                .entry((name.clone(), *instance_id))
                .or_default()
                .push(place);
        }
        Self {
            entries,
            used: HashMap::new(),
        }
    }

    /// The entry of the next section of this name, instance and version.
    ///
    /// Sections and entries of one key go in turn; an early description has an entry for each version. Where none has the
    /// version, the first is the answer, so that both can be named.
    pub fn next(
        &mut self,
        devices: &[DeviceEntry],
        name: &str,
        instance: u32,
        version: u32,
    ) -> Option<usize> {
        let key = (name.to_owned(), instance);
        let places = self.entries.get(&key)?;
        let fits = |place: &&usize| match devices.get(**place).map(|device| &device.form) {
            Some(DeviceForm::Vmsd(description)) => description.version == version,
            Some(DeviceForm::Opaque { .. }) => true,
            None => false,
        };
        let used = self.used.entry(key).or_default();
        let mut fitting = places.iter().filter(fits);
        let place = fitting
            .clone()
            .nth(*used)
            .or(fitting.next_back())
            .or(places.first());
        *used += 1;
        place.copied()
    }
}
