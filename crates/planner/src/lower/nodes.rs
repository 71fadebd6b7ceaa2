//! The request as a tree of nodes: the root, its includes, and the edges that only a path names.

use std::borrow::Cow;

use relata_request::{Bind, Cursor, Flags, Query, Request, Section, op};
use relata_schema::{Association, AssociationKind, Error, ErrorKind, IndexHint, Link, ModelView, Result};

use super::scan;
use crate::{
    MAX_NODES,
    blueprint::{Blueprint, CompiledScope},
    plan::Loading,
};

/// A run of bytes of the shape and the number of its first bind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub bytes: &'a [u8],
    pub bind: u32,
}

impl<'a> Part<'a> {
    const EMPTY: Part<'static> = Part { bytes: &[], bind: 0 };

    pub(crate) fn cursor(self) -> Cursor<'a> {
        Cursor::new(self.bytes, self.bind)
    }

    /// The part of `self` that lies between two places of a cursor over it.
    fn between(self, before: &Cursor<'a>, after: &Cursor<'a>) -> Part<'a> {
        let len = before.rest().len() - after.rest().len();
        Part { bytes: &before.rest()[..len], bind: before.bind }
    }
}

/// Marks the number of a value that a default scope states.
pub(crate) const SCOPE_BIND: u32 = 1 << 31;

/// How many default scopes may be read within one another: each is of a model that the one before names by a path.
const SCOPES: usize = 32;

/// One selected item.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item<'a> {
    Attribute(u16),
    Alias(&'a str, Part<'a>),
}

/// What is selected of a model's rows.
#[derive(Debug, Clone)]
pub(crate) enum Selection<'a> {
    /// All attributes, of which there are so many.
    Every(u16),
    Items(Vec<Item<'a>>),
}

impl Default for Selection<'_> {
    fn default() -> Self {
        Selection::Every(0)
    }
}

impl<'a> Selection<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Selection::Every(count) => usize::from(*count),
            Selection::Items(items) => items.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn at(&self, place: usize) -> Item<'a> {
        match self {
            Selection::Every(_) => Item::Attribute(place as u16),
            Selection::Items(items) => items[place],
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Item<'a>> + '_ {
        (0..self.len()).map(|place| self.at(place))
    }
}

/// One item of order.
#[derive(Debug, Clone)]
pub(crate) struct OrderPart<'a> {
    pub expr: Part<'a>,
    pub descending: bool,
    pub nulls: relata_ir::Nulls,
    /// Nodes that the expression names.
    pub names: Vec<usize>,
    /// Whether it names columns of the node itself.
    pub own: bool,
}

/// One conjunct of a where.
#[derive(Debug, Clone)]
pub(crate) struct Conjunct<'a> {
    pub part: Part<'a>,
    /// Nodes that it names.
    pub names: Vec<usize>,
    /// Whether one of them may have several children.
    pub to_many: bool,
}

/// What becomes of a row that is there already.
#[derive(Debug, Clone)]
pub(crate) struct ConflictPart<'a> {
    /// The unique key; empty: any.
    pub target: Vec<u16>,
    /// What is taken of the row that was to be inserted.
    pub update: Vec<u16>,
    /// What is one more then.
    pub count: Vec<u16>,
    /// The condition of the unique index.
    pub predicate: Vec<Conjunct<'a>>,
    /// The condition on the row that is there.
    pub filter: Vec<Conjunct<'a>>,
}

/// How many rows of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cut {
    /// None: no limit. `Some(None)`: zero. Else the bind.
    pub limit: Option<Option<u32>>,
    pub offset: Option<u32>,
    /// The first row alone is meant, whatever the limit.
    pub one: bool,
}

impl Cut {
    pub(crate) fn cuts(self) -> bool {
        self.limit.is_some() || self.offset.is_some() || self.one
    }
}

