//! Comments, and which token each belongs to.
//!
//! A comment behind a token in its line is that token's line comment. A block
//! of comment lines heads the next token or foots the one before; which of
//! the two depends on blank lines and indentation. Foots are of no use to a
//! reader of markers, but they must not be taken for heads.

use super::{Kind, Mark, Scanner, is_blank};
use crate::edit::yaml::token::Span;

/// How far a comment is looked for behind a token, and behind a comment.
const LOOK_AHEAD: usize = 512;

/// Comment text: one line of it, or more, which no marker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) struct Text {
    /// The first line, from its `#`.
    pub first: Span,
    /// How many lines there are.
    pub lines: u32,
}

/// What a comment is to the token it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit::yaml) enum Place {
    Head,
    Line,
    Foot,
}

#[derive(Clone, Debug)]
pub(in crate::edit::yaml) struct Comment {
    pub text: Text,
    pub place: Place,
    /// Tokens from here on get it.
    pub token: usize,
    /// Where the look for comments started; nothing but comments is between.
    scanned_from: usize,
    start: Mark,
    /// Where it ends; 0 for line comments, which end no block.
    end: usize,
}

/// One stretch of comment lines while it is read.
struct Block {
    text: Option<(Text, Mark)>,
    scanned_from: usize,
    token: usize,
}

