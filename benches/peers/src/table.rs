//! Markdown.

/// A table of workloads and kinds, with a number each where there is one, and a factor by which the least of the peers is
/// more than relata's own figure of a kind.
pub fn markdown(rows: &[(&str, Vec<Option<f64>>)], kinds: &[&str]) -> String {
    let mut out = format!("| | {} |\n|{}\n", kinds.join(" | "), "---|".repeat(kinds.len() + 1));
    for (name, cells) in rows {
        let cell = |value: &Option<f64>| match value {
            None => "–".to_owned(),
            Some(value) if *value < 100.0 => format!("{value:.1}"),
            Some(value) => thousands(*value),
        };
        let cells: Vec<String> = cells.iter().map(cell).collect();
        out.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    out
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The geometric means of the ratios between two kinds, over the rows that have both.
pub fn ratio(rows: &[(&str, Vec<Option<f64>>)], of: usize, to: usize) -> (f64, usize) {
    let ratios: Vec<f64> = rows.iter().filter_map(|(_, cells)| Some(cells[of]? / cells[to]?)).collect();
    let count = ratios.len();
    (relata_measure::geometric_mean(ratios), count)
}
