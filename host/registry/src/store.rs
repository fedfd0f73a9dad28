//! What is remembered from run to run, in one embedded database.
//!
//! `redb` because it is crash-safe by copy-on-write with checksums, and lets
//! several processes read and write one file at a time: `get` works beside a
//! running `run`.

mod frame;
mod listing;
pub(crate) mod tag_list;

use std::{
    fs,
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadableDatabase, StorageError,
    TableDefinition, TableError,
};
use tagwarden_core::object::ObjectName;
use tagwarden_reconcile::ports::{
    Listing, PolicyState, ProposalState, ScanState, Store, StoreError,
};

use self::frame::Kind;

/// An entry's key: namespace and name, which no separator can confuse.
type Key = (&'static str, &'static str);
type Table = TableDefinition<'static, Key, &'static [u8]>;

const LISTINGS: Table = TableDefinition::new("listings");
const POLICIES: Table = TableDefinition::new("policies");
const PROPOSALS: Table = TableDefinition::new("proposals");

const FILE: &str = "state.redb";
/// The database's own cache; entries are read once and decoded.
const CACHE_BYTES: usize = 8 << 20;

/// Tags, scan states and selections in a file.
pub struct StateStore {
    path: PathBuf,
    database: Database,
}

impl std::fmt::Debug for StateStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl StateStore {
    /// Opens the store in `folder`, which becomes the user's own (0700) and is
    /// made if need be. A damaged file is set aside and a fresh one begun:
    /// everything in it can be scanned anew.
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

    /// The payload of an entry; a damaged one is dropped and is none.
    fn read(&self, kind: Kind, name: &ObjectName) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let entries = match transaction.open_table(table_of(kind)) {
            Ok(entries) => entries,
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(e) => return Err(self.failed(e)),
        };
        let key = (name.namespace.as_str(), name.name.as_str());
        let Some(framed) = entries.get(key).map_err(|e| self.failed(e))? else {
            return Ok(None);
        };
        match frame::open(kind, name, framed.value()) {
            Some(payload) => Ok(Some(payload.to_vec())),
            None => {
                drop(framed);
                self.drop_damaged(kind, name)?;
                Ok(None)
            }
        }
    }

    fn drop_damaged(&self, kind: Kind, name: &ObjectName) -> Result<(), StoreError> {
        tracing::warn!(
            path = %self.path.display(),
            resource.name = %name,
            entry = ?kind,
            "dropped a damaged entry of the state store"
        );
        self.write(name, table_of(kind), None)
    }

    fn write(
        &self,
        name: &ObjectName,
        table: Table,
        value: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let key = (name.namespace.as_str(), name.name.as_str());
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut entries = transaction.open_table(table).map_err(|e| self.failed(e))?;
            match value {
                Some(value) => entries.insert(key, value).map_err(|e| self.failed(e))?,
                None => entries.remove(key).map_err(|e| self.failed(e))?,
            };
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// What `decode` makes of an entry; one that means nothing to it is dropped.
    fn decoded<T>(
        &self,
        kind: Kind,
        name: &ObjectName,
        decode: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(payload) = self.read(kind, name)? else {
            return Ok(None);
        };
        match decode(&payload) {
            Some(value) => Ok(Some(value)),
            // Whole, but written by a version that meant something else.
            None => self.drop_damaged(kind, name).map(|()| None),
        }
    }
}

fn table_of(kind: Kind) -> Table {
    match kind {
        Kind::Listing => LISTINGS,
        Kind::Policy => POLICIES,
        Kind::Proposals => PROPOSALS,
    }
}

impl Store for StateStore {
    fn listing(&self, repository: &ObjectName) -> Result<Option<Listing>, StoreError> {
        self.decoded(Kind::Listing, repository, listing::decode)
    }

    fn scan(&self, repository: &ObjectName) -> Result<Option<ScanState>, StoreError> {
        self.decoded(Kind::Listing, repository, listing::decode_state)
    }

    fn first_seen(&self, repository: &ObjectName, tag: &str) -> Result<Option<u64>, StoreError> {
        let listing = self.listing(repository)?;
        Ok(listing.and_then(|known| known.first_seen.get(known.tags.position(tag)?)))
    }

    fn put_listing(&self, repository: &ObjectName, listing: &Listing) -> Result<(), StoreError> {
        let framed = frame::seal(Kind::Listing, repository, &listing::encode(listing));
        self.write(repository, LISTINGS, Some(&framed))
    }

    fn policy(&self, policy: &ObjectName) -> Result<Option<PolicyState>, StoreError> {
        self.decoded(Kind::Policy, policy, |json| serde_json::from_slice(json).ok())
    }

    fn put_policy(&self, policy: &ObjectName, state: &PolicyState) -> Result<(), StoreError> {
        let json = serde_json::to_vec(state).expect("a policy's state is plain data");
        self.write(policy, POLICIES, Some(&frame::seal(Kind::Policy, policy, &json)))
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn proposals(&self, automation: &ObjectName) -> Result<Option<ProposalState>, StoreError> {
        self.decoded(Kind::Proposals, automation, |json| serde_json::from_slice(json).ok())
    }

    fn put_proposals(
        &self,
        automation: &ObjectName,
        state: &ProposalState,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_vec(state).expect("proposals are plain data");
        self.write(automation, PROPOSALS, Some(&frame::seal(Kind::Proposals, automation, &json)))
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

#[cfg(test)]
mod tests;
