//! The JSON document of a schema.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value as Json};

use crate::{
    AssociationKind, Error, ErrorKind, Generated, ModelBuilder, ModelDef, ModelSet, Reader, Result, SqlType,
    datum_from_json, datum_to_json, rule_doc,
};

/// A schema document: models by name, in the order written.
///
/// ```
/// use relata_schema::SchemaDoc;
/// let doc: SchemaDoc = serde_json::from_str(r#"{
///     "models": { "User": { "attributes": { "name": { "type": "string(100)" } } } }
/// }"#)?;
/// let models = doc.build()?;
/// assert_eq!(models.view("User").unwrap().table, "users");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SchemaDoc {
    /// The models.
    #[serde(serialize_with = "pairs")]
    pub models: Vec<(String, ModelDoc)>,
}

/// A model of a document.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ModelDoc {
    /// The table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Adds `created_at` and `updated_at`.
    pub timestamps: bool,
    /// Adds `deleted_at`.
    pub paranoid: bool,
    /// Attribute `authorId` is kept in column `author_id`.
    pub underscored: bool,
    /// Adds `version`.
    #[serde(skip_serializing_if = "is_false")]
    pub version: bool,
    /// Finder options that every request has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_scope: Option<Json>,
    /// Finder options by name.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "pairs")]
    pub scopes: Vec<(String, Json)>,
    /// The attributes.
    #[serde(serialize_with = "pairs")]
    pub attributes: Vec<(String, AttributeDoc)>,
    /// The associations.
    #[serde(serialize_with = "pairs")]
    pub associations: Vec<(String, AssociationDoc)>,
    /// The indexes.
    pub indexes: Vec<IndexDoc>,
}

/// An attribute of a document.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct AttributeDoc {
    /// The type, as [`SqlType::parse`] reads it.
    #[serde(rename = "type")]
    pub ty: String,
    /// Part of the primary key.
    #[serde(skip_serializing_if = "is_false")]
    pub primary_key: bool,
    /// Numbered by the database.
    #[serde(skip_serializing_if = "is_false")]
    pub auto_increment: bool,
    /// Whether it may be NULL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub null: Option<bool>,
    /// No two rows have the same value.
    #[serde(skip_serializing_if = "is_false")]
    pub unique: bool,
    /// What a new row has where nothing is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What its values must be like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate: Option<Json>,
}

/// An association of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct AssociationDoc {
    /// The kind.
    pub kind: AssociationKind,
    /// The target's name.
    pub target: String,
    /// The junction's name.
    pub through: Option<String>,
    /// The foreign key.
    pub foreign_key: Vec<String>,
    /// What it refers to.
    pub references: Vec<String>,
    /// The junction's key to the target.
    pub other_key: Vec<String>,
    /// What that refers to.
    pub target_key: Vec<String>,
    /// Values that every target row has.
    pub scope: Map<String, Json>,
    /// What happens to children.
    pub on_delete: Option<String>,
}

