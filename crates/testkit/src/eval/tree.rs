//! The request as a tree: the root model, and below it one node for every edge that the request includes or names.
//!
//! A path such as `posts.comments.body` that names no include adds nodes of its own, which show nothing. Two mentions
//! of one path are one node: otherwise `$posts.title$` and `$posts.views$` would speak of two different posts.

use std::collections::BTreeSet;

use relata::request::doc::{AttributesDoc, ExprDoc, FindDoc, IncludeDoc, NullsDoc, RequestDoc, SelectDoc, WhereDoc};
use relata::schema::{AssociationKind, Link, ModelDef, ModelSet, ModelView, Value, datum_from_json, datum_to_json};

use super::{
    Data, Semantics,
    names::{has_aggregate, paths_of_find},
    query::Outside,
};

/// The node of the root model.
pub(super) const ROOT: usize = 0;

/// The nodes. A parent stands before its children.
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// Where databases differ.
    pub(super) semantics: Semantics,
    /// What queries within the request are evaluated over.
    pub(super) models: &'a ModelSet,
    pub(super) data: &'a Data,
    /// The rows outside of the query that this is, the nearest last.
    pub(super) outer: Vec<Outside>,
}

/// A place in the request where rows of one model stand.
pub(super) struct Node<'a> {
    pub(super) model: ModelView<'a>,
    /// None for the root.
    pub(super) parent: Option<usize>,
    /// How rows come here from the parent. None for the root and for a junction.
    pub(super) edge: Option<Edge<'a>>,
    /// The edges that start here: the includes in the order asked for, then those that only a path names.
    pub(super) edges: Vec<usize>,
    /// What is shown of a row.
    pub(super) select: Vec<Select>,
    /// The `where` that the caller wrote for these rows.
    pub(super) filter: Option<&'a WhereDoc>,
    /// The order that the caller wrote for these rows.
    pub(super) order: Vec<Item>,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
    /// Whether soft-deleted rows are left out.
    pub(super) paranoid: bool,
    /// The options of the root or of an include.
    find: Option<&'a FindDoc>,
}

/// How a node hangs on its parent.
pub(super) struct Edge<'a> {
    /// The key of the answer.
    key: String,
    /// The name of the association.
    association: String,
    kind: AssociationKind,
    pub(super) link: &'a Link,
    /// The node of the junction.
    pub(super) junction: Option<usize>,
    /// Attributes of the target and the values that the association's scope demands of them.
    pub(super) scope: Vec<(usize, Value)>,
    /// Whether a parent without a child is not kept.
    pub(super) required: bool,
    /// Whether an include says it, and not only a path.
    pub(super) included: bool,
    /// Whether the answer has its key.
    shown: bool,
}

/// One column of a row that is shown.
pub(super) struct Select {
    pub(super) key: String,
    pub(super) expr: ExprDoc,
    /// Whether the caller gave the name, so that it is an alias.
    alias: bool,
}

/// One item of an order.
pub(super) struct Item {
    /// The node that the names of the expression are relative to.
    pub(super) base: usize,
    pub(super) expr: ExprDoc,
    pub(super) descending: bool,
    pub(super) nulls: Option<NullsDoc>,
    /// The nodes below `base` that the expression names, with those on the way.
    pub(super) named: BTreeSet<usize>,
}

