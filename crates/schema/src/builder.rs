//! Models defined at run time. The derive macro and the JSON document end here too, so there is one set of rules.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{
    Association, AssociationKind, Attribute, Check, Compiled, Error, ErrorKind, Generated, Index, Kind, ModelDef,
    ModelRule, PatternText, Result, Rule, SqlType, Target, Through, Value, Values, nearest, pluralize, snake_case,
};

/// Builds a [`ModelDef`].
///
/// ```
/// use relata_schema::{ModelBuilder, ModelSet, SqlType};
///
/// # fn main() -> Result<(), relata_schema::Error> {
/// let mut user = ModelBuilder::new("User");
/// user.attribute("id", SqlType::BigInt).primary_key().auto_increment();
/// user.attribute("name", SqlType::String(100));
/// user.has_many("posts", "Post").foreign_key(["author_id"]);
///
/// let mut post = ModelBuilder::new("Post");
/// post.attribute("title", SqlType::Text).not_null();
/// post.attribute("author_id", SqlType::BigInt);
///
/// let models = ModelSet::new(vec![user.build()?, post.build()?])?;
/// assert_eq!(models.view("Post").unwrap().table, "posts");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ModelBuilder {
    name: String,
    table: Option<String>,
    timestamps: bool,
    paranoid: bool,
    underscored: bool,
    version: bool,
    attributes: Vec<AttributeBuilder>,
    associations: Vec<Association>,
    indexes: Vec<(Option<String>, Vec<String>, bool)>,
    rules: Vec<ModelRule>,
    default_scope: Option<serde_json::Value>,
    scopes: Vec<(String, serde_json::Value)>,
    problem: Option<Error>,
}

/// One attribute of a [`ModelBuilder`].
#[derive(Debug)]
pub struct AttributeBuilder {
    attribute: Attribute,
    column: Option<String>,
    null: Option<bool>,
    key: bool,
    unique: bool,
}

/// One association of a [`ModelBuilder`].
#[derive(Debug)]
pub struct AssociationBuilder<'b>(&'b mut Association);

impl ModelBuilder {
    /// A model of that name. The table is its plural in snake case unless [`table`](Self::table) says otherwise.
    pub fn new(name: impl Into<String>) -> Self {
        ModelBuilder {
            name: name.into(),
            table: None,
            timestamps: false,
            paranoid: false,
            underscored: false,
            version: false,
            attributes: Vec::new(),
            associations: Vec::new(),
            indexes: Vec::new(),
            rules: Vec::new(),
            default_scope: None,
            scopes: Vec::new(),
            problem: None,
        }
    }

    /// Finder options that every find, count, update and destroy has unless it is unscoped: the keys of a request's
    /// document.
    pub fn default_scope(&mut self, options: serde_json::Value) -> &mut Self {
        self.default_scope = Some(options);
        self
    }

    /// Finder options by name. `{"arg": "name"}` in place of a value is an argument of the scope.
    pub fn scope(&mut self, name: impl Into<String>, options: serde_json::Value) -> &mut Self {
        self.scopes.push((name.into(), options));
        self
    }

    /// The default scope as the text of a document.
    pub fn default_scope_text(&mut self, text: &str) -> &mut Self {
        match scope_text("default_scope", text) {
            Ok(options) => self.default_scope = Some(options),
            Err(error) => self.fail(error),
        }
        self
    }

    /// A scope as the text of a document.
    pub fn scope_text(&mut self, name: &str, text: &str) -> &mut Self {
        match scope_text(name, text) {
            Ok(options) => drop(self.scope(name, options)),
            Err(error) => self.fail(error),
        }
        self
    }

    /// Adds a rule for the values of a record together. A failure carries the name as its path.
    pub fn rule(
        &mut self,
        name: impl Into<String>,
        check: fn(&dyn Values) -> std::result::Result<(), String>,
    ) -> &mut Self {
        self.rules.push(ModelRule { name: name.into(), check });
        self
    }

    /// Says that the declaration is wrong; building it gives this error.
    pub fn fail(&mut self, error: Error) {
        self.problem.get_or_insert(error);
    }

    /// Names the table.
    pub fn table(&mut self, table: impl Into<String>) -> &mut Self {
        self.table = Some(table.into());
        self
    }

    /// Adds `created_at` and `updated_at`, unless they are declared.
    pub fn timestamps(&mut self, on: bool) -> &mut Self {
        self.timestamps = on;
        self
    }

