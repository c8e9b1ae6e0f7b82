"""Prints the README's table of settings from the code: `python -m launcher.settings_table`. A test keeps them equal."""

from __future__ import annotations

from pydantic_core import PydanticUndefined

from desk.settings import Settings


def settings_table() -> str:
    """Markdown: variable, default, meaning; in the order of the class."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = ",".join(map(str, field.default)) if isinstance(field.default, tuple) else field.default
        shown = "" if default in (None, "", PydanticUndefined) else f"`{default}`"
        lines.append(f"| `MINSHENG_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(settings_table())
