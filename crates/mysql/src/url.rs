//! From a URL to how a server is reached.

use mysql::{LocalInfileHandler, OptsBuilder};
use relata_schema::{Error, ErrorKind, Result};
use url::Url;

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::Connection, message.to_owned())
        .help("say mysql://user:password@host:port/database, or mariadb:// and the same")
}

/// The options of a connection, and where it goes, in words that hold no secret.
pub(crate) fn options(text: &str) -> Result<(OptsBuilder, String)> {
    let url = Url::parse(text).map_err(|_| wrong("the URL of the server cannot be read"))?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("the URL names no host"))?;
    let port = url.port().unwrap_or(3306);
    let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    let database = decoded(url.path().trim_start_matches('/'));
    if database.is_empty() {
        return Err(wrong("the URL names no database"));
    }
    let (mut mode, mut roots) = (None, None);
    for (key, value) in url.query_pairs() {
        match &*key {
            "sslmode" => mode = Some(value.into_owned()),
            "sslrootcert" => roots = Some(value.into_owned()),
            // It is not named: where nobody has escaped a password, this may be the end of it.
            _ => return Err(wrong("the URL has an option that is not known; there are sslmode and sslrootcert")),
        }
    }
    let mut options = OptsBuilder::new()
        .ip_or_hostname(Some(host.trim_matches(['[', ']']).to_owned()))
        .tcp_port(port)
        .user(Some(decoded(url.username())))
        .pass(url.password().map(decoded))
        .db_name(Some(database))
        // What is asked for is what is spoken: a socket that happens to be there would be another way in.
        .prefer_socket(false)
        // A server that asks for a file of ours gets none, and the statement fails.
        .local_infile_handler(Some(LocalInfileHandler::new(|_, _| Err(std::io::Error::other("no file is sent")))))
        // Statements are kept by plan.
        .stmt_cache_size(0)
        .additional_capabilities(mysql::consts::CapabilityFlags::CLIENT_FOUND_ROWS);
    match (mode.as_deref(), roots) {
        (None | Some("disable"), None) => {}
        (Some("verify-full"), roots) => options = encrypted(options, roots)?,
        (mode, _) => {
            let said = match mode {
                None | Some("disable") => "disable with sslrootcert",
                Some(known @ ("allow" | "prefer" | "require" | "verify-ca")) => known,
                Some(_) => "what the URL says",
            };
            let message = format!("sslmode={said} is not offered");
            return Err(Error::new(ErrorKind::Connection, message)
                .help("say verify-full, which verifies certificate and name, or disable"));
        }
    }
    Ok((options, format!("{host}:{port}")))
}

#[cfg(feature = "tls")]
fn encrypted(options: OptsBuilder, roots: Option<String>) -> Result<OptsBuilder> {
    let mut tls = mysql::SslOpts::default();
    if let Some(roots) = roots {
        tls = tls.with_root_cert_path(Some(std::path::PathBuf::from(roots)));
    }
    Ok(options.ssl_opts(tls))
}

#[cfg(not(feature = "tls"))]
fn encrypted(_options: OptsBuilder, _roots: Option<String>) -> Result<OptsBuilder> {
    Err(Error::new(ErrorKind::Unsupported, "this build of relata has no encryption")
        .help("enable the feature mysql-tls"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_no_secret() {
        let (options, place) = options("mysql://ann:p%40ss+w&q@db.example:3307/shop").unwrap();
        let options = mysql::Opts::from(options);
        assert_eq!((options.get_user(), options.get_pass()), (Some("ann"), Some("p@ss+w&q")));
        assert_eq!((options.get_tcp_port(), options.get_db_name()), (3307, Some("shop")));
        assert_eq!(place, "db.example:3307");
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_without_its_password() {
        for url in [
            "mysql://ann:secret@/shop",
            "mysql://ann:secret@host",
            "mysql://ann:secret@host:x/shop",
            "mysql://ann:secret@host/shop?sslmode=prefer",
            "mysql://ann:secret@host/shop?sslrootcert=ca.pem",
            "mysql://ann:secret@host/shop?allow_local_infile=1",
        ] {
            let error = options(url).map(|_| ()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
    }
}