    /// Adds `deleted_at` and hides rows that have it, unless a request says otherwise.
    pub fn paranoid(&mut self, on: bool) -> &mut Self {
        self.paranoid = on;
        self
    }

    /// Keeps an attribute `authorId` in a column `author_id`.
    pub fn underscored(&mut self, on: bool) -> &mut Self {
        self.underscored = on;
        self
    }

    /// Adds `version`, which counts the writes to a row: a record that somebody else has written since it was read is
    /// stale, and is not written over.
    pub fn version(&mut self, on: bool) -> &mut Self {
        self.version = on;
        self
    }

    /// Adds an attribute that may be NULL.
    pub fn attribute(&mut self, name: impl Into<String>, ty: SqlType) -> &mut AttributeBuilder {
        let index = self.attributes.len();
        self.attributes.push(AttributeBuilder::new(name.into(), ty));
        &mut self.attributes[index]
    }

    /// The foreign key is on this model.
    pub fn belongs_to(&mut self, name: impl Into<String>, target: impl Into<Target>) -> AssociationBuilder<'_> {
        self.associate(name, AssociationKind::BelongsTo, target)
    }

    /// The foreign key is on the target, of which there is at most one.
    pub fn has_one(&mut self, name: impl Into<String>, target: impl Into<Target>) -> AssociationBuilder<'_> {
        self.associate(name, AssociationKind::HasOne, target)
    }

    /// The foreign key is on the target.
    pub fn has_many(&mut self, name: impl Into<String>, target: impl Into<Target>) -> AssociationBuilder<'_> {
        self.associate(name, AssociationKind::HasMany, target)
    }

    /// Two foreign keys are on a junction.
    pub fn belongs_to_many(
        &mut self,
        name: impl Into<String>,
        target: impl Into<Target>,
        through: impl Into<Target>,
    ) -> AssociationBuilder<'_> {
        let builder = self.associate(name, AssociationKind::BelongsToMany, target);
        builder.0.through = Some(Through { model: through.into(), other_key: Vec::new(), target_key: Vec::new() });
        builder
    }

    /// Adds an index.
    pub fn index<S: Into<String>>(&mut self, attributes: impl IntoIterator<Item = S>, unique: bool) -> &mut Self {
        self.named_index(None, attributes.into_iter().map(Into::into).collect(), unique);
        self
    }

    pub(crate) fn named_index(&mut self, name: Option<String>, attributes: Vec<String>, unique: bool) {
        self.indexes.push((name, attributes, unique));
    }

    /// Checks and freezes the model.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] or [`ErrorKind::UnknownAttribute`], with the attribute's path and what to do.
    pub fn build(self) -> Result<ModelDef> {
        let path = self.name.clone();
        self.freeze().map_err(|error| error.at(path))
    }

    /// Checks and freezes a model that is declared in code, where no error can be returned: what is wrong is kept, and
    /// every request on the model fails with it.
    pub fn build_or_keep_problem(self) -> ModelDef {
        let (name, declared): (String, Vec<Attribute>) =
            (self.name.clone(), self.attributes.iter().map(|declared| declared.attribute.clone()).collect());
        self.build().unwrap_or_else(|error| ModelDef {
            id: next_id(),
            table: name.clone(),
            name,
            attributes: declared,
            primary_key: Vec::new(),
            unique: vec![Vec::new()],
            indexes: Vec::new(),
            associations: Vec::new(),
            paranoid: None,
            created_at: None,
            updated_at: None,
            version: None,
            rules: Vec::new(),
            default_scope: None,
            scopes: Vec::new(),
            compiled: Compiled::default(),
            problem: Some(error.to_string()),
        })
    }

    fn associate(
        &mut self,
        name: impl Into<String>,
        kind: AssociationKind,
        target: impl Into<Target>,
    ) -> AssociationBuilder<'_> {
        let index = self.associations.len();
        self.associations.push(Association::new(name, kind, target.into()));
        AssociationBuilder(&mut self.associations[index])
    }

    fn freeze(mut self) -> Result<ModelDef> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        check_name("model", &self.name)?;
        self.add_implied_attributes();
        if self.attributes.len() > usize::from(u16::MAX) {
            return Err(Error::new(ErrorKind::LimitExceeded, "a model has at most 65,535 attributes"));
        }
        let mut attributes: Vec<Attribute> = Vec::with_capacity(self.attributes.len());
        let (mut primary_key, mut unique) = (Vec::new(), Vec::new());
        for (i, declared) in self.attributes.into_iter().enumerate() {
            let mut attribute = declared.attribute;
            check_name("attribute", &attribute.name)?;
            attribute.column = declared
                .column
                .unwrap_or_else(|| if self.underscored { snake_case(&attribute.name) } else { attribute.name.clone() });
            check_name("column", &attribute.column)?;
            attribute.null = declared.null.unwrap_or(!declared.key);
            let path = format!("{}.{}", self.name, attribute.name);
            if let Some(Value::Text(text)) = &attribute.default
                && attribute.ty.kind().carrier() != Kind::Text
            {
                // A literal of the program: `default = "1.50"` of a decimal.
                let json = serde_json::Value::String(text.to_string());
                attribute.default =
                    Some(crate::datum_from_json(&json, &attribute.ty).map_err(|error| error.at(&path))?);
            }
            check_attribute(&attribute, declared.key).map_err(|error| error.at(&path))?;
            let labels = if let crate::SqlType::Enum(labels) = &attribute.ty { labels.as_slice() } else { &[] };
            let text = |value: &Value| match value {
                Value::Text(text) | Value::Json(text) => text.contains('\0'),
                _ => false,
            };
            let has_nul = attribute.default.iter().any(|value| match value {
                Value::Array(values) => values.iter().any(text),
                value => text(value),
            });
            if has_nul || labels.iter().any(|label| label.contains('\0')) {
                let error = Error::new(ErrorKind::Schema, "a constant of a table has a NUL character");
                return Err(error.at(&path).help("leave it out: a database takes it for the end of the statement"));
            }
            if attributes.iter().any(|other| other.name == attribute.name || other.column == attribute.column) {
                return Err(Error::new(ErrorKind::Schema, "the attribute or its column is declared twice").at(path));
            }
            if declared.key {
                primary_key.push(i as u16);
            } else if declared.unique {
                unique.push(vec![i as u16]);
            }
            attributes.push(attribute);
        }
        unique.insert(0, primary_key.clone());
        let find = |name: &str| attributes.iter().position(|attribute| attribute.name == name).map(|i| i as u16);
        for (i, (name, options)) in self.scopes.iter().enumerate() {
            let wrong = if self.scopes[..i].iter().any(|(other, _)| other == name) {
                "is declared twice"
            } else if options.is_object() {
                continue;
            } else {
                "is no object of finder options"
            };
            return Err(Error::new(ErrorKind::Schema, format!("the scope \"{name}\" {wrong}")));
        }
        let scopes = self.default_scope.iter().chain(self.scopes.iter().map(|(_, options)| options));
        let constants = self
            .associations
            .iter()
            .flat_map(|association| &association.scope)
            .filter_map(|(_, value)| if let Value::Text(text) = value { Some(text.as_ref()) } else { None });
        if scopes.clone().any(|options| options.to_string().contains("\\u0000"))
            || constants.clone().any(|text| text.contains('\0'))
        {
            let error = Error::new(ErrorKind::Schema, "a scope states a text with a NUL character").at(&self.name);
            return Err(error.help("leave it out: a database takes it for the end of the statement"));
        }
        for association in &self.associations {
            let action = association.on_delete.as_deref().unwrap_or("cascade");
            const ACTIONS: [&str; 4] = ["cascade", "set null", "restrict", "no action"];
            if !ACTIONS.contains(&action) {
                let error = Error::new(ErrorKind::Schema, format!("there is no action \"{action}\" of on_delete"));
                return Err(error.at(format!("{}.{}", self.name, association.name)).near(action, ACTIONS));
            }
        }
        let mut indexes = Vec::new();
        for (name, over, is_unique) in self.indexes {
            if let Some(name) = &name {
                check_name("index", name)?;
            }
            let over = over
                .iter()
                .map(|name| find(name).ok_or_else(|| unknown(&self.name, name, &attributes)))
                .collect::<Result<Vec<_>>>()?;
            if over.is_empty() {
                return Err(Error::new(ErrorKind::Schema, "an index is over at least one attribute"));
            }
            if is_unique {
                unique.push(over.clone());
            }
            indexes.push(Index { name, attributes: over, unique: is_unique });
        }
        for (i, association) in self.associations.iter().enumerate() {
            check_name("association", &association.name)?;
            let taken = self.associations[..i].iter().any(|other| other.name == association.name);
            if taken || find(&association.name).is_some() {
                return Err(Error::new(ErrorKind::Schema, "the name is taken by another attribute or association")
                    .at(format!("{}.{}", self.name, association.name)));
            }
        }
        for (on, name, wanted, null) in [
            (self.timestamps, "created_at", "an instant that is never NULL", false),
            (self.timestamps, "updated_at", "an instant that is never NULL", false),
            (self.paranoid, "deleted_at", "an instant that may be NULL", true),
            (self.version, "version", "an integer that is never NULL", false),
        ] {
            let Some(place) = find(name).filter(|_| on) else { continue };
            let declared = &attributes[usize::from(place)];
            let kind = declared.ty.kind();
            let fits = if name == "version" { kind.is_integer() } else { matches!(kind, Kind::Instant | Kind::Naive) };
            if !fits || (null && !declared.null) || (name == "version" && declared.null) {
                return Err(Error::new(ErrorKind::Schema, format!("what relata keeps here is {wanted}"))
                    .at(format!("{}.{name}", self.name))
                    .help("change the attribute's type"));
            }
        }
        let table = self.table.unwrap_or_else(|| pluralize(&snake_case(&self.name)));
        check_name("table", &table)?;
        Ok(ModelDef {
            id: next_id(),
            paranoid: self.paranoid.then(|| find("deleted_at")).flatten(),
            created_at: self.timestamps.then(|| find("created_at")).flatten(),
            updated_at: self.timestamps.then(|| find("updated_at")).flatten(),
            version: self.version.then(|| find("version")).flatten(),
            rules: self.rules,
            default_scope: self.default_scope,
            scopes: self.scopes,
            compiled: Compiled::default(),
            problem: None,
            name: self.name,
            table,
            attributes,
            primary_key,
            unique,
            indexes,
            associations: self.associations,
        })
    }

    fn add_implied_attributes(&mut self) {
        let has = |builder: &Self, name: &str| builder.attributes.iter().any(|a| a.attribute.name == name);
        if !self.attributes.iter().any(|attribute| attribute.key) {
            let mut id = match self.attributes.iter().position(|a| a.attribute.name == "id") {
                Some(declared) => self.attributes.remove(declared),
                None => {
                    let mut id = AttributeBuilder::new("id".to_owned(), SqlType::BigInt);
                    id.auto_increment();
                    id
                }
            };
            id.primary_key();
            self.attributes.insert(0, id);
        }
        if self.timestamps {
            for name in ["created_at", "updated_at"] {
                if !has(self, name) {
                    self.attribute(name, SqlType::Timestamp(6)).not_null();
                }
            }
        }
        if self.version {
            if !has(self, "version") {
                self.attribute("version", SqlType::Integer).not_null();
            }
            // A row begins with no write to it.
            for declared in self.attributes.iter_mut().filter(|declared| declared.attribute.name == "version") {
                declared.attribute.default.get_or_insert(Value::Int(0));
            }
        }
        if self.paranoid && !has(self, "deleted_at") {
            self.attribute("deleted_at", SqlType::Timestamp(6));
        }
    }
}

