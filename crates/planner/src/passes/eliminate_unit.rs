//! Drops the relation of one row from which a semi-join starts, once what is joined to it must be there.
//!
//! Law: `1 ⋈_p A ≡ σ_p(A)`.
//!
//! The lowering of a condition on edges of several rows starts from one row, so that an edge that is empty takes part
//! as NULLs. When `left_to_inner` has found that NULLs are thrown away, the row has done its work.

use relata_ir::{Ir, JoinKind, Made, RelSource};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "eliminate_unit", concerns: Made::UNIT, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        let joins = ir.joins(select.joins).to_vec();
        let (RelSource::Unit, [first, rest @ ..]) = (ir.rel(select.from).source, joins.as_slice()) else { continue };
        if first.kind != JoinKind::Inner {
            continue;
        }
        select.from = first.rel;
        select.joins = ir.make_joins(rest);
        let conditions: Vec<_> = std::iter::once(first.on).chain(select.filter).collect();
        select.filter = Some(ir.and(&conditions));
        ir.set_select(id, select);
        changed = true;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn one_row_joined_is_none() {
        let text = "r0 = unit\nr1 = t0\ns0 = from r0\n  inner r1 on (eq r1.boss 1)\n  where (eq r1.id 2)\n  columns 1\nroot \
                    s0\n";
        let text = after(super::PASS, text);
        assert!(text.contains("from r1\n  where (and (eq r1.boss 1) (eq r1.id 2))"), "{text}");
        let left = "r0 = unit\nr1 = t0\ns0 = from r0\n  left r1 on (eq r1.boss 1)\n  columns 1\nroot s0\n";
        assert!(after(super::PASS, left).contains("from r0"));
    }
}
