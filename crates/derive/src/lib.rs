//! `#[derive(Model)]`, `#[derive(Projection)]` and `#[derive(FieldType)]`.
//!
//! The macros write down what a struct says, and nothing more: the rules live in `ModelBuilder`, which derived models,
//! models made at run time and JSON documents share.

mod attributes;
mod checks;
mod draft;
mod field_type;
mod model;
mod projection;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a model.
///
/// On the struct: `#[model(table = "users", name = "User", timestamps, paranoid, index(a, b), unique(a, b))]`. On fields: `#[key]`, `#[key(auto)]`,
/// `#[column(name = "score_points", unique, default = 0, type = "decimal(10,2)")]`, and for relations
/// `#[belongs_to(key = author_id)]`, `#[has_one(key = user_id)]`, `#[has_many(key = author_id)]`,
/// `#[belongs_to_many(through = UserRole, key = user_id, other_key = role_id)]`. A field of type `Option<T>` may be NULL.
#[proc_macro_derive(Model, attributes(model, key, column, belongs_to, has_one, has_many, belongs_to_many))]
pub fn model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct a row of selected columns: each field is an attribute of the model named by `#[projection(User)]`.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    projection::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a type one that fields of models can have: an enum, whose variants are labels (`#[field_type(label = "...")]`, or their
/// names in snake case), or a struct of one unnamed field, which is kept as that is.
#[proc_macro_derive(FieldType, attributes(field_type))]
pub fn field_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    field_type::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
