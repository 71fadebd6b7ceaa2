//! From models to tables: as yet, the tables that are missing.
//!
//! Comparing with what is there, changing it, and migrations come later; nothing here drops or alters.

use relata_dialect::{
    Capabilities, DecimalForm,
    print::{Writer, create_extension, create_table},
};
use relata_ir::{ColumnDdl, CreateTable, ForeignKeyDdl, IndexDdl, LiteralDdl};
use relata_schema::{AssociationKind, Error, ErrorKind, Kind, ModelView, Result, SqlType};

/// The statements that create the tables of some models where they are missing, those that others refer to first.
///
/// # Errors
///
/// A type that the database does not keep, or foreign keys that go in a circle.
pub fn create_missing(models: &[ModelView<'_>], dialect: &'static Capabilities) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for model in models {
        model.check().map_err(|error| error.at(&model.name))?;
    }
    let mut installed = Vec::new();
    for model in in_order(models)? {
        for extension in model.attributes.iter().filter_map(|attribute| (dialect.types.extension)(&attribute.ty)) {
            if !installed.contains(&extension) {
                let (mut sql, mut spelled) = (String::new(), relata_dialect::print::Scratch::default());
                create_extension(&mut Writer::new(dialect, &mut sql, &mut spelled), extension);
                statements.push(sql);
                installed.push(extension);
            }
        }
        let table = table(model, models, dialect).map_err(|error| error.at(&model.name))?;
        let (mut sql, mut spelled) = (String::new(), relata_dialect::print::Scratch::default());
        create_table(&mut Writer::new(dialect, &mut sql, &mut spelled), &table);
        statements.push(sql);
        for index in &model.indexes {
            if !index.unique && dialect.types.index_if_missing {
                statements.push(index_sql(model, index, dialect));
            }
        }
    }
    Ok(statements)
}

fn index_sql(model: ModelView<'_>, index: &relata_schema::Index, dialect: &'static Capabilities) -> String {
    let IndexDdl { name, columns } = index_ddl(model, index, dialect);
    let (mut sql, mut spelled) = (String::new(), relata_dialect::print::Scratch::default());
    relata_dialect::print::create_index(
        &mut Writer::new(dialect, &mut sql, &mut spelled),
        &name,
        &model.table,
        &columns,
    );
    sql
}

fn index_ddl<'a>(model: ModelView<'a>, index: &relata_schema::Index, dialect: &'static Capabilities) -> IndexDdl<'a> {
    let columns: Vec<&str> =
        index.attributes.iter().map(|&a| model.def().attributes[usize::from(a)].column.as_str()).collect();
    let name = index.name.clone().unwrap_or_else(|| {
        let mut name = format!("{}_{}", model.table, columns.join("_"));
        if name.len() > dialect.identifier_bytes {
            let end = (0..=dialect.identifier_bytes).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
            name.truncate(end);
        }
        name
    });
    IndexDdl { name, columns }
}

/// Models that others refer to come first. A model may refer to itself.
fn in_order<'a>(models: &[ModelView<'a>]) -> Result<Vec<ModelView<'a>>> {
    let mut rest: Vec<ModelView<'a>> = models.to_vec();
    let mut done: Vec<ModelView<'a>> = Vec::new();
    while !rest.is_empty() {
        let mut next = None;
        for (i, model) in rest.iter().enumerate() {
            let waits =
                referred(*model)?.into_iter().any(|id| id != model.id && rest.iter().any(|other| other.id == id));
            if !waits {
                next = Some(i);
                break;
            }
        }
        let Some(next) = next else {
            let names: Vec<&str> = rest.iter().map(|model| model.name.as_str()).collect();
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "the foreign keys of {} go in a circle, which creating tables cannot close yet",
                    names.join(", ")
                ),
            )
            .help("create these tables in SQL"));
        };
        done.push(rest.remove(next));
    }
    Ok(done)
}

/// The models that a model's own foreign keys refer to.
fn referred(model: ModelView<'_>) -> Result<Vec<u64>> {
    (0u16..)
        .zip(&model.def().associations)
        .filter(|(_, association)| association.kind == AssociationKind::BelongsTo)
        .map(|(index, _)| model.target(index).map(|target| target.id))
        .collect()
}

fn table<'a>(
    model: ModelView<'a>,
    models: &[ModelView<'a>],
    dialect: &'static Capabilities,
) -> Result<CreateTable<'a>> {
    let def = model.def();
    let name = |attribute: &u16| def.attributes[usize::from(*attribute)].column.as_str();
    let mut columns = Vec::new();
    for attribute in &def.attributes {
        if !(dialect.types.keeps)(&attribute.ty) {
            return Err(Error::new(ErrorKind::Unsupported, format!("{} has no type {}", dialect.name, attribute.ty))
                .at(format!("{}.{}", def.name, attribute.name))
                .help(instead_of(&attribute.ty)));
        }
        if let (SqlType::Decimal { precision, .. }, DecimalForm::Affinity { digits }) = (&attribute.ty, dialect.decimal)
            && *precision > digits
        {
            let message =
                format!("{} keeps {digits} significant digits, and {} has {precision}", dialect.name, attribute.ty);
            return Err(Error::new(ErrorKind::Unsupported, message)
                .at(format!("{}.{}", def.name, attribute.name))
                .help("keep it as an integer of the smallest unit, or as text"));
        }
        columns.push(ColumnDdl {
            name: &attribute.column,
            ty: &attribute.ty,
            null: attribute.null,
            auto_increment: attribute.auto_increment,
            default: attribute.default.as_ref().map(LiteralDdl),
        });
    }
    let mut foreign_keys = Vec::new();
    for (index, association) in (0u16..).zip(&def.associations) {
        if association.kind != AssociationKind::BelongsTo {
            continue;
        }
        let (link, target) = (model.link(index)?, model.target(index)?);
        if !models.iter().any(|other| other.id == target.id) {
            continue;
        }
        let key = ForeignKeyDdl {
            columns: link.source.iter().map(name).collect(),
            table: &target.def().table,
            references: link.target.iter().map(|&a| target.def().attributes[usize::from(a)].column.as_str()).collect(),
            on_delete: association.on_delete.as_deref(),
        };
        if !foreign_keys.contains(&key) {
            foreign_keys.push(key);
        }
    }
    Ok(CreateTable {
        table: &def.table,
        if_missing: true,
        columns,
        primary_key: def.primary_key.iter().map(name).collect(),
        unique: def.unique[1..].iter().map(|set| set.iter().map(name).collect()).collect(),
        indexes: model
            .indexes
            .iter()
            .filter(|index| !index.unique)
            .map(|index| index_ddl(model, index, dialect))
            .collect(),
        foreign_keys,
    })
}

/// A type that every database has.
fn instead_of(ty: &SqlType) -> &'static str {
    match ty.kind() {
        Kind::Decimal => "say how many digits it has, as in decimal(15,2)",
        Kind::UnsignedBigInt => "use bigint, or decimal(20,0)",
        Kind::CiText => "use text, and compare it with ilike",
        kind if kind.element().is_some() => "use json, or a table of its own",
        kind if kind.bound().is_some() => "use two attributes, for its bounds",
        Kind::Hstore | Kind::Geometry | Kind::Geography => "use json",
        _ => "use text",
    }
}
