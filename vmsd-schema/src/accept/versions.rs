//! Fields that the target reads from a version on, where a section or a subsection comes in an older one (`field->version_id`).

use super::refusal::Refusal;
use crate::compat::Knowledge;
use crate::schema::{Description, Presence, Schema};

/// Which fields of a table an older version has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Older<'k> {
    table: &'k Schema,
    version: u32,
}

impl<'k> Older<'k> {
    /// Of the layout `read`, which comes as `version`; nothing if that is the version of the layout.
    ///
    /// # Errors
    /// Where no table tells which fields that version has.
    pub(super) fn of(
        knowledge: &Knowledge<'k>,
        read: &Description,
        version: Option<u32>,
        at: u64,
    ) -> Result<Option<Self>, Box<Refusal>> {
        let Some(version) = version.filter(|version| *version < read.version) else {
            return Ok(None);
        };
        let told = |table: &&Schema| {
            let mut fields = table.fields.iter();
            fields.all(|field| matches!(field.presence, Presence::Since(_)))
        };
        match knowledge.whole(&read.vmsd_name).find(told) {
            Some(table) => Ok(Some(Self { table, version })),
            None => Err(Refusal::unknown(
                "layout-unknown",
                at,
                format!("nobody says which fields version {version} has"),
            )),
        }
    }

    /// Whether that version has the field `name`.
    pub(super) fn has(self, name: &str) -> bool {
        let mut fields = self.table.fields.iter();
        let newer = |presence| matches!(presence, Presence::Since(since) if since > self.version);
        !fields.any(|field| field.is_called(name) && newer(field.presence))
    }
}
