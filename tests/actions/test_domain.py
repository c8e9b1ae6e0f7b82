"""domain.yml, the rules and the code name the same things."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import actions
from actions.base import HotlineAction
from desk.orders.drafting.arbitration import DIGRESSIONS
from desk.orders.drafting.draft import ASKABLE

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def all_actions() -> dict[str, type[HotlineAction]]:
    for module in pkgutil.iter_modules(actions.__path__):
        if module.name != "__main__":
            importlib.import_module(f"actions.{module.name}")
    found: dict[str, type[HotlineAction]] = {}
    waiting: list[type[HotlineAction]] = [HotlineAction]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            if child.ACTION:
                assert child.ACTION not in found, f"two classes are {child.ACTION}"
                found[child.ACTION] = child
    return found


def rules() -> list[dict[str, Any]]:
    return [
        rule
        for path in sorted((ROOT / "data/rules").glob("*.yml"))
        for rule in yaml.safe_load(path.read_text())["rules"]
    ]


def test_every_action_of_the_domain_has_a_class_and_the_other_way_round() -> None:
    assert set(read("domain.yml")["actions"]) == set(all_actions())


def test_every_digression_has_a_rule_in_the_order_form() -> None:
    ruled = {
        step["intent"]
        for rule in rules()
        if {"active_loop": "order_form"} in rule.get("condition", [])
        for step in rule["steps"]
        if "intent" in step
    }
    assert ruled == DIGRESSIONS


def test_everything_that_can_be_asked_is_a_slot_and_has_a_question() -> None:
    domain = read("domain.yml")
    for field in ASKABLE:
        assert f"order_{field}" in domain["slots"]
        asked_by = {f"utter_ask_order_form_order_{field}", f"action_ask_order_form_order_{field}"}
        assert asked_by & {*domain["responses"], *domain["actions"]}, field
    for field in ("number", "tail", "text", "sure"):
        asked_by = {f"{how}_ask_order_follow_form_follow_{field}" for how in ("utter", "action")}
        assert asked_by & {*domain["responses"], *domain["actions"]}, field


def test_every_intent_has_a_rule_outside_of_forms() -> None:
    free = {rule["steps"][0]["intent"] for rule in rules() if "condition" not in rule}
    assert free == {*read("domain.yml")["intents"], "nlu_fallback"}


def test_every_action_of_a_rule_exists() -> None:
    domain = read("domain.yml")
    known = {*domain["actions"], *domain["responses"], *domain["forms"]}
    named = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    assert named <= known


def test_every_payload_of_a_response_is_an_intent() -> None:
    domain = read("domain.yml")
    payloads = {
        button["payload"]
        for variants in domain["responses"].values()
        for variant in variants
        for button in variant.get("buttons", [])
    }
    assert {payload[1:].split("{")[0] for payload in payloads} <= set(domain["intents"])


def test_importing_actions_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from actions import factory

    assert factory.parts.cache_info().currsize == 0
