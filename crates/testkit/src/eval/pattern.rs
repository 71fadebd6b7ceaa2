//! `like` and `ilike`.

/// One element of a pattern.
enum Piece {
    /// `%`
    Run,
    /// `_`
    One,
    /// The character itself.
    Exactly(char),
}

/// Which letters are the same, large and small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    /// None.
    Nothing,
    /// Those of ASCII: more than that the databases do not have in common.
    Ascii,
    /// All that have both.
    Unicode,
}

/// Whether a text matches a pattern of `%`, `_` and backslash escapes as a whole.
pub(super) fn like(text: &str, pattern: &str, fold: Fold) -> Result<bool, String> {
    let same = |c: char| match fold {
        Fold::Nothing => c,
        Fold::Ascii => c.to_ascii_lowercase(),
        Fold::Unicode => c.to_lowercase().next().unwrap_or(c),
    };
    let text: Vec<char> = text.chars().map(same).collect();
    let pieces = read(pattern)?;

    // reached[i]: the pieces so far can match exactly the first i characters.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for piece in pieces {
        let mut next = vec![false; text.len() + 1];
        for (start, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            match piece {
                Piece::Run => next[start..].fill(true),
                Piece::One if start < text.len() => next[start + 1] = true,
                Piece::Exactly(c) if text.get(start) == Some(&same(c)) => next[start + 1] = true,
                Piece::One | Piece::Exactly(_) => {}
            }
        }
        reached = next;
    }
    Ok(reached[text.len()])
}

fn read(pattern: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        pieces.push(match c {
            '%' => Piece::Run,
            '_' => Piece::One,
            // PostgreSQL refuses a backslash that escapes nothing, so it has no meaning that all databases share.
            '\\' => Piece::Exactly(characters.next().ok_or("the pattern ends in its escape character")?),
            c => Piece::Exactly(c),
        });
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::{Fold, like};

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let cases = [
            ("abc", "abc", true),
            ("abc", "ab", false),
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "%", true),
            ("", "%", true),
            ("", "_", false),
            ("a\nc", "a_c", true),
            ("äc", "_c", true),
            ("50%", "50\\%", true),
            ("500", "50\\%", false),
            ("aXbXc", "a%X%c", true),
            ("ABC", "abc", false),
        ];
        for (text, pattern, expected) in cases {
            assert_eq!(like(text, pattern, Fold::Nothing), Ok(expected), "{text} like {pattern}");
        }
        assert_eq!(like("ABC", "a_c", Fold::Ascii), Ok(true));
        assert_eq!(like("Ä", "ä", Fold::Ascii), Ok(false));
        assert_eq!(like("Ä", "ä", Fold::Unicode), Ok(true));
        assert!(like("a", "a\\", Fold::Nothing).is_err());
    }
}
