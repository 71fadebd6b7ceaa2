//! Whether a connection is encrypted, and whom it trusts.

use std::path::PathBuf;

use postgres::{Client, Config, NoTls};
use relata_schema::{Error, ErrorKind, Result};

use crate::error;

/// How a connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Not at all.
    Off,
    /// Encrypted; the certificate and the name of the server are verified.
    VerifyFull {
        /// The certificates that are trusted; those of the system when there are none.
        roots: Option<PathBuf>,
    },
}

/// Takes what concerns encryption out of a URL: the `postgres` crate knows half of it.
pub(crate) fn split(url: &str) -> Result<(String, Tls)> {
    let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), Tls::Off)) };
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => roots = Some(PathBuf::from(value)),
            _ => rest.push(pair),
        }
    }
    let tls = match mode {
        None | Some("disable") if roots.is_none() => Tls::Off,
        Some("verify-full") => Tls::VerifyFull { roots },
        _ => {
            // Only words that are known are repeated: where nobody has escaped a password, this may be the end of it.
            let said = match mode {
                None | Some("disable") => "disable with sslrootcert",
                Some(known @ ("allow" | "prefer" | "require" | "verify-ca")) => known,
                Some(_) => "what the URL says",
            };
            let message = format!("sslmode={said} is not offered");
            return Err(Error::new(ErrorKind::Connection, message)
                .help("say verify-full, which verifies certificate and name, or disable"));
        }
    };
    let plain = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    Ok((plain, tls))
}

pub(crate) fn connect(config: &Config, tls: &Tls) -> Result<Client> {
    match tls {
        Tls::Off => {
            let mut config = config.clone();
            config.ssl_mode(postgres::config::SslMode::Disable);
            config.connect(NoTls).map_err(|error| error::connecting(error, &config))
        }
        Tls::VerifyFull { roots } => verified(config, roots.as_deref()),
    }
}

#[cfg(not(feature = "tls"))]
fn verified(_config: &Config, _roots: Option<&std::path::Path>) -> Result<Client> {
    Err(Error::new(ErrorKind::Unsupported, "this build of relata has no encryption")
        .help("enable the feature postgres-tls"))
}

#[cfg(feature = "tls")]
fn verified(config: &Config, roots: Option<&std::path::Path>) -> Result<Client> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    let failed = |what: &str, why: &dyn std::fmt::Display| Error::new(ErrorKind::Connection, format!("{what}: {why}"));
    let mut trusted = rustls::RootCertStore::empty();
    match roots {
        Some(path) => {
            let what = format!("the certificates of {} cannot be read", path.display());
            let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(&what, &error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| failed(&what, &error))?;
                trusted.add(certificate).map_err(|error| failed(&what, &error))?;
            }
        }
        None => {
            // What the system cannot read is left out; what is missing then fails the verification.
            let (_, _) = trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed("encryption cannot be set up", &error))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let mut config = config.clone();
    config.ssl_mode(postgres::config::SslMode::Require);
    let connector = tokio_postgres_rustls::MakeRustlsConnect::new(client);
    config.connect(connector).map_err(|error| error::connecting(error, &config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_taken_out_of_the_url() {
        let (url, tls) = split("postgres://u@h/d?sslmode=verify-full&connect_timeout=3&sslrootcert=ca.pem").unwrap();
        assert_eq!(url, "postgres://u@h/d?connect_timeout=3");
        assert_eq!(tls, Tls::VerifyFull { roots: Some("ca.pem".into()) });
        assert_eq!(split("postgres://u@h/d").unwrap().1, Tls::Off);
        for mode in ["prefer", "require", "allow", "verify-ca"] {
            assert!(split(&format!("postgres://u@h/d?sslmode={mode}")).is_err(), "{mode} trusts without looking");
        }
    }
}
