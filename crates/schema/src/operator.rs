//! The words that requests and queries share: functions, aggregates, comparisons, patterns.

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $byte:literal => $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$doc])* $variant = $byte,)+
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word for it in documents, messages and the text form of the IR.
            pub fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }

            /// The one of that byte in a shape.
            pub fn from_byte(byte: u8) -> Option<$name> {
                Self::ALL.iter().copied().find(|word| *word as u8 == byte)
            }
        }
    };
}

words! {
    /// A scalar function.
    Function {
        /// Lower case, of ASCII letters at least.
        Lower = 0 => "lower",
        /// Upper case, of ASCII letters at least.
        Upper = 1 => "upper",
        /// Number of characters.
        Length = 2 => "length",
        /// Without spaces at both ends.
        Trim = 3 => "trim",
        /// Absolute value.
        Abs = 4 => "abs",
        /// The first argument that is not NULL.
        Coalesce = 5 => "coalesce",
        /// One text after another; NULL if any is NULL.
        Concat = 6 => "concat",
        /// Sum of two.
        Add = 7 => "add",
        /// Difference of two.
        Sub = 8 => "sub",
        /// Product of two.
        Mul = 9 => "mul",
        /// Quotient of two; of integers it truncates.
        Div = 10 => "div",
    }
}

words! {
    /// An aggregate function.
    Aggregate {
        /// How many rows, or values that are not NULL.
        Count = 0 => "count",
        /// Sum: of integers a 64-bit integer, of decimals a decimal.
        Sum = 1 => "sum",
        /// The least.
        Min = 2 => "min",
        /// The greatest.
        Max = 3 => "max",
        /// The mean, as a double.
        Avg = 4 => "avg",
    }
}

words! {
    /// A comparison.
    Comparison {
        /// Equal.
        Eq = 0 => "eq",
        /// Not equal.
        Ne = 1 => "ne",
        /// Less.
        Lt = 2 => "lt",
        /// Less or equal.
        Lte = 3 => "lte",
        /// Greater.
        Gt = 4 => "gt",
        /// Greater or equal.
        Gte = 5 => "gte",
    }
}

words! {
    /// How a text is matched against a pattern.
    Pattern {
        /// `%` any run, `_` any one character, `\` takes the next as it is. Case matters.
        Like = 0 => "like",
        /// The same, folding the case of ASCII letters at least.
        Ilike = 1 => "ilike",
        /// The text begins with the value, taken literally.
        StartsWith = 2 => "starts_with",
        /// The text ends with the value, taken literally.
        EndsWith = 3 => "ends_with",
        /// The text contains the value, taken literally.
        Substring = 4 => "substring",
    }
}

impl Function {
    /// How many arguments it takes: at least, at most.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Function::Lower | Function::Upper | Function::Length | Function::Trim | Function::Abs => (1, 1),
            Function::Add | Function::Sub | Function::Mul | Function::Div => (2, 2),
            Function::Coalesce | Function::Concat => (2, 32),
        }
    }

    /// Whether its arguments are text.
    pub fn takes_text(self) -> bool {
        matches!(self, Function::Lower | Function::Upper | Function::Length | Function::Trim | Function::Concat)
    }

    /// Whether its arguments are numbers.
    pub fn takes_numbers(self) -> bool {
        matches!(self, Function::Abs | Function::Add | Function::Sub | Function::Mul | Function::Div)
    }
}

impl Comparison {
    /// The comparison with its sides exchanged.
    pub fn flipped(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Lte => Comparison::Gte,
            Comparison::Gt => Comparison::Lt,
            Comparison::Gte => Comparison::Lte,
            same => same,
        }
    }
}
