//! Reading over the conditions and expressions of a shape, without lowering them: what they name, and where they end.

use relata_request::{Cursor, ListForm, op};
use relata_schema::{Error, ErrorKind, Result};

use super::nodes::{Nodes, Part};
use crate::MAX_NODES;

impl<'a> Nodes<'a> {
    /// Reads over one condition or expression and collects the nodes that its paths name, all along the way; edges
    /// that no include loads get nodes. The flag says whether it names columns of the node itself.
    pub(super) fn names(&mut self, index: usize, cursor: &mut Cursor<'a>, depth: usize) -> Result<(Vec<usize>, bool)> {
        let (mut names, mut own) = (Vec::new(), false);
        self.scan(index, cursor, depth, &mut names, &mut own)?;
        names.sort_unstable();
        names.dedup();
        Ok((names, own))
    }

    #[inline]
    fn scan(
        &mut self,
        index: usize,
        cursor: &mut Cursor<'a>,
        depth: usize,
        names: &mut Vec<usize>,
        own: &mut bool,
    ) -> Result<()> {
        // What most operations are about, and what has nothing within.
        match cursor.peek() {
            Some(op::COLUMN) => {
                cursor.byte()?;
                cursor.u16()?;
                *own = true;
                Ok(())
            }
            Some(op::BIND) => {
                cursor.byte()?;
                cursor.byte()?;
                cursor.next_bind();
                Ok(())
            }
            _ => self.scan_operation(index, cursor, depth, names, own),
        }
    }

    fn scan_operation(
        &mut self,
        index: usize,
        cursor: &mut Cursor<'a>,
        depth: usize,
        names: &mut Vec<usize>,
        own: &mut bool,
    ) -> Result<()> {
        self.scanned += 1;
        if self.scanned > MAX_NODES {
            return Err(Error::new(ErrorKind::LimitExceeded, "the aliases of the request name one another too often")
                .at(self.path(index)));
        }
        if depth > 4 * relata_request::MAX_DEPTH {
            return Err(Error::new(ErrorKind::LimitExceeded, "a condition is nested too deep").at(self.path(index)));
        }
        let mut below = |nodes: &mut Self, cursor: &mut Cursor<'a>| nodes.scan(index, cursor, depth + 1, names, own);
        match cursor.byte()? {
            op::PATH => {
                let found = self.read_path(index, cursor)?;
                names.extend(found.0);
            }
            op::NULL | op::TRUE | op::FALSE | op::STAR => {}
            op::QUERY | op::EXISTS => {
                cursor.query()?;
                // It may ask for the row at hand.
                *own = true;
            }
            op::OUTER => {
                cursor.u64()?;
                cursor.u16()?;
            }
            op::ROW => {
                for _ in 0..cursor.byte()? {
                    below(self, cursor)?;
                }
            }
            op::IN_QUERY | op::NOT_IN_QUERY => {
                below(self, cursor)?;
                cursor.query()?;
            }
            op::QUANTIFIED => {
                cursor.byte()?;
                cursor.byte()?;
                below(self, cursor)?;
                cursor.query()?;
            }
            op::IN_ROWS | op::NOT_IN_ROWS => {
                cursor.byte()?;
                let [op::ROW, width, ..] = cursor.rest() else { return Err(Error::internal("no row is compared")) };
                let width = *width;
                below(self, cursor)?;
                for _ in 0..width {
                    cursor.next_bind();
                }
            }
            op::ALIAS => {
                let alias = cursor.name()?;
                let part = self.alias(index, alias)?;
                // The alias names what its expression names; its binds are counted where it is selected.
                below(self, &mut part.cursor())?;
            }
            op::FUNCTION => {
                cursor.byte()?;
                for _ in 0..cursor.byte()? {
                    below(self, cursor)?;
                }
            }
            op::AGGREGATE => {
                cursor.byte()?;
                cursor.byte()?;
                below(self, cursor)?;
            }
            op::CAST => {
                cursor.kind()?;
                cursor.byte()?;
                cursor.byte()?;
                below(self, cursor)?;
            }
            op::AND | op::OR => {
                for _ in 0..cursor.u16()? {
                    below(self, cursor)?;
                }
            }
            op::NOT | op::IS_NULL | op::NOT_NULL => below(self, cursor)?,
            op::IS_BOOL => {
                cursor.byte()?;
                below(self, cursor)?;
            }
            op::COMPARE | op::LIKE => {
                cursor.byte()?;
                below(self, cursor)?;
                below(self, cursor)?;
            }
            op::IN | op::NOT_IN => {
                let _: ListForm = cursor.list_form()?;
                below(self, cursor)?;
                cursor.next_bind();
            }
            op::BETWEEN | op::NOT_BETWEEN => {
                for _ in 0..3 {
                    below(self, cursor)?;
                }
            }
            other => return Err(Error::internal(format!("there is no operation {other:#x} in a shape"))),
        }
        Ok(())
    }
}

/// Whether an expression of a shape has an aggregate.
pub(crate) fn has_aggregate(part: Part<'_>) -> bool {
    // What cannot be read is refused where it is lowered.
    skip(&mut part.cursor()).unwrap_or(false)
}

/// Reads over an expression without looking at what it names; says whether an aggregate was in it.
pub(super) fn skip(cursor: &mut Cursor<'_>) -> Result<bool> {
    let mut aggregate = false;
    match cursor.byte()? {
        op::COLUMN => {
            cursor.u16()?;
        }
        op::PATH => {
            for _ in 0..cursor.byte()? {
                if cursor.byte()? == op::STEP_ALIAS {
                    cursor.name()?;
                } else {
                    cursor.u16()?;
                }
            }
            cursor.u16()?;
        }
        op::BIND => {
            cursor.byte()?;
            cursor.next_bind();
        }
        op::ALIAS => {
            cursor.name()?;
        }
        op::QUERY => {
            cursor.query()?;
        }
        op::OUTER => {
            cursor.u64()?;
            cursor.u16()?;
        }
        op::FUNCTION => {
            cursor.byte()?;
            for _ in 0..cursor.byte()? {
                aggregate |= skip(cursor)?;
            }
        }
        op::AGGREGATE => {
            cursor.u16()?;
            skip(cursor)?;
            aggregate = true;
        }
        op::CAST => {
            cursor.u16()?;
            cursor.byte()?;
            aggregate = skip(cursor)?;
        }
        _ => {}
    }
    Ok(aggregate)
}
