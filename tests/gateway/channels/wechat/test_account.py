"""The operator's file: a menu and scenes that WeChat takes, and mistakes that are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.channels.wechat.account import Account, AccountFileError


def written(folder: Path, text: str) -> Account:
    (folder / "wechat.yml").write_text(text, encoding="utf-8")
    return Account.load(folder)


def test_the_shipped_menu_is_one_that_wechat_takes(tmp_path: Path) -> None:
    menu = Account.load(tmp_path).menu_for_wechat()["button"]
    assert 1 <= len(menu) <= 3
    for button in menu:
        assert len(button.get("sub_button", [])) <= 5
        for leaf in button.get("sub_button") or [button]:
            assert leaf["type"] == "click" and len(leaf["key"].encode()) <= 128


def test_only_what_is_written_down_is_said_for_a_citizen(tmp_path: Path) -> None:
    account = written(tmp_path, "menu: [{name: 转人工, say: 转人工}]\nscenes: {lamp-1: 湖滨路1号灯杆坏了}")
    assert account.said_by("tap", "say:转人工") == "转人工"
    assert account.said_by("scan", "lamp-1") == "湖滨路1号灯杆坏了"
    for what, key in (
        ("tap", "转人工"),
        ("tap", "say:别的"),
        ("tap", "lamp-1"),
        ("scan", "lamp-2"),
        ("scan", ""),
    ):
        assert account.said_by(what, key) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("menu: [", "cannot be read"),
        ("menu: [{name: 甲}]", "one of say, view and below"),
        ("menu: [{name: 甲, say: 乙, view: 'https://a.cn'}]", "one of say, view and below"),
        ("menu: [{name: 甲, below: [{name: 乙, below: [{name: 丙, say: 丁}]}]}]", "two levels"),
        (f"menu: [{{name: 甲, say: {'长' * 60}}}]", "41 characters"),
        ("menu: [{name: 1, say: a}, {name: 2, say: a}, {name: 3, say: a}, {name: 4, say: a}]", "menu"),
        ("menus: []", "menus"),
        ("scenes: {a: ''}", "scenes"),
        ("- a list", "wechat.yml"),
    ],
)
def test_a_mistake_names_the_file_and_the_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(AccountFileError, match=told):
        written(tmp_path, text)
