//! Questions to JSON documents, to arrays and to ranges, written as bytes.

use relata_schema::{ErrorKind, Function, RangeOf, Result, SqlType};
use serde_json::Value as Json;

use super::{
    ast::*,
    encode_expr::{Out, Scope},
};

impl Scope<'_> {
    /// A test of a place in a JSON document: what stands there is read as what it is compared with.
    pub(super) fn json_test(
        &self,
        args: &[ExprDoc],
        op: OpDoc,
        right: &OperandDoc,
        out: Out<'_, '_, '_>,
    ) -> Result<()> {
        let named = |name: &str| ExprDoc::Function { name: name.to_owned(), args: args.to_vec(), distinct: false };
        if let (OpDoc::Eq | OpDoc::Is | OpDoc::Ne | OpDoc::IsNot, OperandDoc::Value(Json::Null)) = (op, right) {
            if matches!(op, OpDoc::Eq | OpDoc::Is) {
                out.not();
            }
            return self.expression(&named(Function::JsonPresent.name()), out, None);
        }
        let first = match right {
            OperandDoc::Value(value) => Some(value),
            OperandDoc::List(values) => values.first(),
            OperandDoc::Range(low, _) => match &**low {
                OperandDoc::Value(value) => Some(value),
                _ => None,
            },
            OperandDoc::Expr(_) | OperandDoc::Quantified { .. } => None,
        };
        let function = match first {
            Some(Json::Bool(_)) => Function::JsonBool,
            Some(Json::Number(_)) => Function::JsonNumber,
            Some(Json::String(_)) => Function::JsonText,
            Some(Json::Object(_) | Json::Array(_)) => {
                let message = "a place in a JSON document is compared with a text, a number, a boolean or NULL";
                return Err(self.error(ErrorKind::Unsupported, message).help("ask whether the attribute contains it"));
            }
            _ => {
                let message = "what a place in a JSON document holds is not known before it is compared with a value";
                return Err(self
                    .error(ErrorKind::Request, message)
                    .help("say json_text, json_number or json_boolean of the attribute and the path"));
            }
        };
        self.test(&named(function.name()), op, right, out)
    }

    /// Questions to a JSON document.
    pub(super) fn json_question(
        &self,
        left: &ExprDoc,
        op: OpDoc,
        right: &OperandDoc,
        out: Out<'_, '_, '_>,
    ) -> Result<()> {
        let OperandDoc::Value(value) = right else {
            return Err(self.error(ErrorKind::Request, format!("\"{}\" goes with a value", op.name())));
        };
        let value = ExprDoc::Value(value.clone());
        let (function, args) = match op {
            OpDoc::Contains => (Function::JsonContains, [left.clone(), value]),
            OpDoc::Contained => (Function::JsonContains, [value, left.clone()]),
            OpDoc::AnyKeyExists => (Function::JsonAnyKey, [left.clone(), value]),
            _ => (Function::JsonAllKeys, [left.clone(), value]),
        };
        self.function(function.name(), &args, false, out)
    }

    /// A question to two arrays or ranges. A bare value takes the type of the other side, or of what it holds, or of a
    /// range of it.
    pub(super) fn collection(
        &self,
        function: Function,
        first: &ExprDoc,
        second: &ExprDoc,
        out: Out<'_, '_, '_>,
    ) -> Result<()> {
        let types = (self.type_of(first, out.model)?, self.type_of(second, out.model)?);
        let (left, right) = match types {
            (Some(left), Some(right)) => (left, right),
            (Some(left), None) => {
                let right = match (&left, second) {
                    (SqlType::Range(of), ExprDoc::Value(value)) if !value.is_array() => of.bound(),
                    _ => left.clone(),
                };
                (left, right)
            }
            (None, Some(right)) => {
                let left = RangeOf::of(right.kind()).map_or_else(|| right.clone(), SqlType::Range);
                (left, right)
            }
            (None, None) => {
                let message = format!("\"{}\" is asked of an attribute", function.name());
                return Err(self.error(ErrorKind::Request, message));
            }
        };
        if !function.relates(left.kind(), right.kind()) {
            let message = format!("\"{}\" is not asked of {left} and {right}", function.name());
            let error = self.error(ErrorKind::TypeMismatch, message);
            return Err(error.help("ask it of two arrays or two ranges of one type, or of a range and a value"));
        }
        out.function(function as u8, 2);
        self.expression(first, out, Some(&left))?;
        self.expression(second, out, Some(&right))
    }
}

/// What an operator asks of arrays and ranges, and whether its right side is the one that is asked.
pub(super) fn collection_function(op: OpDoc) -> Option<(Function, bool)> {
    Some(match op {
        OpDoc::Contains => (Function::Contains, false),
        OpDoc::Contained => (Function::Contains, true),
        OpDoc::Overlap => (Function::Overlap, false),
        OpDoc::Adjacent => (Function::Adjacent, false),
        OpDoc::StrictLeft => (Function::StrictLeft, false),
        OpDoc::StrictRight => (Function::StrictRight, false),
        OpDoc::NoExtendRight => (Function::NoExtendRight, false),
        OpDoc::NoExtendLeft => (Function::NoExtendLeft, false),
        _ => return None,
    })
}