impl AttributeBuilder {
    fn new(name: String, ty: SqlType) -> Self {
        AttributeBuilder {
            attribute: Attribute {
                name,
                column: String::new(),
                ty,
                null: true,
                auto_increment: false,
                default: None,
                generated: None,
                checks: Vec::new(),
            },
            column: None,
            null: None,
            key: false,
            unique: false,
        }
    }

    /// Part of the primary key; not NULL.
    pub fn primary_key(&mut self) -> &mut Self {
        self.key = true;
        self
    }

    /// Numbered by the database.
    pub fn auto_increment(&mut self) -> &mut Self {
        self.attribute.auto_increment = true;
        self
    }

    /// May not be NULL.
    pub fn not_null(&mut self) -> &mut Self {
        self.null(false)
    }

    /// Whether it may be NULL. Defaults to true, and to false for a key.
    pub fn null(&mut self, null: bool) -> &mut Self {
        self.null = Some(null);
        self
    }

    /// No two rows have the same value.
    pub fn unique(&mut self) -> &mut Self {
        self.unique = true;
        self
    }

    /// Names the column.
    pub fn column(&mut self, column: impl Into<String>) -> &mut Self {
        self.column = Some(column.into());
        self
    }

    /// What its values must be like beyond their type; several rules must all hold.
    pub fn check(&mut self, rule: Rule) -> &mut Self {
        self.check_with(rule, None)
    }

