//! One page of the list.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use tagwarden_core::tags::{TagSet, is_tag};

/// How many dropped names are worth an event of their own.
const MAX_EVENTS: usize = 20;

/// What one page held.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// How many names, tags or not.
    pub names: usize,
    /// The last of its tags.
    pub last: Option<String>,
}

/// The tags of the pages read so far, in one text.
pub(crate) struct Collected {
    text: String,
    ends: Vec<usize>,
    limit: usize,
    /// How many names were no tags.
    pub dropped: usize,
}

impl Collected {
    pub fn new(limit: usize) -> Self {
        Self { text: String::new(), ends: vec![], limit, dropped: 0 }
    }

    /// Reads a whole page, `{"name": …, "tags": […] | null}`; the error is in
    /// words and leaves what was collected unusable.
    pub fn read(&mut self, body: &[u8]) -> Result<Summary, String> {
        if body.trim_ascii_start().starts_with(b"<") {
            return Err("the registry answered an HTML page".to_owned());
        }
        let (tags, before) = (self.ends.len(), self.names());
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = Page(self).deserialize(&mut json).and_then(|()| json.end());
        read.map_err(|e| format!("the answer is no list of tags: {e}"))?;
        let last = (self.ends.len() > tags).then(|| self.last()).flatten();
        Ok(Summary { names: self.names() - before, last })
    }

    fn names(&self) -> usize {
        self.ends.len() + self.dropped
    }

    fn last(&self) -> Option<String> {
        let start = self.ends.iter().rev().nth(1).copied().unwrap_or_default();
        self.text.get(start..).map(str::to_owned)
    }

    fn push(&mut self, tag: &str) -> Result<(), String> {
        if !is_tag(tag) {
            if self.dropped < MAX_EVENTS {
                tracing::debug!(tag = %tag.escape_debug().take(200).collect::<String>(), "dropped: not a valid tag");
            }
            self.dropped += 1;
        } else {
            self.text.push_str(tag);
            self.ends.push(self.text.len());
        }
        match self.names() > self.limit {
            true => Err(format!("more than the {} tags allowed", self.limit)),
            false => Ok(()),
        }
    }

    /// All tags, sorted, each once.
    pub fn sorted(&self) -> TagSet {
        let mut start = 0;
        let cut = |end: &usize| {
            let tag = &self.text[start..*end];
            start = *end;
            tag
        };
        TagSet::new(&self.ends.iter().map(cut).collect::<Vec<&str>>())
    }
}

struct Page<'a>(&'a mut Collected);

impl<'de> DeserializeSeed<'de> for Page<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Page<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `tags`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut seen = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "tags" {
                seen = true;
                map.next_value_seed(Tags(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        match seen {
            true => Ok(()),
            false => Err(M::Error::custom("`tags` is missing")),
        }
    }
}

struct Tags<'a>(&'a mut Collected);

impl<'de> DeserializeSeed<'de> for Tags<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tags<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of tags or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<(), S::Error> {
        while sequence.next_element_seed(Tag(self.0))?.is_some() {}
        Ok(())
    }
}

struct Tag<'a>(&'a mut Collected);

impl<'de> DeserializeSeed<'de> for Tag<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Tag<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag")
    }

    fn visit_str<E: Error>(self, tag: &str) -> Result<(), E> {
        self.0.push(tag).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pages: &[&str]) -> Result<Vec<String>, String> {
        let mut collected = Collected::new(4);
        for page in pages {
            collected.read(page.as_bytes())?;
        }
        Ok(collected.sorted().iter().map(str::to_owned).collect())
    }

    #[test]
    fn collects_pages_sorted_and_each_tag_once() {
        let pages = [
            r#"{"name":"a","tags":["b","a"]}"#,
            r#"{"tags":["b"],"more":{"x":[1]}}"#,
            r#"{"tags":null}"#,
        ];
        assert_eq!(read(&pages).unwrap(), ["a", "b"]);
    }

    #[test]
    fn knows_how_long_a_page_was_and_how_it_ended() {
        let mut collected = Collected::new(10);
        let mut read = |page: &str| {
            let summary = collected.read(page.as_bytes()).unwrap();
            (summary.names, summary.last)
        };
        assert_eq!(read(r#"{"tags":["b","a"," "]}"#), (3, Some("a".into())));
        assert_eq!(read(r#"{"tags":["cc"]}"#), (1, Some("cc".into())));
        assert_eq!(read(r#"{"tags":null}"#), (0, None));
    }

    #[test]
    fn drops_what_is_no_tag() {
        let mut collected = Collected::new(10);
        collected.read(br#"{"tags":["ok","a b","../x","","\u001b[31m"]}"#).unwrap();
        assert_eq!(collected.sorted().len(), 1);
        assert_eq!(collected.dropped, 4);
    }

    #[test]
    fn takes_nothing_but_a_whole_list() {
        for (page, word) in [
            ("", "no list"),
            ("{}", "missing"),
            (r#"{"errors":[]}"#, "missing"),
            (r#"{"tags":["a""#, "no list"),
            (r#"{"tags":["a"]} x"#, "no list"),
            (r#"{"tags":["a",1]}"#, "a tag"),
            (r#"{"tags":"a"}"#, "array of tags"),
            (r#"["a"]"#, "an object"),
            (" <html>", "HTML"),
            (r#"{"tags":["1","2","3","4","5"]}"#, "more than the 4"),
            (r#"{"tags":[" "," "," "," "," "]}"#, "more than the 4"),
        ] {
            let error = read(&[page]).unwrap_err();
            assert!(error.contains(word), "{page}: {error}");
        }
    }
}
