//! Actions that steer: `if`, `range`, `with`, `template`, `block`, `break`.

use super::node::{Branch, Invoke, Node};
use super::{End, Item, Parsed, Parser};
use crate::lex::{Kind, Token};
use crate::text::Str;

impl<'t> Parser<'t> {
    /// What follows a left delimiter.
    pub(super) fn action(&mut self) -> Parsed<Item> {
        let token = self.next_word();
        let node = match token.kind {
            Kind::Block => self.block_action()?,
            Kind::Break => self.jump(Node::Break, "{{break}}")?,
            Kind::Continue => self.jump(Node::Continue, "{{continue}}")?,
            Kind::Else => return Ok(Item::End(self.else_action()?)),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Item::End(End::End));
            }
            Kind::If => Node::If(self.deeper(|p| p.branch(Kind::If))?),
            Kind::Range => Node::Range(self.deeper(|p| p.branch(Kind::Range))?),
            Kind::With => Node::With(self.deeper(|p| p.branch(Kind::With))?),
            Kind::Template => self.template_action()?,
            _ => {
                self.back(token);
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, node: Node, name: &str) -> Parsed<Node> {
        self.expect(Kind::RightDelim, name)?;
        if self.loops == 0 {
            return self.fail(format!("{name} outside {{{{range}}}}"));
        }
        Ok(node)
    }

    fn else_action(&mut self) -> Parsed<End> {
        let then = self.peek_word().kind;
        if !matches!(then, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(End::Else { then })
    }

    fn branch(&mut self, kind: Kind) -> Parsed<Branch> {
        let context = match kind {
            Kind::If => "if",
            Kind::Range => "range",
            _ => "with",
        };
        let outer = self.vars.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        self.loops += usize::from(kind == Kind::Range);
        let (body, end) = self.block()?;
        self.loops -= usize::from(kind == Kind::Range);
        let otherwise = match end {
            End::End => None,
            // `{{else if x}}` stands for an `if` within the `else` that shares
            // its `{{end}}`.
            End::Else { then } if then == kind && kind != Kind::Range => {
                self.next_word();
                let inner = self.deeper(|p| p.branch(kind))?;
                let node = if kind == Kind::If { Node::If(inner) } else { Node::With(inner) };
                Some(vec![node])
            }
            End::Else { .. } => {
                let (block, end) = self.block()?;
                if !matches!(end, End::End) {
                    return self.fail(format!("expected end; found {}", end.describe()));
                }
                Some(block)
            }
        };
        self.vars.truncate(outer);
        Ok(Branch { pipe, body, otherwise })
    }

    fn template_name(&mut self, token: &Token<'t>, context: &str) -> Parsed<Str> {
        match token.kind {
            Kind::String | Kind::RawString => self.unquoted(token.text),
            _ => self.unexpected(token, context),
        }
    }

    fn template_action(&mut self) -> Parsed<Node> {
        let context = "template clause";
        let token = self.next_word();
        let name = self.template_name(&token, context)?;
        let next = self.next_word();
        let pipe = if next.kind == Kind::RightDelim {
            None
        } else {
            self.back(next);
            Some(self.pipeline(context, Kind::RightDelim)?)
        };
        Ok(Node::Template(Invoke { pos: token.pos, name, pipe }))
    }

    fn block_action(&mut self) -> Parsed<Node> {
        let context = "block clause";
        let token = self.next_word();
        let name = self.template_name(&token, context)?;
        let pipe = Some(self.pipeline(context, Kind::RightDelim)?);
        let body = self.apart(context)?;
        self.add(name.clone(), body)?;
        Ok(Node::Template(Invoke { pos: token.pos, name, pipe }))
    }
}
