//! The look-ahead behind the fields of a description (`vmstate_subsection_load`).

use super::leaf::{skip, take};
use super::refusal::Refusal;
use super::walk::{Step, Walk};
use super::wording::{Errno, Said};
use crate::compat::Told;
use crate::decode::Struct;
use crate::schema::Description;
use crate::vmstate::subsection_name;
use crate::wire::Reader;

/// Subsections of one pointer's contents, sent if and only if the pointer is set (`warp_timer_state_needed`,
/// `vmstate_hda_audio_stream_buf_needed`). Where the target's own stream lacks one, it has NULL there.
const FOLLOWS_POINTER: [&str; 3] = [
    "timer/icount/warp_timer",
    "timer/icount/timers",
    "hda-audio-stream/buffer",
];

impl Walk<'_> {
    /// Reads subsections while the bytes announce them, and says which.
    pub(super) fn subsections(
        &mut self,
        read: &Description,
        sent: Option<&Description>,
        local: Option<&Struct<'_>>,
        reader: &mut Reader<'_>,
    ) -> Step<Vec<String>> {
        let mut came = Vec::new();
        while let Some(name) = subsection_name(reader, &read.vmsd_name) {
            let name = String::from_utf8_lossy(name).into_owned();
            let at = reader.offset();
            // Where the target shows nothing of a subsection, it is read by the source's layout, which says nothing of the target.
            let absent = self.borrowed && FOLLOWS_POINTER.contains(&name.as_str());
            let own = read.subsection(&name).filter(|_| !absent);
            let sent = sent.and_then(|sent| sent.subsection(&name));
            let told = self.knowledge.subsection(&read.vmsd_name, &name);
            self.allowed(&read.vmsd_name, &name, own, told, at)?;
            let Some(layout) = own.or(sent) else {
                let message = format!("nobody says what the subsection {name} contains");
                return Err(Refusal::unknown("layout-unknown", at, message).within(&name));
            };
            let header = 2 + name.len();
            skip(reader, header as u64, String::new)?;
            // QEMU keeps the lowest byte of the four.
            let version = take(reader, 4)?.last().copied();
            let version = u32::from(version.unwrap_or_default());
            self.version(&name, version, layout.version, at)?;
            let local = local.and_then(|local| local.subsection(&name));
            let outside = self.borrowed;
            self.borrowed |= own.is_none();
            let loaded = self.vmsd(layout, sent, local, Some(version), reader);
            self.borrowed = outside;
            loaded.map_err(|refusal| refusal.within(&name))?;
            came.push(name);
        }
        Ok(came)
    }

    /// Whether the target has a subsection of that name.
    fn allowed(
        &mut self,
        parent: &str,
        name: &str,
        own: Option<&Description>,
        told: Told,
        at: u64,
    ) -> Step {
        if own.is_none() && FOLLOWS_POINTER.contains(&name) {
            let function = if self.chained() {
                "vmstate_load_vmsd"
            } else {
                "vmstate_load_state"
            };
            let said = Said {
                chain: format!("{function}: Assertion `first_elem || !n_elems || !size' failed."),
                errno: Errno::Aborts,
                ..Said::default()
            };
            let refusal = Refusal::new("pointer-missing", at, said);
            return Err(refusal.between("sends it", "NULL").within(name).meaning(
                "the target has nothing to load this subsection into, and aborts",
                "give both sides the same properties of this device (-icount, audio streams)",
            ));
        }
        match (own, told) {
            (Some(_), _) | (None, Told::Has) => Ok(()),
            (None, Told::HasNot) => {
                let said = Said {
                    chain: format!("VM subsection '{name}' in '{parent}' does not exist"),
                    errno: Errno::NoEntry,
                    ..Said::default()
                };
                let refusal = Refusal::new("subsection-removed", at, said)
                    .between("sends it", "has none of this name");
                Err(refusal.within(name).meaning(
                    "the target's device has no subsection of this name",
                    "use a machine type of the older QEMU, or a property that keeps the source from sending it",
                ))
            }
            (None, Told::Unknown) => {
                let message = "the target's stream does not show this subsection, and nothing else says whether the target has it";
                let doubt = Refusal::unknown("subsection-removed", at, message)
                    .between("sends it", "is not known");
                self.doubts.push(*doubt.within(name));
                Ok(())
            }
        }
    }

    fn version(&self, name: &str, sent: u32, seen: u32, at: u64) -> Step {
        let newest = self.knowledge.version(name).unwrap_or(seen).max(seen);
        let oldest = self.knowledge.minimum(name).unwrap_or(0);
        let (rule, sentence) = if sent > newest {
            let sentence = format!(
                "{name}: incoming version_id {sent} is too new for local version_id {newest}"
            );
            ("version-too-new", sentence)
        } else if sent < oldest {
            let sentence = format!("{name}: incoming version_id {sent} is too old for local minimum version_id  {oldest}");
            ("version-too-old", sentence)
        } else {
            return Ok(());
        };
        let said = Said {
            lines: vec![sentence.clone()],
            chain: sentence,
            ..Said::default()
        };
        let refusal = Refusal::new(rule, at, said).between(
            format!("version {sent}"),
            format!("versions {oldest} to {newest}"),
        );
        Err(refusal.within(name).meaning(
            "the target does not load this version of the subsection",
            "use a machine type that both versions have",
        ))
    }
}
