//! From the names that an association declares to the attributes that take part in it.

use crate::{
    Association, AssociationKind, Error, ErrorKind, Kind, Link, ModelView, Result, ThroughLink, naming::snake_case,
};

/// Resolves an association of a model; defaults follow the conventions of Sequelize 7 in snake case.
pub(crate) fn link(source: ModelView<'_>, index: u16) -> Result<Link> {
    let association = &source.def().associations[usize::from(index)];
    resolve(source, index, association).map_err(|error| error.at(format!("{}.{}", source.name, association.name)))
}

fn resolve(source: ModelView<'_>, index: u16, association: &Association) -> Result<Link> {
    let target = source.target(index)?;
    for (name, _) in &association.scope {
        target.require_attribute(name)?;
    }
    let link = match association.kind {
        AssociationKind::BelongsTo => {
            let target_keys = references(target, &association.references)?;
            let default = snake_case(&association.name);
            let source_keys = keys(source, &association.foreign_key, &default, target, &target_keys)?;
            let to_one = target.matches_one(&target_keys);
            if !to_one {
                return Err(Error::new(
                    ErrorKind::Schema,
                    format!("a belongs-to refers to what is unique, and no unique key of {} is meant", target.name),
                )
                .help("declare the referenced attributes unique, or use has_many"));
            }
            Link { source: source_keys, target: target_keys, through: None, to_one, single: true }
        }
        AssociationKind::HasOne | AssociationKind::HasMany => {
            let source_keys = references(source, &association.references)?;
            let default = snake_case(&source.name);
            let target_keys = keys(target, &association.foreign_key, &default, source, &source_keys)?;
            let single = association.kind == AssociationKind::HasOne;
            let to_one = single && target.matches_one(&target_keys);
            Link { source: source_keys, target: target_keys, through: None, to_one, single }
        }
        AssociationKind::BelongsToMany => {
            let (Some(junction), Some(through)) = (source.through(index)?, &association.through) else {
                return Err(Error::new(ErrorKind::Schema, "a belongs_to_many needs \"through\", the junction's model"));
            };
            let source_keys = references(source, &association.references)?;
            let target_keys = references(target, &through.target_key)?;
            let near = keys(junction, &association.foreign_key, &snake_case(&source.name), source, &source_keys)?;
            let far = keys(junction, &through.other_key, &snake_case(&target.name), target, &target_keys)?;
            same_kinds(junction, &far, target, &target_keys)?;
            same_kinds(junction, &near, source, &source_keys)?;
            let through = Some(ThroughLink { source: near, target: far });
            return Ok(Link { source: source_keys, target: target_keys, through, to_one: false, single: false });
        }
    };
    same_kinds(source, &link.source, target, &link.target)?;
    Ok(link)
}

/// The attributes that a foreign key refers to: those named, or the primary key.
fn references(model: ModelView<'_>, named: &[String]) -> Result<Vec<u16>> {
    if named.is_empty() {
        return Ok(model.primary_key.clone());
    }
    named.iter().map(|name| model.require_attribute(name)).collect()
}

/// The attributes of a foreign key: those named, or `<stem>_<referenced>` for each attribute it refers to.
fn keys(
    holder: ModelView<'_>,
    named: &[String],
    stem: &str,
    referenced: ModelView<'_>,
    references: &[u16],
) -> Result<Vec<u16>> {
    let found: Vec<u16> = if named.is_empty() {
        references
            .iter()
            .map(|&key| {
                let name = format!("{stem}_{}", referenced.attributes[usize::from(key)].name);
                holder.require_attribute(&name).map_err(|error| error.help("say foreign_key"))
            })
            .collect::<Result<_>>()?
    } else {
        named.iter().map(|name| holder.require_attribute(name)).collect::<Result<_>>()?
    };
    if found.len() != references.len() {
        return Err(Error::new(
            ErrorKind::Schema,
            format!(
                "the foreign key on {} has {} attributes and refers to {} of {}",
                holder.name,
                found.len(),
                references.len(),
                referenced.name
            ),
        ));
    }
    Ok(found)
}

fn same_kinds(left: ModelView<'_>, left_keys: &[u16], right: ModelView<'_>, right_keys: &[u16]) -> Result<()> {
    let class = |kind: Kind| if kind.is_integer() { Kind::BigInt } else { kind };
    for (&l, &r) in left_keys.iter().zip(right_keys) {
        if left.kind(l) == Kind::CiText {
            // Rows are put together by values that are the same, here as in the database.
            let path = format!("{}.{}", left.name, left.attributes[usize::from(l)].name);
            return Err(Error::new(ErrorKind::Schema, "text whose case does not count is no key of an association")
                .at(path)
                .help("keep the key as text, or refer to another attribute"));
        }
        if class(left.kind(l)) != class(right.kind(r)) {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "{}.{} is {} and {}.{} is {}: the two sides of a key have one type",
                    left.name,
                    left.attributes[usize::from(l)].name,
                    left.attributes[usize::from(l)].ty,
                    right.name,
                    right.attributes[usize::from(r)].name,
                    right.attributes[usize::from(r)].ty
                ),
            ));
        }
    }
    Ok(())
}
