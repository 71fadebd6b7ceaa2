//! The draft of a derived model: a setter for each field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, Ident, spanned::Spanned};

use crate::model::{Plain, Relation};

/// The name of a model's draft.
pub(crate) fn name(model: &Ident) -> Ident {
    format_ident!("{}Draft", model)
}

pub(crate) fn expand(input: &DeriveInput, plain: &[Plain<'_>], relations: &[Relation<'_>]) -> TokenStream {
    let (model, visibility, draft) = (&input.ident, &input.vis, name(&input.ident));
    let doc = format!("Values of a [`{model}`] that is to be created: a method for each field.");
    let setters = plain.iter().enumerate().map(|(i, field)| {
        let (ident, base, i) = (field.ident, field.base, i as u16);
        let doc = format!("Sets `{ident}`.");
        quote_spanned! {base.span()=>
            #[doc = #doc]
            #[must_use]
            pub fn #ident(mut self, value: impl ::relata::orm::IntoValue<#base>) -> Self {
                self.0.put(#i, ::relata::orm::IntoValue::into_value(value));
                self
            }
        }
    });
    let nested = relations.iter().enumerate().map(|(i, relation)| {
        let (ident, target, i) = (relation.ident, relation.target, i as u16);
        let doc = format!("Creates a record of `{ident}` along with it. Said several times, several.");
        quote_spanned! {target.span()=>
            #[doc = #doc]
            #[must_use]
            pub fn #ident(
                mut self,
                fill: impl ::std::ops::FnOnce(
                    <#target as ::relata::orm::Entity>::Draft,
                ) -> <#target as ::relata::orm::Entity>::Draft,
            ) -> Self {
                let draft = fill(<#target as ::relata::orm::Entity>::draft());
                self.0.nest_at(#i, ::std::convert::Into::into(draft));
                self
            }
        }
    });
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone)]
        #visibility struct #draft(::relata::orm::Draft);

        #[allow(dead_code)]
        impl #draft {
            #(#setters)*
            #(#nested)*
        }

        impl ::std::convert::From<::relata::orm::Draft> for #draft {
            fn from(draft: ::relata::orm::Draft) -> Self {
                #draft(draft)
            }
        }

        impl ::std::convert::From<#draft> for ::relata::orm::Draft {
            fn from(draft: #draft) -> Self {
                draft.0
            }
        }
    }
}
