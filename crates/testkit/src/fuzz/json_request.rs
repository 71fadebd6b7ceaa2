//! The JSON document of a request.

use relata::{DynFind, ErrorKind, request::doc::RequestDoc};

use super::{MODELS, accepted, json_of, plans::planned_everywhere};

/// The most statements of one document that are planned. A create of rows without any value has one for each row, and
/// they are all alike.
const STATEMENTS: usize = 8;

/// A document that is read survives being written and read again, and for every database it has a plan or is refused.
///
/// # Panics
///
/// When that is not so.
pub fn json_request(data: &[u8]) {
    let Some(json) = json_of(data) else { return };
    let Some(doc) = accepted(RequestDoc::from_json(&json), "reading it") else { return };
    survives(&doc);
    for models in MODELS.iter().filter(|models| models.view(&doc.model).is_some()) {
        let Some(requests) = accepted(DynFind::from_doc(models, doc.clone()).requests(), &json) else { continue };
        requests.iter().take(STATEMENTS).for_each(|(_, request)| planned_everywhere(request));
    }
}

fn survives(doc: &RequestDoc) {
    let written = doc.to_json();
    match RequestDoc::from_json(&written) {
        Ok(again) => assert_eq!(again, *doc, "{written}"),
        // An array of conditions is written as an "and", which is one level deeper: at the limit that is one too many.
        Err(error) if error.kind() == ErrorKind::LimitExceeded => {}
        Err(error) => panic!("{error:?}: {written}"),
    }
}
