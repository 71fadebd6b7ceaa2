//! `docs/DIFFERENCES.md`, read as a table.

/// The columns, in order.
pub(crate) const DATABASES: [&str; 4] = ["sqlite", "postgres", "mysql", "mariadb"];

/// A row of the page.
pub(crate) struct Line {
    pub(crate) name: String,
    /// What each database does.
    pub(crate) cells: Vec<String>,
    pub(crate) reason: String,
}

impl Line {
    /// What a database does, in the words that a probe answers with: an explanation may follow behind a semicolon.
    pub(crate) fn says(&self, database: &str) -> &str {
        let cell = &self.cells[DATABASES.iter().position(|known| *known == database).unwrap()];
        cell.split(';').next().unwrap_or(cell).trim()
    }
}

/// The rows of the page.
pub(crate) fn read() -> Vec<Line> {
    let path = relata_tests::folder().join("../docs/DIFFERENCES.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| line.starts_with('|')).map(|line| {
        let cells: Vec<String> = line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        assert_eq!(cells.len(), 6, "{line}");
        cells
    });
    // The head of a table and the line below it are no rows.
    let rows = rows.filter(|cells| cells[1] != "SQLite" && !cells[0].starts_with("---"));
    rows.map(|cells| Line { name: cells[0].clone(), cells: cells[1..5].to_vec(), reason: cells[5].clone() }).collect()
}
