"""Queries, bodies and headers that nobody sends by accident."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

#: Any value of any field, as it comes over the wire before percent-encoding.
VALUES: dict[str, bytes] = {
    "NUL": b"a\0b",
    "half a surrogate pair": b"\xed\xa0\x80",
    "bytes that are no UTF-8": b"\xff\xfe\xc0",
    "control characters": b"a\x01\x0b\x1b\x7fb",
    "line breaks": b"/a\r\nSet-Cookie: x=y\n",
    "5,000 digits": b"9" * 5000,
    "20 digits": b"9" * 20,
    "a number below zero": b"-9223372036854775809",
    "a number beyond floats": b"1e999",
    "NaN": b"NaN",
    "digits that are not ASCII": "²٣".encode(),
    "a long text": "ä".encode() * 40_000,
    "text turned round": "\u202egnp.exe\u2066".encode(),
    "nothing": b"",
}
#: Names of fields on any screen, and of parameters in any address.
FIELDS = (
    *("page", "page_size", "search", "position", "sort", "state", "ordering", "days", "q", "reference", "confirm"),
    *("action", "person", "interview", "recording", "start_ms", "end_ms", "points", "theme", "hide", "at_ms", "text"),
    *("answer", "reason", "outcome", "name", "email", "role", "account", "to", "source", "title", "description"),
    *("questions", "employer_place", "job_place", "invite-name", "invite-email", "invite-place", "invite-language"),
    *("team-email", "follow_ups", "purpose", "usual", "other", "language", "next", "username", "password", "format"),
    *("after_decision", "without_decision", "new_password1", "new_password2", "lang", "version", "open"),
)
DEEP = 40_000


@dataclass(frozen=True)
class Sent:
    """What is particular about one request."""

    content_type: str = "text/plain"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


Many = Iterator[tuple[str, Sent]]


def form(body: bytes, kind: str = "application/x-www-form-urlencoded") -> Sent:
    return Sent(kind, body)


def fields(values: Mapping[str, bytes]) -> str:
    """Fields as a query string or a form."""
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in values.items())


#: Screens and endpoints that look at what stands behind the question mark; elsewhere two queries must do.
READ_A_QUERY = (
    *("api:interviews", "api:positions", "api:moments", "api:notes", "api:timeline", "api:schema"),
    *("administration:people", "administration:due", "administration:find_interview", "administration:certificates"),
    *("administration:audit", "administration:fairness_audits", "recruiter:inbox", "recruiter:positions"),
    *("recruiter:rule", "recruiter:position", "recruiter:interview", "recruiter:timeline", "accounts:sign_in"),
)


def queries() -> Many:
    for name, value in VALUES.items():
        if len(value) < 10_000:  # what is longer no server passes on as an address
            yield name, Sent(query="?" + fields(dict.fromkeys(FIELDS, value)))
    yield "names that are no text", Sent(query="?%00=1&%ED%A0%80=1&%FF=1&a%0Ab=1")
    yield "no query at all", Sent(query="?&&==&%&%zz&;")
    yield "the same name again and again", Sent(query="?" + "page=1&page=2&" * 200)
    yield "too many names", Sent(query="?" + "&".join(f"k{number}=1" for number in range(2000)))


def forms() -> Many:
    for name, value in VALUES.items():
        yield name, form(fields(dict.fromkeys(FIELDS, value)).encode())
    yield "an empty form", form(b"")
    yield "100,000 fields", form("&".join(f"k{number}=1" for number in range(100_000)).encode())
    yield "names that are no text", form(b"%00=1&te%00xt=1&%ED%A0%80=1&text=%00")
    yield "a form in UTF-7", form(b"text=+2AA-&start_ms=1", "application/x-www-form-urlencoded; charset=utf-7")
    for charset in ("utf-7", "rot13", "unicode_escape", "no-such"):
        kind = f"multipart/form-data; boundary=x; charset={charset}"
        yield f"parts in {charset}", Sent(kind, _part(b"+2AA-\\ud800"))
    yield "no boundary", Sent("multipart/form-data", _part(b"x"))
    yield "another boundary", Sent("multipart/form-data; boundary=y", _part(b"x"))
    yield "a boundary that is none", Sent("multipart/form-data; boundary=\xff", _part(b"x"))
    yield from _parts()


def _part(value: bytes, disposition: str = 'form-data; name="text"', more: str = "") -> bytes:
    head = f"--x\r\nContent-Disposition: {disposition}{more}\r\n\r\n"
    return head.encode() + value + b"\r\n--x--\r\n"


def _parts() -> Many:
    made = {
        "a part that is cut off": _part(b"x")[:-9],
        "a part without a name": _part(b"x", "form-data"),
        "a part that says 5,000 digits long": _part(b"x", more="\r\nContent-Length: " + "9" * 5000),
        "a part that is no base64": _part(b"\0=!", more="\r\nContent-Transfer-Encoding: base64"),
        "a file's name in another encoding": _part(
            b"[]", "form-data; name=\"transcript\"; filename*=rot13''%ff%00.json"
        ),
    }
    file = 'form-data; name="transcript"; filename='
    for name in ("", "a\0.vtt", "../../\u202enosj.json"):
        made[f"a file called {name!r}"] = _part(b"[]", f'{file}"{name}"')
    for what, content in TRANSCRIPTS.items():
        made[what] = _part(content, f'{file}"words.json"')
    for what, body in made.items():
        yield what, form(body, "multipart/form-data; boundary=x")


TRANSCRIPTS = {
    "a transcript of nothing": b"",
    "a transcript of brackets": b"[" * DEEP,
    "a transcript with NUL": b'[{"text": "\\u0000", "start": 0, "end": 1}]',
    "a transcript of bytes that are no UTF-8": b"\xff\xff\xff",
}


def json_values() -> Many:
    """For notes and verdicts, the API's two bodies: each has a text, a number or a choice."""
    texts = {
        "NUL": '"a\\u0000b"',
        "half a surrogate pair": '"\\ud800"',
        "control characters": '"\\u0001\\u007f"',
        "a long text": json.dumps("x" * 200_000),
        "text turned round": '"\\u202e"',
        "5,000 digits": "9" * 5000,
        "4,000 digits": "9" * 4000,
        "20 digits": "9" * 20,
        "a number beyond floats": "1e999",
        "NaN": "NaN",
        "Infinity": "-Infinity",
        "an array": '["x"]',
        "an object": '{"x": {"y": 1}}',
        "true": "true",
        "null": "null",
        "depth within Python's limit": "[" * 500 + "]" * 500,
    }
    valid = {"at_ms": "10", "text": '"x"', "answer": '"dismissed"', "reason": '"y"'}
    for name, text in texts.items():
        for place in valid:
            made = ", ".join(f'"{other}": {text if other == place else value}' for other, value in valid.items())
            yield f"{name} as {place}", form(f"{{{made}}}".encode(), "application/json")


