//! Writes the bytes of a shape. The only place that does.

use relata_schema::{Datum, Error, ErrorKind, IndexHint, Kind, ModelRef, ModelView, Result};

use crate::{Bind, BindList, Request, op, stated, write::OnConflict};

/// Writes one section of a shape and the binds that belong to it.
pub struct Encoder<'e, 'q> {
    out: &'e mut Vec<u8>,
    binds: &'e mut Vec<Bind<'q>>,
    /// Where what is being written begins, and whether the section has nothing before it.
    start: usize,
    begins: bool,
    /// The model whose attributes and associations the bytes refer to.
    pub model: ModelView<'e>,
}

/// The place of a group whose members are still being written.
#[derive(Debug)]
pub struct Mark {
    start: usize,
    members: u16,
}

/// Where the left side of a test begins.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    start: usize,
    binds: usize,
}

/// How a list is passed to the database. A class of the shape: it depends on the length, in steps, and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// One placeholder an element, padded with the last to this many.
    Expanded(u8),
    /// One placeholder for all.
    Array,
}

impl ListForm {
    /// Up to this many elements are written one by one; beyond, every live database has a form with a single bind.
    pub const EXPANDED_AT_MOST: usize = 32;

    /// The form for a list of that length: powers of two, so that lists which vary in length make few shapes.
    pub fn for_len(len: usize) -> ListForm {
        if len <= Self::EXPANDED_AT_MOST { ListForm::Expanded(len.next_power_of_two() as u8) } else { ListForm::Array }
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            ListForm::Expanded(size) => size,
            ListForm::Array => u8::MAX,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> ListForm {
        if byte == u8::MAX { ListForm::Array } else { ListForm::Expanded(byte) }
    }
}

impl<'e, 'q> Encoder<'e, 'q> {
    /// An encoder of a section, at the end of some bytes. `begins` says that the section has nothing so far.
    #[inline]
    pub(crate) fn new(out: &'e mut Vec<u8>, binds: &'e mut Vec<Bind<'q>>, model: ModelView<'e>, begins: bool) -> Self {
        let start = out.len();
        Encoder { out, binds, start, begins, model }
    }

    /// Whether the section is empty.
    fn is_empty(&self) -> bool {
        self.begins && self.out.len() == self.start
    }

    /// The same place, seen from another model.
    pub fn of_model<'s>(&'s mut self, model: ModelView<'s>) -> Encoder<'s, 'q> {
        Encoder { out: self.out, binds: self.binds, start: self.start, begins: self.begins, model }
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    #[inline]
    fn bind(&mut self, bind: Bind<'q>) {
        self.binds.push(bind);
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    #[inline]
    pub(crate) fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.out.extend_from_slice(bytes);
    }

    pub(crate) fn name(&mut self, name: &str) -> Result<()> {
        let len = u8::try_from(name.len())
            .map_err(|_| Error::new(ErrorKind::LimitExceeded, format!("the name {name:?} is over 255 bytes")))?;
        let is_plain = name.bytes().all(|byte| (0x20..0x7F).contains(&byte));
        if !is_plain && name.chars().any(char::is_control) {
            return Err(Error::new(ErrorKind::Request, format!("the name {name:?} has a control character")));
        }
        self.byte(len);
        self.out.extend_from_slice(name.as_bytes());
        Ok(())
    }

    pub(crate) fn append_binds(&mut self, binds: &mut Vec<Bind<'q>>) {
        self.binds.append(binds);
    }

    /// What was encoded before, with its values.
    pub(crate) fn raw(&mut self, bytes: &[u8], binds: impl Iterator<Item = Bind<'q>>) {
        self.out.extend_from_slice(bytes);
        self.binds.extend(binds);
    }

    /// An attribute of the model at hand.
    #[inline]
    pub fn column(&mut self, attribute: u16) {
        let [low, high] = attribute.to_le_bytes();
        self.out.extend_from_slice(&[op::COLUMN, low, high]);
    }

    /// The head of a path of that many steps; the steps and the attribute follow.
    #[inline]
    pub fn path(&mut self, steps: u8) {
        self.byte(op::PATH);
        self.byte(steps);
    }

    /// A step along an association of the model reached so far.
    #[inline]
    pub fn step(&mut self, association: u16) {
        self.byte(op::STEP_ASSOCIATION);
        self.u16(association);
    }

    /// A step to an include by the alias that the request gives it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] when the alias is too long.
    pub fn step_alias(&mut self, alias: &str) -> Result<()> {
        self.byte(op::STEP_ALIAS);
        self.name(alias)
    }

    /// The attribute at the end of a path.
    #[inline]
    pub fn path_attribute(&mut self, attribute: u16) {
        self.u16(attribute);
    }