/// The root, an include, or an edge that a path names.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub parent: Option<usize>,
    pub model: ModelView<'a>,
    pub association: u16,
    pub link: Option<&'a Link>,
    pub junction: Option<ModelView<'a>>,
    pub key: &'a str,
    pub included: bool,
    pub required: bool,
    pub separate: Option<bool>,
    pub paranoid: bool,
    pub through_paranoid: bool,
    pub visible: bool,
    pub selection: Selection<'a>,
    /// Nodes that selected expressions name, in their order.
    pub selected: Vec<usize>,
    pub through_selection: Option<Selection<'a>>,
    pub conjuncts: Vec<Conjunct<'a>>,
    pub through_filter: Part<'a>,
    pub order: Vec<OrderPart<'a>>,
    pub cut: Cut,
    pub children: Vec<usize>,
    /// Its slot, once it has one.
    pub slot: Option<usize>,
    /// Nodes above whose where names this one among others that may have several children: they decide which of its
    /// rows are kept.
    pub owners: Vec<usize>,
    pub loading: Loading,
    pub why: &'static str,
}

impl Node<'_> {
    /// Whether the schema proves at most one row for each parent.
    pub(crate) fn to_one(&self) -> bool {
        self.link.is_none_or(|link| link.to_one)
    }
}

/// The tree, and what belongs to the root alone.
pub(crate) struct Nodes<'a> {
    pub nodes: Vec<Node<'a>>,
    /// Values that default scopes state, by the numbers that [`SCOPE_BIND`] marks.
    pub stated: Vec<Cow<'a, Bind<'static>>>,
    /// Of an insert: what becomes of a row that is there already.
    pub conflict: Option<ConflictPart<'a>>,
    pub group: Vec<OrderPart<'a>>,
    pub having: Vec<Conjunct<'a>>,
    /// What is said of indexes of the root's table.
    pub hints: Vec<(IndexHint, &'a str)>,
    /// Whether the selection of the root was said.
    pub explicit: bool,
    /// How many expressions were read over. An alias that names aliases is read over again for each.
    pub(super) scanned: usize,
    /// How many default scopes are being read.
    scopes: usize,
}