    /// The same with a sentence of one's own for failures.
    pub fn check_with(&mut self, rule: Rule, message: Option<String>) -> &mut Self {
        self.attribute.checks.push(Check { rule, message });
        self
    }

    /// What a new row has where nothing is given.
    pub fn default(&mut self, value: impl Into<Value>) -> &mut Self {
        self.attribute.default = Some(value.into());
        self
    }

    /// What is made for a new row where nothing is given. Whoever writes to the table without relata gives it himself.
    pub fn generated(&mut self, generated: Generated) -> &mut Self {
        self.attribute.generated = Some(generated);
        self
    }
}

impl AssociationBuilder<'_> {
    /// Names the attributes of the foreign key.
    pub fn foreign_key<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.0.foreign_key = names.into_iter().map(Into::into).collect();
        self
    }

    /// Names the attributes that the foreign key refers to.
    pub fn references<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.0.references = names.into_iter().map(Into::into).collect();
        self
    }

    /// Names the junction's key to the target.
    pub fn other_key<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        if let Some(through) = &mut self.0.through {
            through.other_key = names.into_iter().map(Into::into).collect();
        }
        self
    }

    /// Names what the junction's other key refers to on the target.
    pub fn target_key<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        if let Some(through) = &mut self.0.through {
            through.target_key = names.into_iter().map(Into::into).collect();
        }
        self
    }

    /// The association holds only for target rows with this value.
    pub fn scope(self, attribute: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.scope.push((attribute.into(), value.into()));
        self
    }

    /// What happens to children when the parent is deleted: `cascade`, `set null`, `restrict`, `no action`.
    pub fn on_delete(self, action: impl Into<String>) -> Self {
        self.0.on_delete = Some(action.into());
        self
    }
}

