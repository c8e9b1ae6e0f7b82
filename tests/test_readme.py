"""What the pages say is what the code does: settings, variables, links, commands, files, the form of the decisions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk.settings import ROOT, Settings
from launcher.settings_table import PAGE, settings_page
from tests.layering import ALLOWED

READMES = ("README.md", "README.zh-CN.md")
# Every page of ours; `deploy`, `web`, `bot` and others have theirs beside the code. What marks spans in data/dialogue
# looks like a link.
PAGES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "*/README.md", "*/*/README.md")
    for path in ROOT.glob(pattern)
    if not {"node_modules", ".venv", "dialogue"} & set(path.parts)
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
# What is read before the settings are.
BESIDE_THE_SETTINGS = {
    "MINSHENG_PYTHON310",
    "MINSHENG_RASA_REDIS",
    "MINSHENG_DEV_GATEWAY",
    "MINSHENG_TEST_REQUIRE_ALL",
}
# Variables that are gone, where a page says so.
GONE = {"MINSHENG_RASA_REDIS_"}
_VARIABLE = re.compile(r"MINSHENG_[A-Z0-9_]+")
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(#[^)\s]*)?\)|<img [^>]*src=\"(?!https?://)([^\"]+)\"")
# A file or folder of ours in code: `desk/orders/store.py`.
_FILE = re.compile(rf"`((?:{'|'.join(sorted(ALLOWED))}|docs|data|web|tests|bench|deploy)/[\w./-]+)`")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_page_of_settings_lists_every_setting() -> None:
    """Mend with: python -m launcher.settings_table"""
    assert PAGE.read_text(encoding="utf-8") == settings_page()
    for field in Settings.model_fields:
        assert f"| `MINSHENG_{field.upper()}` |" in settings_page()


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short(name: str) -> None:
    assert len(read(name).splitlines()) <= 120


@pytest.mark.parametrize("name", PAGES)
def test_variables_of_a_page_exist(name: str) -> None:
    known = {f"MINSHENG_{field.upper()}" for field in Settings.model_fields} | BESIDE_THE_SETTINGS | GONE
    assert set(_VARIABLE.findall(read(name))) <= known


@pytest.mark.parametrize("name", PAGES)
def test_links_of_a_page_lead_somewhere(name: str) -> None:
    """Files, and headings within them."""
    page = ROOT / name
    broken = []
    for path, heading, picture in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        target = page.parent / (path or picture)
        if not target.exists():
            broken.append(path or picture)
        elif heading and heading[1:] not in anchors(target):
            broken.append(path + heading)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The names that headings of a page have in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", [*READMES, "docs/architecture.md"])
def test_files_that_a_page_names_exist(name: str) -> None:
    assert [path for path in _FILE.findall(read(name)) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_of_a_readme_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)\b", read(name))) <= targets


def test_the_reading_order_names_every_room() -> None:
    for room in ALLOWED:
        for name in READMES:
            assert f"| `{room}/` |" in read(name), f"{name}: {room}"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_has_the_one_form(path: Path) -> None:
    """Number and title; date and status; context, decision, consequences. docs/decisions/README.md says why."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(rf"# {path.name[:4]} \S.*", lines[0])
    assert re.match(r"20\d\d-\d\d-\d\d, (accepted|superseded by \[)", lines[2])
    assert [line for line in lines if line.startswith("## ")] == [
        "## Context",
        "## Decision",
        "## Consequences",
    ]


def test_the_list_of_decisions_has_each_by_its_title() -> None:
    listed = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.*?)(?: \(superseded by .*\))? \|$",
        read("docs/decisions/README.md"),
        re.M,
    )
    titles = [
        (path.name[:4], path.name, path.read_text(encoding="utf-8").splitlines()[0][7:]) for path in DECISIONS
    ]
    assert listed == titles
