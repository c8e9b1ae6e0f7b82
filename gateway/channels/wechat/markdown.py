"""Markdown as plain text: headings, lists and tables as lines, links with their address behind them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
_BULLET = "· "


def plain(text: str) -> str:
    """Nothing of what it says is lost; a text without Markdown stays as it is, but for empty lines."""
    lines: list[str] = []
    # Open lists, the innermost last: the next number, 0 where they have bullets.
    lists: list[int] = []
    mark = ""
    cells: list[str] | None = None
    for token in _parser.parse(text):
        match token.type:
            case "bullet_list_open":
                lists.append(0)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                mark = "  " * (len(lists) - 1) + (f"{lists[-1]}. " if lists[-1] else _BULLET)
                lists[-1] += bool(lists[-1])
            case "tr_open":
                cells = []
            case "tr_close":
                lines.append("：".join(cell for cell in cells or [] if cell))
                cells = None
            case "inline":
                said = _inline(token.children or [])
                if cells is None:
                    lines += [f"{mark}{said}"]
                    mark = ""
                else:
                    cells.append(said)
            case "fence" | "code_block" | "html_block":
                lines.append(token.content.strip())
    return "\n".join(line for line in lines if line.strip())


def _inline(tokens: Sequence[Token]) -> str:
    said, address, begin = "", "", 0
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                said += "\n"
            case "link_open":
                address, begin = str(token.attrGet("href") or ""), len(said)
            case "link_close":
                if address and address != said[begin:]:
                    said += f"（{address}）"
            case _:
                said += token.content
    return said
