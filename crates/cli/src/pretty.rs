//! Breaks a statement into lines, for reading. Nothing but white space changes.

/// Words before which a line begins, where no parenthesis is open or the line would be long.
const CLAUSES: [&str; 12] = [
    " FROM ",
    " INNER JOIN ",
    " LEFT JOIN ",
    " CROSS JOIN LATERAL ",
    " WHERE ",
    " GROUP BY ",
    " HAVING ",
    " ORDER BY ",
    " LIMIT ",
    " OFFSET ",
    " FOR ",
    " AND ",
];

/// The statement with a line for each clause, indented by the depth of parentheses.
pub(crate) fn pretty(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() * 2);
    let mut depth: usize = 0;
    let mut quote = None;
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if quote.is_none()
            && let Some(clause) = CLAUSES.iter().find(|clause| rest.starts_with(**clause))
            && (*clause != " AND " || depth == 0)
        {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str("    "));
            out.push_str(if *clause == " AND " { "  AND " } else { &clause[1..] });
            rest = &rest[clause.len()..];
            continue;
        }
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn only_white_space_changes() {
        let sql = "SELECT \"a FROM b\" FROM \"t\" WHERE \"x\" = 1 AND (\"y\" = 2 AND \"z\" = 3) LIMIT 1";
        let text = pretty(sql);
        assert_eq!(text.split_whitespace().collect::<String>(), sql.split_whitespace().collect::<String>());
        assert_eq!(text.lines().count(), 5);
    }
}