impl From<&str> for Target {
    fn from(name: &str) -> Self {
        Target::Named(name.to_owned())
    }
}

impl From<String> for Target {
    fn from(name: String) -> Self {
        Target::Named(name)
    }
}

impl From<fn() -> &'static ModelDef> for Target {
    fn from(def: fn() -> &'static ModelDef) -> Self {
        Target::Lazy(def)
    }
}

fn scope_text(name: &str, text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text)
        .map_err(|error| Error::new(ErrorKind::Schema, format!("the scope \"{name}\" is no JSON: {error}")))
}

/// A number that no other model of this process has.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Names are shown in messages and written into SQL between quotes. What no database keeps is refused here, once.
fn check_name(what: &str, name: &str) -> Result<()> {
    let reason = if name.is_empty() {
        "is empty"
    } else if name.len() > 63 {
        "is longer than 63 bytes, the most that PostgreSQL keeps"
    } else if name.chars().any(char::is_control) {
        "contains a control character"
    } else if what != "table" && what != "column" && (name.contains(['.', '$']) || name.contains("->")) {
        "contains \".\", \"$\" or \"->\", which paths use"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Schema, format!("the {what} name {name:?} {reason}")))
}

fn check_attribute(attribute: &Attribute, key: bool) -> Result<()> {
    if key && attribute.null {
        return Err(Error::new(ErrorKind::Schema, "a key cannot be NULL").help("drop \"null\": true"));
    }
    if attribute.auto_increment && !attribute.ty.kind().is_integer() {
        return Err(Error::new(ErrorKind::Schema, format!("only integers are numbered, this is {}", attribute.ty)));
    }
    attribute.ty.check_array()?;
    if key && !attribute.ty.kind().is_key() {
        return Err(Error::new(ErrorKind::Schema, format!("{} cannot be a key", attribute.ty)));
    }
    if let Some(generated) = attribute.generated
        && !generated.fits(attribute.ty.kind())
    {
        let message = format!("the default \"{}\" is no value of {}", generated.name(), attribute.ty);
        return Err(Error::new(ErrorKind::Schema, message));
    }
    for check in &attribute.checks {
        if let Rule::Is(pattern) | Rule::IsNot(pattern) = &check.rule {
            PatternText::new(pattern.text())?;
        }
    }
    if let (SqlType::Enum(labels), Some(Value::Text(default))) = (&attribute.ty, &attribute.default)
        && !labels.iter().any(|label| label == default)
    {
        let error = Error::new(ErrorKind::Schema, format!("the default \"{default}\" is not one of its labels"));
        return Err(match nearest(default, labels.iter().map(String::as_str)) {
            Some(label) => error.help(format!("did you mean \"{label}\"?")),
            None => error,
        });
    }
    Ok(())
}

fn unknown(model: &str, name: &str, attributes: &[Attribute]) -> Error {
    Error::new(ErrorKind::UnknownAttribute, format!("model {model} has no attribute \"{name}\""))
        .near(name, attributes.iter().map(|attribute| attribute.name.as_str()))
}
