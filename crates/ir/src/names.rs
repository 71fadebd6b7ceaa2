//! The names of a statement, one behind the other.

use crate::NameId;

/// Names, each between the double quotes of the SQL standard where none is in it: so they are spelled as they are kept.
#[derive(Debug, Default)]
pub(crate) struct Names {
    text: String,
    ends: Vec<End>,
}

/// Where a name ends.
#[derive(Debug, Clone, Copy)]
struct End {
    at: u32,
    quoted: bool,
}

impl Names {
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub fn add(&mut self, name: &str) -> NameId {
        let quoted = !name.contains('"');
        if quoted {
            self.text.push('"');
            self.text.push_str(name);
            self.text.push('"');
        } else {
            self.text.push_str(name);
        }
        self.ends.push(End { at: self.text.len() as u32, quoted });
        NameId::new(self.ends.len() - 1)
    }

    /// Adds all names of others; says how many there were before.
    pub fn add_all(&mut self, others: &Names) -> usize {
        let (before, start) = (self.ends.len(), self.text.len() as u32);
        self.text.push_str(&others.text);
        self.ends.extend(others.ends.iter().map(|end| End { at: start + end.at, ..*end }));
        before
    }

    /// As it is kept, and whether that is between quotes.
    #[inline]
    fn kept(&self, id: NameId) -> (&str, bool) {
        let index = id.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1].at as usize };
        let end = self.ends[index];
        (&self.text[start..end.at as usize], end.quoted)
    }

    pub fn get(&self, id: NameId) -> &str {
        match self.kept(id) {
            (kept, true) => &kept[1..kept.len() - 1],
            (kept, false) => kept,
        }
    }

    #[inline]
    pub fn quoted(&self, id: NameId) -> Option<&str> {
        let (kept, quoted) = self.kept(id);
        quoted.then_some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_name_with_a_quote_in_it_is_kept_as_it_is() {
        let (mut names, mut others) = (Names::default(), Names::default());
        let first = names.add("id");
        for name in ["a\"b", "", "ü"] {
            others.add(name);
        }
        assert_eq!(names.add_all(&others), 1);
        let last = names.add("z");
        let all: Vec<_> = (0..5).map(|place| names.get(super::NameId::new(place))).collect();
        assert_eq!(all, ["id", "a\"b", "", "ü", "z"]);
        assert_eq!((names.quoted(first), names.quoted(last)), (Some("\"id\""), Some("\"z\"")));
        assert_eq!(names.quoted(super::NameId::new(1)), None);
    }
}
