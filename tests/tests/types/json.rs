//! JSON texts, read without bending their numbers: what answers are compared by.

use std::collections::BTreeMap;

/// A document. Of a key that stands twice the last counts, as for nearly every reader.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Doc {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Doc>),
    Object(BTreeMap<String, Doc>),
}

/// A number by its digits, without zeros at either end, and the power of ten of the last one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    negative: bool,
    digits: String,
    power: i64,
}

impl Number {
    /// A number as JSON or Rust writes it.
    pub(crate) fn read(text: &str) -> Number {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        let cut = (digits.len() - significant.len()) as i64;
        let digits = significant.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Number { negative: false, digits, power: 0 };
        }
        let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap();
        Number { negative, digits, power: exponent - fraction.len() as i64 + cut }
    }

    /// The nearest double, in its shortest form.
    pub(crate) fn nearest(&self) -> Number {
        let sign = if self.negative { "-" } else { "" };
        let double: f64 = format!("{sign}0{}e{}", self.digits, self.power).parse().unwrap();
        Number::read(&format!("{double:?}"))
    }

    /// Whether it is an integer of 64 bits, with or without a sign.
    pub(crate) fn is_integer_of_64_bits(&self) -> bool {
        if self.power < 0 || self.power > 20 {
            return false;
        }
        let text = format!("{}{}", self.digits, "0".repeat(self.power as usize));
        let number: i128 = if text.is_empty() { 0 } else { text.parse().unwrap_or(i128::MAX) };
        let number = if self.negative { -number } else { number };
        (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number)
    }
}

impl Doc {
    /// Reads a text.
    ///
    /// # Panics
    ///
    /// Where it is none: the answers of relata are documents.
    pub(crate) fn read(text: &str) -> Doc {
        let mut at = Reader { text, place: 0 };
        let doc = at.value();
        assert!(at.rest().trim().is_empty(), "more stands behind the document: {text}");
        doc
    }

    /// The value of a key of an object.
    pub(crate) fn key(&self, key: &str) -> Option<&Doc> {
        match self {
            Doc::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// The same document with its numbers as doubles, but for integers of 64 bits: as MySQL keeps it.
    pub(crate) fn with_doubles(self) -> Doc {
        match self {
            Doc::Number(number) if !number.is_integer_of_64_bits() => Doc::Number(number.nearest()),
            Doc::List(members) => Doc::List(members.into_iter().map(Doc::with_doubles).collect()),
            Doc::Object(members) => {
                Doc::Object(members.into_iter().map(|(key, member)| (key, member.with_doubles())).collect())
            }
            other => other,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    place: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.place..]
    }

    /// The next character that is no space.
    fn peek(&mut self) -> char {
        let rest = self.rest();
        self.place += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.rest().chars().next().unwrap_or('\0')
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == wanted;
        if found {
            self.place += wanted.len_utf8();
        }
        found
    }

    fn word(&mut self, word: &str, doc: Doc) -> Doc {
        assert!(self.rest().starts_with(word), "no JSON: {}", self.text);
        self.place += word.len();
        doc
    }

    fn value(&mut self) -> Doc {
        match self.peek() {
            'n' => self.word("null", Doc::Null),
            't' => self.word("true", Doc::Bool(true)),
            'f' => self.word("false", Doc::Bool(false)),
            '"' => Doc::Text(self.string()),
            '[' => self.list(),
            '{' => self.object(),
            _ => {
                let rest = self.rest();
                let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
                let digits = &rest[..end.unwrap_or(rest.len())];
                assert!(!digits.is_empty(), "no JSON: {}", self.text);
                self.place += digits.len();
                Doc::Number(Number::read(digits))
            }
        }
    }

    fn string(&mut self) -> String {
        let rest = self.rest();
        let mut escaped = true;
        let end = rest.char_indices().find(|&(_, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = end.map_or(rest.len(), |(place, _)| place + 1);
        self.place += end;
        serde_json::from_str(&rest[..end]).unwrap()
    }

    fn list(&mut self) -> Doc {
        let mut members = Vec::new();
        self.place += 1;
        if self.take(']') {
            return Doc::List(members);
        }
        loop {
            members.push(self.value());
            if self.take(']') {
                return Doc::List(members);
            }
            assert!(self.take(','), "no JSON: {}", self.text);
        }
    }

    fn object(&mut self) -> Doc {
        let mut members = BTreeMap::new();
        self.place += 1;
        if self.take('}') {
            return Doc::Object(members);
        }
        loop {
            assert_eq!(self.peek(), '"', "no JSON: {}", self.text);
            let key = self.string();
            assert!(self.take(':'), "no JSON: {}", self.text);
            let member = self.value();
            members.insert(key, member);
            if self.take('}') {
                return Doc::Object(members);
            }
            assert!(self.take(','), "no JSON: {}", self.text);
        }
    }
}