    /// A value. Its class is the kind of what it meets.
    #[inline]
    pub fn value(&mut self, value: Datum<'q>) {
        self.out.extend_from_slice(&[op::BIND, op::OF_WHAT_IT_MEETS]);
        self.bind(Bind::One(value));
    }

    /// A value that is made where it stays: room is made before it is.
    #[inline]
    pub(crate) fn value_with(&mut self, make: impl FnOnce() -> Datum<'q>) {
        self.out.extend_from_slice(&[op::BIND, op::OF_WHAT_IT_MEETS]);
        self.binds.extend(std::iter::once_with(|| Bind::One(make())));
    }

    /// A value that meets nothing with a kind of its own, such as the argument of a function.
    #[inline]
    pub fn value_of(&mut self, kind: Kind, value: Datum<'q>) {
        self.out.extend_from_slice(&[op::BIND, kind as u8]);
        self.bind(Bind::One(value));
    }

    /// Writes an operand that, if it is a bare value, has that kind and not that of what it meets.
    ///
    /// # Errors
    ///
    /// Those of the operand.
    pub(crate) fn as_kind(&mut self, kind: Kind, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let start = self.out.len();
        write(self)?;
        if let Some([op::BIND, class]) = self.out.get_mut(start..)
            && *class == op::OF_WHAT_IT_MEETS
        {
            *class = kind as u8;
        }
        Ok(())
    }

    /// The model of a query within the request: its handle is a bind, and its number is part of the shape.
    pub(crate) fn handle(&mut self, model: ModelRef) {
        self.out.extend_from_slice(&model.view().id.to_le_bytes());
        self.binds.push(Bind::Query(model));
    }

