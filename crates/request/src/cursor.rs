//! Reads the bytes of a shape, for the planner.

use relata_schema::{Error, Kind, Result};

use crate::{Flags, ListForm, op};

/// A place in the bytes of a section, and in the binds.
#[derive(Debug, Clone)]
pub struct Cursor<'b> {
    rest: &'b [u8],
    /// The number of the next bind.
    pub bind: u32,
}

impl<'b> Cursor<'b> {
    /// A cursor at the start of some bytes whose first bind has that number.
    #[inline]
    pub fn new(bytes: &'b [u8], bind: u32) -> Self {
        Cursor { rest: bytes, bind }
    }

    /// Whether everything has been read.
    #[inline]
    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The bytes that are left.
    pub fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The next byte, without reading it.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next byte.
    ///
    /// # Errors
    ///
    /// An internal error at the end: only our encoders write these bytes. So for all that follow.
    #[inline]
    pub fn byte(&mut self) -> Result<u8> {
        let (&first, rest) = self.rest.split_first().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(first)
    }

    /// The next 16-bit number.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    #[inline]
    pub fn u16(&mut self) -> Result<u16> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(u16::from_le_bytes(*head))
    }

    /// The next 32-bit number.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    pub fn u32(&mut self) -> Result<u32> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*head))
    }

    /// The next list of attributes.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    pub fn attributes(&mut self) -> Result<Vec<u16>> {
        (0..self.u16()?).map(|_| self.u16()).collect()
    }

    /// The next name.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    pub fn name(&mut self) -> Result<&'b str> {
        let len = usize::from(self.byte()?);
        let (name, rest) = self.rest.split_at_checked(len).ok_or_else(truncated)?;
        self.rest = rest;
        std::str::from_utf8(name).map_err(|_| truncated())
    }

    /// The next run of bytes with its length.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    pub fn bytes(&mut self) -> Result<&'b [u8]> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        let len = u32::from_le_bytes(*head) as usize;
        let (bytes, rest) = rest.split_at_checked(len).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// The next sections of an include or a query: the bytes of each, and the number of its first bind.
    ///
    /// # Errors
    ///
    /// An internal error at the end, and for more binds than there are numbers.
    pub fn sections<const N: usize>(&mut self) -> Result<[(&'b [u8], u32); N]> {
        let mask = self.u16()?;
        if u32::from(mask) >> N != 0 {
            return Err(truncated());
        }
        let mut sections = [(&[][..], 0); N];
        for (i, section) in sections.iter_mut().enumerate() {
            if mask >> i & 1 == 0 {
                *section = (&[], self.bind);
                continue;
            }
            let (length, binds) = (self.u32()? as usize, self.u32()?);
            let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(truncated)?;
            self.rest = rest;
            *section = (bytes, self.bind);
            // The number is part of the bytes, and not what is there.
            self.bind = self.bind.checked_add(binds).filter(|next| *next < 1 << 31).ok_or_else(truncated)?;
        }
        Ok(sections)
    }

    /// The next kind.
    ///
    /// # Errors
    ///
    /// An internal error for a byte that is none.
    pub fn kind(&mut self) -> Result<Kind> {
        Kind::from_byte(self.byte()?).ok_or_else(truncated)
    }

    /// The next form of a list.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    pub fn list_form(&mut self) -> Result<ListForm> {
        self.byte().map(ListForm::from_byte)
    }

    /// The next 64-bit number.
    ///
    /// # Errors
    ///
    /// An internal error at the end.
    pub fn u64(&mut self) -> Result<u64> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*head))
    }

    /// The next query within the request.
    ///
    /// # Errors
    ///
    /// An internal error at the end, and for what no query can be.
    pub fn query(&mut self) -> Result<Query<'b>> {
        let model = self.u64()?;
        let handle = self.next_bind();
        let (flags, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        let flags = Flags::of_query(*flags).ok_or_else(truncated)?;
        let sections = self.sections()?;
        Ok(Query { model, handle, flags, sections })
    }

    /// Reads over one expression, whatever is in it.
    ///
    /// # Errors
    ///
    /// An internal error for bytes that are none.
    pub fn skip_expression(&mut self) -> Result<()> {
        let mut open = 1usize;
        while open > 0 {
            open -= 1;
            match self.byte()? {
                op::COLUMN => drop(self.u16()?),
                op::BIND => {
                    self.byte()?;
                    self.next_bind();
                }
                op::NULL | op::TRUE | op::FALSE | op::STAR => {}
                op::QUERY => {
                    self.query()?;
                }
                op::ROW => open += usize::from(self.byte()?),
                op::OUTER => {
                    self.u64()?;
                    self.u16()?;
                }
                op::ALIAS => drop(self.name()?),
                op::FUNCTION => {
                    self.byte()?;
                    open += usize::from(self.byte()?);
                }
                op::AGGREGATE => {
                    self.u16()?;
                    open += 1;
                }
                op::CAST => {
                    self.u16()?;
                    self.byte()?;
                    open += 1;
                }
                op::PATH => {
                    for _ in 0..self.byte()? {
                        match self.byte()? {
                            op::STEP_ASSOCIATION => drop(self.u16()?),
                            _ => drop(self.name()?),
                        }
                    }
                    self.u16()?;
                }
                _ => return Err(truncated()),
            }
        }
        Ok(())
    }

    /// Takes the number of the next bind.
    #[inline]
    pub fn next_bind(&mut self) -> u32 {
        self.bind += 1;
        self.bind - 1
    }
}

/// A query within a request.
#[derive(Debug, Clone)]
pub struct Query<'b> {
    /// The number of its model.
    pub model: u64,
    /// The number of the bind that is the handle to its model.
    pub handle: u32,
    /// Its options that are no list.
    pub flags: Flags,
    /// The bytes and the first bind of what is included, the condition, the group, the condition on groups, the order, the
    /// page, and what is selected.
    pub sections: [(&'b [u8], u32); 7],
}

fn truncated() -> Error {
    Error::internal("the bytes of a request end too early or are not of its form")
}
