//! Go's pattern syntax in that of the `regex` crate.

/// Rewrites a pattern, or says what Go would not accept in it.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator =
        Translator { rest: pattern, out: String::with_capacity(pattern.len() + 8) };
    translator.run()?;
    Ok(translator.out)
}

/// What is wrong with a pattern, as Go would put it where that is known.
pub(super) fn explain(error: &regex::Error, pattern: &str) -> String {
    let text = error.to_string();
    let known = [
        ("unclosed character class", "missing closing ]"),
        ("unclosed group", "missing closing )"),
        ("unopened group", "unexpected )"),
        ("repetition operator missing expression", "missing argument to repetition operator"),
    ];
    match (error, known.iter().find(|(ours, _)| text.contains(ours))) {
        (regex::Error::CompiledTooBig(_), _) => "expression too large".to_owned(),
        (_, Some((_, go))) => format!("{go}: `{pattern}`"),
        _ => {
            let reason = text.lines().last().unwrap_or_default();
            format!("{}: `{pattern}`", reason.strip_prefix("error: ").unwrap_or(reason))
        }
    }
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
}

impl<'p> Translator<'p> {
    fn take(&mut self, length: usize) -> &'p str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn copy(&mut self, length: usize) {
        let taken = self.take(length);
        self.out.push_str(taken);
    }

    fn run(&mut self) -> Result<(), String> {
        let mut repeated = false;
        while let Some(c) = self.rest.chars().next() {
            let operator = match c {
                '*' | '+' | '?' => 1,
                '{' => repetition(self.rest).unwrap_or(0),
                _ => 0,
            };
            if operator > 0 {
                self.operator(operator, repeated)?;
                repeated = true;
                continue;
            }
            repeated = false;
            match c {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '{' | '}' => {
                    self.out.push('\\');
                    self.copy(1);
                }
                '(' if self.rest.starts_with("(?") => self.flags()?,
                c => self.copy(c.len_utf8()),
            }
        }
        Ok(())
    }

    /// A repetition operator with its laziness.
    fn operator(&mut self, length: usize, repeated: bool) -> Result<(), String> {
        let lazy = usize::from(self.rest[length..].starts_with('?'));
        if repeated {
            let operator = &self.rest[..length + lazy];
            return Err(format!("invalid nested repetition operator: `{operator}`"));
        }
        let counts = self.rest[..length].trim_matches(['{', '}']).split(',');
        if counts.filter_map(|count| count.parse::<u32>().ok()).any(|count| count > 1000) {
            return Err(format!("invalid repeat count: `{}`", &self.rest[..length]));
        }
        self.copy(length + lazy);
        Ok(())
    }

    /// Groups of flags: Go knows i, m, s and U.
    fn flags(&mut self) -> Result<(), String> {
        let inner = &self.rest[2..];
        if inner.starts_with("P<") || inner.starts_with('<') {
            self.copy(2);
            return Ok(());
        }
        let length = inner.find([':', ')']).unwrap_or(inner.len());
        if inner[..length].chars().any(|c| !"imsU-".contains(c)) {
            let end = inner[..length].chars().next().map_or(2, |c| 2 + c.len_utf8());
            return Err(format!("invalid or unsupported Perl syntax: `{}`", &self.rest[..end]));
        }
        self.copy(2);
        Ok(())
    }

    /// An escape; `\d` and its like are ASCII in Go.
    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        let Some(c) = self.rest[1..].chars().next() else {
            return Err("trailing backslash at end of expression: ``".to_owned());
        };
        let set = match c {
            'd' | 'D' => "0-9",
            's' | 'S' => r"\t\n\f\r ",
            'w' | 'W' => "0-9A-Za-z_",
            _ => "",
        };
        if !set.is_empty() {
            self.take(2);
            let not = if c.is_uppercase() { "^" } else { "" };
            self.out.push_str(&format!("[{not}{set}]"));
            return Ok(());
        }
        match c {
            'b' | 'B' if !in_class => {
                self.take(2);
                self.out.push_str(&format!(r"(?-u:\{c})"));
            }
            'Q' => self.literal(),
            'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' | 'p' | 'P' | '0'..='7' => self.copy(2),
            'A' | 'z' if !in_class => self.copy(2),
            c if c.is_ascii_punctuation() => self.copy(2),
            c => return Err(format!(r"invalid escape sequence: `\{c}`")),
        }
        Ok(())
    }

    /// `\Q…\E`.
    fn literal(&mut self) {
        self.take(2);
        let end = self.rest.find(r"\E").unwrap_or(self.rest.len());
        let text = self.take(end);
        self.out.push_str(&regex::escape(text));
        if !self.rest.is_empty() {
            self.take(2);
        }
    }

    /// A character class, whose brackets and set operators Go takes literally.
    fn class(&mut self) -> Result<(), String> {
        self.copy(1);
        if self.rest.starts_with('^') {
            self.copy(1);
        }
        let mut first = true;
        while let Some(c) = self.rest.chars().next() {
            match c {
                ']' if !first => {
                    self.copy(1);
                    return Ok(());
                }
                '\\' => self.escape(true)?,
                '[' if self.rest.starts_with("[:") && self.rest.contains(":]") => {
                    let end = self.rest.find(":]").unwrap_or(0) + 2;
                    self.copy(end);
                }
                '[' | ']' | '&' | '~' => {
                    self.out.push('\\');
                    self.copy(1);
                }
                '-' if self.rest.starts_with("--") => {
                    self.out.push('\\');
                    self.copy(1);
                }
                c => self.copy(c.len_utf8()),
            }
            first = false;
        }
        Err("missing closing ]: `".to_owned() + "[`")
    }
}

/// The length of `{2}`, `{2,}` or `{2,3}`; other braces are text to Go.
fn repetition(rest: &str) -> Option<usize> {
    let end = rest.find('}')?;
    let (least, most) = match rest[1..end].split_once(',') {
        Some((least, most)) => (least, most),
        None => (&rest[1..end], ""),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then_some(end + 1)
}