impl<'a> Tree<'a> {
    /// Reads a request.
    pub(super) fn build(
        request: &'a RequestDoc,
        models: &'a ModelSet,
        data: &'a Data,
        semantics: Semantics,
        outer: Vec<Outside>,
    ) -> Result<Tree<'a>, String> {
        let model = models.view(&request.model).ok_or_else(|| format!("there is no model {}", request.model))?;
        let find = &request.find;
        if find.scope.is_some() {
            return Err("a schema document has no named scopes".to_owned());
        }
        let root = Node {
            model,
            parent: None,
            edge: None,
            edges: Vec::new(),
            select: select(find.attributes.as_ref(), &model)?,
            filter: find.filter.as_ref(),
            order: Vec::new(),
            limit: find.limit,
            offset: find.offset,
            paranoid: find.paranoid.unwrap_or(true),
            find: Some(find),
        };
        let mut tree = Tree { nodes: vec![root], semantics, models, data, outer };
        for include in &find.include {
            tree.include(ROOT, include)?;
        }
        tree.join_named_paths()?;
        tree.read_orders()?;
        Ok(tree)
    }

    fn include(&mut self, parent: usize, doc: &'a IncludeDoc) -> Result<(), String> {
        let find = &doc.find;
        let unfit = !find.group.is_empty()
            || find.having.is_some()
            || find.distinct
            || find.scope.is_some()
            || find.lock.is_some();
        if unfit {
            return Err(format!("include {}: group, having, distinct, scope and lock are for a root", doc.association));
        }
        let node = self.add(parent, &doc.association, Some(doc))?;
        for inner in &find.include {
            self.include(node, inner)?;
        }
        Ok(())
    }

    /// Adds a node for an association of the parent's model, with the options of an include if one says it.
    fn add(&mut self, parent: usize, name: &str, doc: Option<&'a IncludeDoc>) -> Result<usize, String> {
        let source = self.nodes[parent].model;
        let definition: &ModelDef = &source;
        let Some(index) = definition.association(name) else {
            return Err(format!("model {} has no association {name}", definition.name));
        };
        let kind = definition.associations[usize::from(index)].kind;
        let model = source.target(index).map_err(|error| error.to_string())?;
        let link = source.link(index).map_err(|error| error.to_string())?;
        let through = source.through(index).map_err(|error| error.to_string())?;
        let scope = scope(&definition.associations[usize::from(index)].scope, &model)?;

        let find = doc.map(|doc| &doc.find);
        let attributes = find.and_then(|find| find.attributes.as_ref());
        let key = doc.and_then(|doc| doc.alias.clone()).unwrap_or_else(|| name.to_owned());
        let node = self.nodes.len();
        let edge = Edge {
            key,
            association: name.to_owned(),
            kind,
            link,
            junction: through.map(|_| node + 1),
            scope,
            // Rule 1: only a `where` that the caller wrote makes an include required, unless `required` is said.
            // A condition on the junction alone does not.
            required: doc.is_some_and(|doc| doc.required.unwrap_or(doc.find.filter.is_some())),
            included: doc.is_some(),
            // Rule 5: `attributes: []` filters and shows nothing.
            shown: doc.is_some() && !matches!(attributes, Some(AttributesDoc::List(list)) if list.is_empty()),
        };
        if let Some(doc) = doc {
            self.check_include(parent, &edge, doc)?;
        }
        let select_here = select(attributes, &model)?;
        if select_here.iter().any(|select| has_aggregate(&select.expr)) {
            return Err(format!("include {}: an aggregate stands in the attributes of a root", edge.key));
        }
        self.nodes.push(Node {
            model,
            parent: Some(parent),
            edge: Some(edge),
            edges: Vec::new(),
            select: select_here,
            filter: find.and_then(|find| find.filter.as_ref()),
            order: Vec::new(),
            limit: find.and_then(|find| find.limit),
            offset: find.and_then(|find| find.offset),
            paranoid: find.and_then(|find| find.paranoid).unwrap_or(true),
            find,
        });
        self.nodes[parent].edges.push(node);

        if let Some(junction) = through {
            let doc = doc.and_then(|doc| doc.through.as_ref());
            self.nodes.push(Node {
                model: junction,
                parent: Some(node),
                edge: None,
                edges: Vec::new(),
                select: select(doc.and_then(|doc| doc.attributes.as_ref()), &junction)?,
                filter: doc.and_then(|doc| doc.filter.as_ref()),
                order: Vec::new(),
                limit: None,
                offset: None,
                paranoid: doc.and_then(|doc| doc.paranoid).unwrap_or(true),
                find: None,
            });
        }
        Ok(node)
    }

    fn check_include(&self, parent: usize, edge: &Edge<'a>, doc: &IncludeDoc) -> Result<(), String> {
        let here = &self.nodes[parent];
        let taken = here.edges.iter().any(|&sibling| self.key(sibling) == edge.key);
        if taken || (edge.shown && here.select.iter().any(|select| select.key == edge.key)) {
            return Err(format!("the key {} stands twice: say \"as\"", edge.key));
        }
        let cut = doc.find.limit.is_some() || doc.find.offset.is_some();
        if cut && !edge.kind.is_to_many() {
            return Err(format!("include {}: limit and offset are for a to-many edge", edge.key));
        }
        if !doc.find.order.is_empty() && edge.kind == AssociationKind::BelongsTo {
            return Err(format!("include {}: there is nothing to order on a belongs-to edge", edge.key));
        }
        if doc.through.is_some() && edge.junction.is_none() {
            return Err(format!("include {}: it goes through no junction", edge.key));
        }
        Ok(())
    }

    /// Adds a node for every edge that a path names and no include says: rule 2 lets a path name it all the same.
    fn join_named_paths(&mut self) -> Result<(), String> {
        for base in 0..self.nodes.len() {
            let Some(find) = self.nodes[base].find else { continue };
            for path in paths_of_find(find) {
                let mut node = base;
                for name in &path[..path.len().saturating_sub(1)] {
                    node = match self.edge_named(node, name)? {
                        Some(edge) => edge,
                        None => self.add(node, name, None)?,
                    };
                }
            }
        }
        Ok(())
    }

    /// Orders are read last, since they name nodes.
    fn read_orders(&mut self) -> Result<(), String> {
        for base in 0..self.nodes.len() {
            let Some(find) = self.nodes[base].find else { continue };
            let mut items = Vec::new();
            for doc in &find.order {
                let expr = self.order_expression(base, &doc.expr)?;
                let named = self.named(base, &expr)?;
                self.one_chain(&named)?;
                items.push(Item { base, expr, descending: doc.descending, nulls: doc.nulls, named });
            }
            self.nodes[base].order = items;
        }
        Ok(())
    }

    /// The edge that a name in a path means: an include by its key, else an include by its association, else an edge
    /// that paths alone name.
    pub(super) fn edge_named(&self, node: usize, name: &str) -> Result<Option<usize>, String> {
        if let Some((index, _)) = self.edges_of(node).find(|(_, edge)| edge.included && edge.key == name) {
            return Ok(Some(index));
        }
        let of_association = |included: bool| -> Vec<usize> {
            let edges = self.edges_of(node);
            edges
                .filter(|(_, edge)| edge.included == included && edge.association == name)
                .map(|(index, _)| index)
                .collect()
        };
        match of_association(true).as_slice() {
            [] => Ok(of_association(false).first().copied()),
            [index] => Ok(Some(*index)),
            _ => Err(format!("{name} is included more than once: a path has to use the key")),
        }
    }

    fn edges_of(&self, node: usize) -> impl Iterator<Item = (usize, &Edge<'a>)> {
        let edges = self.nodes[node].edges.iter();
        edges.filter_map(move |&index| self.nodes[index].edge.as_ref().map(|edge| (index, edge)))
    }

    /// The key of the answer under which a node stands.
    pub(super) fn key(&self, node: usize) -> &str {
        self.nodes[node].edge.as_ref().map_or("", |edge| edge.key.as_str())
    }

    /// Whether a parent may show more than one child here.
    pub(super) fn to_many(&self, node: usize) -> bool {
        self.nodes[node].edge.as_ref().is_some_and(|edge| edge.kind.is_to_many())
    }

    /// Whether a parent shows one child here, although it may have several.
    pub(super) fn has_one(&self, node: usize) -> bool {
        self.nodes[node].edge.as_ref().is_some_and(|edge| edge.kind == AssociationKind::HasOne)
    }

    /// Whether the parent's row has the key of this node.
    pub(super) fn shown(&self, node: usize) -> bool {
        self.nodes[node].edge.as_ref().is_some_and(|edge| edge.shown)
    }

    /// What an alias of a node's attributes stands for.
    pub(super) fn aliased(&self, node: usize, name: &str) -> Option<&ExprDoc> {
        self.nodes[node].select.iter().find(|select| select.alias && select.key == name).map(|select| &select.expr)
    }
}

