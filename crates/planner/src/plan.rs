//! The immutable result of planning: a small program over numbered slots.

use std::ops::Range;

use relata_dialect::print::ANOTHER_PLACEHOLDER;
use relata_ir::BindDef;
use relata_request::Call;
use relata_schema::{Kind, ModelView};

use crate::{Name, Share, Text};

/// What runs: statements in order, and how their rows become nested records.
#[derive(Debug)]
pub struct Plan {
    /// Unique within the process; statements are kept by it.
    pub id: u64,
    /// What is asked of the rows.
    pub call: Call,
    /// Whether its rows are groups.
    pub grouped: bool,
    /// The statements, the root's first. A later one may be fed keys from the rows of an earlier one.
    pub steps: Vec<Step>,
    /// The edges of the answer, the root first and parents before children.
    pub slots: Vec<Slot>,
    /// How each edge is loaded, and why.
    pub notes: Vec<Note>,
}

/// One statement.
#[derive(Debug)]
pub struct Step {
    /// Its text.
    pub sql: Text,
    /// Its placeholders, in the order in which the driver wants their values.
    pub binds: Share<BindDef>,
    /// The kinds of its columns.
    pub kinds: Share<Kind>,
    /// The slots that its rows fill, parents first.
    pub slots: Range<usize>,
    /// Where its keys come from; the root's statement has none. Column 0 is then the number of the fed row.
    pub feed: Option<Feed>,
    /// Whether a value says where its rows end, and something else which rows there are. A database that plans it without
    /// the value takes a share of the rows instead, and may choose a way that is slower by any factor.
    pub cut_by_value: bool,
    /// Of an insert: how its first binds repeat, row by row.
    pub repeated: Option<Rows>,
    /// Whether each key that the statement is fed has a placeholder of its own; the text is that for one key.
    pub spread: Option<Spread>,
}

/// A placeholder that stands once for each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Where in the text it is.
    pub at: usize,
    /// How many keys a statement takes at most: a power of two.
    pub most: usize,
}

impl Spread {
    /// How many placeholders there are for so many keys: few numbers, so that few texts are prepared. The last key fills up.
    pub fn placeholders(self, keys: usize) -> usize {
        keys.next_power_of_two().min(self.most)
    }
}

/// How the binds of an insert repeat: `width` of them stand for a row, and row `n` takes what is `n * width` further on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Values of a row.
    pub width: usize,
    /// How many rows.
    pub rows: usize,
}

impl Step {
    /// How many placeholders the text has; of those that stand for keys, one.
    pub fn placeholders(&self) -> usize {
        self.drafted_placeholders()
    }

    /// The text with so many placeholders for its keys.
    pub fn text_for(&self, spread: Spread, placeholders: usize) -> String {
        let (before, after) = self.sql.split_at(spread.at);
        let others = placeholders.saturating_sub(1);
        let mut text = String::with_capacity(self.sql.len() + ANOTHER_PLACEHOLDER.len() * others);
        text.push_str(before);
        (0..others).for_each(|_| text.push_str(ANOTHER_PLACEHOLDER));
        text.push_str(after);
        text
    }

    pub(crate) fn drafted_placeholders(&self) -> usize {
        self.binds.drafted_len() + self.repeated.map_or(0, |rows| rows.width * rows.rows.saturating_sub(1))
    }
}

/// The keys that a statement is fed with.
#[derive(Debug)]
pub struct Feed {
    /// The slot of the parents.
    pub slot: usize,
    /// Columns of the rows of that slot.
    pub columns: Share<u16>,
    /// Their kinds.
    pub kinds: Share<Kind>,
    /// Whether rows of the step say by the key itself whose they are. Else they have its number.
    pub by_value: bool,
    /// The number that the database gives to the first key.
    pub first: i64,
}

/// One edge of the answer.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The key under which the parent carries it; empty for the root.
    pub key: Name,
    /// The association of the parent's model, for records.
    pub association: u16,
    /// The slot of the parent.
    pub parent: Option<usize>,
    /// The step whose rows fill it.
    pub step: usize,
    /// Whether at most one child is shown, as an object.
    pub single: bool,
    /// What is shown: columns of the step's rows.
    pub columns: Range<usize>,
    /// Names, kinds and scales of what is shown.
    pub fields: Share<Field>,
    /// What is shown of the junction.
    pub through: Option<ThroughSlot>,
    /// Columns that tell the rows of this slot apart, and are NULL where a left join found none. Empty where the
    /// rows of the step are those of this slot, one by one.
    pub identity: Share<u16>,
    /// The slots below, in the order asked for.
    pub children: Share<u16>,
    /// The place of the edge in the request: what that order goes by.
    pub(crate) rank: usize,
}

impl Slot {
    /// The slot of rows that have these fields and nothing else, for rows that no plan has made.
    pub fn of_fields(fields: Vec<Field>) -> Slot {
        Slot {
            key: Name::of(""),
            association: 0,
            parent: None,
            step: 0,
            single: false,
            columns: 0..fields.len(),
            fields: Share::of(fields),
            through: None,
            identity: Share::default(),
            children: Share::default(),
            rank: 0,
        }
    }
}

/// What is shown of a junction.
#[derive(Debug, Clone)]
pub struct ThroughSlot {
    /// The key: the name of the through model.
    pub key: Name,
    /// Columns of the step's rows.
    pub columns: Range<usize>,
    /// Names, kinds and scales.
    pub fields: Share<Field>,
}

/// One shown column.
#[derive(Debug, Clone)]
pub struct Field {
    /// The attribute's name or the alias.
    pub name: Name,
    /// The kind of its values.
    pub kind: Kind,
    /// Digits after the point of a decimal, or of a second.
    pub scale: Option<u8>,
    /// The attribute of the model, when it is one.
    pub attribute: Option<u16>,
}

impl Field {
    /// An attribute of a model under its own name.
    pub fn of_attribute(model: ModelView<'_>, attribute: u16) -> Field {
        let ty = &model.def().attributes[usize::from(attribute)].ty;
        let name = Name::of_attribute(model, attribute);
        Field { name, kind: ty.kind(), scale: ty.scale(), attribute: Some(attribute) }
    }
}

/// How one edge is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The edge: keys from the root with dots between.
    pub path: Text,
    /// How.
    pub loading: Loading,
    /// Why.
    pub why: &'static str,
}

/// The ways of loading an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loading {
    /// In the statement of its parent.
    Join,
    /// In the statement of its parent, joined to the page of parents.
    JoinLimited,
    /// In a statement of its own, fed with the keys of the parents.
    Separate,
    /// In a statement of its own that takes so many rows for each parent.
    SeparatePerParent,
    /// Not loaded: it only decides which parents are kept.
    SemiJoin,
}

impl Loading {
    /// Every one of them.
    pub const ALL: [Loading; 5] =
        [Loading::Join, Loading::JoinLimited, Loading::Separate, Loading::SeparatePerParent, Loading::SemiJoin];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Loading::Join => "join",
            Loading::JoinLimited => "join_limited",
            Loading::Separate => "separate",
            Loading::SeparatePerParent => "separate_per_parent",
            Loading::SemiJoin => "semi_join",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Loading> {
        Loading::ALL.into_iter().find(|loading| loading.name() == name)
    }
}

impl Plan {
    /// The loading of every edge in words, one line each.
    pub fn explain(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            out.push_str(&format!("{}: {} ({})\n", note.path, note.loading.name(), note.why));
        }
        out
    }
}