def json_bodies() -> Many:
    """What is no body of anything."""
    kind = "application/json"
    many = ", ".join(f'"k{number}": 1' for number in range(100_000))
    wholes = {
        "brackets": b"[" * 2_000_000,
        "objects in objects": b'{"a":' * DEEP,
        "an array for an object": b"[]",
        "a text for an object": b'"\\ud800"',
        "a number for an object": b"1",
        "nothing": b"",
        "null": b"null",
        "100,000 names": f"{{{many}}}".encode(),
        "names twice": b'{"text": "x", "text": "\\u0000", "at_ms": 1, "at_ms": []}',
        "a name that is no text": b'{"\\ud800": 1, "a\\u0000": 2}',
        "bytes that are no UTF-8": b'{"text": "\xff\xed\xa0\x80"}',
        "UTF-16": '{"text": "x"}'.encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf{}",
        "no JSON": b"{no json",
    }
    for name, body in wholes.items():
        yield name, Sent(kind, body)
    for charset in ("utf-7", "rot13", "unicode_escape", "no-such"):
        yield f"JSON in {charset}", Sent(f"{kind}; charset={charset}", b'{"text": "+2AA-"}')
    for other in ("text/xml", "application/offset+octet-stream", "", "multipart/form-data", "\xff;;=", "a" * 5000):
        yield f"as {other[:20]!r}", Sent(other, b'{"text": "x"}')


HEADERS: dict[str, dict[str, str]] = {
    "a session's name with NUL": {"Cookie": 'sessionid="\\000aaaaaaaaaaaaaaaa"'},
    "a session's name with control characters": {"Cookie": 'sessionid="\\001\\377aaaaaaaaaaaaaa"; \\000=1'},
    "a language with NUL": {"Cookie": 'django_language="\\000de"', "Accept-Language": "\0de;q=nan,x;q=1e999"},
    "a link with NUL": {"Cookie": 'sightline_link="\\000:\\000:\\000"; messages="\\000"'},
    "an agent with NUL": {"User-Agent": "a\0b", "Referer": "\0", "X-Forwarded-For": "\0"},
    "numbers": {"Range": "bytes=" + "9" * 5000 + "-", "Upload-Offset": "9" * 5000, "Upload-Length": "²"},
    "an upload's name": {"Upload-Length": "10", "Upload-Metadata": "filename YQBi7aCAAAE=", "Tus-Resumable": "1.0.0"},
    "an upload's name with NUL": {"Upload-Length": "9", "Upload-Metadata": "filename YQBi", "Tus-Resumable": "1.0.0"},
    "an upload's checksum": {"Upload-Checksum": "sha1 \xff", "Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    "another method": {"X-HTTP-Method-Override": "\0\xff", "Tus-Resumable": "1.0.0"},
    "a token": {"Authorization": "Token \0\xff" + "a" * 20},
    "what htmx says": {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Boosted": "\0", "HX-Target": "\xff"},
    "what is asked for": {"Accept": "application/json;q=\xff, */*;v=\0"},
    "what is there already": {"If-None-Match": "\0", "If-Modified-Since": "9" * 5000, "If-Range": "\xff"},
}


def headers() -> Many:
    """Headers that some view, or Django itself, reads a meaning out of."""
    for name, values in HEADERS.items():
        yield name, Sent(headers=values)
