"""Looks at the site in a headless Chromium: look.py SITE/VERSION FOLDER. Pages are held against axe, and some are kept as pictures.

Needs `pip install playwright`, a Chromium (CHROMIUM names one) and axe.min.js of the package axe-core in the folder.
"""
import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SITE, OUT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
PAGES = [
    "index.html", "tour.html", "choose.html", "gallery.html", "language.html", "python.html", "moving.html", "faq.html", "results.html",
    "reference/flow/gpa.html", "reference/divergence/index.html", "scripts/011_generators.html", "notebooks/01_a_new_divergence.html",
]
KEPT = ["index.html", "choose.html", "gallery.html", "reference/flow/gpa.html"]

bad = 0
with sync_playwright() as p:
    browser = p.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--allow-file-access-from-files", "--no-sandbox"])
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme=scheme)
        for name in PAGES:
            page.goto(f"file://{SITE / name}")
            page.add_script_tag(path=str(OUT / "axe.min.js"))
            found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
            serious = [v for v in found if v["impact"] in ("serious", "critical")]
            bad += len(serious)
            for v in serious:
                print(scheme, name, v["id"], v["help"], len(v["nodes"]), v["nodes"][0]["target"], v["nodes"][0]["any"][:1])
            if name in KEPT and scheme == "light":
                page.screenshot(path=str(OUT / (name.replace("/", "_").replace(".html", ".png"))))
        # narrow pages, as on a telephone
        page.set_viewport_size({"width": 390, "height": 800})
        for name in PAGES:
            page.goto(f"file://{SITE / name}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                bad += 1
                print(scheme, name, "is wider than a narrow screen")
    browser.close()
print(f"{len(PAGES)} pages in two colours, {bad} serious faults")
sys.exit(bad > 0)
