//! The prompt: the number of the cell.
use reedline::{Prompt, PromptEditMode, PromptHistorySearch, PromptHistorySearchStatus};
use std::borrow::Cow;

/// The number of the cell to come.
pub struct CellPrompt(pub usize);

impl Prompt for CellPrompt {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        format!("[{}]", self.0).into()
    }
    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }
    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        " ".into()
    }
    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        "… ".into()
    }
    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let failed = if matches!(search.status, PromptHistorySearchStatus::Failing) { "not found: " } else { "" };
        format!("({failed}{}) ", search.term).into()
    }
}
