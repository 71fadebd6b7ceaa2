//! Reads the text form of a command.

use relata_schema::Result;

use crate::{
    Command, CommandKind, Conflict, Ir, List,
    parse::{Tokens, bad, expr, rel_id},
};

/// The line that says what is done.
pub(crate) fn command(ir: &mut Ir, word: &str, tokens: &mut Tokens) -> Result<()> {
    let mut command = Command { kind: CommandKind::Delete, sets: List::EMPTY, rows: 0, conflict: None };
    match word {
        "insert" => {
            command.kind = CommandKind::Insert;
            command.sets = places(ir, tokens)?;
            tokens.demand("rows")?;
            command.rows = tokens.number()?;
        }
        "update" => {
            command.kind = CommandKind::Update;
            command.sets = places(ir, tokens)?;
        }
        "truncate" => {
            let (cascade, restart) = (tokens.accept("cascade"), tokens.accept("restart"));
            command.kind = CommandKind::Truncate { cascade, restart };
        }
        _ => {}
    }
    ir.set_command(command);
    Ok(())
}

/// A line about what an insert does with a row that is there already.
pub(crate) fn clause(ir: &mut Ir, tokens: &mut Tokens) -> Result<()> {
    let Some(mut command) = ir.command() else { return Err(bad("a clause belongs to a select or a command")) };
    let word = tokens.next()?;
    match (word.as_str(), &mut command.conflict) {
        ("conflict", conflict @ None) => {
            let excluded = tokens.id('r')?;
            let excluded = rel_id(ir, excluded)?;
            let target = places(ir, tokens)?;
            tokens.demand("set")?;
            let sets = places(ir, tokens)?;
            *conflict = Some(Conflict { target, predicate: None, excluded, sets, filter: None });
        }
        ("target-where", Some(conflict)) => conflict.predicate = Some(expr(ir, tokens, 0)?),
        ("update-where", Some(conflict)) => conflict.filter = Some(expr(ir, tokens, 0)?),
        (other, _) => return Err(bad(format!("there is no clause {other:?} of a command here"))),
    }
    ir.set_command(command);
    Ok(())
}

fn places(ir: &mut Ir, tokens: &mut Tokens) -> Result<List<u16>> {
    tokens.demand("(")?;
    let mut places: Vec<u16> = Vec::new();
    while !tokens.accept(")") {
        places.push(tokens.number()?);
    }
    Ok(ir.make_key(&places))
}
