//! What people look at: descriptions and explanations as documents, in their own language.
//!
//! Which sentences there are is decided here, from checked settings and what was computed; how they are worded stands in
//! [`crate::sentences`].

mod description;
mod document;
mod explanation;

pub use description::describe;
pub use document::{Block, Document};
pub use explanation::explain;
