//! The struct types that templates see, with Go's names and JSON tags.

use super::Value;
use super::map::ObjectId;
use crate::text::Str;
use std::rc::Rc;

/// A field of a struct type.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// The name in JSON; the empty string where it is not written.
    pub(crate) json: &'static str,
    pub(crate) omit_empty: bool,
    /// Its fields are also fields of the struct around it.
    pub(crate) embedded: bool,
}

impl Field {
    const fn plain(name: &'static str) -> Self {
        Self { name, json: name, omit_empty: false, embedded: false }
    }

    const fn tagged(name: &'static str, json: &'static str) -> Self {
        Self { name, json, omit_empty: true, embedded: false }
    }

    const fn embedded(name: &'static str) -> Self {
        Self { name, json: name, omit_empty: false, embedded: true }
    }

    /// Whether templates may read it.
    pub(crate) fn is_exported(&self) -> bool {
        self.name.starts_with(|c: char| c.is_ascii_uppercase())
    }
}

/// A struct type.
#[derive(Debug)]
pub(crate) struct StructType {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// A struct value.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) ty: &'static StructType,
    pub(crate) fields: Vec<Value>,
}

impl Struct {
    pub(crate) fn new(ty: &'static StructType, fields: Vec<Value>) -> Rc<Self> {
        Rc::new(Self { ty, fields })
    }

    pub(crate) fn is(&self, ty: &'static StructType) -> bool {
        std::ptr::eq(self.ty, ty)
    }

    /// Finds a field, also in embedded structs.
    pub(crate) fn field(&self, name: &[u8]) -> Option<(&'static Field, Value)> {
        let pairs = || self.ty.fields.iter().zip(&self.fields);
        if let Some((field, value)) = pairs().find(|(field, _)| field.name.as_bytes() == name) {
            return Some((field, value.clone()));
        }
        pairs().filter(|(field, _)| field.embedded).find_map(|(_, value)| match value {
            Value::Struct(inner) => inner.field(name),
            _ => None,
        })
    }

    /// A text field by position; empty when it is not text.
    pub(crate) fn text(&self, index: usize) -> Str {
        match self.fields.get(index) {
            Some(Value::Str(text)) => text.clone(),
            _ => Str::from(""),
        }
    }

    /// A number field by position; 0 when it is not a number.
    pub(crate) fn number(&self, index: usize) -> u64 {
        match self.fields.get(index) {
            Some(Value::Uint(_, number)) => *number,
            _ => 0,
        }
    }
}

macro_rules! struct_types {
    ($($(#[$doc:meta])* $id:ident = $name:literal [$($field:expr),*];)*) => {$(
        $(#[$doc])*
        pub(crate) static $id: StructType = StructType { name: $name, fields: &[$($field),*] };
    )*};
}

struct_types! {
    TEMPLATE_DATA = "source.TemplateData" [
        Field::plain("AutomationObject"), Field::plain("Changed"), Field::plain("Values")
    ];
    NAMESPACED_NAME = "types.NamespacedName" [Field::plain("Namespace"), Field::plain("Name")];
    /// What `MarshalLog` of a namespaced name gives.
    LOGGED_NAME = "struct { Name string \"json:\\\"name\\\"\"; Namespace string \"json:\\\"namespace,omitempty\\\"\" }" [
        Field { name: "Name", json: "name", omit_empty: false, embedded: false },
        Field::tagged("Namespace", "namespace")
    ];
    RESULT = "update.Result" [Field::plain("FileChanges")];
    CHANGE = "update.Change" [
        Field::plain("OldValue"), Field::plain("NewValue"), Field::plain("Setter")
    ];
    OBJECT_IDENTIFIER = "update.ObjectIdentifier" [Field::embedded("ResourceIdentifier")];
    RESOURCE_IDENTIFIER = "yaml.ResourceIdentifier" [
        Field::embedded("TypeMeta"), Field::embedded("NameMeta")
    ];
    TYPE_META = "yaml.TypeMeta" [
        Field::tagged("APIVersion", "apiVersion"), Field::tagged("Kind", "kind")
    ];
    NAME_META = "yaml.NameMeta" [
        Field::tagged("Name", "name"), Field::tagged("Namespace", "namespace")
    ];
    /// `.Updated`, of the older API.
    UPDATED = "update.Result" [Field::plain("Files")];
    FILE_RESULT = "update.FileResult" [Field::plain("Objects")];
    /// An image in `.Updated`: as written, then its parts, then its policy.
    IMAGE_REF = "update.imageRef" [
        Field::plain("reference"), Field::plain("identifier"), Field::plain("repository"),
        Field::plain("registry"), Field::plain("name"), Field::plain("policy")
    ];
    VERSION = "semver.Version" [
        Field::plain("major"), Field::plain("minor"), Field::plain("patch"),
        Field::plain("pre"), Field::plain("metadata"), Field::plain("original")
    ];
    CERTIFICATE = "sprig.certificate" [Field::plain("Cert"), Field::plain("Key")];
}

/// A name within a namespace.
pub(crate) fn namespaced_name(namespace: &str, name: &str) -> Value {
    let fields = vec![Value::str(namespace), Value::str(name)];
    Value::Struct(Struct::new(&NAMESPACED_NAME, fields))
}

/// An object's identity as Go nests it.
pub(crate) fn object_identifier(id: &ObjectId) -> Value {
    let pair = |ty, a: &Str, b: &Str| {
        let fields = vec![Value::Str(a.clone()), Value::Str(b.clone())];
        Value::Struct(Struct::new(ty, fields))
    };
    let type_meta = pair(&TYPE_META, &id.api_version, &id.kind);
    let name_meta = pair(&NAME_META, &id.name, &id.namespace);
    let inner = Struct::new(&RESOURCE_IDENTIFIER, vec![type_meta, name_meta]);
    Value::Struct(Struct::new(&OBJECT_IDENTIFIER, vec![Value::Struct(inner)]))
}

/// The identity that [`object_identifier`] nested.
pub(crate) fn object_id(value: &Struct) -> Option<ObjectId> {
    let text = |name: &[u8]| match value.field(name) {
        Some((_, Value::Str(text))) => Some(text),
        _ => None,
    };
    value.is(&OBJECT_IDENTIFIER).then_some(())?;
    Some(ObjectId {
        api_version: text(b"APIVersion")?,
        kind: text(b"Kind")?,
        name: text(b"Name")?,
        namespace: text(b"Namespace")?,
    })
}
