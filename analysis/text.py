"""What text from outside may contain, decided once: for transcripts and folder names here, for requests in hiring.

Also marks text that is translated where it is shown.
"""

from __future__ import annotations

import re

# Unicode's control characters except tab and the two line breaks, and lone surrogates. PostgreSQL can store neither
# NUL nor a lone surrogate, a lone surrogate cannot be sent to anyone, and the others are never seen.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


def is_plain(text: str) -> bool:
    """Whether every database can store the text, and it can be sent to anyone."""
    return _NOT_TEXT.search(text) is None


def plain(text: str) -> str:
    """The text without what is not text. What separated two words, such as a form feed, becomes a space."""
    if is_plain(text):
        return text
    whole = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _NOT_TEXT.sub(lambda found: " " if found[0].isspace() else "", whole)


def gettext_noop(text: str) -> str:
    """Mark an English text for translation, and return it as it is: the code that shows it translates it."""
    return text
