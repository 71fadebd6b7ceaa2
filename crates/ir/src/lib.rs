//! The relational IR: what a statement means, before any database's way of saying it.
//!
//! An [`Ir`] is a set of pools with typed 32-bit ids. Expressions are sixteen bytes and `Copy`; selects, joins and
//! relations have pools of their own. There are no strings in it but interned names of tables and columns, and no
//! values: a value is a [`Expr::Bind`], of which only the kind is known. The smart constructors of [`Ir`] make
//! non-canonical nodes impossible: no pass will ever meet an `and` of one.
//!
//! Like the instructions of a compiler, the IR has a verifier ([`verify`](Ir::verify)), and a text form that prints
//! ([`dump`](Ir::dump)) and parses back ([`parse`](Ir::parse)), so that a pass is tested by a few lines of text.

mod arena;
mod bind;
mod command;
mod ddl;
mod dump;
mod expr;
mod ids;
mod image;
mod made;
mod names;
mod parse;
mod parse_command;
mod select;
mod verify;
mod walk;

pub use arena::Ir;
pub use bind::{BindDef, Source, Transform};
pub use command::{Command, CommandKind, Conflict};
pub use ddl::{ColumnDdl, CreateTable, ForeignKeyDdl, IndexDdl, LiteralDdl};
pub use expr::{Expr, Window};
pub use ids::{BindId, ExprId, List, LiteralId, NameId, RelId, SelectId, TableId, WindowId};
pub use image::TableImage;
pub use made::{Kinds, Made};
pub use select::{
    Column, Hint, Join, JoinKind, Limit, Lock, Nulls, Order, Page, PageScope, Rel, RelSource, Select, Table,
};
pub use verify::Violation;
