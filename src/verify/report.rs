//! What was checked, what is wrong and what to do.

use crate::error::{Error, ExitCode};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is checked of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Its manifest is there, and is of this step, period and programme; all manifests have one key and day.
    Manifest,
    /// Every file has the SHA-256 of the manifest; none is missing and none is there besides.
    Files,
    /// What the files say about themselves is what the manifest says, and files of one step agree with each other.
    Content,
    /// It was made from the files that now stand there.
    Inputs,
    /// Only the owner can read it.
    Access,
    /// The same step, run again from the deliveries, gives the same bytes.
    Recomputed,
}

impl Check {
    /// All checks, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Manifest, Self::Files, Self::Content, Self::Inputs, Self::Access, Self::Recomputed];

    /// One word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Files => "files",
            Self::Content => "content",
            Self::Inputs => "inputs",
            Self::Access => "access",
            Self::Recomputed => "recomputed",
        }
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Fits,
    /// Something is wrong.
    Wrong,
    /// It could not be checked, because something that it needs is wrong or not there.
    Unchecked,
}

/// One thing that is wrong.
#[derive(Debug)]
pub struct Finding {
    /// The step, or what all steps have in common.
    pub step: String,
    /// What was checked.
    pub check: Check,
    /// What is wrong, where, and what to do.
    pub error: Error,
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.error.to_string();
        let (what, hint) = text.split_once("\n  ").unwrap_or((&text, ""));
        let mut finding = serializer.serialize_struct("Finding", 5)?;
        finding.serialize_field("step", &self.step)?;
        finding.serialize_field("check", &self.check)?;
        finding.serialize_field("exit_code", &self.error.exit_code().code())?;
        finding.serialize_field("what", what)?;
        finding.serialize_field("do", hint)?;
        finding.end()
    }
}

/// How one step stands.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// Its name, such as `pseudonymise social`.
    pub step: String,
    /// Whether its manifest is there.
    pub is_there: bool,
    /// Files that have the SHA-256 of their manifest.
    pub files: usize,
    /// What was checked; checks that a step does not have are not in it.
    pub checks: BTreeMap<Check, Verdict>,
}

/// How a period stands.
#[derive(Debug)]
pub struct Report {
    /// The period.
    pub period: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Each step, then what all steps have in common.
    pub steps: Vec<StepReport>,
    /// All that is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The exit code that wins among those of the findings; `None` where all fits.
    #[must_use]
    pub fn exit_code(&self) -> Option<ExitCode> {
        self.findings.iter().map(|finding| finding.error.exit_code()).min()
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 5)?;
        report.serialize_field("period", &self.period)?;
        report.serialize_field("folder", &self.folder.to_string_lossy())?;
        report.serialize_field("steps", &self.steps)?;
        report.serialize_field("wrong", &self.findings)?;
        report.serialize_field("exit_code", &self.exit_code().map_or(0, ExitCode::code))?;
        report.end()
    }
}
