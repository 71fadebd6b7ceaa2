//! `#[derive(Model)]`

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Result, Type, spanned::Spanned};

use crate::{
    attributes::{
        ColumnOptions, RelationKind, RelationOptions, column_options, inside, literal, model_options, relation_options,
    },
    checks, draft,
};

pub(crate) struct Plain<'f> {
    pub ident: &'f Ident,
    pub ty: &'f Type,
    pub base: &'f Type,
    null: bool,
    options: ColumnOptions,
}

pub(crate) struct Relation<'f> {
    pub ident: &'f Ident,
    pub target: &'f Type,
    pub options: RelationOptions,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a model is a struct with named fields"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a model is a struct with named fields"));
    };
    if let Some(generic) = input.generics.params.first() {
        return Err(Error::new_spanned(generic, "a model has no generic parameters"));
    }
    let options = model_options(&input.attrs)?;
    let (mut plain, mut relations) = (Vec::new(), Vec::new());
    for field in &fields.named {
        match relation_options(field)? {
            Some(options) => relations.push(relation(field, options)?),
            None => plain.push(self::plain(field)?),
        }
    }
    if plain.len() > usize::from(u16::MAX) || relations.len() > usize::from(u16::MAX) {
        return Err(Error::new_spanned(&input.ident, "a model has at most 65,535 fields"));
    }
    if !plain.iter().any(|field| field.options.key) {
        return Err(Error::new_spanned(&input.ident, "the model has no key: put #[key] or #[key(auto)] on a field"));
    }
    let model = &input.ident;
    let name = options.name.as_ref().map_or_else(|| model.to_string(), syn::LitStr::value);
    let table = options.table.as_ref().map(|table| quote!(builder.table(#table);));
    let (timestamps, paranoid) = (options.timestamps, options.paranoid);
    let (version, underscored) = (options.version, options.underscored);
    let default_scope = options.default_scope.as_ref().map(|text| quote!(builder.default_scope_text(#text);));
    let scopes = options.scopes.iter().map(|(name, text)| quote!(builder.scope_text(#name, #text);));
    let rules = options.rules.iter().map(|rule| {
        let name = rule.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        quote!(builder.rule(#name, #rule);)
    });
    let needs =
        [(timestamps, "created_at"), (timestamps, "updated_at"), (paranoid, "deleted_at"), (version, "version")];
    for (flag, needed) in needs {
        if flag && !plain.iter().any(|field| field.ident == needed) {
            let message = format!("the model needs the field `{needed}`, which this option keeps");
            return Err(Error::new_spanned(model, message));
        }
    }
    let indexes = options.indexes.iter().map(|(fields, unique)| {
        let names = fields.iter().map(|field| field.to_string().trim_start_matches("r#").to_owned());
        quote!(builder.index([#(#names),*], #unique);)
    });
    let attributes = plain.iter().map(attribute).collect::<Result<Vec<_>>>()?;
    let associations = relations.iter().map(|relation| association(relation));
    let constants = plain.iter().enumerate().map(|(i, field)| {
        let (constant, base, i) = (constant(field.ident), field.base, i as u16);
        let doc = format!("The attribute `{}`.", field.ident);
        quote! {
            #[doc = #doc]
            pub const #constant: ::relata::request::typed::Column<#model, #base> =
                ::relata::request::typed::Column::new(#i);
        }
    });
    let association_constants = relations.iter().enumerate().map(|(i, relation)| {
        let (constant, target, i) = (constant(relation.ident), relation.target, i as u16);
        let doc = format!("The association `{}`.", relation.ident);
        quote! {
            #[doc = #doc]
            pub const #constant: ::relata::request::typed::Association<#model, #target> =
                ::relata::request::typed::Association::new(#i);
        }
    });
    let reads = plain.iter().enumerate().map(|(i, field)| {
        let (ident, ty, i) = (field.ident, field.ty, i as u16);
        quote_spanned!(ty.span()=> #ident: ::relata::orm::__field::<#model, #ty>(slot, row, #i)?)
    });
    let empty = relations.iter().map(|relation| {
        let ident = relation.ident;
        quote!(#ident: ::std::default::Default::default())
    });
    let gets = plain.iter().enumerate().map(|(i, field)| {
        let (ident, i) = (field.ident, i as u16);
        quote!(#i => ::relata::orm::ToDatum::to_datum(&self.#ident))
    });
    let sets = plain.iter().enumerate().map(|(i, field)| {
        let (ident, ty, i) = (field.ident, field.ty, i as u16);
        quote!(#i => self.#ident = ::relata::orm::__read_value::<#model, #ty>(value, #i)?)
    });
    let loaded = relations.iter().enumerate().map(|(i, relation)| {
        let (ident, i) = (relation.ident, i as u16);
        quote!(#i => ::std::option::Option::Some(&self.#ident))
    });
    let draft = draft::expand(input, &plain, &relations);
    let draft_name = draft::name(model);
    let places = relations.iter().enumerate().map(|(i, relation)| {
        let (ident, i) = (relation.ident, i as u16);
        quote!(#i => ::std::option::Option::Some(&mut self.#ident))
    });
    Ok(quote! {
        impl #model {
            #(#constants)*
            #(#association_constants)*

            /// A find of all rows.
            pub fn find<'q>() -> ::relata::orm::Find<'q, #model> {
                ::relata::orm::Find::new()
            }
        }

        impl ::relata::request::typed::Model for #model {
            fn def() -> &'static ::relata::schema::ModelDef {
                static DEF: ::std::sync::LazyLock<::relata::schema::ModelDef> = ::std::sync::LazyLock::new(|| {
                    let mut builder = ::relata::schema::ModelBuilder::new(#name);
                    #table
                    builder.timestamps(#timestamps).paranoid(#paranoid).version(#version).underscored(#underscored);
                    #default_scope
                    #(#rules)*
                    #(#scopes)*
                    #(#attributes)*
                    #(#associations)*
                    #(#indexes)*
                    ::relata::__frozen(builder)
                });
                &DEF
            }
        }

        impl ::relata::orm::Hydrate for #model {
            fn read(
                slot: &::relata::planner::Slot,
                row: &dyn ::relata::driver::Row,
            ) -> ::relata::schema::Result<Self> {
                ::std::result::Result::Ok(#model { #(#reads,)* #(#empty,)* })
            }

            fn relation(&mut self, association: u16) -> ::std::option::Option<&mut dyn ::relata::orm::Relation> {
                match association {
                    #(#places,)*
                    _ => ::std::option::Option::None,
                }
            }

            fn loaded(&self, association: u16) -> ::std::option::Option<&dyn ::relata::orm::Relation> {
                match association {
                    #(#loaded,)*
                    _ => ::std::option::Option::None,
                }
            }

            fn get(&self, attribute: u16) -> ::std::option::Option<::relata::schema::Datum<'_>> {
                ::std::option::Option::Some(match attribute {
                    #(#gets,)*
                    _ => return ::std::option::Option::None,
                })
            }

            fn set(&mut self, attribute: u16, value: ::relata::schema::Value) -> ::relata::schema::Result<()> {
                match attribute {
                    #(#sets,)*
                    _ => {}
                }
                ::std::result::Result::Ok(())
            }
        }

        impl ::relata::orm::Entity for #model {
            type Draft = #draft_name;
        }

        #draft
    })
}

fn plain(field: &Field) -> Result<Plain<'_>> {
    for wrapper in ["One", "Many"] {
        if inside(&field.ty, wrapper).is_some() {
            let message =
                "a relation field says its kind: #[belongs_to], #[has_one], #[has_many] or #[belongs_to_many]";
            return Err(Error::new_spanned(&field.ty, message));
        }
    }
    let Some(ident) = &field.ident else { return Err(Error::new_spanned(field, "a field has a name")) };
    let base = inside(&field.ty, "Option");
    let options = column_options(field)?;
    if options.key && base.is_some() {
        return Err(Error::new_spanned(&field.ty, "a key cannot be NULL: its type is not an Option"));
    }
    Ok(Plain { ident, ty: &field.ty, base: base.unwrap_or(&field.ty), null: base.is_some(), options })
}

fn relation(field: &Field, options: RelationOptions) -> Result<Relation<'_>> {
    let Some(ident) = &field.ident else { return Err(Error::new_spanned(field, "a field has a name")) };
    let wrapper = match options.kind {
        RelationKind::BelongsTo | RelationKind::HasOne => "One",
        RelationKind::HasMany | RelationKind::BelongsToMany => "Many",
    };
    let Some(target) = inside(&field.ty, wrapper) else {
        let message = format!("a field of this relation has the type {wrapper}<Model>");
        return Err(Error::new_spanned(&field.ty, message));
    };
    Ok(Relation { ident, target, options })
}

fn constant(ident: &Ident) -> Ident {
    format_ident!("{}", ident.to_string().trim_start_matches("r#").to_shouty_snake_case(), span = ident.span())
}

fn attribute(field: &Plain<'_>) -> Result<TokenStream> {
    let name = field.ident.to_string().trim_start_matches("r#").to_owned();
    let base = field.base;
    let ty = match &field.options.ty {
        Some(ty) => quote! {
            ::relata::__sql_type(&mut builder, #name, #ty, <#base as ::relata::request::typed::SqlValue>::KIND)
        },
        None => quote_spanned! {base.span()=>
            ::relata::__type_of::<#base>()
        },
    };
    let null = field.null;
    let key = field.options.key.then(|| quote!(attribute.primary_key();));
    let auto = field.options.auto.then(|| quote!(attribute.auto_increment();));
    let unique = field.options.unique.then(|| quote!(attribute.unique();));
    let column = field.options.name.as_ref().map(|column| quote!(attribute.column(#column);));
    let default = match &field.options.default {
        None => None,
        Some(value) => {
            let expr = literal(value);
            Some(match value {
                syn::Lit::Str(_) => quote!(attribute.default(::relata::__text_default(#expr));),
                _ => quote!(attribute.default(#expr as #base);),
            })
        }
    };
    let generated = match &field.options.generated {
        None => None,
        Some(name) if name == "now" => Some(quote!(attribute.generated(::relata::schema::Generated::Now);)),
        Some(name) if name == "uuid" => Some(quote!(attribute.generated(::relata::schema::Generated::Uuid);)),
        Some(name) if name == "uuid_v7" => Some(quote!(attribute.generated(::relata::schema::Generated::UuidV7);)),
        Some(name) => {
            return Err(Error::new_spanned(name, "a default is a literal, or one of now, uuid and uuid_v7"));
        }
    };
    let checks = checks::expand(&field.options.checks, base);
    let nullable = (!field.options.key).then(|| quote!(attribute.null(#null);));
    Ok(quote! {
        {
            let ty = #ty;
            let attribute = builder.attribute(#name, ty);
            #key #auto #unique #column #nullable #default #generated
            #(#checks)*
        }
    })
}

fn association(relation: &Relation<'_>) -> TokenStream {
    let name = relation.ident.to_string();
    let target = relation.target;
    let lazy = |model: TokenStream| {
        quote_spanned! {target.span()=>
            ::relata::schema::Target::Lazy(<#model as ::relata::request::typed::Model>::def)
        }
    };
    let to = lazy(quote!(#target));
    let method = match relation.options.kind {
        RelationKind::BelongsTo => quote!(builder.belongs_to(#name, #to)),
        RelationKind::HasOne => quote!(builder.has_one(#name, #to)),
        RelationKind::HasMany => quote!(builder.has_many(#name, #to)),
        RelationKind::BelongsToMany => {
            let through = relation.options.through.as_ref().map(|through| lazy(quote!(#through)));
            quote!(builder.belongs_to_many(#name, #to, #through))
        }
    };
    let key: Vec<String> = relation.options.key.iter().map(Ident::to_string).collect();
    let other: Vec<String> = relation.options.other_key.iter().map(Ident::to_string).collect();
    let key = (!key.is_empty()).then(|| quote!(.foreign_key([#(#key),*])));
    let references: Vec<String> = relation.options.references.iter().map(Ident::to_string).collect();
    let references = (!references.is_empty()).then(|| quote!(.references([#(#references),*])));
    let other = (!other.is_empty()).then(|| quote!(.other_key([#(#other),*])));
    let delete = relation.options.on_delete.as_ref().map(|action| quote!(.on_delete(#action)));
    quote! { let _ = #method #key #references #other #delete; }
}
