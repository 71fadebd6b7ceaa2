//! Shapes, from GeoJSON to the binary forms of servers and back.
//!
//! A reference system that is not the one of a plane stands in the document as `"crs"`, as GeoJSON wrote it before RFC 7946:
//! else its number would be lost.

use relata_schema::{Error, ErrorKind, Result};

/// A shape as MySQL and MariaDB keep it: the number of its reference system, and well-known binary.
/// <https://dev.mysql.com/doc/refman/9.7/en/gis-data-formats.html>
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`] for what is no shape of two dimensions.
pub fn to_mysql(json: &str) -> Result<Vec<u8>> {
    codec::write(json, codec::Form::MySql)
}

/// The GeoJSON of such a shape.
///
/// # Errors
///
/// [`ErrorKind::Decode`] for bytes that are none.
pub fn from_mysql(bytes: &[u8]) -> Result<String> {
    codec::read(bytes, codec::Form::MySql)
}

/// A shape as PostGIS takes it: extended well-known binary.
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`] for what is no shape of two or three dimensions.
pub fn to_ewkb(json: &str) -> Result<Vec<u8>> {
    codec::write(json, codec::Form::Ewkb)
}

/// The GeoJSON of such a shape.
///
/// # Errors
///
/// [`ErrorKind::Decode`] for bytes that are none.
pub fn from_ewkb(bytes: &[u8]) -> Result<String> {
    codec::read(bytes, codec::Form::Ewkb)
}

#[cfg(feature = "geometry")]
mod codec {
    use geozero::{
        CoordDimensions, GeozeroGeometry, ToWkb,
        geojson::{GeoJson, GeoJsonWriter},
        wkb,
    };
    use serde_json::{Value as Json, json};

    use super::{Error, ErrorKind, Result};

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum Form {
        MySql,
        Ewkb,
    }

    pub(super) fn write(text: &str, form: Form) -> Result<Vec<u8>> {
        let wrong = |why: &str| Error::new(ErrorKind::TypeMismatch, format!("it is no shape in GeoJSON: {why}"));
        let shape: Json = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let dimensions = dimensions(&shape).ok_or_else(|| wrong("its coordinates are not all of one number"))?;
        if !(2..=3).contains(&dimensions) || (dimensions == 3 && form == Form::MySql) {
            return Err(wrong(&format!("its coordinates have {dimensions} dimensions")));
        }
        let srid = srid_of(&shape).map_err(wrong)?;
        let shape = GeoJson(text);
        let written = match form {
            Form::MySql => shape.to_mysql_wkb(Some(srid.unwrap_or(0))),
            Form::Ewkb if dimensions == 3 => shape.to_ewkb(CoordDimensions::xyz(), srid),
            Form::Ewkb => shape.to_ewkb(CoordDimensions::xy(), srid),
        };
        written.map_err(|error| wrong(&error.to_string()))
    }

    pub(super) fn read(bytes: &[u8], form: Form) -> Result<String> {
        let wrong = |why: &str| Error::new(ErrorKind::Decode, format!("the column holds no shape: {why}"));
        let (shape, srid) = match form {
            Form::MySql => {
                let srid = bytes.first_chunk().map(|four| u32::from_le_bytes(*four));
                (json_of(&wkb::MySQLWkb(bytes), CoordDimensions::xy()), srid)
            }
            Form::Ewkb => {
                let flags = ewkb_flags(bytes).map_or(0, |(flags, _)| flags);
                let dimensions = if flags & HAS_Z == 0 { CoordDimensions::xy() } else { CoordDimensions::xyz() };
                (json_of(&wkb::Ewkb(bytes), dimensions), ewkb_flags(bytes).and_then(|(_, srid)| srid))
            }
        };
        let mut shape = shape.map_err(|error| wrong(&error))?;
        if let (Some(srid @ 1..), Json::Object(members)) = (srid, &mut shape) {
            members
                .insert("crs".to_owned(), json!({ "type": "name", "properties": { "name": format!("EPSG:{srid}") } }));
        }
        Ok(shape.to_string())
    }

    fn json_of(shape: &impl GeozeroGeometry, dimensions: CoordDimensions) -> Result<Json, String> {
        let mut text = Vec::new();
        let mut writer = GeoJsonWriter::with_dims(&mut text, dimensions);
        shape.process_geom(&mut writer).map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map_err(|error| error.to_string())
    }

    const HAS_Z: u32 = 0x8000_0000;
    const HAS_SRID: u32 = 0x2000_0000;