/// An index of a document.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct IndexDoc {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is over.
    pub attributes: Vec<String>,
    /// Whether it allows no two equal rows.
    pub unique: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn pairs<T: Serialize, S: serde::Serializer>(pairs: &[(String, T)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

impl Serialize for AssociationDoc {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out: BTreeMap<&str, Json> = BTreeMap::new();
        out.insert(self.kind.name(), self.target.clone().into());
        for (key, names) in [
            ("foreign_key", &self.foreign_key),
            ("references", &self.references),
            ("other_key", &self.other_key),
            ("target_key", &self.target_key),
        ] {
            match names.as_slice() {
                [] => {}
                [one] => drop(out.insert(key, one.clone().into())),
                many => drop(out.insert(key, many.to_vec().into())),
            }
        }
        for (key, value) in [("through", &self.through), ("on_delete", &self.on_delete)] {
            if let Some(value) = value {
                out.insert(key, value.clone().into());
            }
        }
        if !self.scope.is_empty() {
            out.insert("scope", Json::Object(self.scope.clone()));
        }
        out.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SchemaDoc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SchemaDoc::from_json(&Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Keys of the form that have no meaning in this version yet. They are refused by name, never passed over.
const NOT_YET: [(&str, &str); 1] = [("where", "create the partial index in SQL")];

fn refuse_not_yet(reader: &Reader<'_>) -> Result<()> {
    for (key, remedy) in NOT_YET {
        if let Some(field) = reader.field(key)
            && field.json != &Json::Bool(false)
        {
            let error = Error::new(ErrorKind::Unsupported, format!("\"{key}\" is not supported yet"));
            return Err(error.at(field.pointer()).help(remedy));
        }
    }
    Ok(())
}

impl SchemaDoc {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] with a JSON pointer and the nearest known word.
    pub fn from_json(json: &Json) -> Result<SchemaDoc> {
        let reader = Reader::new(json);
        reader.object(&["models", "$schema"])?;
        let models = reader.field("models").ok_or_else(|| reader.error("\"models\" is missing"))?;
        Ok(SchemaDoc { models: named(&models, ModelDoc::read)? })
    }

    /// Checks the models and freezes them into a set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] and its kin, with the path of model and attribute.
    pub fn build(&self) -> Result<Arc<ModelSet>> {
        ModelSet::new(self.models.iter().map(|(name, doc)| doc.build(name)).collect::<Result<_>>()?)
    }
}

fn named<'j, T>(reader: &Reader<'j>, read: impl Fn(&Reader<'j>) -> Result<T>) -> Result<Vec<(String, T)>> {
    reader.map()?.iter().map(|(name, value)| Ok((name.clone(), read(&reader.child(name, value))?))).collect()
}

/// `{"fn": "now"}`: what is made for each row.
fn generated(json: &Json) -> Option<Result<Generated>> {
    let name = match json {
        Json::Object(map) if map.len() == 1 => map.get("fn")?.as_str()?,
        _ => return None,
    };
    let known = Generated::ALL.iter().find(|known| known.1 == name).map(|known| known.0);
    Some(known.ok_or_else(|| {
        Error::new(ErrorKind::Schema, format!("no default is made by \"{name}\""))
            .near(name, Generated::ALL.iter().map(|known| known.1))
    }))
}

impl ModelDoc {
    fn read(reader: &Reader<'_>) -> Result<ModelDoc> {
        reader.object(&[
            "table",
            "timestamps",
            "paranoid",
            "underscored",
            "version",
            "attributes",
            "associations",
            "indexes",
            "default_scope",
            "scopes",
        ])?;
        let flag = |name: &str| reader.field(name).map_or(Ok(false), |field| field.boolean());
        let scope = |field: &Reader<'_>| field.map().map(|_| field.json.clone());
        Ok(ModelDoc {
            table: reader.field("table").map(|table| table.text().map(str::to_owned)).transpose()?,
            timestamps: flag("timestamps")?,
            paranoid: flag("paranoid")?,
            underscored: flag("underscored")?,
            version: flag("version")?,
            default_scope: reader.field("default_scope").map(|field| scope(&field)).transpose()?,
            scopes: reader.field("scopes").map_or(Ok(Vec::new()), |field| named(&field, scope))?,
            attributes: reader.field("attributes").map_or(Ok(Vec::new()), |f| named(&f, AttributeDoc::read))?,
            associations: reader.field("associations").map_or(Ok(Vec::new()), |f| named(&f, AssociationDoc::read))?,
            indexes: match reader.field("indexes") {
                Some(indexes) => indexes.elements()?.iter().map(IndexDoc::read).collect::<Result<_>>()?,
                None => Vec::new(),
            },
        })
    }

    fn build(&self, name: &str) -> Result<ModelDef> {
        let mut model = ModelBuilder::new(name);
        if let Some(table) = &self.table {
            model.table(table.as_str());
        }
        model.timestamps(self.timestamps).paranoid(self.paranoid).underscored(self.underscored).version(self.version);
        if let Some(options) = &self.default_scope {
            model.default_scope(options.clone());
        }
        for (scope, options) in &self.scopes {
            model.scope(scope.as_str(), options.clone());
        }
        for (attribute_name, doc) in &self.attributes {
            let at = |error: Error| error.at(format!("{name}.{attribute_name}"));
            let ty = SqlType::parse(&doc.ty).map_err(at)?;
            let generated = doc.default.as_ref().and_then(generated).transpose().map_err(at)?;
            let default = doc.default.as_ref().filter(|_| generated.is_none());
            let default = default.map(|json| datum_from_json(json, &ty)).transpose().map_err(at)?;
            let checks = match &doc.validate {
                Some(json) => rule_doc::read(&Reader::new(json), &ty).map_err(at)?,
                None => Vec::new(),
            };
            let attribute = model.attribute(attribute_name.as_str(), ty);
            for check in checks {
                attribute.check_with(check.rule, check.message);
            }
            if doc.primary_key {
                attribute.primary_key();
            }
            if doc.auto_increment {
                attribute.auto_increment();
            }
            if doc.unique {
                attribute.unique();
            }
            if let Some(null) = doc.null {
                attribute.null(null);
            }
            if let Some(column) = &doc.column {
                attribute.column(column.as_str());
            }
            if let Some(default) = default {
                attribute.default(default);
            }
            if let Some(generated) = generated {
                attribute.generated(generated);
            }
        }
        for (association_name, doc) in &self.associations {
            let target = doc.target.as_str();
            let mut association = match doc.kind {
                AssociationKind::BelongsTo => model.belongs_to(association_name.as_str(), target),
                AssociationKind::HasOne => model.has_one(association_name.as_str(), target),
                AssociationKind::HasMany => model.has_many(association_name.as_str(), target),
                AssociationKind::BelongsToMany => {
                    let through = doc.through.as_deref().unwrap_or_default();
                    model.belongs_to_many(association_name.as_str(), target, through)
                }
            };
            association = association
                .foreign_key(doc.foreign_key.iter().cloned())
                .references(doc.references.iter().cloned())
                .other_key(doc.other_key.iter().cloned())
                .target_key(doc.target_key.iter().cloned());
            for (attribute, value) in &doc.scope {
                // The scope's type is the target's, which is not known here: text, numbers and booleans say enough.
                let value = match value {
                    Json::Null => crate::Value::Null,
                    Json::Bool(flag) => (*flag).into(),
                    Json::String(text) => text.clone().into(),
                    Json::Number(number) if number.is_i64() => number.as_i64().into(),
                    other => {
                        let message = format!("{other} cannot be the value of an association scope");
                        let path = format!("{name}.{association_name}.scope.{attribute}");
                        return Err(Error::new(ErrorKind::Schema, message).at(path));
                    }
                };
                association = association.scope(attribute.as_str(), value);
            }
            if let Some(action) = &doc.on_delete {
                association.on_delete(action.as_str());
            }
        }
        for index in &self.indexes {
            model.named_index(index.name.clone(), index.attributes.clone(), index.unique);
        }
        model.build()
    }
}

impl AttributeDoc {
    fn read(reader: &Reader<'_>) -> Result<AttributeDoc> {
        reader.object(&["type", "primary_key", "auto_increment", "null", "unique", "default", "column", "validate"])?;
        let flag = |name: &str| reader.field(name).map_or(Ok(false), |field| field.boolean());
        let ty = reader.field("type").ok_or_else(|| reader.error("\"type\" is missing"))?;
        Ok(AttributeDoc {
            ty: ty.text()?.to_owned(),
            primary_key: flag("primary_key")?,
            auto_increment: flag("auto_increment")?,
            null: reader.field("null").map(|null| null.boolean()).transpose()?,
            unique: flag("unique")?,
            default: reader.field("default").map(|default| default.json.clone()),
            column: reader.field("column").map(|column| column.text().map(str::to_owned)).transpose()?,
            validate: reader
                .field("validate")
                .map(|validate| validate.map().map(|_| validate.json.clone()))
                .transpose()?,
        })
    }
}

impl AssociationDoc {
    fn read(reader: &Reader<'_>) -> Result<AssociationDoc> {
        let kinds = [
            AssociationKind::BelongsTo,
            AssociationKind::HasOne,
            AssociationKind::HasMany,
            AssociationKind::BelongsToMany,
        ];
        reader.object(&[
            "belongs_to",
            "has_one",
            "has_many",
            "belongs_to_many",
            "through",
            "foreign_key",
            "references",
            "other_key",
            "target_key",
            "scope",
            "on_delete",
        ])?;
        let mut found = kinds.into_iter().filter_map(|kind| Some((kind, reader.field(kind.name())?)));
        let (Some((kind, target)), None) = (found.next(), found.next()) else {
            return Err(reader.error("an association says one of belongs_to, has_one, has_many, belongs_to_many"));
        };
        let names = |key: &str| reader.field(key).map_or(Ok(Vec::new()), |field| field.names());
        let text = |key: &str| reader.field(key).map(|field| field.text().map(str::to_owned)).transpose();
        let through = text("through")?;
        if through.is_some() != (kind == AssociationKind::BelongsToMany) {
            return Err(reader.error("\"through\" names the junction of a belongs_to_many, and only of that"));
        }
        Ok(AssociationDoc {
            kind,
            target: target.text()?.to_owned(),
            through,
            foreign_key: names("foreign_key")?,
            references: names("references")?,
            other_key: names("other_key")?,
            target_key: names("target_key")?,
            scope: reader.field("scope").map_or(Ok(Map::new()), |scope| scope.map().cloned())?,
            on_delete: text("on_delete")?,
        })
    }
}

impl IndexDoc {
    fn read(reader: &Reader<'_>) -> Result<IndexDoc> {
        reader.object(&["name", "attributes", "unique", "where"])?;
        refuse_not_yet(reader)?;
        let attributes = reader.field("attributes").ok_or_else(|| reader.error("\"attributes\" is missing"))?;
        Ok(IndexDoc {
            name: reader.field("name").map(|name| name.text().map(str::to_owned)).transpose()?,
            attributes: attributes.names()?,
            unique: reader.field("unique").map_or(Ok(false), |unique| unique.boolean())?,
        })
    }
}

impl ModelDef {
    /// The document of this model: what it was built from, with every default written out.
    pub fn to_doc(&self) -> ModelDoc {
        let attribute_name = |index: &u16| self.attributes[usize::from(*index)].name.clone();
        let target_name = |target: &crate::Target| match target {
            crate::Target::Lazy(def) => def().name.clone(),
            crate::Target::Named(name) => name.clone(),
        };
        ModelDoc {
            table: Some(self.table.clone()),
            timestamps: self.created_at.is_some() || self.updated_at.is_some(),
            paranoid: self.paranoid.is_some(),
            underscored: false,
            version: self.version.is_some(),
            default_scope: self.default_scope.clone(),
            scopes: self.scopes.clone(),
            attributes: (0u16..)
                .zip(&self.attributes)
                .map(|(i, attribute)| {
                    let doc = AttributeDoc {
                        ty: attribute.ty.to_string(),
                        primary_key: self.primary_key.contains(&i),
                        auto_increment: attribute.auto_increment,
                        null: (!self.primary_key.contains(&i)).then_some(attribute.null),
                        unique: self.unique[1..].iter().any(|set| *set == [i])
                            && !self.indexes.iter().any(|index| index.unique && index.attributes == [i]),
                        default: match attribute.generated {
                            Some(generated) => Some(serde_json::json!({ "fn": generated.name() })),
                            None => attribute.default.as_ref().map(|v| datum_to_json(v, attribute.ty.scale())),
                        },
                        column: (attribute.column != attribute.name).then(|| attribute.column.clone()),
                        validate: rule_doc::to_json(&attribute.checks, &attribute.ty),
                    };
                    (attribute.name.clone(), doc)
                })
                .collect(),
            associations: self
                .associations
                .iter()
                .map(|association| {
                    let through = association.through.as_ref();
                    let doc = AssociationDoc {
                        kind: association.kind,
                        target: target_name(&association.target),
                        through: through.map(|through| target_name(&through.model)),
                        foreign_key: association.foreign_key.clone(),
                        references: association.references.clone(),
                        other_key: through.map(|through| through.other_key.clone()).unwrap_or_default(),
                        target_key: through.map(|through| through.target_key.clone()).unwrap_or_default(),
                        scope: association
                            .scope
                            .iter()
                            .map(|(name, value)| (name.clone(), datum_to_json(value, None)))
                            .collect(),
                        on_delete: association.on_delete.clone(),
                    };
                    (association.name.clone(), doc)
                })
                .collect(),
            indexes: self
                .indexes
                .iter()
                .map(|index| IndexDoc {
                    name: index.name.clone(),
                    attributes: index.attributes.iter().map(attribute_name).collect(),
                    unique: index.unique,
                })
                .collect(),
        }
    }
}

impl ModelSet {
    /// The document of all models of the set.
    pub fn to_doc(&self) -> SchemaDoc {
        SchemaDoc { models: self.models().iter().map(|model| (model.name.clone(), model.to_doc())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_survives_being_built_and_exported() {
        let text = include_str!("../../../tests/schemas/blog.json");
        let doc: SchemaDoc = serde_json::from_str(text).unwrap();
        let exported = doc.build().unwrap().to_doc();
        let again: SchemaDoc = serde_json::from_value(serde_json::to_value(&exported).unwrap()).unwrap();
        assert_eq!(again, exported);
        assert_eq!(again.build().unwrap().to_doc(), exported);
    }

    #[test]
    fn complaints_name_the_place_and_what_is_near() {
        let complaint = |text: &str| {
            serde_json::from_str::<SchemaDoc>(text)
                .map_err(|error| error.to_string())
                .and_then(|doc| doc.build().map(drop).map_err(|error| error.to_string()))
                .unwrap_err()
        };
        let unknown = complaint(r#"{"models": {"A": {"atributes": {}}}}"#);
        assert!(unknown.contains("/models/A/atributes") && unknown.contains("\"attributes\""), "{unknown}");
        let ty = complaint(r#"{"models": {"A": {"attributes": {"x": {"type": "strng"}}}}}"#);
        assert!(ty.contains("A.x") && ty.contains("\"string\""), "{ty}");
        let target = complaint(r#"{"models": {"User": {"associations": {"boss": {"belongs_to": "Usr"}}}}}"#);
        assert!(target.contains("User.boss") && target.contains("\"User\""), "{target}");
        let key = complaint(r#"{"models": {"User": {"associations": {"boss": {"belongs_to": "User"}}}}}"#);
        assert!(key.contains("boss_id") && key.contains("foreign_key"), "{key}");
    }
}