    #[inline]
    pub(crate) fn plain(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// The one value of a query: of its first row, where it has several.
    ///
    /// # Errors
    ///
    /// What is wrong with the query.
    pub fn query(&mut self, query: &Request<'q>) -> Result<()> {
        self.byte(op::QUERY);
        query.write_query(self)
    }

    /// Whether a query has a row.
    ///
    /// # Errors
    ///
    /// What is wrong with the query.
    pub fn exists(&mut self, query: &Request<'q>) -> Result<()> {
        self.byte(op::EXISTS);
        query.write_query(self)
    }

    /// The right side of `in` and `not_in`, a query: the head is put before the left side.
    ///
    /// # Errors
    ///
    /// What is wrong with the query.
    pub fn in_query(&mut self, place: Place, negated: bool, query: &Request<'q>) -> Result<()> {
        self.head(place, &[if negated { op::NOT_IN_QUERY } else { op::IN_QUERY }]);
        query.write_query(self)
    }

    /// The right side of a comparison with any, or with all, of the values of a query: the head is put before the left side.
    ///
    /// # Errors
    ///
    /// What is wrong with the query.
    pub fn quantified(&mut self, place: Place, comparison: u8, all: bool, query: &Request<'q>) -> Result<()> {
        self.head(place, &[op::QUANTIFIED, comparison, u8::from(all)]);
        query.write_query(self)
    }

    /// An attribute of a row outside of the query at hand: of the nearest one of that model.
    pub fn outer(&mut self, model: u64, attribute: u16) {
        self.byte(op::OUTER);
        self.out.extend_from_slice(&model.to_le_bytes());
        self.u16(attribute);
    }

    /// The head of a row of so many expressions, which are compared at once; they follow.
    pub fn row(&mut self, width: u8) {
        self.out.extend_from_slice(&[op::ROW, width]);
    }

    /// The head of a test whether a row is one of some others: the row follows, and then the values of each of its members
    /// as a list.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] for more rows than are written one by one.
    pub fn in_rows(&mut self, negated: bool, rows: usize) -> Result<()> {
        let rows = u8::try_from(rows.next_power_of_two()).map_err(|_| {
            Error::new(ErrorKind::LimitExceeded, "a row is compared with at most 128 others")
                .help("ask for fewer at a time, or join the table that they are in")
        })?;
        self.out.extend_from_slice(&[if negated { op::NOT_IN_ROWS } else { op::IN_ROWS }, rows]);
        Ok(())
    }

    /// The values of one of the members of the row of [`in_rows`](Self::in_rows).
    pub fn column_of_rows(&mut self, values: BindList<'q>) {
        self.binds.push(Bind::Many(values));
    }

    /// NULL as an expression.
    pub fn null(&mut self) {
        self.byte(op::NULL);
    }

    /// The head of a function call; its arguments follow.
    pub fn function(&mut self, function: u8, arguments: u8) {
        self.byte(op::FUNCTION);
        self.byte(function);
        self.byte(arguments);
    }

    /// The head of an aggregate; its argument, or [`star`](Self::star), follows.
    #[inline]
    pub fn aggregate(&mut self, function: u8, distinct: bool) {
        self.byte(op::AGGREGATE);
        self.byte(function);
        self.byte(u8::from(distinct));
    }

    /// All rows, as the argument of a count.
    #[inline]
    pub fn star(&mut self) {
        self.byte(op::STAR);
    }

    /// The head of a conversion; what is converted follows.
    pub fn cast(&mut self, kind: Kind, precision: u8, scale: u8) {
        self.byte(op::CAST);
        self.out.extend_from_slice(&[kind as u8, precision, scale]);
    }

    /// An alias that the attributes of the request give.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] when the alias is too long.
    pub fn alias(&mut self, alias: &str) -> Result<()> {
        self.byte(op::ALIAS);
        self.name(alias)
    }

    /// An include of an association without any option.
    #[inline]
    pub(crate) fn plain_include(&mut self, association: u16) {
        let [low, high] = association.to_le_bytes();
        self.out.extend_from_slice(&[low, high, 0, 0, 0, 0]);
    }

    /// Begins a group of conditions; see [`member`](Self::member) and [`close`](Self::close).
    #[inline]
    pub fn open(&mut self, any: bool) -> Mark {
        let start = self.out.len();
        self.byte(if any { op::OR } else { op::AND });
        self.u16(0);
        Mark { start, members: 0 }
    }

    /// Says that one more member of the group has been written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] for more than 65,535 of them.
    #[inline]
    pub fn member(&mut self, mark: &mut Mark) -> Result<()> {
        mark.members = mark
            .members
            .checked_add(1)
            .ok_or_else(|| Error::new(ErrorKind::LimitExceeded, "a group has at most 65,535 conditions"))?;
        Ok(())
    }

    /// Ends a group. An empty one becomes its constant and a group of one becomes that one, so that every surface
    /// writes the same bytes for the same meaning.
    #[inline]
    pub fn close(&mut self, mark: Mark) {
        match mark.members {
            0 => {
                let any = self.out[mark.start] == op::OR;
                self.out.truncate(mark.start);
                self.byte(if any { op::FALSE } else { op::TRUE });
            }
            1 => drop(self.out.drain(mark.start..mark.start + 3)),
            members => self.out[mark.start + 1..mark.start + 3].copy_from_slice(&members.to_le_bytes()),
        }
    }

    /// The head of a negation; the condition follows.
    pub fn not(&mut self) {
        self.byte(op::NOT);
    }

    /// A condition that always holds, or never.
    pub fn constant(&mut self, holds: bool) {
        self.byte(if holds { op::TRUE } else { op::FALSE });
    }

    /// Makes conditions in a row that are none at all one that always holds.
    #[inline]
    pub fn at_least_true(&mut self) {
        if self.is_empty() {
            self.constant(true);
        }
    }

    /// Begins a test whose operator is known only when its right side is: the left side follows.
    #[inline]
    pub fn test(&mut self) -> Place {
        Place { start: self.out.len(), binds: self.binds.len() }
    }

    /// Puts the head of a test before its left side.
    #[inline]
    pub fn head(&mut self, place: Place, head: &[u8]) {
        self.out.extend_from_slice(head);
        self.out[place.start..].rotate_right(head.len());
    }

    /// The head of a comparison; both sides follow.
    #[inline]
    pub fn compare(&mut self, comparison: u8) {
        self.out.extend_from_slice(&[op::COMPARE, comparison]);
    }

    /// The right side of `in` and `not_in`: the head is put before the left side.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] for a NULL in the list, whose meaning in SQL nobody intends.
    pub fn list(&mut self, place: Place, negated: bool, list: BindList<'q>) -> Result<()> {
        check_list(negated, &list)?;
        if list.is_empty() {
            // No row is in an empty list and every row is outside of it, NULL or not.
            self.out.truncate(place.start);
            self.binds.truncate(place.binds);
            self.constant(negated);
            return Ok(());
        }
        let form = ListForm::for_len(list.len());
        self.head(place, &[if negated { op::NOT_IN } else { op::IN }, form.byte()]);
        self.binds.push(Bind::Many(list));
        Ok(())
    }

    /// The same, where the left side is written by a function.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list), and those of the left side.
    #[inline]
    pub(crate) fn list_of(
        &mut self,
        negated: bool,
        list: BindList<'q>,
        left: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        check_list(negated, &list)?;
        if list.is_empty() {
            self.constant(negated);
            return Ok(());
        }
        self.plain(&[if negated { op::NOT_IN } else { op::IN }, ListForm::for_len(list.len()).byte()]);
        left(self)?;
        self.bind(Bind::Many(list));
        Ok(())
    }

    /// One item of the selection: an attribute under its own name.
    #[inline]
    pub fn select_attribute(&mut self, attribute: u16) {
        self.byte(0);
        self.u16(attribute);
    }

    /// One item of the selection under an alias; the expression follows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] when the alias is too long.
    pub fn select_alias(&mut self, alias: &str) -> Result<()> {
        if alias.is_empty() {
            return Err(Error::new(ErrorKind::Request, "an alias is empty"));
        }
        self.byte(1);
        self.name(alias)
    }

    /// Says that the selection is exactly the items that follow, which may be none.
    pub fn explicit_selection(&mut self) {
        if self.is_empty() {
            self.byte(1);
        }
    }

    /// The direction of the item of order whose expression has just been written.
    #[inline]
    pub fn direction(&mut self, descending: bool, nulls: Option<bool>) {
        let nulls = nulls.map_or(0, |first| 1 + u8::from(first));
        self.byte(u8::from(descending) | nulls << 1);
    }

    /// Limit and offset. A limit of zero is a class of its own; every other is a bind.
    pub(crate) fn page(&mut self, page: (Option<u64>, Option<u64>)) -> Result<()> {
        Self::check_page(page)?;
        if page == (None, None) {
            return Ok(());
        }
        self.byte(Self::page_class(page));
        let counts = [page.0.filter(|&limit| limit > 0), page.1];
        self.binds.extend(counts.into_iter().flatten().map(Bind::count));
        Ok(())
    }

    pub(crate) fn page_class((limit, offset): (Option<u64>, Option<u64>)) -> u8 {
        limit.map_or(0, |limit| 1 + u8::from(limit == 0)) | u8::from(offset.is_some()) << 2
    }

    pub(crate) fn check_page((limit, offset): (Option<u64>, Option<u64>)) -> Result<()> {
        if [limit, offset].into_iter().flatten().all(|count| i64::try_from(count).is_ok()) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::LimitExceeded, "limit and offset are below 2^63"))
    }

