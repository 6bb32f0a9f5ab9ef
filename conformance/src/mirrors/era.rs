//! What came, went or changed between the QEMU versions that the mirrors cover, learnt from the tables in their binaries. A
//! mirror has all of it; here is what one family of versions has.

use vmsd_schema::schema::{Dialect, Presence, Schema, Shape};

/// Tables that had other versions up to a family of versions: name, family, version, minimum.
const UNTIL: [(&str, Dialect, u32, u32); 1] = [("virtio-iommu", Dialect::Qemu5_2, 1, 1)];

/// Tables that have another layout before that family of versions, which no mirror has.
const LAID_OUT_ANEW: [(&str, Dialect); 1] = [("ftgmac100", Dialect::Qemu10_0)];

/// Tables that load fewer versions from a family of versions on: name, family, minimum.
const RAISED: [(&str, Dialect, u32); 2] = [
    ("hpet", Dialect::Qemu11_1, 2),
    ("mc146818rtc", Dialect::Qemu11_1, 3),
];

/// The first family of versions that has the field: table, field.
const FIELD_CAME: [(&str, &str, Dialect); 4] = [
    ("PCA9552", "ext_state", Dialect::Qemu10_0),
    ("e1000e", "core.timadj", Dialect::Qemu10_0),
    ("e1000e", "unused", Dialect::Qemu10_0),
    ("piix4_pm", "acpi_pci_hotplug.acpi_index", Dialect::Qemu7_2),
];

/// The last family of versions that has the field: table, field.
const FIELD_WENT: [(&str, &str, Dialect); 2] = [
    ("e1000e", "core.eitr_intr_pending", Dialect::Qemu7_2),
    ("e1000e", "core.itr_intr_pending", Dialect::Qemu7_2),
];

/// Fields whose predicate only tells the families apart: where the table has them, they are always there.
const ALWAYS: [(&str, &str); 3] = [
    ("e1000e", "core.eitr_intr_pending"),
    ("e1000e", "core.itr_intr_pending"),
    ("e1000e", "unused"),
];

/// The first family of versions that has the subsection.
const CAME: [(&str, Dialect); 41] = [
    ("arm_gicv3/gicd_nmi", Dialect::Qemu10_0),
    ("arm_gicv3_cpu/gicv4", Dialect::Qemu7_2),
    ("arm_gicv3_cpu/nmi", Dialect::Qemu10_0),
    ("clock/muldiv", Dialect::Qemu7_2),
    ("cpu/amd_tsc_scale_msr", Dialect::Qemu7_2),
    ("cpu/apx", Dialect::Qemu11_1),
    ("cpu/arch_lbr", Dialect::Qemu7_2),
    ("cpu/cet", Dialect::Qemu11_1),
    ("cpu/cet_shstk", Dialect::Qemu11_1),
    ("cpu/error_code", Dialect::Qemu11_1),
    ("cpu/event", Dialect::Qemu11_1),
    ("cpu/fpmr", Dialect::Qemu11_1),
    ("cpu/fred", Dialect::Qemu10_0),
    ("cpu/intel_amx_xtile", Dialect::Qemu7_2),
    ("cpu/intel_sgx", Dialect::Qemu7_2),
    ("cpu/m/mve", Dialect::Qemu7_2),
    ("cpu/msr_hwcr", Dialect::Qemu10_0),
    ("cpu/msr_pl0_ssp", Dialect::Qemu11_1),
    ("cpu/msr_xfd", Dialect::Qemu7_2),
    ("cpu/pdptrs", Dialect::Qemu7_2),
    ("cpu/pkrs", Dialect::Qemu7_2),
    ("cpu/pmsav8/pmsav8r", Dialect::Qemu10_0),
    ("cpu/pstate64", Dialect::Qemu11_1),
    ("cpu/sme", Dialect::Qemu7_2),
    ("cpu/svm_guest", Dialect::Qemu7_2),
    ("cpu/syndrome64", Dialect::Qemu11_1),
    ("cpu/triple_fault", Dialect::Qemu7_2),
    ("cpu/vfp/fpcr_fpsr", Dialect::Qemu10_0),
    ("cpu/wfxt-timer", Dialect::Qemu10_0),
    ("cpu/xen_vcpu", Dialect::Qemu10_0),
    ("cpu/zt0", Dialect::Qemu11_1),
    ("i8259/ltim", Dialect::Qemu10_0),
    ("ich9_pm/pcihp", Dialect::Qemu7_2),
    ("m25p80/aai_enable", Dialect::Qemu7_2),
    ("m25p80/block_protect", Dialect::Qemu7_2),
    ("m25p80/write_protect", Dialect::Qemu7_2),
    ("pckbd/extended_state", Dialect::Qemu7_2),
    ("pflash_cfi01_blk_write", Dialect::Qemu7_2),
    ("ps2kbd/command_reply_queue", Dialect::Qemu7_2),
    ("scsi-disk/pr", Dialect::Qemu11_1),
    ("virtio-gpu/blob", Dialect::Qemu10_0),
];

