//! What people look at: descriptions and explanations as documents, and the steering group's report, in their own
//! language.
//!
//! Which sentences there are is decided here, from checked settings and what was computed; how they are worded stands in
//! [`crate::sentences`].

mod description;
mod document;
mod explanation;
mod steering;

pub use description::describe;
pub(crate) use description::rule_in_words;
pub use document::{Block, Document};
pub use explanation::explain;
pub use steering::{STEERING_REPORT, SteeringReport};
