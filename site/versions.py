"""The list from which a reader chooses a version, and the way to the newest: versions.py SITE VERSION."""
import json
import sys
from pathlib import Path

place, newest = Path(sys.argv[1]), sys.argv[2]
there = sorted((p.parent.name for p in place.glob("*/index.html") if p.parent.name != "stage"), reverse=True)
listed = [{"version": v, "title": v, "aliases": ["latest"] if v == newest else []} for v in there]
(place / "versions.json").write_text(json.dumps(listed))
go = f"{newest}/index.html"
(place / "index.html").write_text(
    f'<!doctype html><html lang="en"><title>gflow</title><meta http-equiv="refresh" content="0; url={go}"><a href="{go}">gflow {newest}</a></html>\n'
)
