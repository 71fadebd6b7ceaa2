//! Texts that have a form of their own: addresses of hosts, networks and devices.

use core::net::IpAddr;

use crate::Kind;

/// What is wrong with a text of a kind, if anything is. Databases read many more forms of the same addresses; these are the
/// ones in which they answer.
pub fn problem(kind: Kind, text: &str) -> Option<String> {
    let wrong = match kind {
        Kind::Inet => host(text).is_none().then_some("it is no address, such as 192.168.0.1 or 2001:db8::1/64"),
        Kind::Cidr => (!is_network(text)).then_some("it is no network, such as 192.168.0.0/24, with zeros behind it"),
        Kind::MacAddr => (!is_hardware(text, 6)).then_some("it is no address of six bytes, such as 08:00:2b:01:02:03"),
        Kind::MacAddr8 => {
            (!is_hardware(text, 8)).then_some("it is no address of eight bytes, such as 08:00:2b:01:02:03:04:05")
        }
        _ => None,
    };
    wrong.map(str::to_owned)
}

/// An address and how many bits of it are those of its network.
fn host(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let is_number = |bits: &&str| bits.len() <= 3 && bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits = match bits {
        None => width,
        Some(bits) => Some(bits).filter(is_number)?.parse().ok().filter(|bits| *bits <= width)?,
    };
    Some((address, bits))
}

fn is_network(text: &str) -> bool {
    let Some((address, bits)) = host(text) else { return false };
    match address {
        IpAddr::V4(address) => bits == 32 || address.to_bits() << bits == 0,
        IpAddr::V6(address) => bits == 128 || address.to_bits() << bits == 0,
    }
}

fn is_hardware(text: &str, bytes: usize) -> bool {
    let mut parts = 0;
    text.split(':').all(|part| {
        parts += 1;
        part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit())
    }) && parts == bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for (kind, good, bad) in [
            (
                Kind::Inet,
                &["10.0.0.1", "10.0.0.1/8", "::1", "2001:db8::1/64"][..],
                &["", "10.0.0", "10.0.0.1/33", "::1/+8", "10.0.0.1/"][..],
            ),
            (
                Kind::Cidr,
                &["10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::/32", "::1"],
                &["10.0.0.1/8", "2001:db8::1/64", "x"],
            ),
            (
                Kind::MacAddr,
                &["08:00:2b:01:02:03", "FF:ff:00:00:00:00"],
                &["08:00:2b:01:02", "08:00:2b:01:02:0g", "08002b010203"],
            ),
            (Kind::MacAddr8, &["08:00:2b:01:02:03:04:05"], &["08:00:2b:01:02:03"]),
        ] {
            for text in good {
                assert_eq!(problem(kind, text), None, "{text}");
            }
            for text in bad {
                assert!(problem(kind, text).is_some(), "{text}");
            }
        }
    }
}
