//! The matrix for a CI that counts tests: a suite for each source, a case for each target.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{place, Subject};

/// Cells that the policy does not accept are failures, with their findings; those about the policy are a suite of their own.
///
/// # Errors
/// What the writer says.
pub fn junit(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Report::new("vmsd matrix");
    for (row, name) in subject.matrix.names.iter().enumerate() {
        let mut suite = TestSuite::new(format!("from {name}"));
        for (_, to, cell) in subject.cells().filter(|(_, _, cell)| cell.from == row) {
            let lines = cell.findings.iter().map(|finding| {
                format!(
                    "{} {} {}: {}",
                    finding.severity,
                    finding.rule,
                    place(finding),
                    finding.message
                )
            });
            let lines = lines.collect::<Vec<_>>().join("\n");
            let status = if cell.verdict < subject.fails {
                TestCaseStatus::success()
            } else {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type(cell.verdict.name());
                status.set_message(format!("{name} to {to}: {}", cell.verdict));
                status.set_description(lines.clone());
                status
            };
            let mut case = TestCase::new(format!("to {to}"), status);
            case.set_classname(format!("from {name}"));
            if cell.verdict < subject.fails && !lines.is_empty() {
                case.set_system_out(lines);
            }
            suite.add_test_case(case);
        }
        document.add_test_suite(suite);
    }
    if !subject.policy.is_empty() {
        let mut suite = TestSuite::new("policy");
        for finding in &subject.policy {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(finding.message.clone());
            suite.add_test_case(TestCase::new(
                format!("{} {}", finding.rule, place(finding)),
                status,
            ));
        }
        document.add_test_suite(suite);
    }
    document.serialize(&mut *out).map_err(io::Error::other)
}
