//! The words of the language that cannot be names.

/// What completion offers and editors colour.
pub const KEYWORDS: &[&str] = &[
    "let", "const", "fn", "if", "else", "for", "in", "while", "loop", "break", "continue", "return", "switch",
    "import", "as", "try", "catch", "throw", "true", "false",
];

/// Words that Rhai knows too, but that nobody is told of.
pub const RARE: &[&str] = &["do", "until", "case", "export", "private"];

/// Whether what follows this word starts a new expression or statement.
pub fn is_syntax(word: &str) -> bool {
    (KEYWORDS.contains(&word) || RARE.contains(&word)) && !matches!(word, "true" | "false")
}