    /// Something that is said of an index.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] when its name is too long, [`ErrorKind::Request`] when there is none.
    pub fn hint(&mut self, kind: IndexHint, index: &str) -> Result<()> {
        if index.is_empty() {
            return Err(Error::new(ErrorKind::Request, "an index has a name"));
        }
        self.byte(kind as u8);
        self.name(index)
    }

    /// Begins the rows of an insert: so many of these attributes each. The values follow with [`cell`](Self::cell), row
    /// by row.
    pub fn insert(&mut self, attributes: &[u16], rows: u32) {
        self.out.extend_from_slice(&rows.to_le_bytes());
        self.u16(attributes.len() as u16);
        attributes.iter().for_each(|&attribute| self.u16(attribute));
    }

    /// One value of an insert.
    #[inline]
    pub fn cell(&mut self, value: Datum<'q>) {
        self.bind(Bind::One(value));
    }

    /// The same, made where it stays.
    #[inline]
    pub(crate) fn cell_with(&mut self, make: impl FnOnce() -> Datum<'q>) {
        self.binds.extend(std::iter::once_with(|| Bind::One(make())));
    }

    /// Assigns to an attribute; the expression follows.
    #[inline]
    pub fn assign(&mut self, attribute: u16) {
        self.u16(attribute);
    }

    /// What becomes of a row that is there already: the attributes of `update` take what was to be inserted, and those of
    /// `count` are one more than they were. With neither, the row is left alone.
    ///
    /// # Errors
    ///
    /// A value in the condition of an index that no statement can state.
    pub(crate) fn conflict(&mut self, conflict: &OnConflict, update: &[u16], count: &[u16]) -> Result<()> {
        for list in [&conflict.target, update, count] {
            self.u16(list.len() as u16);
            list.iter().for_each(|&attribute| self.u16(attribute));
        }
        self.bytes(conflict.predicate.bytes());
        stated::write(self.out, conflict.predicate.binds())?;
        self.bytes(conflict.filter.bytes());
        self.binds.extend(conflict.filter.binds().iter().cloned());
        Ok(())
    }
}

fn check_list(negated: bool, list: &BindList<'_>) -> Result<()> {
    if let BindList::Data(values) = list
        && values.iter().any(Datum::is_null)
    {
        return Err(Error::new(ErrorKind::Request, "a list contains NULL, which equals nothing").help(if negated {
            "leave it out: a row whose value is NULL is not kept anyway"
        } else {
            "test for NULL beside the list, as another member of an \"or\""
        }));
    }
    Ok(())
}
