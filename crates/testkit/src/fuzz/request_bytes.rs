//! The bytes of a request.
//!
//! Only the encoders of relata write these bytes, so bytes that are wrong are a defect and not a mistake of a caller. They
//! must all the same end in an error: what an encoder gets wrong must not cost an application its process.
//!
//! An input begins with seven bytes: the model, the call, the function of an aggregate, its attribute (two), the switches,
//! and the lock. Then each of [`SECTIONS`] follows: the number of its binds, its length (two bytes, the low one first), and
//! its bytes. What is missing at the end is empty.

use relata::{
    DynFind, ErrorKind,
    dialect::Capabilities,
    planner::{Options, Planner},
    request::{Call, Flags, Lock, Request, Section, doc::RequestDoc},
    schema::{Aggregate, Datum},
};

use super::{MODELS, json_of, plans::check_text, roots};

/// The longest input that is looked at.
const LONGEST: usize = 4 * 1024;

/// The sections of an input, in order.
const SECTIONS: [Section; 9] = [
    Section::Include,
    Section::Filter,
    Section::Group,
    Section::Having,
    Section::Order,
    Section::Page,
    Section::Attributes,
    Section::Values,
    Section::Conflict,
];

/// Any bytes have a plan or are refused. A plan has as many placeholders as it asks for.
///
/// # Panics
///
/// When that is not so.
pub fn request_bytes(data: &[u8]) {
    let Some(request) = request_of(data) else { return };
    let mut planner = Planner::new();
    for dialect in relata::dialect::ALL {
        if let Ok(plan) = planner.plan(&request, dialect, &verified()) {
            plan.steps.iter().for_each(|step| check_text(step, dialect));
        }
    }
}

/// The requests of a document have the same plans when they are written as an input and read back. So the inputs are of
/// the form that requests have, and what is found with them is found of requests.
///
/// # Panics
///
/// When that is not so.
pub fn survives_as_bytes(data: &[u8]) {
    let Some(doc) = json_of(data).and_then(|json| RequestDoc::from_json(&json).ok()) else { return };
    for models in MODELS.iter() {
        let Ok(requests) = DynFind::from_doc(models, doc.clone()).requests() else { continue };
        for (_, request) in requests {
            let Some(again) = input_of(&request).as_deref().and_then(request_of) else { continue };
            let (mut one, mut other) = (Vec::new(), Vec::new());
            request.write_key(&mut one);
            again.write_key(&mut other);
            assert_eq!(one, other, "{doc:?}");
            for dialect in relata::dialect::ALL {
                assert_eq!(texts(&request, dialect), texts(&again, dialect), "{doc:?}");
            }
        }
    }
}

fn verified() -> Options {
    Options { verify: true, ..Options::default() }
}

fn texts(request: &Request<'_>, dialect: &'static Capabilities) -> Result<Vec<String>, (ErrorKind, String)> {
    match Planner::new().plan(request, dialect, &verified()) {
        Ok(plan) => Ok(plan.steps.iter().map(|step| step.sql.to_string()).collect()),
        Err(error) => Err((error.kind(), error.to_string())),
    }
}

/// The request that an input is.
fn request_of(data: &[u8]) -> Option<Request<'static>> {
    let data = (data.len() <= LONGEST).then_some(data)?;
    let (&[model, call, function, low, high, switches, lock], mut rest) = data.split_first_chunk::<7>()?;
    let (models, root) = roots().nth(usize::from(model) % roots().count())?;
    let mut request: Request<'static> = Request::new(models.model(&root.name).ok()?);
    let call = match call % 8 {
        0 => Call::Find,
        1 => Call::Count,
        2 => {
            let function = Aggregate::ALL[usize::from(function) % Aggregate::ALL.len()];
            Call::Aggregate(function, u16::from_le_bytes([low, high]))
        }
        3 => Call::Exists,
        4 => Call::Insert,
        5 => Call::Update,
        6 => Call::Delete,
        _ => Call::Truncate { cascade: function & 1 != 0, restart: function & 2 != 0 },
    };
    request.set_flags(Flags {
        call,
        distinct: switches & 1 != 0,
        paranoid: switches & 2 == 0,
        all: switches & 4 != 0,
        scoped: switches & 8 == 0,
        first: switches & 16 != 0,
        lock: lock.checked_sub(1).map(|lock| Lock { strength: lock & 7, wait: lock >> 3 }),
    });
    for section in SECTIONS {
        let Some((&[binds, low, high], tail)) = rest.split_first_chunk::<3>() else { break };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let (bytes, tail) = tail.split_at(length.min(tail.len()));
        rest = tail;
        request.write(section, |out| {
            // What stands before a test is written as it is: the way in for bytes that no encoder has made.
            let place = out.test();
            out.head(place, bytes);
            // The compiler sees how many binds there are, and none of them.
            (0..binds).for_each(|_| out.cell(Datum::Null));
            Ok(())
        });
    }
    Some(request)
}

/// The input that a request is, if it fits into one.
fn input_of(request: &Request<'_>) -> Option<Vec<u8>> {
    let model = roots().position(|(_, model)| model.id == request.root().view().id)?;
    let flags = request.flags();
    let (call, function, attribute) = match flags.call {
        Call::Find => (0, 0, 0),
        Call::Count => (1, 0, 0),
        Call::Aggregate(function, attribute) => (2, function as u8, attribute),
        Call::Exists => (3, 0, 0),
        Call::Insert => (4, 0, 0),
        Call::Update => (5, 0, 0),
        Call::Delete => (6, 0, 0),
        Call::Truncate { cascade, restart } => (7, u8::from(cascade) | u8::from(restart) << 1, 0),
    };
    let switches = u8::from(flags.distinct)
        | u8::from(!flags.paranoid) << 1
        | u8::from(flags.all) << 2
        | u8::from(!flags.scoped) << 3;
    let lock = flags.lock.map_or(0, |lock| 1 + (lock.strength | lock.wait << 3));
    let [low, high] = attribute.to_le_bytes();
    let mut out = vec![u8::try_from(model).ok()?, call, function, low, high, switches, lock];
    for (i, section) in SECTIONS.into_iter().enumerate() {
        // Sections without binds may lie between two of these.
        let end = SECTIONS.get(i + 1).map_or(request.binds().len(), |&next| request.first_bind(next));
        let bytes = request.section(section);
        out.push(u8::try_from(end - request.first_bind(section)).ok()?);
        out.extend_from_slice(&u16::try_from(bytes.len()).ok()?.to_le_bytes());
        out.extend_from_slice(bytes);
    }
    (out.len() <= LONGEST).then_some(out)
}