    /// The kind of shape with its bits, and the number of the reference system, which stands behind it where a bit says so.
    /// <https://libgeos.org/specifications/wkb/#extended-wkb>
    fn ewkb_flags(bytes: &[u8]) -> Option<(u32, Option<u32>)> {
        let (order, rest) = bytes.split_first()?;
        let number = |four: &[u8; 4]| if *order == 1 { u32::from_le_bytes(*four) } else { u32::from_be_bytes(*four) };
        let (kind, rest) = rest.split_first_chunk()?;
        let flags = number(kind);
        let srid = if flags & HAS_SRID == 0 { None } else { Some(number(rest.first_chunk()?)) };
        Some((flags, srid))
    }

    fn srid_of(shape: &Json) -> Result<Option<i32>, &'static str> {
        let Some(crs) = shape.get("crs").filter(|crs| !crs.is_null()) else { return Ok(None) };
        let name = crs.pointer("/properties/name").and_then(Json::as_str);
        let number = name.and_then(|name| name.rsplit(':').next()?.parse().ok());
        number.map(Some).ok_or("its \"crs\" has no name such as EPSG:4326")
    }

    /// How many numbers each of its coordinates has; nothing where they differ, or where there is something else.
    fn dimensions(shape: &Json) -> Option<usize> {
        let mut open = vec![shape];
        let mut found = None;
        while let Some(part) = open.pop() {
            match part {
                Json::Object(members) => {
                    let inner = members.get("coordinates").or_else(|| members.get("geometries"))?;
                    open.extend(inner.as_array()?);
                    if let Some(count) = position(inner) {
                        open.truncate(open.len() - count);
                        found = Some(*found.get_or_insert(count)).filter(|known| *known == count);
                        found?;
                    }
                }
                Json::Array(elements) => match position(part) {
                    Some(count) => {
                        found = Some(*found.get_or_insert(count)).filter(|known| *known == count);
                        found?;
                    }
                    None => open.extend(elements),
                },
                _ => return None,
            }
        }
        // An empty shape has two.
        Some(found.unwrap_or(2))
    }

    /// How many numbers there are, where all are numbers.
    fn position(part: &Json) -> Option<usize> {
        let elements = part.as_array()?;
        (!elements.is_empty() && elements.iter().all(Json::is_number)).then_some(elements.len())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_shape_comes_back_as_it_was() {
            for text in [
                r#"{"type":"Point","coordinates":[1.5,-2]}"#,
                r#"{"type":"LineString","coordinates":[[0,0],[1,1.25]]}"#,
                r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}"#,
                r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#,
                r#"{"type":"MultiLineString","coordinates":[[[0,0],[1,1]],[[2,2],[3,3]]]}"#,
                r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,0]]]]}"#,
                r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#,
                r#"{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:4326"}}}"#,
            ] {
                let shape: Json = serde_json::from_str(text).unwrap();
                for form in [Form::MySql, Form::Ewkb] {
                    let again: Json = serde_json::from_str(&read(&write(text, form).unwrap(), form).unwrap()).unwrap();
                    let numbers = |json: &Json| json.to_string().replace(".0", "");
                    assert_eq!(numbers(&again), numbers(&shape));
                }
            }
            let high = r#"{"type":"Point","coordinates":[1,2,3]}"#;
            assert!(read(&write(high, Form::Ewkb).unwrap(), Form::Ewkb).unwrap().contains('3'));
            assert!(write(high, Form::MySql).is_err());
        }

        #[test]
        fn what_is_no_shape_is_refused() {
            for text in [
                "",
                "1",
                "{}",
                r#"{"type":"Point"}"#,
                r#"{"type":"Point","coordinates":"1,2"}"#,
                r#"{"type":"Point","coordinates":[1]}"#,
                r#"{"type":"Circle","coordinates":[1,2]}"#,
                r#"{"type":"LineString","coordinates":[[1,2],[1,2,3]]}"#,
                r#"{"type":"Point","coordinates":[1,2],"crs":"x"}"#,
            ] {
                for form in [Form::MySql, Form::Ewkb] {
                    assert_eq!(write(text, form).unwrap_err().kind(), ErrorKind::TypeMismatch, "{text}");
                }
            }
            for bytes in [&b""[..], b"abc", &[0; 12], &[0xFF; 40]] {
                assert!(read(bytes, Form::MySql).is_err() && read(bytes, Form::Ewkb).is_err(), "{bytes:?}");
            }
        }
    }
}

/// Without the library that knows shapes.
#[cfg(not(feature = "geometry"))]
mod codec {
    use super::{Error, ErrorKind, Result};

    #[derive(Clone, Copy)]
    pub(super) enum Form {
        MySql,
        Ewkb,
    }

    fn off() -> Error {
        Error::new(ErrorKind::Unsupported, "relata was built without its feature \"geometry\"")
    }

    pub(super) fn write(_: &str, _: Form) -> Result<Vec<u8>> {
        Err(off())
    }

    pub(super) fn read(_: &[u8], _: Form) -> Result<String> {
        Err(off())
    }
}
