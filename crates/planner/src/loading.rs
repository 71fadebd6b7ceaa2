//! How each edge is loaded.
//!
//! An edge of one row is joined. The only shown edge of several rows is joined to its parent, since one statement is
//! cheaper than two; a second one would multiply the first, so then each has a statement of its own. A limit for each
//! parent always has. The choice can be forced, edge by edge: any force that is accepted gives the same rows.

use relata_request::{Call, Flags};
use relata_schema::{Error, ErrorKind, Result};

use crate::{Force, lower::Nodes, plan::Loading};

/// Chooses the loading of every node.
pub(crate) fn choose(nodes: &mut Nodes<'_>, flags: Flags, forces: &[Force]) -> Result<()> {
    for force in forces {
        let known = (1..nodes.nodes.len()).any(|node| nodes.nodes[node].included && nodes.dotted(node) == force.path);
        if !known {
            let message = format!("no include is at \"{}\", whose loading is forced", force.path);
            let paths: Vec<String> = (1..nodes.nodes.len()).map(|node| nodes.dotted(node)).collect();
            return Err(Error::new(ErrorKind::Request, message)
                .at(nodes.path(0))
                .near(&force.path, paths.iter().map(String::as_str)));
        }
    }
    let shown_to_many =
        (1..nodes.nodes.len()).filter(|&node| nodes.nodes[node].visible && !nodes.nodes[node].to_one()).count();
    for node in 1..nodes.nodes.len() {
        if !nodes.nodes[node].included {
            continue;
        }
        let (mut loading, mut why) = automatic(nodes, node, flags, shown_to_many);
        let forced = (!forces.is_empty()).then(|| nodes.dotted(node));
        let forced = forced.and_then(|dotted| forces.iter().find(|force| force.path == dotted));
        let forced = forced.map(|force| force.loading);
        let said = nodes.nodes[node].separate.map(|separate| {
            let edge = &nodes.nodes[node];
            let limited = edge.parent == Some(0) && nodes.nodes[0].cut.cuts() && !edge.to_one();
            let per_parent = edge.cut.cuts() || (!edge.to_one() && edge.link.is_some_and(|link| link.single));
            match (separate, limited, per_parent) {
                (true, _, true) => Loading::SeparatePerParent,
                (true, _, false) => Loading::Separate,
                (false, true, _) => Loading::JoinLimited,
                (false, false, _) => Loading::Join,
            }
        });
        if let Some(wanted) = forced.or(said)
            && wanted != loading
        {
            legal(nodes, node, wanted, loading)?;
            (loading, why) = (wanted, if forced.is_some() { "forced" } else { "the request says separate" });
        }
        nodes.nodes[node].loading = loading;
        nodes.nodes[node].why = why;
    }
    one_join_of_several(nodes, flags)
}

fn automatic(nodes: &Nodes<'_>, node: usize, flags: Flags, shown_to_many: usize) -> (Loading, &'static str) {
    let edge = &nodes.nodes[node];
    if !edge.visible || flags.call != Call::Find {
        return (Loading::SemiJoin, "nothing of it is shown");
    }
    if edge.to_one() {
        return (Loading::Join, "a unique key proves one row");
    }
    if edge.cut.cuts() {
        return (Loading::SeparatePerParent, "a limit for each parent");
    }
    if edge.link.is_some_and(|link| link.single) {
        return (Loading::SeparatePerParent, "no unique key proves one row");
    }
    if !edge.owners.is_empty() {
        return (Loading::Separate, "a condition above decides which of its rows are kept");
    }
    if flags.lock.is_some() {
        return (Loading::Separate, "root rows are locked");
    }
    if edge.parent != Some(0) {
        return (Loading::Separate, "it is not an edge of the root, whose rows a join would repeat");
    }
    if edge.junction.is_some() {
        return (Loading::Separate, "its pairs would be a derived table, which is slow to join");
    }
    if shown_to_many > 1 {
        return (
            Loading::Separate,
            "other edges of several rows are shown, and joins would multiply or repeat their rows",
        );
    }
    if nodes.nodes[0].cut.cuts() {
        return (Loading::JoinLimited, "the only edge of several rows, joined to the page");
    }
    (Loading::Join, "the only edge of several rows")
}

/// Whether a loading that differs from the automatic one can give the same rows.
fn legal(nodes: &Nodes<'_>, node: usize, wanted: Loading, automatic: Loading) -> Result<()> {
    let edge = &nodes.nodes[node];
    let per_parent = automatic == Loading::SeparatePerParent;
    let root_is_cut = nodes.nodes[0].cut.cuts();
    let reason = match wanted {
        _ if automatic == Loading::SemiJoin => Some("nothing of it is shown"),
        Loading::SemiJoin => Some("its rows are asked for; say \"attributes\": [] to only filter by it"),
        Loading::Separate if per_parent => Some("it takes so many rows for each parent, which is separate_per_parent"),
        Loading::Separate => None,
        Loading::SeparatePerParent => Some("it has no limit for each parent"),
        Loading::Join | Loading::JoinLimited if per_parent => {
            Some("it takes so many rows for each parent, which a join cannot count")
        }
        Loading::Join | Loading::JoinLimited if !edge.owners.is_empty() && !edge.to_one() => {
            Some("a condition above decides which of its rows are kept")
        }
        Loading::Join if edge.to_one() => None,
        Loading::JoinLimited if edge.to_one() => Some("it has one row for each parent, which a plain join loads"),
        Loading::JoinLimited if !root_is_cut => Some("the root is not limited"),
        Loading::JoinLimited if edge.parent != Some(0) => Some("it is not an edge of the root"),
        Loading::Join if root_is_cut && edge.parent == Some(0) => {
            Some("the limit would count joined rows; join_limited counts the root's")
        }
        Loading::Join | Loading::JoinLimited => None,
    };
    match reason {
        None => Ok(()),
        Some(reason) => {
            let message = format!("it cannot be loaded by {}: {reason}", wanted.name());
            Err(Error::new(ErrorKind::Request, message)
                .at(nodes.path(node))
                .help(format!("leave the choice to relata, which takes {}", automatic.name())))
        }
    }
}

/// A statement joins one edge of several rows at most, right below the rows it starts from.
fn one_join_of_several(nodes: &Nodes<'_>, flags: Flags) -> Result<()> {
    let joins = |node: usize| {
        let edge = &nodes.nodes[node];
        edge.visible && !edge.to_one() && matches!(edge.loading, Loading::Join | Loading::JoinLimited)
    };
    for node in (1..nodes.nodes.len()).filter(|&node| joins(node)) {
        let edge = &nodes.nodes[node];
        let parent = edge.parent.unwrap_or_default();
        let starts =
            parent == 0 || matches!(nodes.nodes[parent].loading, Loading::Separate | Loading::SeparatePerParent);
        let alone = nodes.nodes[parent].children.iter().filter(|&&sibling| joins(sibling)).count() == 1;
        let reason = if !starts {
            "its parent is joined itself"
        } else if nodes.nodes[parent].loading == Loading::SeparatePerParent {
            "its parent takes so many rows for each of its own, and the join would be counted"
        } else if !alone {
            "another edge of several rows is joined, and they would multiply one another"
        } else if flags.lock.is_some() {
            "root rows are locked"
        } else if flags.distinct {
            "the rows are de-duplicated"
        } else {
            continue;
        };
        return Err(Error::new(ErrorKind::Request, format!("it cannot be joined: {reason}"))
            .at(nodes.path(node))
            .help("load it separately"));
    }
    Ok(())
}
