//! Pictures in terminals that can show them: the protocols of kitty and of iTerm2.
use base64::Engine;
use std::io::{IsTerminal, Write};

/// kitty takes the data in pieces of at most so many bytes.
const PIECE: usize = 4096;

/// How a terminal shows pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Kitty,
    Iterm,
}

/// What the terminal of the standard output says it can do.
pub fn protocol() -> Option<Protocol> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let program = variable("TERM_PROGRAM");
    // a multiplexer does not pass pictures on
    if variable("TERM").starts_with("screen") || variable("TERM").starts_with("tmux") {
        return None;
    }
    if !variable("KITTY_WINDOW_ID").is_empty() || variable("TERM").contains("kitty") || program == "ghostty" {
        return Some(Protocol::Kitty);
    }
    (program == "iTerm.app" || program == "WezTerm" || program == "vscode" || variable("TERM").contains("mintty"))
        .then_some(Protocol::Iterm)
}

/// The escape sequence that shows a PNG of a width in logical pixels.
pub fn sequence(p: Protocol, png: &[u8], width: f64) -> String {
    let data = base64::engine::general_purpose::STANDARD.encode(png);
    match p {
        Protocol::Iterm => format!(
            "\x1b]1337;File=inline=1;size={};width={}px;preserveAspectRatio=1:{data}\x07\n",
            png.len(),
            width.round()
        ),
        Protocol::Kitty => {
            let pieces: Vec<&[u8]> = data.as_bytes().chunks(PIECE).collect();
            let mut out = String::new();
            for (i, piece) in pieces.iter().enumerate() {
                let head = if i == 0 { "a=T,f=100,q=2," } else { "" };
                let more = u8::from(i + 1 < pieces.len());
                out += &format!("\x1b_G{head}m={more};{}\x1b\\", String::from_utf8_lossy(piece));
            }
            out + "\n"
        }
    }
}

/// Writes it; a terminal that is gone is no error of ours.
pub fn show(p: Protocol, png: &[u8], width: f64) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(sequence(p, png, width).as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kitty_gets_pieces_and_iterm_the_whole() {
        let png = vec![7u8; 5000];
        let kitty = sequence(Protocol::Kitty, &png, 100.0);
        assert_eq!(kitty.matches("\x1b_G").count(), 2);
        assert!(kitty.starts_with("\x1b_Ga=T,f=100,q=2,m=1;") && kitty.contains("\x1b_Gm=0;"));
        assert!(sequence(Protocol::Iterm, &png, 100.0).starts_with("\x1b]1337;File=inline=1;size=5000;width=100px"));
    }
}
