//! Types as WIT writes them, and as links to where they are explained.

use wit_parser::{Interface, Resolve, Type, TypeDef, TypeDefKind, TypeOwner};

/// An interface's name.
pub(super) fn of(interface: &Interface) -> &str {
    interface.name.as_deref().unwrap_or_default()
}

/// A type as WIT writes it.
pub(super) fn ty(resolve: &Resolve, ty: Type) -> String {
    let id = match ty {
        Type::Id(id) => id,
        Type::Bool => return "bool".into(),
        Type::String => return "string".into(),
        Type::Char => return "char".into(),
        // `U32` in Rust is `u32` in WIT, and so on.
        number => return format!("{number:?}").to_lowercase(),
    };
    let definition = &resolve.types[id];
    if let Some(name) = &definition.name {
        return name.clone();
    }
    let of = |ty: &Type| self::ty(resolve, *ty);
    let or_blank = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), of);
    match &definition.kind {
        TypeDefKind::List(item) => format!("list<{}>", of(item)),
        TypeDefKind::Option(item) => format!("option<{}>", of(item)),
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (Some(ok), None) => format!("result<{}>", of(ok)),
            (ok, err) => format!("result<{}, {}>", or_blank(ok), or_blank(err)),
        },
        TypeDefKind::Tuple(tuple) => {
            format!("tuple<{}>", tuple.types.iter().map(of).collect::<Vec<_>>().join(", "))
        }
        other => other.as_str().to_owned(),
    }
}

/// The same, leading to what it is made of.
pub(super) fn linked(resolve: &Resolve, ty: Type) -> String {
    let shown = self::ty(resolve, ty);
    match named(resolve, ty).and_then(|definition| anchor(resolve, definition)) {
        Some(anchor) => format!("[`{shown}`](#{anchor})"),
        None => format!("`{shown}`"),
    }
}

/// The type with a name that there is in another, where it was defined.
fn named(resolve: &Resolve, ty: Type) -> Option<&TypeDef> {
    let Type::Id(id) = ty else { return None };
    let definition = &resolve.types[id];
    match &definition.kind {
        TypeDefKind::Record(_) | TypeDefKind::Variant(_) => Some(definition),
        TypeDefKind::Type(of) | TypeDefKind::List(of) | TypeDefKind::Option(of) => {
            named(resolve, *of)
        }
        _ => None,
    }
}

fn anchor(resolve: &Resolve, definition: &TypeDef) -> Option<String> {
    let TypeOwner::Interface(id) = definition.owner else { return None };
    let interface = of(&resolve.interfaces[id]);
    let kind = definition.kind.as_str();
    Some(format!("{kind}-{interface}{}", definition.name.as_ref()?))
}
