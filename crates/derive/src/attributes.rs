//! What stands in the attributes of a struct and its fields.

use syn::{
    Attribute, Expr, Field, Ident, Lit, LitStr, Path, Result, Token, Type, meta::ParseNestedMeta,
    punctuated::Punctuated,
};

/// `#[model(...)]`
#[derive(Default)]
pub(crate) struct ModelOptions {
    pub name: Option<LitStr>,
    pub table: Option<LitStr>,
    pub timestamps: bool,
    pub paranoid: bool,
    pub version: bool,
    pub underscored: bool,
    /// Documents of scopes: the default one, and those with names.
    pub default_scope: Option<LitStr>,
    pub scopes: Vec<(LitStr, LitStr)>,
    /// Functions that look at a record as a whole.
    pub rules: Vec<Path>,
    /// Attributes of each index, and whether it allows no two equal rows.
    pub indexes: Vec<(Vec<Ident>, bool)>,
}

/// A plain field.
#[derive(Default)]
pub(crate) struct ColumnOptions {
    pub key: bool,
    pub auto: bool,
    pub unique: bool,
    pub name: Option<LitStr>,
    pub ty: Option<LitStr>,
    pub default: Option<Lit>,
    /// `now`, `uuid` or `uuid_v7`.
    pub generated: Option<Ident>,
    pub checks: Vec<crate::checks::Check>,
}

/// The kind of a relation field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKind {
    BelongsTo,
    HasOne,
    HasMany,
    BelongsToMany,
}

/// A relation field.
pub(crate) struct RelationOptions {
    pub kind: RelationKind,
    pub key: Vec<Ident>,
    pub other_key: Vec<Ident>,
    pub references: Vec<Ident>,
    pub through: Option<Path>,
    pub on_delete: Option<LitStr>,
}

pub(crate) fn model_options(attributes: &[Attribute]) -> Result<ModelOptions> {
    let mut options = ModelOptions::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("model")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("table") {
                options.table = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("name") {
                options.name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("timestamps") {
                options.timestamps = true;
            } else if meta.path.is_ident("paranoid") {
                options.paranoid = true;
            } else if meta.path.is_ident("version") {
                options.version = true;
            } else if meta.path.is_ident("underscored") {
                options.underscored = true;
            } else if meta.path.is_ident("default_scope") {
                options.default_scope = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("scope") {
                let inner;
                syn::parenthesized!(inner in meta.input);
                let name = inner.parse()?;
                inner.parse::<Token![,]>()?;
                options.scopes.push((name, inner.parse()?));
            } else if meta.path.is_ident("validate") {
                options.rules.push(meta.value()?.parse()?);
            } else if meta.path.is_ident("index") || meta.path.is_ident("unique") {
                let inner;
                syn::parenthesized!(inner in meta.input);
                let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
                options.indexes.push((fields.into_iter().collect(), meta.path.is_ident("unique")));
            } else {
                return Err(meta.error(
                    "a model has: table = \"...\", name = \"...\", timestamps, paranoid, version, underscored, \
                     index(field, ...), unique(field, ...), default_scope = \"{...}\", scope(\"name\", \"{...}\"), \
                     validate = function",
                ));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

pub(crate) fn column_options(field: &Field) -> Result<ColumnOptions> {
    let mut options = ColumnOptions::default();
    for attribute in &field.attrs {
        if attribute.path().is_ident("key") {
            options.key = true;
            if matches!(attribute.meta, syn::Meta::List(_)) {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("auto") {
                        options.auto = true;
                        Ok(())
                    } else {
                        Err(meta.error("a key is #[key] or #[key(auto)], which the database numbers"))
                    }
                })?;
            }
        } else if attribute.path().is_ident("column") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("unique") {
                    options.unique = true;
                } else if meta.path.is_ident("name") {
                    options.name = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("type") {
                    options.ty = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("default") {
                    let value = meta.value()?;
                    if value.peek(syn::Ident) {
                        options.generated = Some(value.parse()?);
                    } else {
                        options.default = Some(value.parse()?);
                    }
                } else if meta.path.is_ident("validate") {
                    meta.parse_nested_meta(|meta| {
                        options.checks.push(crate::checks::parse(&meta)?);
                        Ok(())
                    })?;
                } else {
                    return Err(meta
                        .error("a column has: name = \"...\", type = \"...\", default = ..., unique, validate(...)"));
                }
                Ok(())
            })?;
        }
    }
    Ok(options)
}

pub(crate) fn relation_options(field: &Field) -> Result<Option<RelationOptions>> {
    let kinds = [
        ("belongs_to", RelationKind::BelongsTo),
        ("has_one", RelationKind::HasOne),
        ("has_many", RelationKind::HasMany),
        ("belongs_to_many", RelationKind::BelongsToMany),
    ];
    let mut found: Option<RelationOptions> = None;
    for attribute in &field.attrs {
        let Some((_, kind)) = kinds.iter().find(|(name, _)| attribute.path().is_ident(name)) else { continue };
        if found.is_some() {
            return Err(syn::Error::new_spanned(attribute, "a field has one relation"));
        }
        let mut options = RelationOptions {
            kind: *kind,
            key: Vec::new(),
            other_key: Vec::new(),
            references: Vec::new(),
            through: None,
            on_delete: None,
        };
        if matches!(attribute.meta, syn::Meta::List(_)) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("key") {
                    options.key = names(&meta)?;
                } else if meta.path.is_ident("references") {
                    options.references = names(&meta)?;
                } else if meta.path.is_ident("other_key") {
                    options.other_key = names(&meta)?;
                } else if meta.path.is_ident("through") {
                    options.through = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("on_delete") {
                    options.on_delete = Some(meta.value()?.parse()?);
                } else {
                    return Err(meta.error(
                        "a relation has: key = field, references = field, on_delete = \"...\", and a belongs_to_many also through = Model, \
                         other_key = field",
                    ));
                }
                Ok(())
            })?;
        }
        if (options.kind == RelationKind::BelongsToMany) != options.through.is_some() {
            return Err(syn::Error::new_spanned(attribute, "belongs_to_many, and only that, has through = Model"));
        }
        found = Some(options);
    }
    Ok(found)
}

/// `key = author_id` or `key = (tenant_id, author_id)`.
fn names(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let value = meta.value()?;
    if value.peek(syn::token::Paren) {
        let inner;
        syn::parenthesized!(inner in value);
        return Ok(Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?.into_iter().collect());
    }
    Ok(vec![value.parse()?])
}

/// The type inside of `Wrapper<T>`, if it is that.
pub(crate) fn inside<'t>(ty: &'t Type, wrapper: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != wrapper {
        return None;
    }
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// A literal, with its sign.
pub(crate) fn literal(expr: &Lit) -> Expr {
    syn::parse_quote!(#expr)
}
