//! Throw-away servers: on a free port, in a temporary folder, as an unprivileged user, ended with the value that
//! stands for them.

mod mysql;
mod postgres;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub use mysql::{Flavor, MysqlServer, install_mysql};
pub use postgres::{PostgresServer, postgres_programs};

/// A port that nobody listens on.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Where server programs and the templates of data folders are kept from one run to the next.
fn kept() -> PathBuf {
    Path::new("/var/tmp").join(if running_as_root() { "relata-servers" } else { "relata-servers-own" })
}

/// Runs a server program as a user without privileges when we are root, since servers refuse to run as root.
fn unprivileged(user: &str, program: &Path) -> Command {
    if running_as_root() {
        let mut command = Command::new("setpriv");
        let group = if user == "nobody" { "nogroup" } else { user };
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups").arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn running_as_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) -> Result<Output, String> {
    let shown = format!("{command:?}");
    let output = command
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!(
        "{shown} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// Makes a key and a certificate for `localhost` that signs itself, for a server that runs as that user.
fn certify(folder: &Path, user: &str) -> Result<PathBuf, String> {
    let (key, certificate) = (folder.join("server.key"), folder.join("server.crt"));
    run(Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate))?;
    run(Command::new("chmod").arg("600").arg(&key))?;
    if running_as_root() {
        run(Command::new("chown").arg(user).arg(&key).arg(&certificate))?;
    }
    Ok(certificate)
}
