//! MariaDB and MySQL servers.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use relata::{Database, Executor};

use super::{certify, free_port, kept, run, running_as_root, unprivileged};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// MariaDB, from Debian's own packages.
    MariaDb,
    /// MySQL, unpacked into a folder of its own.
    MySql,
}

impl Flavor {
    /// Whether its programs are there.
    pub fn is_installed(self) -> bool {
        match self {
            Flavor::MariaDb => Path::new("/usr/sbin/mariadbd").exists() && install_db().exists(),
            Flavor::MySql => mysql_root().join("usr/sbin/mysqld").exists(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Flavor::MariaDb => "mariadb",
            Flavor::MySql => "mysql",
        }
    }

    /// The server program with what it needs before any other argument.
    fn program(self) -> Vec<OsString> {
        match self {
            Flavor::MariaDb => vec!["/usr/sbin/mariadbd".into(), "--no-defaults".into()],
            Flavor::MySql => {
                // It was built for a newer C library, and brings the one that it needs.
                let root = mysql_root();
                let of = |path: &str| root.join(path).into_os_string();
                let mut libraries = of("usr/lib/x86_64-linux-gnu");
                libraries.push(":");
                libraries.push(of("usr/lib/mysql/private"));
                let option = |name: &str, path: &str| {
                    let mut option = OsString::from(format!("--{name}="));
                    option.push(of(path));
                    option
                };
                vec![
                    of("usr/lib64/ld-linux-x86-64.so.2"),
                    "--library-path".into(),
                    libraries,
                    of("usr/sbin/mysqld"),
                    "--no-defaults".into(),
                    option("basedir", "usr"),
                    option("lc-messages-dir", "usr/share/mysql"),
                    option("character-sets-dir", "usr/share/mysql/charsets"),
                    option("plugin-dir", "usr/lib/mysql/plugin"),
                    "--secure-file-priv=".into(),
                ]
            }
        }
    }

    fn command(self, user: &str) -> Command {
        let program = self.program();
        let mut command = unprivileged(user, Path::new(&program[0]));
        command.args(&program[1..]);
        command
    }

    /// A data folder as the programs make it, made once and then copied.
    fn template(self) -> Result<PathBuf, String> {
        let folder = kept().join(format!("{}-template", self.name()));
        let (data, done) = (folder.join("data"), folder.join("done"));
        if done.exists() {
            return Ok(data);
        }
        let _ = std::fs::remove_dir_all(&folder);
        make_folder(&folder)?;
        match self {
            Flavor::MariaDb => run(unprivileged(USER, &install_db())
                .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
                .arg("--skip-name-resolve")
                .arg(option("datadir", &data)))?,
            Flavor::MySql => {
                let made = run(self.command(USER).arg("--initialize-insecure").arg(option("datadir", &data)))?;
                // Each server makes its own identity.
                let _ = std::fs::remove_file(data.join("auto.cnf"));
                made
            }
        };
        std::fs::write(done, "").map_err(|error| error.to_string())?;
        Ok(data)
    }
}

/// The user that servers run as.
const USER: &str = "nobody";

fn install_db() -> PathBuf {
    PathBuf::from("/usr/bin/mariadb-install-db")
}

fn mysql_root() -> PathBuf {
    kept().join("mysql-9.7")
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(format!("--{name}="));
    option.push(path);
    option
}

/// A folder that the server's user owns.
fn make_folder(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if running_as_root() {
        run(Command::new("chown").arg(USER).arg(folder))?;
    }
    Ok(())
}

/// Unpacks MySQL 9.7 from Debian's unstable packages into a folder of its own, without touching the system: the stable
/// release has only MariaDB.
///
/// # Errors
///
/// What apt-get says.
pub fn install_mysql() -> Result<(), String> {
    let (state, root) = (kept().join("apt"), mysql_root().with_extension("new"));
    for folder in ["lists/partial", "cache/archives/partial", "etc"] {
        std::fs::create_dir_all(state.join(folder)).map_err(|error| error.to_string())?;
    }
    std::fs::write(state.join("status"), "").map_err(|error| error.to_string())?;
    let source = format!("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {} sid main\n", mirror()?);
    std::fs::write(state.join("etc/sources.list"), source).map_err(|error| error.to_string())?;
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        for (name, path) in [
            ("Dir::State", ""),
            ("Dir::State::lists", "lists"),
            ("Dir::State::status", "status"),
            ("Dir::Cache", "cache"),
            ("Dir::Etc", "etc"),
            ("Dir::Etc::sourcelist", "etc/sources.list"),
        ] {
            command.arg("-o").arg(format!("{name}={}", state.join(path).display()));
        }
        command.args([
            "-o",
            "Dir::Etc::sourceparts=-",
            "-o",
            "Dir::Etc::main=-",
            "-o",
            "APT::Sandbox::User=root",
            "-qq",
        ]);
        run(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    apt(&["-d", "-y", "--no-install-recommends", "install", "mysql-server-core", "libc6"])?;
    let _ = std::fs::remove_dir_all(&root);
    let archives = std::fs::read_dir(state.join("cache/archives")).map_err(|error| error.to_string())?;
    for archive in archives.filter_map(Result::ok).map(|entry| entry.path()) {
        if archive.extension().is_some_and(|extension| extension == "deb") {
            run(Command::new("dpkg").arg("-x").arg(&archive).arg(&root))?;
        }
    }
    let _ = std::fs::remove_dir_all(mysql_root());
    std::fs::rename(&root, mysql_root()).map_err(|error| error.to_string())?;
    let _ = std::fs::remove_dir_all(state);
    Ok(())
}

/// The machine's own mirror of Debian.
fn mirror() -> Result<String, String> {
    let listed = |text: String| {
        text.lines()
            .filter_map(|line| line.strip_prefix("URIs:").or_else(|| line.strip_prefix("deb ")))
            .filter_map(|rest| rest.split_whitespace().find(|word| word.contains("://")).map(str::to_owned))
            .find(|url| !url.contains("security"))
    };
    let folder = std::fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().filter_map(Result::ok);
    let files = folder.map(|entry| entry.path()).chain([PathBuf::from("/etc/apt/sources.list")]);
    files
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .find_map(listed)
        .ok_or_else(|| "apt-get has no source of packages".to_owned())
}

/// A MariaDB or MySQL server of our own.
#[derive(Debug)]
pub struct MysqlServer {
    flavor: Flavor,
    folder: PathBuf,
    port: u16,
    child: Mutex<Option<Child>>,
    /// With what the server is started beside the usual.
    more: Vec<OsString>,
}

impl MysqlServer {
    /// Copies the template and starts a server on it.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub fn start(flavor: Flavor) -> Result<MysqlServer, String> {
        let server = MysqlServer::copied(flavor)?;
        server.start_again()?;
        Ok(server)
    }

    /// Starts a server with a certificate of its own for `localhost`; gives the file of the certificate, which signs itself.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub fn start_encrypted(flavor: Flavor) -> Result<(MysqlServer, PathBuf), String> {
        let mut server = MysqlServer::copied(flavor)?;
        let certificate = certify(&server.folder, USER)?;
        server.more = vec![option("ssl-key", &server.folder.join("server.key")), option("ssl-cert", &certificate)];
        server.start_again()?;
        Ok((server, certificate))
    }