impl Scanner<'_> {
    /// Moves to the next token, over blanks, line breaks and comments.
    pub(super) fn skip_to_token(&mut self) {
        let scan_mark = self.cursor.mark();
        loop {
            while self.cursor.byte() == b' '
                || self.cursor.byte() == b'\t' && (self.flow_level > 0 || !self.simple_key_allowed)
            {
                self.cursor.skip();
            }
            self.turn_into_head();
            if self.cursor.byte() == b'#' {
                self.scan_comments(scan_mark);
            }
            if !self.cursor.is_break() {
                return;
            }
            self.cursor.skip_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    /// A comment behind a colon, with a list below, heads the list's first entry.
    fn turn_into_head(&mut self) {
        if self.comments.back().is_none_or(|comment| comment.place != Place::Line) {
            return;
        }
        let opens_list = self.recent(1).is_some_and(|t| t.kind == Kind::BlockSequenceStart)
            && self.recent(0).is_some_and(|t| t.kind == Kind::BlockEntry);
        if !opens_list || self.cursor.is_break() {
            return;
        }
        let now = self.cursor.mark();
        if let Some(comment) = self.comments.back_mut()
            && comment.place == Place::Line
        {
            comment.place = Place::Head;
            if comment.start.line + 1 == now.line {
                comment.token = now.index;
            }
        }
    }

    /// Reads the comment that follows a token in its line.
    pub(super) fn scan_line_comment(&mut self, token: usize) {
        if self.cursor.newlines() > 0 {
            return;
        }
        let blanks = (0..LOOK_AHEAD).find(|n| !is_blank(self.cursor.ahead(*n)));
        let Some(blanks) = blanks.filter(|n| self.cursor.ahead(*n) == b'#') else {
            return;
        };
        self.cursor.skip_many(blanks);
        let start = self.cursor.mark();
        self.cursor.skip_to_break();
        self.comments.push_back(Comment {
            text: Text { first: Span::new(start.index, self.cursor.mark().index), lines: 1 },
            place: Place::Line,
            token,
            scanned_from: 0,
            start,
            end: 0,
        });
    }

    /// Reads the lines of comments from the cursor on.
    fn scan_comments(&mut self, scan_mark: Mark) {
        let owner = match (self.recent(0), self.recent(1)) {
            (Some(last), Some(before)) if last.kind == Kind::FlowEntry => before,
            (Some(last), _) => last,
            (None, _) => return,
        };
        let after_value = owner.kind == Kind::Value;
        let mut block = Block { text: None, scanned_from: scan_mark.index, token: owner.start };
        let mut first_empty = self.cursor.newlines() <= 1;
        let mut recent_empty = false;
        let foot_line = self.foot_line(scan_mark);
        // The look-ahead: a place from which only blanks and breaks were seen.
        let mut at = self.cursor.mark();
        let mut looked = 0;
        while looked < LOOK_AHEAD {
            looked += 1;
            let byte = self.cursor.at(at.index);
            if is_blank(byte) {
                at.index += 1;
                at.column += 1;
                continue;
            }
            let breaks = self.cursor.break_length(at.index);
            let ends = self.cursor.is_behind_end(at.index);
            let closes_flow = self.flow_level > 0 && matches!(byte, b']' | b'}');
            if closes_flow || breaks > 0 || ends {
                if closes_flow || !recent_empty {
                    let is_foot = closes_flow
                        || first_empty
                            && block.text.as_ref().is_none_or(|(_, start)| {
                                Some(start.line) == foot_line && !after_value
                                    || self.is_dedented(start.column)
                            });
                    if is_foot {
                        self.push_foot(&mut block, at);
                    }
                }
                if breaks == 0 {
                    break;
                }
                first_empty = false;
                recent_empty = true;
                at = Mark { index: at.index + breaks, line: at.line + 1, column: 0 };
                continue;
            }
            let start_column = block.text.as_ref().map(|(_, start)| start.column);
            if start_column.is_some_and(|column| self.is_dedented(at.column) && column != at.column)
            {
                self.push_plain_foot(&mut block, at);
            }
            if byte != b'#' {
                break;
            }
            recent_empty = false;
            self.take_comment_line(&mut block, at);
            at = self.cursor.after_break();
            looked = 0;
        }
        if let Some((text, start)) = block.text {
            self.comments.push_back(Comment {
                text,
                place: Place::Head,
                token: start.index,
                scanned_from: block.scanned_from,
                start,
                end: at.index.saturating_sub(1),
            });
        }
    }

    /// The line in which a comment still foots the content before it.
    fn foot_line(&self, scan_mark: Mark) -> Option<usize> {
        let now = self.cursor.mark();
        let on_content_line = self.cursor.newlines() == 0 && now.column > 1;
        self.cursor.is_below_first_line(scan_mark).then(|| {
            (now.line + 1 + usize::from(on_content_line)).saturating_sub(self.cursor.newlines())
        })
    }

    fn is_dedented(&self, column: usize) -> bool {
        (column as isize) < self.indent.max(0)
    }

    fn take_comment_line(&mut self, block: &mut Block, at: Mark) {
        self.cursor.skip_white_to(at);
        let start = self.cursor.mark();
        self.cursor.skip_to_break();
        match &mut block.text {
            Some((text, _)) => text.lines += 1,
            None => {
                let first = Span::new(start.index, self.cursor.mark().index);
                block.text = Some((Text { first, lines: 1 }, start));
            }
        }
    }

    /// Ends a block that a blank line or a bracket parts from what follows.
    fn push_foot(&mut self, block: &mut Block, at: Mark) {
        if let Some((_, start)) = &block.text
            && self.is_dedented(start.column)
        {
            block.token = start.index;
        }
        self.push_plain_foot(block, at);
    }

    fn push_plain_foot(&mut self, block: &mut Block, at: Mark) {
        let Some((text, start)) = block.text.take() else {
            return;
        };
        self.comments.push_back(Comment {
            text,
            place: Place::Foot,
            token: block.token,
            scanned_from: block.scanned_from,
            start,
            end: at.index,
        });
        block.scanned_from = at.index;
        block.token = at.index;
    }

    /// Where a block ends that ends here: before the comments that stand at
    /// its own column, which are not its own any more.
    pub(super) fn end_before_comments(&self, end: Mark) -> Mark {
        let mut found = end;
        let mut stop = end.index;
        for comment in self.comments.iter().rev() {
            if comment.end < stop {
                break;
            }
            if comment.start.column as isize == self.indent {
                found = comment.start;
            }
            stop = comment.scanned_from;
        }
        found
    }
}
