//! Booleans and numbers.

use relata::Value;
use rust_decimal::Decimal;

use crate::values::{Class, Subject, bytes, decimal, noise, text};

pub(crate) fn subjects() -> Vec<Subject> {
    let mut found = vec![
        booleans("boolean"),
        Subject::new("bool").with(Class::Fits, [Value::Null, Value::Bool(true), Value::Bool(false)]),
        integers("smallint", 16),
        integers("integer", 32),
        integers("bigint", 64),
    ];
    found.extend([("tinyint", 8), ("mediumint", 24), ("int", 32)].map(|(ty, bits)| edges(ty, bits)));
    found.push(doubles());
    let decimals_of =
        [(10, 2), (15, 0), (15, 5), (15, 15), (1, 0), (1, 1), (7, 3), (28, 0), (28, 10), (28, 28)].map(decimals);
    found.extend(decimals_of);
    found
}

fn booleans(ty: &str) -> Subject {
    Subject::new(ty).with(Class::Fits, [Value::Null, Value::Bool(true), Value::Bool(false)]).with(
        Class::OtherKind,
        [
            Value::Int(0),
            Value::Int(1),
            Value::Int(2),
            Value::Double(1.0),
            decimal("1"),
            text("true"),
            text("t"),
            text("1"),
            text(""),
            bytes(&[1]),
        ],
    )
}

/// The least and greatest integers of a number of bits.
fn range(bits: u32) -> (i64, i64) {
    let most = i64::MAX >> (64 - bits);
    (-most - 1, most)
}

fn edges(ty: &str, bits: u32) -> Subject {
    let (least, most) = range(bits);
    Subject::new(ty)
        .with(Class::Fits, [Value::Null, Value::Int(0), Value::Int(least), Value::Int(most)])
        .with(Class::Beyond, [Value::Int(least - 1), Value::Int(most + 1)])
}

fn integers(ty: &str, bits: u32) -> Subject {
    let (least, most) = range(bits);
    let powers = (0..bits - 1).step_by(3).flat_map(|power| [1_i64 << power, -(1_i64 << power)]);
    let mut fits: Vec<i64> = vec![0, least, most, least + 1, most - 1];
    fits.extend(powers);
    let mut beyond = Vec::new();
    if bits < 64 {
        beyond.extend([most + 1, least - 1, 2 * most, i64::MAX, i64::MIN]);
    } else {
        // Around the integers that every double has.
        fits.extend([(1 << 53) - 1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1]);
    }
    Subject::new(ty)
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, fits.into_iter().map(Value::Int))
        .with(Class::Beyond, beyond.into_iter().map(Value::Int))
        .with(Class::OtherKind, [Value::Double(1.0), Value::Double(1.5), Value::Double(f64::NAN)])
        .with(Class::OtherKind, [decimal("1"), decimal("1.5"), text("1"), text("")])
        .with(Class::OtherKind, [Value::Bool(true), bytes(&[1])])
}

fn doubles() -> Subject {
    let mut fits = vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        0.2,
        0.1 + 0.2,
        1.0 / 3.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        -f64::from_bits(1),
        f64::EPSILON,
        1.0 + f64::EPSILON,
        9_007_199_254_740_992.0,
        9_007_199_254_740_994.0,
        123_456_789_012_345_680.0,
        1e-7,
        1e15,
        1e16,
        1e17,
        1e21,
        1e22,
        1e23,
        std::f64::consts::PI,
        std::f64::consts::E,
        // Readers of decimal digits that round twice get these wrong.
        10_928_588.983_213_553,
        -1.407_470_518_826_136_4e113,
        -2.302_777_822_816_346_3e146,
        5.780_402_177_141_150_6e-220,
        4.112_476_897_334_989_7e-302,
    ];
    fits.extend((-12..=12).map(|step| 10_f64.powi(step * 25)));
    fits.extend(noise(24).map(f64::from_bits).filter(|double| double.is_finite()));
    Subject::new("double")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, fits.into_iter().map(Value::Double))
        .with(Class::NotANumber, [Value::Double(f64::NAN)])
        .with(Class::Infinite, [f64::INFINITY, f64::NEG_INFINITY].map(Value::Double))
        .with(Class::Converted, [0, 1, -1, 1 << 53, -(1 << 60)].map(Value::Int))
        .with(Class::Converted, ["0.5", "0.1", "-123456.789", "0.000000001"].map(decimal))
        // The nearest double is meant, whichever way leads there.
        .with(Class::Converted, ["0.1234567890123456789012345679", "98765432109876543210.12345678"].map(decimal))
        .with(Class::Inexact, [(1 << 53) + 1, i64::MAX, -(1 << 53) - 1].map(Value::Int))
        .with(Class::OtherKind, [text("1.5"), text("NaN"), Value::Bool(true), bytes(&[1])])
}

/// A number of the smallest units of a decimal.
fn units(count: i128, scale: u32) -> Value {
    Value::Decimal(Decimal::from_i128_with_scale(count, scale))
}

fn decimals((precision, scale): (u32, u32)) -> Subject {
    let beyond = 10_i128.pow(precision);
    let nines = beyond - 1;
    let powers = (0..precision).step_by(2).map(|power| units(10_i128.pow(power), scale));
    let any = noise(5).map(|number| units(i128::from(number) * 1_000_003 % beyond, scale));
    let mut subject = Subject::new(format!("decimal({precision},{scale})"))
        .with(Class::Fits, [Value::Null, Value::Decimal(Decimal::ZERO), units(0, scale)])
        .with(Class::Fits, [units(nines, scale), units(-nines, scale), units(1, scale), units(-1, scale)])
        .with(Class::Fits, powers)
        .with(Class::Fits, any)
        .with(Class::Beyond, [units(beyond, scale), units(-beyond, scale)])
        .with(Class::Inexact, [1e30, -1e30, f64::NAN, f64::INFINITY].map(Value::Double))
        .with(Class::OtherKind, [text("1.5"), Value::Bool(true), bytes(&[1])])
        .with(Class::Converted, [Value::Int(0)]);
    if scale <= 10 {
        let halves = [4, 5, 11, 15, 25, -5].map(|tenths| units(tenths, scale + 1));
        subject = subject.with(Class::Finer, halves);
    }
    if precision <= 10 {
        let last = nines * 10 + 5;
        subject = subject.with(Class::RoundsBeyond, [units(last, scale + 1), units(-last, scale + 1)]);
    }
    if scale >= 1 {
        subject = subject.with(Class::Converted, [Value::Double(0.5)]);
    }
    if precision > scale {
        subject = subject.with(Class::Converted, [Value::Int(1), Value::Int(-1), Value::Double(1.0)]);
    }
    if precision - scale <= 18 {
        let end = 10_i64.pow(precision - scale);
        subject = subject.with(Class::Inexact, [Value::Int(end)]).with(Class::Converted, [Value::Int(end - 1)]);
    }
    subject
}