    fn copied(flavor: Flavor) -> Result<MysqlServer, String> {
        let template = flavor.template()?;
        let port = free_port().map_err(|error| error.to_string())?;
        let folder = std::env::temp_dir().join(format!("relata-{}-{}-{port}", flavor.name(), std::process::id()));
        make_folder(&folder)?;
        run(Command::new("cp").args(["-a", "--sparse=always"]).arg(template).arg(folder.join("data")))?;
        Ok(MysqlServer { flavor, folder, port, child: Mutex::new(None), more: Vec::new() })
    }

    /// Starts the server on its data, after it was stopped, and waits until it answers.
    ///
    /// # Errors
    ///
    /// What the server has logged.
    pub fn start_again(&self) -> Result<(), String> {
        let log = std::fs::File::create(self.folder.join("log")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        let mut command = self.flavor.command(USER);
        command
            .arg(option("datadir", &self.folder.join("data")))
            .arg(option("socket", &self.folder.join("socket")))
            .arg(option("pid-file", &self.folder.join("pid")))
            .arg(format!("--port={}", self.port))
            .args(["--bind-address=127.0.0.1", "--max-connections=500"])
            .args([
                "--innodb-flush-log-at-trx-commit=2",
                "--innodb-buffer-pool-size=64M",
                "--innodb-flush-method=nosync",
            ]);
        if self.flavor == Flavor::MySql {
            command.args(["--mysqlx=OFF", "--disable-log-bin", "--performance-schema=OFF", "--innodb-doublewrite=OFF"]);
        }
        let child = command
            .args(&self.more)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.flavor.name()))?;
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let begun = Instant::now();
        loop {
            if Database::open(&self.url("mysql")).is_ok() {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err(std::fs::read_to_string(self.folder.join("log")).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops the server as a crash would: nothing is finished, and nobody is told.
    ///
    /// # Errors
    ///
    /// When it cannot be ended.
    pub fn stop_hard(&self) -> Result<(), String> {
        let Some(mut child) = self.child.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        child.kill().map_err(|error| error.to_string())?;
        child.wait().map(drop).map_err(|error| error.to_string())
    }

    /// Ends every connection to the server but the one that does it; says how many there were.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn kill_backends(&self) -> Result<i64, String> {
        let kill = || -> relata::Result<i64> {
            let db = Database::open(&self.url("mysql"))?;
            let others = "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND user = 'root'";
            let mut killed = 0;
            let ids: Vec<(i64,)> = db.query(others, ()).all()?;
            for (id,) in ids {
                // One that has gone by itself is no error.
                killed += i64::from(db.with(&mut |session| session.batch(&format!("KILL {id}"))).is_ok());
            }
            let begun = Instant::now();
            while !db.query(others, ()).all::<(i64,)>()?.is_empty() && begun.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(killed)
        };
        kill().map_err(|error| error.to_string())
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database of it.
    pub fn url(&self, database: &str) -> String {
        format!("{}://root@127.0.0.1:{}/{database}", self.flavor.name(), self.port)
    }
}

impl Drop for MysqlServer {
    fn drop(&mut self) {
        // Whatever fails here, there is nobody to tell: the folder is in the temporary folder of the machine.
        let _ = self.stop_hard();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
