"""A model card as HTML. It comes from a worker's own file; even so, nothing in it may act on the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_LOWEST_HEADING = 6


class _Renderer(RendererHTML):
    """Headings one level lower, because the page has its own; tables that scroll by themselves on a narrow screen.

    Files next to the card are not served: a picture is reduced to its description, a link to a file to its text.
    """

    def __init__(self, parser: object = None) -> None:
        super().__init__(parser)
        self._leads_out: list[bool] = []

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<h{_level(tokens[idx])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</h{_level(tokens[idx])}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # A box that scrolls must be reachable by keyboard.
        return format_html('<div class="table-wrap" tabindex="0" role="region" aria-label="{}"><table>', _("Table"))

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def _cell(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<{tokens[idx].tag}>"  # without the style attribute for alignment, which the page's policy blocks

    th_open = td_open = _cell

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return format_html("<em>{}</em>", tokens[idx].content)

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        address = str(tokens[idx].attrGet("href") or "")
        self._leads_out.append(address.startswith(("https://", "http://", "mailto:")))
        return format_html('<a href="{}">', address) if self._leads_out[-1] else ""

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</a>" if self._leads_out.pop() else ""


def _level(token: Token) -> int:
    return min(int(token.tag[1]) + 1, _LOWEST_HEADING)


def _markdown() -> MarkdownIt:
    """CommonMark with tables. Raw HTML is shown as text."""
    options = {"html": False, "linkify": False, "typographer": False}
    return MarkdownIt("commonmark", options, renderer_cls=_Renderer).enable("table")


@lru_cache(maxsize=8)
def as_html(card: str) -> SafeString:
    """Render a card's Markdown. The first heading is left out: the page shows the name itself."""
    lines = card.lstrip().splitlines()
    body = "\n".join(lines[1:] if lines and lines[0].startswith("# ") else lines)
    return mark_safe(str(_markdown().render(body)))  # noqa: S308 - raw HTML is off, so every text in it was escaped
