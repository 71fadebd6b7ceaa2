//! Places in JSON documents: the path becomes what the database calls one, on its way there.

use relata_dialect::{Capabilities, JsonForm};
use relata_ir::{BindDef, Expr, ExprId, Ir, Made, Transform};
use relata_schema::{Error, ErrorKind, Function, Parameter, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "json", concerns: Made::CALL, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let (mut changed, mut refused) = (false, None);
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::Call(function, arguments) = ir.expr(expr) else { return expr };
            if function == Function::JsonContains && dialect.json == JsonForm::TypeOfPath {
                refused = Some("does not tell whether a JSON document contains another");
            }
            let transform = match (function.parameter(1), dialect.json) {
                (Parameter::Path | Parameter::Keys, JsonForm::Jsonb) => Transform::JsonLegs,
                (Parameter::Path, JsonForm::TypeOfPath) => Transform::JsonPath { escapes: false },
                (Parameter::Path, JsonForm::TypeOfExtract) => Transform::JsonPath { escapes: true },
                _ => return expr,
            };
            let &[document, path] = ir.exprs(arguments) else { return expr };
            let Expr::Bind(bind) = ir.expr(path) else {
                refused = Some("takes a path in a JSON document as a value only");
                return expr;
            };
            let bind = ir.bind(bind);
            if bind.transform == transform {
                return expr;
            }
            changed = true;
            let path: ExprId = ir.bind_expr(BindDef { transform, ..bind });
            ir.call(function, &[document, path])
        });
    }
    match refused {
        Some(message) => Err(Error::new(ErrorKind::Unsupported, format!("{} {message}", dialect.name))
            .help("ask for places in the document: \"attribute.key\"")),
        None => Ok(changed),
    }
}
