"""Plays written calls against anything that answers like the hotline, and says what was different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

FOLDER = Path(__file__).parent
SPEAKERS = ("citizen", "button", "seat", "takes")
# What can be done besides speaking: a seat gives back, a citizen who waits takes the bot.
ACTS = {"seat": "gives back", "takes": "bot"}
EXPECTATIONS = {"contains", "any_of", "not_contains", "kind", "event", "owner"}


@dataclass(frozen=True)
class Heard:
    """What came back in one turn: messages as in docs/protocol.md, signals for the gateway (None where the driver
    cannot see them), and who owns the conversation (None where unknown)."""

    replies: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]] | None = None
    owner: str | None = None


class Citizen(Protocol):
    """One conversation. `payload` is that of a quick reply; `orders` are its stored orders, oldest first, as dicts.
    `given_back` is what the bot says when a person hands the conversation back to it; `take_bot` leaves the queue."""

    def send(self, text: str, payload: str | None = None) -> Heard: ...
    def given_back(self) -> Heard: ...
    def take_bot(self) -> None: ...
    def orders(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Call:
    name: str
    file: str
    turns: tuple[Mapping[str, Any], ...]
    final: Mapping[str, Any] = field(default_factory=dict)


def load_calls(folder: Path = FOLDER) -> list[Call]:
    """Every call of the folder. Raises ValueError for a call that nobody could play as it is written."""
    calls = [call for path in sorted(folder.glob("*.yml")) for call in _read(path)]
    names = [call.name for call in calls]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"two calls have the same name: {sorted(doubled)}")
    return calls


def _read(path: Path) -> Iterator[Call]:
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        for turn in entry["turns"]:
            unknown = (
                set(turn) - {"citizen", "button", "seat", "takes", "repeat", "expect"}
                | set(turn.get("expect", {})) - EXPECTATIONS
            )
            speakers = sum(key in turn for key in SPEAKERS)
            if unknown or speakers != 1 or any(turn.get(key, word) != word for key, word in ACTS.items()):
                raise ValueError(f"{path.name}: {entry['name']}: cannot play {turn}")
        yield Call(entry["name"], path.name, tuple(entry["turns"]), entry.get("final", {}))


def play(call: Call, citizen: Citizen) -> list[str]:
    """Says every line of the call. Returns one sentence per difference, empty when all is as written."""
    problems: list[str] = []
    number = ""
    heard = Heard([])
    for position, turn in enumerate(call.turns, start=1):
        said = turn.get("citizen", turn.get("button", turn.get("seat", "")))
        if "takes" in turn:
            citizen.take_bot()
            continue
        if "seat" in turn:
            heard = citizen.given_back()
        elif "button" in turn:
            buttons = [button for reply in heard.replies for button in reply.get("quick_replies") or []]
            pressed = next((button for button in buttons if button["text"] == turn["button"]), None)
            if pressed is None:
                offered = [button["text"] for button in buttons]
                return [*problems, f"turn {position}: no button {turn['button']!r}, offered: {offered}"]
            heard = citizen.send(pressed["text"], pressed.get("payload"))
        else:
            # `repeat` writes a very long message without a very long file.
            heard = citizen.send(str(said).replace("{number}", number) * int(turn.get("repeat", 1)))
        for reply in heard.replies:
            if reply.get("kind") == "order_card" and reply.get("card"):
                number = str(reply["card"]["number"])
        problems += [
            f"turn {position} ({str(said)[:20]}): {p}" for p in differences(turn.get("expect", {}), heard)
        ]
    return problems + _final_differences(call.final, citizen)


def differences(expect: Mapping[str, Any], heard: Heard) -> list[str]:
    text = "\n".join(str(reply.get("text", "")) for reply in heard.replies)
    problems = []
    if not heard.replies and heard.owner in (None, "BOT"):
        problems.append("no reply at all")
    problems += [f"misses {part!r} in {text!r}" for part in _many(expect.get("contains")) if part not in text]
    problems += [f"has {part!r} in {text!r}" for part in _many(expect.get("not_contains")) if part in text]
    choices = _many(expect.get("any_of"))
    if choices and not any(part in text for part in choices):
        problems.append(f"has none of {choices} in {text!r}")
    kinds = [reply.get("kind") for reply in heard.replies]
    problems += [
        f"no {kind!r} among {kinds}: {text!r}" for kind in _many(expect.get("kind")) if kind not in kinds
    ]
    if expect.get("event") and heard.events is not None:
        names = [event.get("event") for event in heard.events]
        problems += [
            f"no event {name!r} among {names}" for name in _many(expect["event"]) if name not in names
        ]
    if expect.get("owner") and heard.owner is not None and heard.owner != expect["owner"]:
        problems.append(f"owner is {heard.owner}")
    return problems


def _final_differences(final: Mapping[str, Any], citizen: Citizen) -> list[str]:
    if not final:
        return []
    orders = citizen.orders()
    problems = []
    if "orders" in final and len(orders) != final["orders"]:
        problems.append(f"{len(orders)} orders instead of {final['orders']}")
    wanted = final.get("order") or {}
    if wanted and not orders:
        return [*problems, "no order was written"]
    for name, value in wanted.items():
        got = orders[-1].get(name)
        if isinstance(value, str) and value.startswith("contains:"):
            if value.removeprefix("contains:") not in str(got):
                problems.append(f"order.{name} is {got!r}, not {value}")
        elif isinstance(value, str) and value.startswith("lacks:"):
            if value.removeprefix("lacks:") in str(got):
                problems.append(f"order.{name} is {got!r}, {value}")
        elif got != value:
            problems.append(f"order.{name} is {got!r} instead of {value!r}")
    return problems


def _many(value: Any) -> list[str]:
    return [] if value is None else [str(part) for part in value] if isinstance(value, list) else [str(value)]
