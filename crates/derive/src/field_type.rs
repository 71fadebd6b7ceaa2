//! `#[derive(FieldType)]`

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, LitStr, Result, Type};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    if let Some(generic) = input.generics.params.first() {
        return Err(Error::new_spanned(generic, "the type of a field has no generic parameters"));
    }
    match &input.data {
        Data::Enum(data) => labels(input, data),
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => newtype(input, &fields.unnamed[0].ty),
            _ => Err(Error::new_spanned(
                &input.ident,
                "the type of a field is an enum, or a struct of one unnamed field",
            )),
        },
        Data::Union(_) => {
            Err(Error::new_spanned(&input.ident, "the type of a field is an enum, or a struct of one unnamed field"))
        }
    }
}

/// An enum of labels: kept as text that is one of them.
fn labels(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let ty = &input.ident;
    let mut variants = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a variant is a label, and holds nothing"));
        }
        let mut label = variant.ident.to_string().trim_start_matches("r#").to_snake_case();
        for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("field_type")) {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("label") {
                    return Err(meta.error("a variant has: label = \"...\""));
                }
                label = meta.value()?.parse::<LitStr>()?.value();
                Ok(())
            })?;
        }
        if labels.contains(&label) {
            return Err(Error::new_spanned(variant, format!("two variants have the label \"{label}\"")));
        }
        variants.push(&variant.ident);
        labels.push(label);
    }
    if labels.is_empty() {
        return Err(Error::new_spanned(ty, "an enum of labels has at least one"));
    }
    let known = labels.join(", ");
    let common = common(ty);
    Ok(quote! {
        impl #ty {
            /// The text that the database keeps.
            pub fn label(&self) -> &'static str {
                match self {
                    #(#ty::#variants => #labels,)*
                }
            }
        }

        impl ::relata::request::typed::SqlValue for #ty {
            const KIND: ::relata::schema::Kind = ::relata::schema::Kind::Text;

            fn sql_type() -> ::std::option::Option<::relata::schema::SqlType> {
                ::std::option::Option::Some(::relata::schema::SqlType::Enum(
                    [#(#labels),*].into_iter().map(::std::borrow::ToOwned::to_owned).collect(),
                ))
            }
        }

        impl ::std::convert::From<#ty> for ::relata::schema::Datum<'_> {
            fn from(value: #ty) -> Self {
                ::relata::schema::Datum::from(value.label())
            }
        }

        impl ::relata::orm::ToDatum for #ty {
            fn to_datum(&self) -> ::relata::schema::Datum<'_> {
                ::relata::schema::Datum::from(self.label())
            }
        }

        impl ::relata::orm::FromDatum for #ty {
            const KIND: ::relata::schema::Kind = ::relata::schema::Kind::Text;

            fn from_datum(datum: ::relata::schema::Datum<'_>) -> ::relata::schema::Result<Self> {
                let text = <::std::string::String as ::relata::orm::FromDatum>::from_datum(datum)?;
                match text.as_str() {
                    #(#labels => ::std::result::Result::Ok(#ty::#variants),)*
                    other => ::std::result::Result::Err(::relata::schema::Error::new(
                        ::relata::schema::ErrorKind::Decode,
                        ::std::format!("\"{other}\" is none of the labels {}", #known),
                    )),
                }
            }
        }

        #common
    })
}

/// A type of its own around one that a field can have.
fn newtype(input: &DeriveInput, inner: &Type) -> Result<TokenStream> {
    let ty = &input.ident;
    let common = common(ty);
    Ok(quote! {
        impl ::relata::request::typed::SqlValue for #ty {
            const KIND: ::relata::schema::Kind = <#inner as ::relata::request::typed::SqlValue>::KIND;

            fn sql_type() -> ::std::option::Option<::relata::schema::SqlType> {
                <#inner as ::relata::request::typed::SqlValue>::sql_type()
            }
        }

        impl ::std::convert::From<#ty> for ::relata::schema::Datum<'_> {
            fn from(value: #ty) -> Self {
                ::relata::schema::Datum::from(value.0)
            }
        }

        impl ::relata::orm::ToDatum for #ty {
            fn to_datum(&self) -> ::relata::schema::Datum<'_> {
                ::relata::orm::ToDatum::to_datum(&self.0)
            }
        }

        impl ::relata::orm::FromDatum for #ty {
            const KIND: ::relata::schema::Kind = <#inner as ::relata::orm::FromDatum>::KIND;

            fn from_datum(datum: ::relata::schema::Datum<'_>) -> ::relata::schema::Result<Self> {
                <#inner as ::relata::orm::FromDatum>::from_datum(datum).map(#ty)
            }
        }

        #common
    })
}

fn common(ty: &syn::Ident) -> TokenStream {
    quote! {
        impl ::relata::orm::IntoValue<#ty> for #ty {
            fn into_value(self) -> ::relata::schema::Value {
                ::relata::schema::Datum::from(self).into_owned()
            }
        }

        impl<'q, M> ::relata::request::typed::Operand<'q, M, #ty> for #ty {
            fn write(self, out: &mut ::relata::request::Encoder<'_, 'q>) -> ::relata::schema::Result<()> {
                out.value(::relata::schema::Datum::from(self));
                ::std::result::Result::Ok(())
            }
        }
    }
}
