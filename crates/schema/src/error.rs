//! The one error type of relata.
//!
//! It lives in the lowest crate so that every layer returns it as it is. An error is a box of eight bytes: a `Result`
//! stays small on the paths where nothing fails.

use std::fmt;

/// The result of everything in relata that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure an [`Error`] reports.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A model, attribute or association is declared wrongly.
    Schema,
    /// A model of that name is not known.
    UnknownModel,
    /// The model has no attribute of that name.
    UnknownAttribute,
    /// The model has no association of that name.
    UnknownAssociation,
    /// The request contradicts itself or asks for something that has no meaning.
    Request,
    /// A value does not fit the type of the column that it meets.
    TypeMismatch,
    /// The database cannot do this; the message names the feature and what to do instead.
    Unsupported,
    /// A limit of relata or of the server would be exceeded.
    LimitExceeded,
    /// A relation of a record was read that no include has loaded.
    NotLoaded,
    /// No row was found where one was required.
    NotFound,
    /// A connection could not be made, or was lost.
    Connection,
    /// No connection became free in time.
    PoolTimeout,
    /// The thread already holds the only connection of the pool.
    NestedAcquire,
    /// The connection is busy: its rows are still being read.
    ConnectionBusy,
    /// A unique constraint was violated.
    UniqueViolation,
    /// A foreign key constraint was violated.
    ForeignKeyViolation,
    /// A value that must be given was null.
    NotNullViolation,
    /// A check constraint was violated.
    CheckViolation,
    /// The values of a record are not what its model allows; see [`Error::failures`].
    Validation,
    /// The row has been written by somebody else since the record was read.
    Stale,
    /// Two transactions would have waited for one another for ever.
    Deadlock,
    /// What the transaction has read was changed by another.
    Serialization,
    /// The database is being written by somebody else.
    Busy,
    /// A lock was not granted, or a statement not done, in time.
    Timeout,
    /// The transaction cannot be used: it has ended, it has failed, or one within it is still open.
    Transaction,
    /// The transaction was rolled back although it was told to commit: an error within it was passed over.
    RolledBack,
    /// A callback that runs after a transaction failed. The transaction itself has ended as it should.
    Callback,
    /// The application's own code said no; see [`Error::application`].
    Application,
    /// The database refused the statement for another reason.
    Database,
    /// A row could not be read as the type that was asked for.
    Decode,
    /// A document is not what it should be.
    Document,
    /// Two parts of relata disagree. Please report it.
    Internal,
}

impl ErrorKind {
    /// The name used in the JSON form of an error, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::UnknownModel => "unknown_model",
            Self::UnknownAttribute => "unknown_attribute",
            Self::UnknownAssociation => "unknown_association",
            Self::Request => "request",
            Self::TypeMismatch => "type_mismatch",
            Self::Unsupported => "unsupported",
            Self::LimitExceeded => "limit_exceeded",
            Self::NotLoaded => "not_loaded",
            Self::NotFound => "not_found",
            Self::Connection => "connection",
            Self::PoolTimeout => "pool_timeout",
            Self::NestedAcquire => "nested_acquire",
            Self::ConnectionBusy => "connection_busy",
            Self::UniqueViolation => "unique_violation",
            Self::ForeignKeyViolation => "foreign_key_violation",
            Self::NotNullViolation => "not_null_violation",
            Self::CheckViolation => "check_violation",
            Self::Validation => "validation",
            Self::Stale => "stale",
            Self::Deadlock => "deadlock",
            Self::Serialization => "serialization",
            Self::Busy => "busy",
            Self::Timeout => "timeout",
            Self::Transaction => "transaction",
            Self::RolledBack => "rolled_back",
            Self::Callback => "callback",
            Self::Application => "application",
            Self::Database => "database",
            Self::Decode => "decode",
            Self::Document => "document",
            Self::Internal => "internal",
        }
    }

    /// Whether the database itself said no (or could not be reached), rather than relata.
    pub fn is_database(self) -> bool {
        matches!(
            self,
            Self::Connection
                | Self::PoolTimeout
                | Self::UniqueViolation
                | Self::ForeignKeyViolation
                | Self::NotNullViolation
                | Self::CheckViolation
                | Self::Deadlock
                | Self::Serialization
                | Self::Busy
                | Self::Timeout
                | Self::Database
        )
    }
}

