"""What the READMEs say is what the code does."""

from __future__ import annotations

import re

import pytest

from desk.settings import ROOT, Settings
from launcher.settings_table import settings_table


def test_the_readme_lists_every_setting() -> None:
    """Mend with: python -m launcher.settings_table"""
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README.zh-CN.md",
        "docs/operations.md",
        "docs/privacy.md",
        "docs/measured.md",
        "docs/threat-model.md",
    ],
)
def test_variables_and_links_of_a_page_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    known = {f"MINSHENG_{field.upper()}" for field in Settings.model_fields} | {"MINSHENG_PYTHON310"}
    assert set(re.findall(r"MINSHENG_[A-Z0-9_]+", text)) <= known
    page = ROOT / name
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"make ([a-z]+)", text)) <= targets | {"a"}, name
