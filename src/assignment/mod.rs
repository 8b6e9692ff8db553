//! Who coordinates whom: as many proposed units as possible get a coordinator, as few members as possible lose the one
//! they had, and the largest load is as small as possible.
//!
//! - `task`: what is to be assigned, and an assignment while it is made.
//! - `flow`: units and kept coordinators, exactly, with a linear solver.
//! - `balance`, `bound`, `search`: even loads, how even they can be, and trying all ways where that ends.
//! - `solve`: these together.
//! - `terms`: what an assignment is held to: the period before, recusals, persons kept apart.
//! - `candidates`: whom there is to choose from.
//! - `replay`, `revising`: what becomes of an assignment by the decisions after it.
//! - `lists`: from `candidates.parquet` to `target_group.parquet` and the coordinators' lists.
//! - `workbook`, `words`: the lists for people, in the programme's language.

mod agreement;
mod balance;
mod bound;
mod candidates;
mod flow;
mod lists;
mod replay;
mod revising;
mod search;
mod solve;
mod task;
mod terms;
mod words;
mod workbook;

pub(crate) use agreement::check_lists;
pub use lists::{Table, TargetGroup, write};
pub use replay::{Change, Changed};
pub(crate) use revising::assigned;
pub use revising::{Base, Revised};
pub use solve::{Assignment, Optimality, Reached, assign};
pub use task::{Proposed, Task};
pub use terms::Terms;
