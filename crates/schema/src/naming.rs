//! How names that nobody wrote are made: snake case for columns, plurals for tables.

use heck::ToSnakeCase;

/// `authorId` gives `author_id`, `HTMLPage` gives `html_page`.
pub fn snake_case(name: &str) -> String {
    name.to_snake_case()
}

/// The English plural: `person` gives `people`. Without the feature `inflection` only an `s` is added.
pub fn pluralize(name: &str) -> String {
    #[cfg(feature = "inflection")]
    return pluralizer::pluralize(name, 2, false);
    #[cfg(not(feature = "inflection"))]
    return format!("{name}s");
}

/// The English singular: `people` gives `person`. Without the feature `inflection` only an `s` is removed.
pub fn singularize(name: &str) -> String {
    #[cfg(feature = "inflection")]
    return pluralizer::pluralize(name, 1, false);
    #[cfg(not(feature = "inflection"))]
    return name.strip_suffix('s').unwrap_or(name).to_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_english() {
        assert_eq!(snake_case("authorId"), "author_id");
        #[cfg(feature = "inflection")]
        {
            assert_eq!(pluralize("person"), "people");
            assert_eq!(pluralize("user_role"), "user_roles");
            assert_eq!(pluralize("category"), "categories");
            assert_eq!(singularize("statuses"), "status");
        }
    }
}
