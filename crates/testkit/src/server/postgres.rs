//! A PostgreSQL server.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use relata::{Database, Executor};

use super::{certify, free_port, run, running_as_root, unprivileged};

/// Where Debian keeps the programs of the PostgreSQL versions that relata is tested on.
const POSTGRES: [&str; 3] = ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];

/// A PostgreSQL server of our own.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    /// With what the server is started.
    options: String,
}

/// The folder of the server programs, if they are installed.
pub fn postgres_programs() -> Option<PathBuf> {
    POSTGRES.iter().map(PathBuf::from).find(|folder| folder.join("initdb").exists())
}

impl PostgresServer {
    /// Makes a cluster and starts its server.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub fn start() -> Result<PostgresServer, String> {
        PostgresServer::start_with(|_| Ok(String::new()))
    }

    /// Makes a cluster with a certificate of its own for `localhost`, and starts its server; gives the file of the
    /// certificate, which signs itself.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub fn start_encrypted() -> Result<(PostgresServer, PathBuf), String> {
        let server = PostgresServer::start_with(|folder| {
            let certificate = certify(folder, "postgres")?;
            let key = folder.join("server.key");
            Ok(format!(" -c ssl=on -c ssl_key_file={} -c ssl_cert_file={}", key.display(), certificate.display()))
        })?;
        let certificate = server.folder.join("server.crt");
        Ok((server, certificate))
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn start_with(prepare: impl FnOnce(&Path) -> Result<String, String>) -> Result<PostgresServer, String> {
        let programs = postgres_programs().ok_or("PostgreSQL 15 is not installed: apt-get install postgresql")?;
        let port = free_port().map_err(|error| error.to_string())?;
        let folder = std::env::temp_dir().join(format!("relata-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        if running_as_root() {
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let mut server = PostgresServer { folder, programs, port, options: String::new() };
        let data = server.folder.join("data");
        run(unprivileged("postgres", &server.programs.join("initdb")).arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        let more = prepare(&server.folder)?;
        server.options =
            format!("-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off{more}", server.folder.display());
        server.start_again()?;
        Ok(server)
    }

    /// Starts the server of the cluster, after it was stopped.
    ///
    /// # Errors
    ///
    /// What the server has logged.
    pub fn start_again(&self) -> Result<(), String> {
        // The server inherits no pipe of ours, or whoever reads it would wait for the server.
        let status = unprivileged("postgres", &self.programs.join("pg_ctl"))
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-w", "-l"])
            .arg(self.folder.join("log"))
            .arg("-o")
            .arg(&self.options)
            .arg("start")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            _ => Err(std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()),
        }
    }

    /// Stops the server as a crash would: nothing is finished, nothing is written down, and nobody is told. What was
    /// committed is found in the log when it is started again.
    ///
    /// # Errors
    ///
    /// What the program says.
    pub fn stop_hard(&self) -> Result<(), String> {
        let mut stop = unprivileged("postgres", &self.programs.join("pg_ctl"));
        run(stop.arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "-w", "stop"])).map(drop)
    }

    /// Ends every connection that relata has to the server, but the one that does it, and waits until they are gone; says
    /// how many there were.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn kill_backends(&self) -> Result<i64, String> {
        let kill = || -> relata::Result<i64> {
            let db = Database::open(&self.url("postgres"))?;
            let sql = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 5000) AS gone FROM pg_stat_activity \
                       WHERE application_name = 'relata' AND pid <> pg_backend_pid()) AS others WHERE gone";
            let gone: Option<(i64,)> = db.query(sql, ()).one()?;
            Ok(gone.map_or(0, |(count,)| count))
        };
        kill().map_err(|error| error.to_string())
    }

    /// The URL of a database of it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Whatever fails here, there is nobody to tell: the folder is in the temporary folder of the machine.
        let _ = self.stop_hard();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
