"""Lays the pages of the site together: stage.py PLACE [--quick].

What is written elsewhere is taken from there: pages from docs/, the catalogue from the program, scripts with their figures, notebooks with their
outputs, results, the gallery's figures from its scripts.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

from latex2mathml.converter import convert

ROOT = Path(__file__).resolve().parents[1]
STAGE = Path(sys.argv[1])
QUICK = "--quick" in sys.argv[2:]
PAGES = STAGE / "pages"

ROOMS = {
    "divergence": "Divergences",
    "critic": "Critics",
    "flow": "Flows",
    "data": "Data sets",
    "metric": "Metrics",
    "io": "Files",
    "prepare": "Preparing data",
    "tables": "Tables",
    "plot": "Figures",
    "language": "Language",
    "types": "Types",
}

# section: pages by their files, in the order in which they are read
NAV = [
    ("Start", ["index.md", "install.md", "tour.md", "choose.md", "new_f.md", "certificates.md", "language.md", "faq.md", "moving.md"]),
    ("Guide", ["overview.md", "critics.md", "notebooks.md", "python.md", "figures.md", "formats.md", "tables.md", "program.md", "library.md"]),
    ("Clusters", ["studies.md", "ranks.md", "scaling.md"]),
    ("Inside", ["speed.md", "architecture.md", "build.md", "glossary.md"]),
]


def formula(text, display):
    math = convert(text, display="block" if display else "inline")
    return f"\n<div>{math}</div>\n" if display else math


def formulas(text):
    """$$…$$ as MathML, which browsers set by themselves and readers of screens read."""
    return re.sub(r"\$\$(.+?)\$\$", lambda m: formula(m[1], True), text, flags=re.S)


def links(text):
    """Links out of docs/ lead to where the site has the same, or are words."""
    moved = {
        "../results/RESULTS.md": "results.md",
        "../results/ROBUST.md": "robust.md",
        "../notebooks": "notebooks/index.md",
        "../README.md": "index.md",
    }

    def one(m):
        words, link = m[1], m[2]
        path, _, anchor = link.partition("#")
        if path in moved:
            return f"[{words}]({moved[path]}{'#' + anchor if anchor else ''})"
        script = re.fullmatch(r"\.\./scripts/(\w+)\.rhai", path)
        if script:
            return f"[{words}](scripts/{script[1]}.md)"
        return words if path.startswith("../") else m[0]

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", one, text)


def write(name, text):
    file = PAGES / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def gflow(*arguments, cwd=None):
    call = [os.environ["GFLOW"], *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True, cwd=cwd).stdout


def documents():
    for page in sorted((ROOT / "docs").glob("*.md")):
        write(page.name, links(page.read_text()))
    for kind in ("*.png", "scaling/*.png"):
        for picture in (ROOT / "docs").glob(kind):
            (PAGES / picture.relative_to(ROOT / "docs")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, PAGES / picture.relative_to(ROOT / "docs"))
    for file in ("site.css", "site.js"):
        shutil.copy(ROOT / "site" / file, PAGES / file)


def head(script):
    """The title and the words that a script begins with."""
    lines = []
    for line in script.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line.lstrip("/").strip())
    return lines[0].rstrip("."), " ".join(lines[1:])


def picture_of(script):
    """The name of the file of the figure that ends a script."""
    moves = script.read_text().rstrip().rsplit("\n", 1)[-1].startswith("plot::animate")
    return f"{script.stem}.{'gif' if moves else 'png'}"


def draw(script, picture):
    """The figure that ends a script, as a file."""
    text = script.read_text().rstrip().rstrip(";")
    begun = text.rfind("\nplot::")
    text = f"{text[:begun]}\nlet shown = {text[begun + 1:]};\nshown.save(\"{picture}\");\n"
    picture.parent.mkdir(parents=True, exist_ok=True)
    drawn = picture.with_suffix(".rhai")
    drawn.write_text(text)
    gflow("run", str(drawn), "--quiet", "--device", "cpu")
    drawn.unlink()


def figures(folder):
    for script in sorted((ROOT / "docs" / folder).glob("*.rhai")):
        picture = PAGES / folder / picture_of(script)
        kept = STAGE / "kept" / folder / picture.name
        fresh = kept.is_file() and kept.stat().st_mtime > script.stat().st_mtime and QUICK
        if not fresh:
            draw(script, kept)
        picture.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, picture)


def gallery():
    figures("gallery")
    figures("choose")
    out = ["---\nhide: [navigation, toc]\n---\n\n# Gallery\n\nEvery figure is made by the script below it when this site is built.\n"]
    out.append('<div class="gallery" markdown>\n')
    for script in sorted((ROOT / "docs/gallery").glob("*.rhai")):
        text = script.read_text()
        title, words = head(text)
        code = "\n".join(line for line in text.splitlines() if not line.startswith("//")).strip()
        out.append(f'<figure markdown>\n\n## {title}\n\n![{escape(title)}](gallery/{picture_of(script)})\n\n{words}\n\n')
        out.append(f'??? example "Script"\n\n' + "\n".join("    " + line for line in f"```rhai\n{code}\n```".splitlines()) + "\n\n</figure>\n")
    out.append("</div>\n")
    write("gallery.md", "\n".join(out))


def catalogue():
    """A page for every entry of the catalogue and every type, and an index of each room."""
    pages = json.loads(gflow("list", "--json"))
    nav = []
    cited = set(re.findall(r"@\w+\{([^,]+),", (ROOT / "references.bib").read_text()))
    by_room = {}
    for p in pages:
        by_room.setdefault(p["room"], []).append(p)
    for room, title in ROOMS.items():
        rows = []
        for p in by_room.pop(room):
            file = re.sub(r"\W+", "_", p["name"]).strip("_") + ".md"
            where = f"reference/{room}/{file}"
            text = re.sub(r"^Source: \[(.+?)\]", lambda m: source(m[1], cited), formulas(p["page"]), flags=re.M)
            write(where, f"# {p['name']}\n\n{text}")
            first = p["doc"].split(". ")[0].rstrip(".")
            rows.append((p["name"], where, first))
        table = "\n".join(f"| [`{n}`]({Path(w).name}) | {first.replace('|', chr(92) + '|')} |" for n, w, first in rows)
        write(f"reference/{room}/index.md", f"# {title}\n\n| | |\n|:--|:--|\n{table}\n")
        nav.append((title, f"reference/{room}/index.md", [w for _, w, _ in rows]))
    assert not by_room, f"rooms without a title: {list(by_room)}"
    return nav


def source(keys, cited):
    known = [k.strip() for k in keys.split(",")]
    assert all(k in cited for k in known), f"{keys} is not in references.bib"
    return "Source: " + ", ".join(f"[{k}](../../literature.md#{k})" for k in known)


def literature():
    text = (ROOT / "references.bib").read_text()
    out = ["# Literature\n"]
    for entry in re.finditer(r"^@\w+\{([^,]+),(.*?)(?=^@|\Z)", text, re.S | re.M):
        plain = {k.lower(): re.sub(r"[{}$\\\\]", "", v) for k, v in re.findall(r"(\w+)\s*=\s*\{((?:[^{}]|\{[^{}]*\})*)\}", entry[2])}
        rest = ", ".join(plain[k] for k in ("journal", "booktitle", "publisher", "howpublished", "note", "year") if k in plain)
        words = f"{escape(plain.get('author', ''))}: <em>{escape(plain.get('title', ''))}</em>, {escape(rest)}."
        out.append(f'<p id="{entry[1]}">{words} <code>{entry[1]}</code></p>\n')
    write("literature.md", "\n".join(out))


def results():
    for name, page in (("RESULTS", "results.md"), ("ROBUST", "robust.md")):
        write(page, links((ROOT / f"results/{name}.md").read_text()))


def scripts():
    rows = []
    for script in sorted((ROOT / "scripts").glob("*.rhai")):
        text = script.read_text()
        title, _ = head(text)
        made = sorted((ROOT / "results" / script.stem).glob("*.png"))
        shown = ""
        for picture in made:
            (PAGES / "scripts" / script.stem).mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, PAGES / "scripts" / script.stem / picture.name)
            alt = picture.stem.replace("_", " ")
            shown += f"![{alt}]({script.stem}/{picture.name})\n\n"
        write(f"scripts/{script.stem}.md", f"# {title}\n\n{shown}```rhai\n{text.rstrip()}\n```\n")
        rows.append(f"| [{script.stem}]({script.stem}.md) | {title.replace('|', chr(92) + '|')} |")
    write("scripts/index.md", "# Scripts\n\n`gflow run scripts/NAME.rhai` runs one, `gflow reproduce scripts` all that make claims.\n\n| | |\n|:--|:--|\n" + "\n".join(rows) + "\n")


def outputs(cell, name):
    for number, o in enumerate(cell.get("outputs", [])):
        data = o.get("data", {})
        joined = {k: "".join(v) if isinstance(v, list) else v for k, v in data.items()}
        if o["output_type"] == "stream":
            yield f"```text\n{''.join(o['text']).rstrip()}\n```"
        elif o["output_type"] == "error":
            yield "```text\n" + re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(o["traceback"])) + "\n```"
        elif "image/png" in joined:
            picture = PAGES / "notebooks" / f"{name}_{number}.png"
            picture.parent.mkdir(parents=True, exist_ok=True)
            picture.write_bytes(base64.b64decode(joined["image/png"]))
            alt = joined.get("text/plain", "a figure").split("\n")[0]
            yield f"![{escape(alt)}]({picture.name})"
        elif "text/latex" in joined:
            yield formula(joined["text/latex"].strip().strip("$"), True)
        elif "text/plain" in joined:
            yield f"```text\n{joined['text/plain'].rstrip()}\n```"


def notebooks():
    rows = []
    for book in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(book.read_text())["cells"]
        out = []
        for number, cell in enumerate(cells):
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                out.append(formulas(text))
                continue
            kind = "rust" if text.startswith("%%rust") else "rhai"
            out.append(f"```{kind}\n{text}\n```")
            out.extend(outputs(cell, f"{book.stem}_{number}"))
        page = "\n\n".join(out) + "\n"
        title = next((line[2:] for line in page.splitlines() if line.startswith("# ")), book.stem)
        write(f"notebooks/{book.stem}.md", page)
        rows.append(f"| [{title}]({book.stem}.md) | `{book.name}` |")
    write("notebooks/index.md", "# Notebooks\n\nWith the outputs that they have in the repository.\n\n| | |\n|:--|:--|\n" + "\n".join(rows) + "\n")


def nav(reference):
    def quoted(file):
        return json.dumps(file)

    out = ["nav:"]
    for title, pages in NAV:
        out.append(f"  - {title}:")
        out += [f"      - {quoted(p)}" for p in pages]
    out.append("  - Reference:")
    for title, index, pages in reference:
        out.append(f"      - {title}:")
        out += [f"          - {quoted(p)}" for p in [index, *pages]]
    out.append('      - "literature.md"')
    out.append('  - Gallery:\n      - "gallery.md"')
    out.append("  - Results:")
    out += [f"      - {quoted(p)}" for p in ("results.md", "robust.md")]
    for title, folder in (("Scripts", "scripts"), ("Notebooks", "notebooks")):
        out.append(f"      - {title}:")
        files = sorted(p.name for p in (PAGES / folder).glob("*.md") if p.name != "index.md")
        out += [f"          - {quoted(f'{folder}/{p}')}" for p in ["index.md", *files]]
    named = {p for _, pages in NAV for p in pages}
    missing = {p.name for p in (ROOT / "docs").glob("*.md")} - named
    assert not missing, f"pages that the site does not name: {sorted(missing)}"
    (STAGE / "nav.yml").write_text("\n".join(out) + "\n")


def main():
    shutil.rmtree(PAGES, ignore_errors=True)
    documents()
    gallery()
    reference = catalogue()
    literature()
    results()
    scripts()
    notebooks()
    nav(reference)


main()
