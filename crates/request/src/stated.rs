//! Values that stand in the bytes of a shape themselves: those of the condition of an index, which a database compares with
//! nothing that it learns later.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_schema::{Datum, Error, ErrorKind, Kind, Result};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{Bind, BindList, Cursor};

/// The first byte of a list; that of one value is its kind, or [`NULL`].
const MANY: u8 = 0xFE;
const NULL: u8 = 0xFF;

/// Appends values with their number.
pub(crate) fn write(out: &mut Vec<u8>, binds: &[Bind<'_>]) -> Result<()> {
    out.extend_from_slice(&(binds.len() as u32).to_le_bytes());
    for bind in binds {
        match bind {
            Bind::One(value) => one(out, value)?,
            Bind::Many(list) => {
                out.push(MANY);
                out.extend_from_slice(&(list.len() as u32).to_le_bytes());
                list.iter().try_for_each(|value| one(out, &value))?;
            }
            Bind::Query(_) => {
                let message = "the condition of an index compares with values, and with no query";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
    }
    Ok(())
}

fn one(out: &mut Vec<u8>, value: &Datum<'_>) -> Result<()> {
    if let Datum::Text(text) = value
        && text.contains('\0')
    {
        return Err(Error::new(ErrorKind::Request, "a value that stands in a statement has a NUL character"));
    }
    let text = |text: &dyn std::fmt::Display| Cow::Owned(text.to_string().into_bytes());
    let bytes: Cow<'_, [u8]> = match value {
        Datum::Null => {
            out.push(NULL);
            return Ok(());
        }
        Datum::Bool(flag) => Cow::Owned(vec![u8::from(*flag)]),
        Datum::Int(number) => Cow::Owned(number.to_le_bytes().to_vec()),
        Datum::UnsignedInt(number) => Cow::Owned(number.to_le_bytes().to_vec()),
        Datum::Real(number) => Cow::Owned(number.to_bits().to_le_bytes().to_vec()),
        Datum::Double(number) => Cow::Owned(number.to_bits().to_le_bytes().to_vec()),
        Datum::Decimal(number) => Cow::Owned(number.serialize().to_vec()),
        Datum::Text(text) => Cow::Borrowed(text.as_bytes()),
        Datum::Bytes(bytes) => Cow::Borrowed(bytes),
        Datum::Uuid(uuid) => Cow::Borrowed(uuid.as_bytes()),
        Datum::Instant(instant) => text(instant),
        Datum::Naive(naive) => text(naive),
        Datum::Day(day) => text(day),
        Datum::Time(time) => text(time),
        Datum::Json(_) => return Err(Error::new(ErrorKind::Unsupported, "JSON documents are not compared")),
        Datum::Array(_) | Datum::Range(_) => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the condition of an index compares with no array or range",
            ));
        }
    };
    out.push(value.kind().map_or(NULL, |kind| kind as u8));
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(&bytes);
    Ok(())
}

impl Cursor<'_> {
    /// The next values that stand in the bytes.
    ///
    /// # Errors
    ///
    /// An internal error for bytes that are none.
    pub fn stated(&mut self) -> Result<Vec<Bind<'static>>> {
        (0..self.u32()?).map(|_| self.stated_bind()).collect()
    }

    fn stated_bind(&mut self) -> Result<Bind<'static>> {
        if self.peek() != Some(MANY) {
            return self.stated_value().map(Bind::One);
        }
        self.byte()?;
        let values = (0..self.u32()?).map(|_| self.stated_value()).collect::<Result<_>>()?;
        Ok(Bind::Many(BindList::Data(values)))
    }

    fn stated_value(&mut self) -> Result<Datum<'static>> {
        let wrong = || Error::internal("a value that stands in a request cannot be read");
        if self.peek() == Some(NULL) {
            self.byte()?;
            return Ok(Datum::Null);
        }
        let kind = self.kind()?;
        let bytes = self.bytes()?;
        let text = || std::str::from_utf8(bytes).map_err(|_| wrong());
        let eight = || <[u8; 8]>::try_from(bytes).map_err(|_| wrong());
        Ok(match kind {
            Kind::Bool => Datum::Bool(bytes == [1]),
            Kind::SmallInt | Kind::Integer | Kind::BigInt => Datum::Int(i64::from_le_bytes(eight()?)),
            Kind::UnsignedBigInt => Datum::UnsignedInt(u64::from_le_bytes(eight()?)),
            Kind::Real => {
                Datum::Real(f32::from_bits(u32::from_le_bytes(<[u8; 4]>::try_from(bytes).map_err(|_| wrong())?)))
            }
            Kind::Double => Datum::Double(f64::from_bits(u64::from_le_bytes(eight()?))),
            Kind::Decimal => Datum::Decimal(Decimal::deserialize(bytes.try_into().map_err(|_| wrong())?)),
            Kind::Text => Datum::Text(text()?.to_owned().into()),
            Kind::Bytes => Datum::Bytes(bytes.to_vec().into()),
            Kind::Uuid => Datum::Uuid(Uuid::from_slice(bytes).map_err(|_| wrong())?),
            Kind::Instant => Datum::Instant(text()?.parse::<Timestamp>().map_err(|_| wrong())?),
            Kind::Naive => Datum::Naive(text()?.parse::<DateTime>().map_err(|_| wrong())?),
            Kind::Day => Datum::Day(text()?.parse::<Date>().map_err(|_| wrong())?),
            Kind::Time => Datum::Time(text()?.parse::<Time>().map_err(|_| wrong())?),
            // No value has another kind by itself.
            _ => return Err(wrong()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_back() {
        let values = [
            Datum::Null,
            Datum::Bool(true),
            Datum::Int(i64::MIN),
            Datum::UnsignedInt(u64::MAX),
            Datum::Real(-0.1),
            Datum::Double(-0.1),
            Datum::Decimal(Decimal::new(-12_345, 3)),
            Datum::Text("it's".into()),
            Datum::Bytes(vec![0, 255].into()),
            Datum::Uuid(Uuid::from_u128(7)),
            Datum::Instant("2024-02-29T12:00:00.000001Z".parse().unwrap()),
            Datum::Naive("2024-02-29T12:00:00.5".parse().unwrap()),
            Datum::Day("0001-01-01".parse().unwrap()),
            Datum::Time("23:59:59.999999".parse().unwrap()),
        ];
        let mut binds: Vec<Bind<'static>> = values.iter().cloned().map(Bind::One).collect();
        binds.push(Bind::Many(BindList::Data(values.to_vec().into())));
        let mut bytes = Vec::new();
        write(&mut bytes, &binds).unwrap();
        let mut at = Cursor::new(&bytes, 0);
        assert_eq!(at.stated().unwrap(), binds);
        assert!(at.is_done());
        assert!(write(&mut bytes, &[Bind::One(Datum::Json("{}".into()))]).is_err());
    }
}