impl<'a> Nodes<'a> {
    /// The tree of a request.
    pub(crate) fn read(request: &'a Request<'_>) -> Result<Nodes<'a>> {
        let all = request.sections().map(|(bytes, bind)| Part { bytes, bind });
        let section = |section: Section| all[section as usize];
        let parts = [
            section(Section::Include),
            section(Section::Filter),
            section(Section::Group),
            section(Section::Having),
            section(Section::Order),
            section(Section::Page),
            section(Section::Attributes),
        ];
        let mut nodes = Nodes::of(request.root().view(), request.flags(), parts)?;
        nodes.conflict(section(Section::Conflict))?;
        let mut hints = section(Section::Hints).cursor();
        while !hints.is_done() {
            let kind = IndexHint::from_byte(hints.byte()?);
            nodes
                .hints
                .push((kind.ok_or_else(|| Error::internal("nothing known is said of an index"))?, hints.name()?));
        }
        nodes.own_filters()?;
        Ok(nodes)
    }

    /// The tree of a query within a request.
    pub(crate) fn of_query(model: ModelView<'a>, query: &Query<'a>) -> Result<Nodes<'a>> {
        let parts = query.sections.map(|(bytes, bind)| Part { bytes, bind });
        let mut nodes = Nodes::of(model, query.flags, parts)?;
        nodes.own_filters()?;
        Ok(nodes)
    }

    fn of(model: ModelView<'a>, flags: Flags, parts: [Part<'a>; 7]) -> Result<Nodes<'a>> {
        let [include, filter, group, having, order, page, attributes] = parts;
        let mut nodes = Nodes {
            nodes: Vec::with_capacity(if include.bytes.is_empty() { 1 } else { 4 }),
            stated: Vec::new(),
            conflict: None,
            group: Vec::new(),
            having: Vec::new(),
            hints: Vec::new(),
            explicit: false,
            scanned: 0,
            scopes: 0,
        };
        nodes.explicit = !attributes.bytes.is_empty();
        nodes.nodes.push(Node {
            parent: None,
            model,
            association: 0,
            link: None,
            junction: None,
            key: "",
            included: true,
            required: true,
            separate: None,
            paranoid: flags.paranoid,
            through_paranoid: true,
            visible: true,
            selection: Selection::default(),
            selected: Vec::new(),
            through_selection: None,
            conjuncts: Vec::new(),
            through_filter: Part::EMPTY,
            order: Vec::new(),
            cut: Cut { one: flags.first, ..cut(page)? },
            children: Vec::new(),
            slot: None,
            owners: Vec::new(),
            loading: Loading::Join,
            why: "",
        });
        nodes.includes(0, include, 0)?;
        if flags.scoped {
            nodes.default_scope(0)?;
        }
        nodes.sections(0, attributes, filter, order)?;
        nodes.group = nodes.items(0, group, false)?;
        nodes.having = nodes.conjuncts(0, having)?;
        Ok(nodes)
    }

    fn conflict(&mut self, part: Part<'a>) -> Result<()> {
        if part.bytes.is_empty() {
            return Ok(());
        }
        let mut at = part.cursor();
        let (target, update, count) = (at.attributes()?, at.attributes()?, at.attributes()?);
        for &attribute in target.iter().chain(&update).chain(&count) {
            attribute_of(self.nodes[0].model, attribute)?;
        }
        // The condition of an index is told from others by its very values: they are part of the statement.
        let predicate = Part { bytes: at.bytes()?, bind: SCOPE_BIND | self.stated.len() as u32 };
        self.stated.extend(at.stated()?.into_iter().map(Cow::Owned));
        let filter = Part { bytes: at.bytes()?, bind: part.bind };
        let (predicate, filter) = (self.conjuncts(0, predicate)?, self.conjuncts(0, filter)?);
        self.conflict = Some(ConflictPart { target, update, count, predicate, filter });
        Ok(())
    }

    fn includes(&mut self, parent: usize, part: Part<'a>, depth: usize) -> Result<()> {
        let at = |error: Error, nodes: &Self| error.at(format!("{}.include", nodes.path(parent)));
        if depth > relata_request::MAX_DEPTH {
            return Err(at(Error::new(ErrorKind::LimitExceeded, "includes are nested too deep"), self));
        }
        let mut cursor = part.cursor();
        while !cursor.is_done() {
            let association = cursor.u16()?;
            let flags = cursor.byte()?;
            let alias = cursor.name()?;
            let parts = cursor.sections()?.map(|(bytes, bind)| Part { bytes, bind });
            let [include, filter, group, having, order, page, attributes, through_attributes, through_filter] = parts;
            if !group.bytes.is_empty() || !having.bytes.is_empty() {
                let error = Error::new(ErrorKind::Request, "an include has no group and no having");
                return Err(at(error.help("group the root"), self));
            }
            let above = self.nodes[parent].model;
            let declared = association_of(above, association)?;
            let key = if alias.is_empty() { declared.name.as_str() } else { alias };
            let index = self.nodes.len();
            if self.nodes[parent].children.iter().any(|&child| self.nodes[child].key == key) {
                let message = format!("two includes are named \"{key}\"");
                let error = Error::new(ErrorKind::Request, message).help("give one of them another name with \"as\"");
                return Err(at(error, self));
            }
            if !alias.is_empty() && above.attribute(alias).is_some() {
                let message = format!("the include's name \"{alias}\" is that of an attribute of {}", above.name);
                return Err(at(Error::new(ErrorKind::Request, message), self));
            }
            if !alias.is_empty() && above.association(alias).is_some_and(|other| other != association) {
                let message =
                    format!("the include's name \"{alias}\" is that of another association of {}", above.name);
                return Err(at(Error::new(ErrorKind::Request, message).help("give it another name"), self));
            }
            let tri = |bits: u8| match bits & 3 {
                0 => None,
                bits => Some(bits == 2),
            };
            let link = above.link(association).map_err(|error| at(error, self))?;
            let target = above.target(association).map_err(|error| at(error, self))?;
            let cut = cut(page)?;
            if link.single && cut.cuts() {
                return Err(Error::new(ErrorKind::Request, "limit and offset have no meaning where there is one")
                    .at(format!("{}.include({key})", self.path(parent)))
                    .help("leave them out"));
            }
            if declared.kind == AssociationKind::BelongsTo && !order.bytes.is_empty() {
                return Err(Error::new(ErrorKind::Request, "order has no meaning where there is one")
                    .at(format!("{}.include({key})", self.path(parent)))
                    .help("order the root by this path instead"));
            }
            self.push(Node {
                parent: Some(parent),
                model: target,
                association,
                link: Some(link),
                junction: above.through(association).map_err(|error| at(error, self))?,
                key,
                included: true,
                required: tri(flags).unwrap_or(!filter.bytes.is_empty()),
                separate: tri(flags >> 2),
                paranoid: flags & 16 == 0,
                through_paranoid: flags & 32 == 0,
                visible: self.nodes[parent].visible && attributes.bytes != [1],
                selection: Selection::default(),
                selected: Vec::new(),
                through_selection: None,
                conjuncts: Vec::new(),
                through_filter,
                order: Vec::new(),
                cut,
                children: Vec::new(),
                slot: None,
                owners: Vec::new(),
                loading: Loading::SemiJoin,
                why: "",
            })?;
            self.nodes[parent].children.push(index);
            self.includes(index, include, depth + 1)?;
            if flags & 64 == 0 {
                self.default_scope(index)?;
            }
            self.sections(index, attributes, filter, order)?;
            if let Some(junction) = self.nodes[index].junction {
                self.nodes[index].through_selection = Some(selection(junction, through_attributes)?);
            }
        }
        Ok(())
    }

    /// Adds the condition of the default scope of a node's model. Its values are the schema's and not the request's.
    fn default_scope(&mut self, index: usize) -> Result<()> {
        let model = self.nodes[index].model;
        if model.default_scope.is_none() {
            return Ok(());
        }
        let blueprint: &'a Blueprint = Blueprint::of(model)?;
        let Some(CompiledScope { bytes, binds }) = blueprint.scope(model)? else { return Ok(()) };
        let part = Part { bytes, bind: SCOPE_BIND | self.stated.len() as u32 };
        self.stated.extend(binds.iter().map(Cow::Borrowed));
        if self.scopes >= SCOPES {
            let message = "default scopes name one another by paths without end";
            return Err(Error::new(ErrorKind::LimitExceeded, message)
                .at(self.path(index))
                .help("leave the path out of one of them, and write its condition where it is meant"));
        }
        self.scopes += 1;
        let conjuncts = self.conjuncts(index, part);
        self.scopes -= 1;
        self.nodes[index].conjuncts.splice(0..0, conjuncts?);
        Ok(())
    }

    fn push(&mut self, node: Node<'a>) -> Result<usize> {
        if self.nodes.len() >= 1_000 {
            return Err(Error::new(ErrorKind::LimitExceeded, "a request names at most 1,000 edges")
                .at(self.path(node.parent.unwrap_or_default())));
        }
        self.nodes.push(node);
        Ok(self.nodes.len() - 1)
    }

    fn sections(&mut self, index: usize, attributes: Part<'a>, filter: Part<'a>, order: Part<'a>) -> Result<()> {
        let model = self.nodes[index].model;
        let selection = selection(model, attributes)?;
        let children = &self.nodes[index].children;
        // The attributes of a model have names of their own.
        let differ = children.is_empty() && matches!(selection, Selection::Every(_));
        for (i, item) in selection.iter().enumerate() {
            if differ {
                break;
            }
            let name = |item: Item<'a>| match item {
                Item::Attribute(attribute) => model.def().attributes[usize::from(attribute)].name.as_str(),
                Item::Alias(alias, _) => alias,
            };
            let is_same = |other: Item<'a>| match (item, other) {
                (Item::Attribute(one), Item::Attribute(other)) => one == other,
                _ => name(other) == name(item),
            };
            let taken = selection.iter().take(i).any(is_same)
                || self.nodes[index].children.iter().any(|&child| self.nodes[child].key == name(item));
            if taken {
                return Err(Error::new(ErrorKind::Request, format!("\"{}\" is selected twice", name(item)))
                    .at(format!("{}.attributes", self.path(index))));
            }
            if let Item::Alias(_, part) = item {
                let (names, _) = self.names(index, &mut part.cursor(), 0)?;
                self.nodes[index].selected.extend(names);
            }
        }
        self.nodes[index].selection = selection;
        let conjuncts = self.conjuncts(index, filter)?;
        let own = &mut self.nodes[index].conjuncts;
        if own.is_empty() {
            *own = conjuncts;
        } else {
            own.extend(conjuncts);
        }
        self.nodes[index].order = self.items(index, order, true)?;
        Ok(())
    }

    fn conjuncts(&mut self, index: usize, part: Part<'a>) -> Result<Vec<Conjunct<'a>>> {
        if part.bytes.is_empty() {
            return Ok(Vec::new());
        }
        let mut cursor = part.cursor();
        // Most wheres have a few conditions.
        let mut found = Vec::with_capacity(4);
        while !cursor.is_done() {
            let before = cursor.clone();
            let (names, _) = self.names(index, &mut cursor, 0)?;
            let to_many = names.iter().any(|&name| !self.nodes[name].to_one());
            found.push(Conjunct { part: part.between(&before, &cursor), names, to_many });
            if found.len() > MAX_NODES {
                return Err(Error::new(ErrorKind::LimitExceeded, "a where has too many conditions"));
            }
        }
        Ok(found)
    }

    fn items(&mut self, index: usize, part: Part<'a>, directed: bool) -> Result<Vec<OrderPart<'a>>> {
        let mut cursor = part.cursor();
        let mut found = Vec::new();
        while !cursor.is_done() {
            let before = cursor.clone();
            let (names, own) = self.names(index, &mut cursor, 0)?;
            let expr = part.between(&before, &cursor);
            let direction = if directed { cursor.byte()? } else { 0 };
            let nulls = match direction >> 1 {
                0 => relata_ir::Nulls::Default,
                1 => relata_ir::Nulls::Last,
                _ => relata_ir::Nulls::First,
            };
            found.push(OrderPart { expr, descending: direction & 1 != 0, nulls, names, own });
            if found.len() > MAX_NODES {
                let message = "the request is ordered or grouped by too many expressions";
                return Err(Error::new(ErrorKind::LimitExceeded, message).at(self.path(index)));
            }
        }
        Ok(found)
    }

    /// The expression that an alias of the selection stands for.
    pub(crate) fn alias(&self, index: usize, alias: &str) -> Result<Part<'a>> {
        let known = || {
            self.nodes[index].selection.iter().filter_map(|item| match item {
                Item::Alias(name, _) => Some(name),
                Item::Attribute(_) => None,
            })
        };
        self.nodes[index]
            .selection
            .iter()
            .find_map(|item| match item {
                Item::Alias(name, part) if name == alias => Some(part),
                _ => None,
            })
            .ok_or_else(|| {
                Error::new(ErrorKind::Request, format!("no attribute has the alias \"{alias}\""))
                    .at(self.path(index))
                    .near(alias, known())
            })
    }

    /// Reads a path: the nodes along it, and the attribute at its end.
    pub(crate) fn read_path(&mut self, index: usize, cursor: &mut Cursor<'a>) -> Result<(Vec<usize>, u16)> {
        let mut at = index;
        let mut along = Vec::new();
        for _ in 0..cursor.byte()? {
            at = match cursor.byte()? {
                op::STEP_ALIAS => {
                    let alias = cursor.name()?;
                    self.child_of_key(at, alias).ok_or_else(|| {
                        Error::new(ErrorKind::Request, format!("no include is named \"{alias}\"")).at(self.path(at))
                    })?
                }
                _ => {
                    let association = cursor.u16()?;
                    self.child_of_association(at, association)?
                }
            };
            along.push(at);
        }
        Ok((along, cursor.u16()?))
    }

    fn child_of_key(&self, at: usize, key: &str) -> Option<usize> {
        self.nodes[at].children.iter().copied().find(|&child| self.nodes[child].key == key)
    }

    /// The include of an association that goes by the association's own name; else an edge that is not loaded.
    fn child_of_association(&mut self, at: usize, association: u16) -> Result<usize> {
        let model = self.nodes[at].model;
        let declared = association_of(model, association)?;
        if let Some(child) = self.child_of_key(at, &declared.name)
            && self.nodes[child].included
            && self.nodes[child].association == association
        {
            return Ok(child);
        }
        let free = self
            .nodes
            .iter()
            .position(|node| node.parent == Some(at) && !node.included && node.association == association);
        if let Some(free) = free {
            return Ok(free);
        }
        let at_path = |error: Error| error.at(self.path(at));
        let index = self.push(Node {
            parent: Some(at),
            model: model.target(association).map_err(at_path)?,
            association,
            link: Some(model.link(association).map_err(at_path)?),
            junction: model.through(association).map_err(at_path)?,
            key: &declared.name,
            included: false,
            required: false,
            separate: None,
            paranoid: true,
            through_paranoid: true,
            visible: false,
            selection: Selection::default(),
            selected: Vec::new(),
            through_selection: None,
            conjuncts: Vec::new(),
            through_filter: Part::EMPTY,
            order: Vec::new(),
            cut: Cut::default(),
            children: Vec::new(),
            slot: None,
            owners: Vec::new(),
            loading: Loading::SemiJoin,
            why: "a path names it",
        })?;
        self.default_scope(index)?;
        Ok(index)
    }

    /// Tells every node which wheres above decide on its rows.
    fn own_filters(&mut self) -> Result<()> {
        for owner in 0..self.nodes.len() {
            if !self.nodes[owner].conjuncts.iter().any(|conjunct| conjunct.to_many) {
                continue;
            }
            let mut named: Vec<usize> = self.nodes[owner]
                .conjuncts
                .iter()
                .filter(|conjunct| conjunct.to_many)
                .flat_map(|conjunct| conjunct.names.iter().copied())
                .collect();
            named.sort_unstable();
            named.dedup();
            for node in named {
                self.nodes[node].owners.push(owner);
            }
        }
        Ok(())
    }

    /// Where a node is in the request: what an error about it says.
    pub(crate) fn path(&self, node: usize) -> String {
        let Node { parent, key, included, model, .. } = &self.nodes[node];
        match parent.map(|parent| self.path(parent)) {
            None => model.def().name.clone(),
            Some(above) if *included => format!("{above}.include({key})"),
            Some(above) => format!("{above}.{key}"),
        }
    }

    /// The keys from the root to a node, with dots between.
    pub(crate) fn dotted(&self, node: usize) -> String {
        let mut dotted = String::new();
        self.write_dotted(node, &mut dotted);
        dotted
    }

    /// Appends the keys from the root to a node, with dots between.
    pub(crate) fn write_dotted(&self, node: usize, out: &mut String) {
        let Node { parent: Some(parent), key, .. } = self.nodes[node] else { return };
        self.write_dotted(parent, out);
        out.push_str(if parent == 0 { "" } else { "." });
        out.push_str(key);
    }

    /// Whether one node is the other, or above it.
    pub(crate) fn is_above(&self, above: usize, mut node: usize) -> bool {
        loop {
            if node == above {
                return true;
            }
            match self.nodes[node].parent {
                Some(parent) => node = parent,
                None => return false,
            }
        }
    }
}

