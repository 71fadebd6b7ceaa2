//! `#[derive(Projection)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Path, Result};

use crate::attributes::inside;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let (Data::Struct(data), projection) = (&input.data, &input.ident) else {
        return Err(Error::new_spanned(&input.ident, "a projection is a struct with named fields"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a projection is a struct with named fields"));
    };
    let attribute = input.attrs.iter().find(|attribute| attribute.path().is_ident("projection"));
    let Some(attribute) = attribute else {
        return Err(Error::new_spanned(&input.ident, "say of which model: #[projection(User)]"));
    };
    let model: Path = attribute.parse_args()?;
    let mut names = Vec::new();
    let mut reads = Vec::new();
    let mut raw = Vec::new();
    for (i, field) in fields.named.iter().enumerate() {
        let Some(ident) = &field.ident else { continue };
        if inside(&field.ty, "One").or(inside(&field.ty, "Many")).is_some() {
            return Err(Error::new_spanned(&field.ty, "a projection has plain fields; relations belong to records"));
        }
        let ty = &field.ty;
        names.push(ident.to_string().trim_start_matches("r#").to_owned());
        reads.push(quote!(#ident: ::relata::orm::__column::<#ty>(slot, row, #i)?));
        let name = ident.to_string().trim_start_matches("r#").to_owned();
        raw.push(quote!(#ident: ::relata::orm::__by_name::<#ty>(row, #name)?));
    }
    Ok(quote! {
        impl ::relata::orm::Projection for #projection {
            type Model = #model;
            const ATTRIBUTES: &'static [&'static str] = &[#(#names),*];
        }

        impl ::relata::orm::FromRow for #projection {
            fn from_row(
                slot: &::relata::planner::Slot,
                row: &dyn ::relata::driver::Row,
            ) -> ::relata::schema::Result<Self> {
                ::std::result::Result::Ok(#projection { #(#reads,)* })
            }
        }

        impl ::relata::orm::FromRawRow for #projection {
            fn from_raw(row: &dyn ::relata::driver::Row) -> ::relata::schema::Result<Self> {
                ::std::result::Result::Ok(#projection { #(#raw,)* })
            }
        }
    })
}
