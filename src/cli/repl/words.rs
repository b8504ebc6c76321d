//! The session's own answers for the line editor: what can follow, and whether a cell is whole.
use crate::script::{Assistant, Completeness, help};
use reedline::{Completer, CompletionResult, Span, Suggestion, ValidationResult, Validator};

/// What can follow.
pub struct Words(pub Assistant);

impl Completer for Words {
    fn complete(&mut self, line: &str, position: usize) -> CompletionResult {
        let before = line.get(..position).unwrap_or(line);
        let text = before.strip_prefix('?').unwrap_or(before);
        let skipped = before.chars().count() - text.chars().count();
        let (start, found) = self.0.complete(text, text.chars().count());
        let start = before.char_indices().nth(start + skipped).map_or(before.len(), |c| c.0);
        let suggestion = |c: crate::script::Completion| Suggestion {
            description: (!c.doc.is_empty()).then(|| c.doc.split(". ").next().unwrap_or_default().to_string()),
            value: c.text,
            span: Span::new(start, position),
            ..Suggestion::default()
        };
        CompletionResult::fresh(found.into_iter().map(suggestion).collect::<Vec<_>>())
    }
}

/// Whether a cell is whole.
pub struct Whole(pub Assistant);

impl Validator for Whole {
    fn validate(&self, line: &str) -> ValidationResult {
        match self.0.completeness(line) {
            Completeness::Incomplete if help::question(line).is_none() => ValidationResult::Incomplete,
            _ => ValidationResult::Complete,
        }
    }
}
