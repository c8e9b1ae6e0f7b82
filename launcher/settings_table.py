"""Writes docs/settings.md from the code: `python -m launcher.settings_table`. A test keeps the two equal."""

from __future__ import annotations

from pydantic_core import PydanticUndefined

from desk.settings import ROOT, Settings

PAGE = ROOT / "docs" / "settings.md"
_HEAD = """\
# Settings

All are environment variables (or lines of `.env`), read once and checked at the start; a bad value stops the start with one line that says what to do. This page is
written by `python -m launcher.settings_table` from `desk/settings.py`.

"""
_TAIL = """

Two more are read before Python is: `MINSHENG_PYTHON310` (set-up: the Python 3.10 that Rasa gets) and `MINSHENG_RASA_REDIS` (Rasa's address of Redis as JSON, which the launcher
makes from `MINSHENG_REDIS_URL`; needed by whoever starts Rasa by other means).

Two copies side by side: `MINSHENG_VAR=var-b MINSHENG_PORT=8100 MINSHENG_RASA_PORT=5105 MINSHENG_ACTIONS_PORT=5155 MINSHENG_REDIS_PORT=6489 MINSHENG_ASR_PORT=2800 MINSHENG_AUDIOSOCKET_PORT=9192 make run`.
"""


def settings_table() -> str:
    """Markdown: variable, default, meaning; in the order of the class."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = ",".join(map(str, field.default)) if isinstance(field.default, tuple) else field.default
        shown = "" if default in (None, "", PydanticUndefined) else f"`{default}`"
        lines.append(f"| `MINSHENG_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


def settings_page() -> str:
    """The whole of docs/settings.md."""
    return _HEAD + settings_table() + _TAIL


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
