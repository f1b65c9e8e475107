"""Verify every .eml of a folder with dkimpy, an implementation that isn't ours.

records.json of that folder is the DNS: name to TXT record. Prints one JSON
object a line: file, results (a list, true or what was wrong, one for each
signature from the top).
"""

import json
import pathlib
import sys

import dkim

folder = pathlib.Path(sys.argv[1])
records = json.loads((folder / "records.json").read_text())


def dns(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    return records[name.rstrip(".")].encode()


for path in sorted(folder.glob("*.eml")):
    raw = path.read_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0].lower()
    results = []
    for index in range((b"\r\n" + head).count(b"\r\ndkim-signature:")):
        try:
            good = dkim.DKIM(raw, minkey=2048).verify(idx=index, dnsfunc=dns)
            results.append(True if good else "bad signature")
        except Exception as problem:
            results.append("%s: %s" % (type(problem).__name__, problem))
    print(json.dumps({"file": path.name, "results": results}))
