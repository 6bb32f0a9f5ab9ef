//! A schema for people: one line a field, in the order of the wire.

use std::fmt;

use super::{Constraint, Count, Device, Extent, Field, Presence, Schema, SchemaSet, Shape, Size};

impl fmt::Display for SchemaSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self
            .machine
            .as_deref()
            .unwrap_or("a machine that is not named");
        write!(f, "{machine}, {} devices", self.devices.len())?;
        if let Some(qemu) = &self.qemu {
            write!(f, ", QEMU {qemu}")?;
        }
        f.write_str("\n")?;
        if let Some(instance) = &self.instance {
            for block in &instance.ram_blocks {
                writeln!(f, "RAM block {} {:#x}", block.name, block.used_len)?;
            }
        }
        self.devices
            .iter()
            .try_for_each(|device| write!(f, "\n{device}"))
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.label();
        if label != self.schema.name {
            write!(f, "{label}: ")?;
        }
        write!(f, "{}", self.schema)
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(f, self, 0, "")
    }
}

fn lines(f: &mut fmt::Formatter<'_>, schema: &Schema, depth: usize, what: &str) -> fmt::Result {
    let name = if schema.name.is_empty() {
        "a description that is not named"
    } else {
        &schema.name
    };
    write!(f, "{:1$}{what}{name}", "", 2 * depth)?;
    if let Some(version) = schema.version {
        write!(f, " version {version}")?;
    }
    if let Some(minimum) = schema.minimum_version {
        write!(f, " minimum {minimum}")?;
    }
    for (flag, is) in [
        ("early setup", schema.early_setup),
        ("unmigratable", schema.unmigratable),
        ("without a description", schema.opaque),
    ] {
        if is == Some(true) {
            write!(f, ", {flag}")?;
        }
    }
    if let Some(priority) = schema
        .priority
        .filter(|priority| *priority != super::Priority::Default)
    {
        write!(f, ", priority {}", priority.name())?;
    }
    writeln!(
        f,
        "{}",
        match schema.extent {
            Extent::Unknown => ", fields not known",
            Extent::Seen => ", as seen",
            Extent::Whole => "",
        }
    )?;
    for field in &schema.fields {
        write!(f, "{:1$}", "", 2 * (depth + 1))?;
        write!(f, "{field}")?;
        f.write_str("\n")?;
        for nested in field.shape.tables() {
            lines(f, nested, depth + 2, "")?;
        }
    }
    for subsection in &schema.subsections {
        lines(f, subsection, depth + 1, "subsection ")?;
    }
    Ok(())
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<24} {}", self.name, self.shape)?;
        match &self.count {
            Count::One | Count::Unknown | Count::Seen(1) => {}
            count => write!(f, ", {count}")?,
        }
        match self.presence {
            Presence::Since(0) | Presence::Unknown => {}
            presence => write!(f, ", {presence}")?,
        }
        if let Some(range) = &self.range {
            write!(f, ", part {range}")?;
        }
        for constraint in &self.constraints {
            write!(f, ", {constraint}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Max(bound) => write!(f, "at most {bound}"),
            Self::Validate(check) => write!(f, "checked by {check}"),
        }
    }
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Since(0) => f.write_str("always there"),
            Self::Since(version) => write!(f, "since version {version}"),
            Self::Conditional => f.write_str("conditional"),
            Self::Unknown => f.write_str("of unknown presence"),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("one element"),
            Self::Fixed(1) => f.write_str("1 element"),
            Self::Fixed(count) => write!(f, "{count} elements"),
            Self::Field { name, times: 1 } => write!(f, "`{name}` elements"),
            Self::Field { name, times } => write!(f, "`{name}` × {times} elements"),
            Self::Seen(count) => write!(f, "{count} elements this time"),
            Self::Unknown => f.write_str("an unknown number of elements"),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf { type_name, size } => {
                f.write_str(type_name)?;
                match size {
                    Size::Fixed(size) => write!(f, " {size}"),
                    Size::Seen(size) => write!(f, " {size} this time"),
                    Size::ByValue => f.write_str(" by value"),
                    Size::Unknown => Ok(()),
                }
            }
            Self::Struct(schema) => write!(f, "struct {}", schema.name),
            Self::VStruct(schema, version) => {
                write!(f, "struct {} pinned to version {version}", schema.name)
            }
            Self::List { type_name, .. } => f.write_str(type_name),
            Self::Nested(schema) => write!(f, "fields of {}", schema.name),
            Self::Pointer { marked: false, to } => write!(f, "pointer to {to}"),
            Self::Pointer { marked: true, to } => write!(f, "marked pointer to {to}"),
            Self::Unknown => f.write_str("an unknown encoding"),
        }
    }
}
