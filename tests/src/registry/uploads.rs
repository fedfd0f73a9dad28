//! Blob uploads under way: one request, or several with chunks.

use std::collections::HashMap;

/// The bytes so far of each upload.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    begun: usize,
    open: HashMap<String, Vec<u8>>,
}

impl Uploads {
    /// Begins an upload; its name.
    pub fn begin(&mut self) -> String {
        self.begun += 1;
        let name = format!("upload-{}", self.begun);
        self.open.insert(name.clone(), vec![]);
        name
    }

    /// Adds a chunk; the bytes so far, if there is such an upload.
    pub fn add(&mut self, name: &str, chunk: &[u8]) -> Option<usize> {
        let bytes = self.open.get_mut(name)?;
        bytes.extend_from_slice(chunk);
        Some(bytes.len())
    }

    /// Ends an upload; its bytes.
    pub fn end(&mut self, name: &str) -> Option<Vec<u8>> {
        self.open.remove(name)
    }
}
