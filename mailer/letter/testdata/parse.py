"""Parse every .eml of a folder with the strict policy and print what was found.

One JSON object a line: file, problems (a list), subject, from, to, text, html.
A problem is a defect that the parser noted anywhere, a line over 998 octets, a
header line over 78, or a part that isn't where it should be.
"""

import email
import email.policy
import json
import pathlib
import re
import sys

REQUIRED = """From To Date Message-ID Subject MIME-Version Reply-To List-Id
List-Unsubscribe List-Unsubscribe-Post List-Archive List-Help List-Owner
List-Post Precedence Auto-Submitted X-Auto-Response-Suppress Feedback-ID
Content-Language Content-Type""".split()


def check(path):
    raw = path.read_bytes()
    problems = []
    if re.search(rb"\r(?!\n)|(?<!\r)\n", raw):
        problems.append("bare CR or LF")
    head = raw.split(b"\r\n\r\n", 1)[0]
    for line in head.split(b"\r\n"):
        if len(line) > 78 and b"http" not in line and b"@" not in line:
            problems.append("long header line: %r" % line)
        if re.match(rb"[A-Za-z-]+:\s*$", line):
            problems.append("first line of a header is empty: %r" % line)
        if any(len(w) > 75 for w in re.findall(rb"=\?[^ ]*\?=", line)):
            problems.append("long encoded word: %r" % line)
    for line in raw.split(b"\r\n"):
        if len(line) > 998:
            problems.append("line of %d octets" % len(line))
    # raise_on_defect is what makes the policy strict.
    message = email.message_from_bytes(raw, policy=email.policy.strict.clone(raise_on_defect=False))
    parts = list(message.walk())
    for part in parts:
        problems += ["%s: %s" % (part.get_content_type(), d) for d in part.defects]
        for name, value in part.items():
            problems += ["%s: %s" % (name, d) for d in value.defects]
    email.message_from_bytes(raw, policy=email.policy.strict)
    for name in REQUIRED:
        if len(message.get_all(name, [])) != 1:
            problems.append("%s stands %d times" % (name, len(message.get_all(name, []))))
    for name in ("User-Agent", "X-Mailer"):
        if name in message:
            problems.append(name + " is there")
    kinds = [p.get_content_type() for p in parts]
    pictures = 0
    if kinds[:1] == ["multipart/related"]:
        pictures = len([k for k in kinds if k == "image/png"])
        kinds, parts = kinds[1:], parts[1:]
    if kinds != ["multipart/alternative", "text/plain", "text/html"] + pictures * ["image/png"]:
        problems.append("parts are %s" % kinds)
    text = html = ""
    for part in parts[3:]:
        if part.get_content_disposition() != "inline" or not part.get_content().startswith(b"\x89PNG"):
            problems.append("a picture is %s" % part.get_content_disposition())
    for part in parts[1:3]:
        content = part.get_content().replace("\r\n", "\n")
        problems += ["%s: %s" % (part.get_content_type(), d) for d in part.defects]
        if part.get_content_type() == "text/plain":
            text = content
        else:
            html = content
    to = message["To"].addresses
    return {
        "file": path.name, "problems": problems, "subject": str(message["Subject"]),
        "from": str(message["From"]), "to": [[a.display_name, a.addr_spec] for a in to],
        "list_id": str(message["List-Id"]), "language": str(message["Content-Language"]),
        "encoding": str(parts[1]["Content-Transfer-Encoding"]), "text": text, "html": html,
        "pictures": pictures,
    }


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")):
    print(json.dumps(check(path)))