/// An association by the number that the bytes of a request give it.
fn association_of(model: ModelView<'_>, number: u16) -> Result<&Association> {
    model.def().associations.get(usize::from(number)).ok_or_else(|| {
        Error::internal(format!("a request names the association number {number} of {}, which has fewer", model.name))
    })
}

/// That there is an attribute of the number that the bytes of a request give it.
pub(super) fn attribute_of(model: ModelView<'_>, number: u16) -> Result<u16> {
    if usize::from(number) < model.attributes.len() {
        return Ok(number);
    }
    let message = format!("a request names the attribute number {number} of {}, which has fewer", model.name);
    Err(Error::internal(message))
}

fn selection<'a>(model: ModelView<'a>, part: Part<'a>) -> Result<Selection<'a>> {
    if part.bytes.is_empty() {
        return Ok(Selection::Every(model.attributes.len() as u16));
    }
    let mut cursor = part.cursor();
    cursor.byte()?;
    let mut items = Vec::new();
    while !cursor.is_done() {
        if cursor.byte()? == 0 {
            items.push(Item::Attribute(attribute_of(model, cursor.u16()?)?));
        } else {
            let alias = cursor.name()?;
            let before = cursor.clone();
            scan::skip(&mut cursor)?;
            items.push(Item::Alias(alias, part.between(&before, &cursor)));
        }
    }
    Ok(Selection::Items(items))
}

fn cut(part: Part<'_>) -> Result<Cut> {
    if part.bytes.is_empty() {
        return Ok(Cut::default());
    }
    let mut cursor = part.cursor();
    let flags = cursor.byte()?;
    let limit = match flags & 3 {
        0 => None,
        1 => Some(Some(cursor.next_bind())),
        _ => Some(None),
    };
    let offset = (flags & 4 != 0).then(|| cursor.next_bind());
    Ok(Cut { limit, offset, one: false })
}
