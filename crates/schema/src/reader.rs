//! Reads JSON documents by hand, so that every complaint names its place and the nearest word that is known.

use serde_json::{Map, Value as Json};

use crate::{Error, ErrorKind, Result};

/// A JSON value and its place in the document, as a JSON pointer.
#[derive(Debug, Clone)]
pub struct Reader<'j> {
    /// The value.
    pub json: &'j Json,
    pointer: String,
}

impl<'j> Reader<'j> {
    /// A reader of a whole document.
    pub fn new(json: &'j Json) -> Self {
        Reader { json, pointer: String::new() }
    }

    /// The same value under another pointer, for forms that are written in two ways.
    pub fn child(&self, step: impl AsRef<str>, json: &'j Json) -> Reader<'j> {
        let step = step.as_ref().replace('~', "~0").replace('/', "~1");
        Reader { json, pointer: format!("{}/{step}", self.pointer) }
    }

    /// The JSON pointer of this value; `/` for the document itself.
    pub fn pointer(&self) -> &str {
        if self.pointer.is_empty() { "/" } else { &self.pointer }
    }

    /// An error about this value.
    pub fn error(&self, message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Document, message).at(self.pointer())
    }

    /// This value is not of the form that belongs here.
    pub fn expected(&self, what: &str) -> Error {
        let found = match self.json {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        };
        self.error(format!("here belongs {what}, and this is {found}"))
    }

    /// The value as an object with any keys.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] when it is not an object.
    pub fn map(&self) -> Result<&'j Map<String, Json>> {
        self.json.as_object().ok_or_else(|| self.expected("an object"))
    }

    /// The value as an object whose keys are all known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] for another key, with the nearest known one.
    pub fn object(&self, known: &[&str]) -> Result<&'j Map<String, Json>> {
        let map = self.map()?;
        for (key, value) in map {
            if !known.contains(&key.as_str()) {
                let error = self.child(key, value).error(format!("the key \"{key}\" is not known here"));
                return Err(error.near(key, known.iter().copied()));
            }
        }
        Ok(map)
    }

    /// The field of that name, when it is there.
    pub fn field(&self, name: &str) -> Option<Reader<'j>> {
        self.json.as_object().and_then(|map| map.get(name)).map(|value| self.child(name, value))
    }

    /// The elements of an array.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] when it is not an array.
    pub fn elements(&self) -> Result<Vec<Reader<'j>>> {
        let array = self.json.as_array().ok_or_else(|| self.expected("an array"))?;
        Ok(array.iter().enumerate().map(|(i, value)| self.child(i.to_string(), value)).collect())
    }

    /// The value as text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] when it is not a string.
    pub fn text(&self) -> Result<&'j str> {
        self.json.as_str().ok_or_else(|| self.expected("a string"))
    }

    /// The value as a boolean.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] when it is not a boolean.
    pub fn boolean(&self) -> Result<bool> {
        self.json.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// The value as a count.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] when it is not a whole number from zero.
    pub fn count(&self) -> Result<u64> {
        self.json.as_u64().ok_or_else(|| self.expected("a whole number from zero"))
    }

    /// One name, or an array of names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] when it is neither.
    pub fn names(&self) -> Result<Vec<String>> {
        match self.json {
            Json::String(name) => Ok(vec![name.clone()]),
            Json::Array(_) => self.elements()?.iter().map(|name| name.text().map(str::to_owned)).collect(),
            _ => Err(self.expected("a name or an array of names")),
        }
    }
}
