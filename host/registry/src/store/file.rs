//! The file: framed entries by kind and name, changed in transactions.

use std::{
    fs,
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadableDatabase, ReadableTableMetadata,
    StorageError, TableDefinition, TableError, WriteTransaction,
};
use tagwarden_core::object::ObjectName;
use tagwarden_reconcile::ports::StoreError;

use super::{frame::Kind, pending::Pending};

/// An entry's key: namespace and name, which no separator can confuse.
type Key = (&'static str, &'static str);
type Table = TableDefinition<'static, Key, &'static [u8]>;

const FILE: &str = "state.redb";
/// The database's own cache; entries are read once and decoded.
const CACHE_BYTES: usize = 8 << 20;
/// How many images' facts are kept: some ten megabytes.
const MAX_FACTS: u64 = 10_000;

fn table(kind: Kind) -> Table {
    TableDefinition::new(match kind {
        Kind::Listing => "listings",
        Kind::Policy => "policies",
        Kind::Proposals => "proposals",
        Kind::Facts => "facts",
        Kind::Trouble => "troubles",
        Kind::Automation => "automations",
    })
}

/// The embedded database.
pub(super) struct File {
    path: PathBuf,
    database: Database,
}

impl File {
    /// Opens it in `folder`, which becomes the user's own (0700) and is made if
    /// need be. A damaged file is set aside and a fresh one begun.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        let failed = |message: String| StoreError { path: path.display().to_string(), message };
        private_folder(folder)
            .map_err(|e| failed(format!("its folder cannot be made private: {e}")))?;
        private_file(&path).map_err(|e| failed(format!("cannot be opened for writing: {e}")))?;
        let database = match open_whole(&path) {
            Ok(database) => database,
            Err(OpenFailure::Damaged(reason)) => {
                let aside = path.with_extension("redb.damaged");
                tracing::warn!(path = %path.display(), aside = %aside.display(), reason, "the state store is damaged: starting anew");
                fs::rename(&path, &aside)
                    .map_err(|e| failed(format!("is damaged, and cannot be set aside: {e}")))?;
                private_file(&path).map_err(|e| failed(format!("cannot be made: {e}")))?;
                open_whole(&path).map_err(|e| failed(e.to_string()))?
            }
            Err(failure) => return Err(failed(failure.to_string())),
        };
        Ok(Self { path, database })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An entry as it was put.
    pub fn get(&self, kind: Kind, name: &ObjectName) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let entries = match transaction.open_table(table(kind)) {
            Ok(entries) => entries,
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(e) => return Err(self.failed(e)),
        };
        let key = (name.namespace.as_str(), name.name.as_str());
        let entry = entries.get(key).map_err(|e| self.failed(e))?;
        Ok(entry.map(|framed| framed.value().to_vec()))
    }

    /// Writes all of it, or nothing.
    pub fn commit(&self, pending: &Pending) -> Result<(), StoreError> {
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        self.change(&transaction, pending)?;
        transaction.commit().map_err(|e| self.failed(e))
    }

    fn change(&self, transaction: &WriteTransaction, pending: &Pending) -> Result<(), StoreError> {
        for (kind, changes) in pending.by_kind() {
            let mut entries = transaction.open_table(table(kind)).map_err(|e| self.failed(e))?;
            for (name, value) in changes {
                let key = (name.namespace.as_str(), name.name.as_str());
                match value {
                    Some(framed) => {
                        entries.insert(key, framed.as_slice()).map_err(|e| self.failed(e))?
                    }
                    None => entries.remove(key).map_err(|e| self.failed(e))?,
                };
            }
            // Facts can be read again. Their keys are digests, so every fourth
            // in order is as good as one by chance.
            if kind == Kind::Facts && entries.len().map_err(|e| self.failed(e))? > MAX_FACTS {
                let mut place = 0;
                let stays = |_: (&str, &str), _: &[u8]| {
                    place += 1;
                    place % 4 != 0
                };
                entries.retain(stays).map_err(|e| self.failed(e))?;
            }
        }
        Ok(())
    }

    fn failed(&self, error: impl Into<redb::Error>) -> StoreError {
        StoreError {
            path: self.path.display().to_string(),
            message: match error.into() {
                redb::Error::Corrupted(reason) => {
                    format!("is damaged ({reason}); remove it: everything in it is scanned anew")
                }
                other => other.to_string(),
            },
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum OpenFailure {
    #[error("is damaged: {0}")]
    Damaged(String),
    #[error("is in use by another program, or by another version of this one; stop it first")]
    InUse,
    #[error("cannot be opened: {0}")]
    Other(String),
}

/// Opens the database and checks all of it, so that later reads meet no damage.
fn open_whole(path: &Path) -> Result<Database, OpenFailure> {
    let open = || {
        Builder::new()
            .set_concurrency_mode(ConcurrencyMode::MultiWriter)
            .set_cache_size(CACHE_BYTES)
            .set_check_integrity_on_open(true)
            .create(path)
    };
    // The library may panic on a file that was damaged from outside.
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Ok(database)) => Ok(database),
        Ok(Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch)) => {
            Err(OpenFailure::InUse)
        }
        Ok(Err(DatabaseError::Storage(StorageError::Corrupted(reason)))) => {
            Err(OpenFailure::Damaged(reason))
        }
        Ok(Err(DatabaseError::Storage(StorageError::Io(e)))) if is_damage(&e) => {
            Err(OpenFailure::Damaged(e.to_string()))
        }
        Ok(Err(DatabaseError::UpgradeRequired(version))) => {
            Err(OpenFailure::Damaged(format!("file format {version}")))
        }
        Ok(Err(e)) => Err(OpenFailure::Other(e.to_string())),
        Err(_panic) => Err(OpenFailure::Damaged("it cannot be read".to_owned())),
    }
}

fn is_damage(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file =
        fs::OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().create(true).write(true).truncate(false).open(path).map(drop)
}
