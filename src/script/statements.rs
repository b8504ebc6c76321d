//! The pages of what is no function: `for`, `if`, `fn`. They are no entries of the catalogue, for nobody calls them.
use super::help::Page;

/// A statement, by the words that ask for it.
struct Statement {
    words: &'static [&'static str],
    head: &'static str,
    doc: &'static str,
    example: &'static str,
}

const ALL: &[Statement] = &[
    Statement {
        words: &["for", "in"],
        head: "for x in v { … } | for (x, i) in v { … }",
        doc: "Goes through a list, the characters of a text, a range a..b, or the rows of a table. With two names the first is the entry and \
              the second its place, counted from 0. A map is gone through by m.keys() or m.values(). `break` ends the loop, `continue` goes \
              on with the next entry. v.map(|x| …) makes a list of what is found.",
        example: "for i in 0..3 { print(i) }\nfor (x, i) in [\"a\", \"b\"] { print(i, x) }\nlet m = #{ a: 1, b: 2 };\nfor k in m.keys() { print(k, m[k]) }",
    },
    Statement {
        words: &["while", "loop", "break", "continue", "do", "until"],
        head: "while c { … } | loop { … }",
        doc: "Goes on while a comparison is true; `loop` goes on until `break`. `continue` begins the next round.",
        example: "let x = 1;\nwhile x < 100 { x *= 3; }\nloop { x -= 10; if x < 0 { break } }\nx",
    },
    Statement {
        words: &["if", "else"],
        head: "if c { … } else if d { … } else { … }",
        doc: "Does one thing or another. Braces always stand, parentheses around c need not. It has a value: let y = if x > 0 { x } else { 0 }. \
              Comparisons are joined by && and ||, turned round by !; of lists, entry by entry, by & and |.",
        example: "let x = -3;\nlet size = if x < 0 { -x } else { x };\nsize",
    },
    Statement {
        words: &["switch", "case"],
        head: "switch x { 1 => …, 2 | 3 => …, _ => … }",
        doc: "Chooses by a value: numbers, texts, ranges, several with | between them, and _ for all others. It has a value.",
        example: "let n = 3;\nswitch n { 0 => \"none\", 1..5 => \"some\", _ => \"many\" }",
    },
    Statement {
        words: &["fn", "return", "private"],
        head: "fn f(x, y) { … }",
        doc: "Defines a function. Its last expression is what it gives, `return x` gives x at once; it changes none of its arguments. f(1, 2) calls \
              it, a `private fn` only in its own file, Fn(\"f\") is the function as a value. A closure |x| x^2 is a function without a name: let g = |x| x^2; g(3).",
        example: "fn area(a, b) { a*b }\nlet twice = |x| 2*x;\nprint(area(2, 3), twice(4));\n[1, 2].map(Fn(\"sqrt\"))",
    },
    Statement {
        words: &["let", "const"],
        head: "let x = 1; | const N = 100;",
        doc: "Makes a variable; x = 2 changes one that is there. A variable belongs to the block {…} it is made in. `const` makes one that \
              does not change.",
        example: "let x = 1;\nx += 2;\nconst N = 100;\nx*N",
    },
    Statement {
        words: &["throw"],
        head: "throw \"what is wrong\"",
        doc: "Ends the script with an error of its own, unless try { … } catch (e) { … } goes on behind it: e.message is the text.",
        example: "try { throw \"no data\" } catch (e) { print(e.message) }",
    },
    Statement {
        words: &["import", "as", "export"],
        head: "import \"part\" as part;",
        doc: "Reads part.rhai, beside the script or in the folder one works in: part::f(x) calls a function it defines.",
        example: "// part.rhai: fn twice(x) { 2*x }\n// import \"part\" as part;\n// part::twice(3)",
    },
];

/// The page of a word of the language.
pub fn page(word: &str) -> Option<Page> {
    let s = ALL.iter().find(|s| s.words.contains(&word))?;
    let see = ALL.iter().map(|s| s.words[0]).chain(["catch"]).filter(|w| !s.words.contains(w));
    Some(Page {
        head: s.head.into(),
        doc: s.doc.into(),
        example: s.example.into(),
        see: see.map(String::from).collect(),
        ..Page::default()
    })
}

/// The words that have a page.
pub fn words() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|s| s.words).copied()
}