/// The last family of versions that has it.
const WENT: [(&str, Dialect); 1] = [("cpu/iwmmxt", Dialect::Qemu10_0)];

/// Whether the mirror of the device `name` has the layout of `dialect`'s versions.
pub(crate) fn covers(name: &str, dialect: Dialect) -> bool {
    let mut anew = LAID_OUT_ANEW.iter();
    anew.all(|(table, first)| *table != name || dialect >= *first)
}

/// Takes out of a table what `dialect` does not have, and gives it the versions that it has there.
pub(crate) fn prune(schema: &mut Schema, dialect: Dialect) {
    let later = FIELD_CAME.iter().filter(|(.., first)| dialect < *first);
    let earlier = FIELD_WENT.iter().filter(|(.., last)| dialect > *last);
    for (table, name, _) in later.chain(earlier) {
        if *table == schema.name {
            schema.fields.retain(|field| !field.is_called(name));
        }
    }
    for (table, name) in ALWAYS {
        if table == schema.name {
            let fields = schema.fields.iter_mut();
            let named = fields.filter(|field| field.is_called(name));
            named.for_each(|field| field.presence = Presence::Since(0));
        }
    }
    versions(schema, dialect);
    schema
        .subsections
        .retain(|subsection| has(&subsection.name, dialect));
    for subsection in &mut schema.subsections {
        prune(subsection, dialect);
    }
    for field in &mut schema.fields {
        shape(&mut field.shape, dialect);
    }
}

fn versions(schema: &mut Schema, dialect: Dialect) {
    let mut raised = RAISED.iter();
    if let Some((.., minimum)) =
        raised.find(|(name, first, _)| *name == schema.name && dialect >= *first)
    {
        schema.minimum_version = Some(*minimum);
    }
    let mut until = UNTIL.iter();
    if let Some((.., version, minimum)) =
        until.find(|(name, last, ..)| *name == schema.name && dialect <= *last)
    {
        (schema.version, schema.minimum_version) = (Some(*version), Some(*minimum));
        schema
            .fields
            .retain(|field| !matches!(field.presence, Presence::Since(since) if since > *version));
    }
}

fn shape(shape: &mut Shape, dialect: Dialect) {
    match shape {
        Shape::Struct(inner) | Shape::VStruct(inner, _) | Shape::Nested(inner) => {
            prune(inner, dialect);
        }
        Shape::List { entry, .. } => entry.iter_mut().for_each(|inner| prune(inner, dialect)),
        Shape::Pointer { to, .. } => self::shape(to, dialect),
        _ => {}
    }
}

fn has(name: &str, dialect: Dialect) -> bool {
    let find =
        |list: &[(&str, Dialect)]| list.iter().find(|(one, _)| *one == name).map(|(_, of)| *of);
    find(&CAME).is_none_or(|first| dialect >= first)
        && find(&WENT).is_none_or(|last| dialect <= last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mirrors;

    #[test]
    fn every_name_is_a_mirror_s() {
        fn names(schema: &Schema, into: &mut Vec<String>) {
            for subsection in &schema.subsections {
                into.push(subsection.name.clone());
                names(subsection, into);
            }
            for field in &schema.fields {
                for table in field.shape.tables() {
                    names(table, into);
                }
            }
        }
        let mut known = Vec::new();
        for mirror in mirrors::registry().mirrors() {
            names(&mirror.schema(), &mut known);
        }
        for (name, _) in CAME.iter().chain(&WENT) {
            assert!(known.iter().any(|one| one == name), "{name}");
        }
        assert!(!has("cpu/apx", Dialect::Qemu10_0) && has("cpu/apx", Dialect::Qemu11_1));
    }
}