/// The place of an attribute in the rows of a model.
pub(super) fn position(model: &ModelDef, name: &str) -> Result<usize, String> {
    match model.attribute(name) {
        Some(index) => Ok(usize::from(index)),
        None => Err(format!("model {} has no attribute {name}", model.name)),
    }
}

/// A scope's values are declared before the target is known, so they take the types of its attributes here.
fn scope(declared: &[(String, Value)], target: &ModelDef) -> Result<Vec<(usize, Value)>, String> {
    let mut scope = Vec::new();
    for (name, value) in declared {
        let index = position(target, name)?;
        let json = datum_to_json(value, None);
        let value = datum_from_json(&json, &target.attributes[index].ty).map_err(|error| error.to_string())?;
        scope.push((index, value));
    }
    Ok(scope)
}

/// The columns that are shown of a row of a model.
fn select(attributes: Option<&AttributesDoc>, model: &ModelDef) -> Result<Vec<Select>, String> {
    let mut columns: Vec<Select> = Vec::new();
    match attributes {
        None => columns.extend(model.attributes.iter().map(|attribute| attribute_of(&attribute.name))),
        Some(AttributesDoc::List(list)) => columns.extend(list.iter().map(read_select)),
        Some(AttributesDoc::Adjust { include, exclude }) => {
            for name in exclude {
                position(model, name)?;
            }
            let left = model.attributes.iter().filter(|attribute| !exclude.contains(&attribute.name));
            columns.extend(left.map(|attribute| attribute_of(&attribute.name)));
            columns.extend(include.iter().map(read_select));
        }
    }
    for (index, column) in columns.iter().enumerate() {
        if columns[..index].iter().any(|earlier| earlier.key == column.key) {
            return Err(format!("the attribute {} is asked for twice", column.key));
        }
        if !column.alias {
            position(model, &column.key)?;
        }
    }
    Ok(columns)
}

fn attribute_of(name: &str) -> Select {
    Select { key: name.to_owned(), expr: ExprDoc::Column(vec![name.to_owned()]), alias: false }
}

fn read_select(doc: &SelectDoc) -> Select {
    match doc {
        SelectDoc::Name(name) => attribute_of(name),
        SelectDoc::Aliased(expr, alias) => Select { key: alias.clone(), expr: expr.clone(), alias: true },
    }
}
