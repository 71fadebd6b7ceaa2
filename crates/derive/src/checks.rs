//! `#[column(validate(email, len(3..=254)))]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Expr, Lit, LitInt, LitStr, Path, RangeLimits, Result, Token, Type, meta::ParseNestedMeta, punctuated::Punctuated,
};

/// A rule for the values of a field.
pub(crate) enum Check {
    Len(LitInt, Option<LitInt>),
    Min(Lit),
    Max(Lit),
    Is(LitStr),
    IsNot(LitStr),
    Email,
    Url,
    NotEmpty,
    In(Vec<Lit>),
    NotIn(Vec<Lit>),
    Custom(Path),
}

pub(crate) fn parse(meta: &ParseNestedMeta<'_>) -> Result<Check> {
    let is = |name: &str| meta.path.is_ident(name);
    let list = || -> Result<Vec<Lit>> {
        let inner;
        syn::parenthesized!(inner in meta.input);
        Ok(Punctuated::<Lit, Token![,]>::parse_terminated(&inner)?.into_iter().collect())
    };
    Ok(if is("email") {
        Check::Email
    } else if is("url") {
        Check::Url
    } else if is("not_empty") {
        Check::NotEmpty
    } else if is("len") {
        let inner;
        syn::parenthesized!(inner in meta.input);
        length(inner.parse()?)?
    } else if is("min") {
        Check::Min(meta.value()?.parse()?)
    } else if is("max") {
        Check::Max(meta.value()?.parse()?)
    } else if is("is") {
        Check::Is(meta.value()?.parse()?)
    } else if is("not") {
        Check::IsNot(meta.value()?.parse()?)
    } else if is("in") {
        Check::In(list()?)
    } else if is("not_in") {
        Check::NotIn(list()?)
    } else if is("custom") {
        Check::Custom(meta.value()?.parse()?)
    } else {
        return Err(meta.error(
            "a field is validated by: email, url, not_empty, len(3..=254), min = 0, max = 9, is = \"regex\", not = \"regex\", \
             in(...), not_in(...), custom = function",
        ));
    })
}

/// `3..=254`, `3..`, `..=254`, or `5` for exactly so many.
fn length(expr: Expr) -> Result<Check> {
    let number = |expr: &Expr| match expr {
        Expr::Lit(syn::ExprLit { lit: Lit::Int(number), .. }) => Ok(number.clone()),
        other => Err(syn::Error::new_spanned(other, "a length is a number")),
    };
    let zero = || LitInt::new("0", proc_macro2::Span::call_site());
    match &expr {
        Expr::Lit(_) => {
            let exactly = number(&expr)?;
            Ok(Check::Len(exactly.clone(), Some(exactly)))
        }
        Expr::Range(range) if range.end.is_none() || matches!(range.limits, RangeLimits::Closed(_)) => Ok(Check::Len(
            range.start.as_deref().map_or_else(|| Ok(zero()), number)?,
            range.end.as_deref().map(number).transpose()?,
        )),
        other => Err(syn::Error::new_spanned(other, "a length is written 3..=254, 3.. or ..=254")),
    }
}

/// The calls on the attribute's builder.
pub(crate) fn expand(checks: &[Check], base: &Type) -> Vec<TokenStream> {
    let value = |lit: &Lit| match lit {
        Lit::Str(text) => quote!(::relata::schema::Value::from(::std::string::String::from(#text))),
        other => quote!(::relata::schema::Value::from(#other as #base)),
    };
    let rule = |check: &Check| match check {
        Check::Len(min, max) => {
            let max = match max {
                Some(max) => quote!(::std::option::Option::Some(#max)),
                None => quote!(::std::option::Option::None),
            };
            quote!(Len { min: #min, max: #max })
        }
        Check::Min(least) => {
            let least = value(least);
            quote!(Min(#least))
        }
        Check::Max(most) => {
            let most = value(most);
            quote!(Max(#most))
        }
        Check::Is(text) => quote!(Is(::relata::schema::PatternText::declared(#text))),
        Check::IsNot(text) => quote!(IsNot(::relata::schema::PatternText::declared(#text))),
        Check::Email => quote!(Email),
        Check::Url => quote!(Url),
        Check::NotEmpty => quote!(NotEmpty),
        Check::In(values) => {
            let values = values.iter().map(value);
            quote!(In(::std::vec![#(#values),*]))
        }
        Check::NotIn(values) => {
            let values = values.iter().map(value);
            quote!(NotIn(::std::vec![#(#values),*]))
        }
        Check::Custom(function) => {
            let name = function.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            quote!(Custom { name: ::std::string::String::from(#name), check: #function })
        }
    };
    checks
        .iter()
        .map(|check| {
            let rule = rule(check);
            quote!(attribute.check(::relata::schema::Rule::#rule);)
        })
        .collect()
}