/// Whether a statement that failed took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing left this process.
    NotSent,
    /// The server refused it, or it died inside a transaction that the server rolls back.
    NotApplied,
    /// The connection was lost after the statement was sent and before its answer came.
    Unknown,
    /// It took effect; something after it failed.
    Applied,
}

/// What may be repeated after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same statement may be sent again.
    Statement,
    /// The whole transaction must be run again.
    Transaction,
    /// Repeating will not help.
    Never,
}

/// What became of the connection on which a statement failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFate {
    /// It is usable and went back to the pool.
    Kept,
    /// It was closed.
    Discarded,
}

/// What went wrong, where in the user's own terms, and what to do about it.
///
/// ```
/// use relata_schema::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::UnknownAttribute, "model User has no attribute \"emial\"")
///     .at("Post.include(author).where")
///     .help("did you mean \"email\"?");
/// assert_eq!(
///     error.to_string(),
///     "Post.include(author).where: model User has no attribute \"emial\"; did you mean \"email\"?"
/// );
/// ```
pub struct Error(Box<ErrorData>);

const _: () = assert!(size_of::<Error>() == 8);

struct ErrorData {
    kind: ErrorKind,
    message: String,
    path: String,
    help: Option<String>,
    sql: Option<String>,
    code: Option<String>,
    outcome: Outcome,
    retry: Retry,
    connection: ConnectionFate,
    constraint: Option<Box<Constraint>>,
    failures: Vec<Failure>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The constraint that a statement violated, as far as the database says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Constraint {
    /// Its name.
    pub name: Option<String>,
    /// The table.
    pub table: Option<String>,
    /// The columns.
    pub columns: Vec<String>,
    /// The attributes of the model that the columns are.
    pub attributes: Vec<String>,
}

/// One thing that is wrong with the values of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The attribute, or the name of the rule where it concerns several.
    pub path: String,
    /// The rule, `len` or `email`.
    pub rule: String,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Error {
    /// A failure of the given kind. The message is one sentence without a full stop.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorData {
            kind,
            message: message.into(),
            path: String::new(),
            help: None,
            sql: None,
            code: None,
            outcome: Outcome::NotSent,
            retry: Retry::Never,
            connection: ConnectionFate::Kept,
            constraint: None,
            failures: Vec::new(),
            source: None,
        }))
    }

    /// An inconsistency inside relata. It is an error and never a panic, because a caller must not pay for our mistake
    /// with its process.
    #[cold]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message).help("this is a defect in relata; please report it with the request")
    }

    /// An error of the application's own, to be returned from a transaction, a hook or a validator. It comes out as it
    /// is: [`source`](std::error::Error::source) leads to it.
    #[cold]
    pub fn application(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::new(ErrorKind::Application, error.to_string()).because(error)
    }

    /// What is wrong with the values of a record, all of it at once.
    #[cold]
    pub fn validation(failures: Vec<Failure>) -> Self {
        let sentences: Vec<String> =
            failures.iter().map(|failure| format!("{}: {}", failure.path, failure.message)).collect();
        let mut error = Self::new(ErrorKind::Validation, sentences.join(", "));
        error.0.failures = failures;
        error
    }

    /// The same error once more, without its source: an error that many calls are answered with.
    #[cold]
    pub fn again(&self) -> Self {
        let data = &self.0;
        Self(Box::new(ErrorData {
            kind: data.kind,
            message: data.message.clone(),
            path: data.path.clone(),
            help: data.help.clone(),
            sql: data.sql.clone(),
            code: data.code.clone(),
            outcome: data.outcome,
            retry: data.retry,
            connection: data.connection,
            constraint: data.constraint.clone(),
            failures: data.failures.clone(),
            source: None,
        }))
    }

    /// Says where: a model path such as `Post.include(author).where`. A path that is already set is kept, since the
    /// innermost place knows best.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<str>) -> Self {
        if self.0.path.is_empty() {
            self.0.path = path.as_ref().to_owned();
        }
        self
    }

    /// Says where, in place of what has been said: of an error that comes from within something larger.
    #[must_use]
    pub fn moved(mut self, path: impl Into<String>) -> Self {
        self.0.path = path.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Proposes the nearest of the known names, or lists them when none is near.
    #[must_use]
    pub fn near<'n>(self, wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(wrong, known.iter().copied()) {
            Some(name) => self.help(format!("did you mean \"{name}\"?")),
            None if known.is_empty() => self.help("it has none"),
            None if known.len() <= 12 => self.help(format!("it has: {}", known.join(", "))),
            None => self,
        }
    }

    /// Keeps the statement that failed. Bind values are never part of it.
    #[must_use]
    pub fn sql(mut self, sql: &str) -> Self {
        self.0.sql.get_or_insert_with(|| sql.to_owned());
        self
    }

    /// Keeps the database's own code (SQLSTATE or an extended result code).
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Says what the failure means for the statement, a retry, and the connection.
    #[must_use]
    pub fn fate(mut self, outcome: Outcome, retry: Retry, connection: ConnectionFate) -> Self {
        (self.0.outcome, self.0.retry, self.0.connection) = (outcome, retry, connection);
        self
    }

    /// Says what became of the statement, where more is known than the driver knew.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// Keeps the constraint that was violated.
    #[must_use]
    pub fn constraint_of(mut self, constraint: Constraint) -> Self {
        self.0.constraint = Some(Box::new(constraint));
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The sentence that says what is wrong, without path and help.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The place in the model or request, empty when there is none.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The statement that failed, where one was sent or prepared.
    pub fn statement(&self) -> Option<&str> {
        self.0.sql.as_deref()
    }

    /// The database's own code.
    pub fn database_code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The constraint that was violated.
    pub fn constraint(&self) -> Option<&Constraint> {
        self.0.constraint.as_deref()
    }

    /// What is wrong with the values of a record, all of it.
    pub fn failures(&self) -> &[Failure] {
        &self.0.failures
    }

    /// Whether the statement took effect.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// What may be repeated.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// What became of the connection.
    pub fn connection(&self) -> ConnectionFate {
        self.0.connection
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind == ErrorKind::Internal {
            return write!(f, "{}: {}", self.0.path, self.0.message);
        }
        if !self.0.path.is_empty() {
            write!(f, "{}: ", Shown(&self.0.path))?;
        }
        write!(f, "{}", Shown(&self.0.message))?;
        match &self.0.help {
            Some(help) => write!(f, "; {}", Shown(help)),
            None => Ok(()),
        }
    }
}

/// A text as it may stand in a log and on a terminal: what would end a line, move a cursor or turn the direction of
/// writing is escaped, and what is very long is cut.
struct Shown<'t>(&'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 2_000;
        let obeyed = |c: char| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let mut rest = self.0;
        if let Some((end, _)) = rest.char_indices().nth(LONGEST) {
            rest = &rest[..end];
        }
        let cut = rest.len() < self.0.len();
        while let Some(at) = rest.find(obeyed) {
            f.write_str(&rest[..at])?;
            let mut characters = rest[at..].chars();
            if let Some(c) = characters.next() {
                write!(f, "{}", c.escape_default())?;
            }
            rest = characters.as_str();
        }
        f.write_str(rest)?;
        if cut { f.write_str("...") } else { Ok(()) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({self})", self.0.kind)?;
        if let Some(sql) = &self.0.sql {
            write!(f, "\n  sql: {sql}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The known name nearest to a wrong one, if any is near enough to be a slip.
pub fn nearest<'n>(wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    /// No name is longer, and comparing takes time with the length.
    const LONGEST: usize = 256;
    if wrong.len() > LONGEST {
        return None;
    }
    let folded = wrong.to_lowercase().replace('_', "");
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase().replace('_', "")), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count().min(wrong.chars().count()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
