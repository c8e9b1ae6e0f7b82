"""How whole people are served: the citizens of tests/citizens talk to a running hotline over HTTP.

Usage: python -m bench.citizens [--url http://127.0.0.1:8000] [--file YAML] [--only ID ...] [--show]

Prints one line for each citizen, then the shares of those that are right: in all, by outcome, by field; and how often they
were misunderstood and asked again, per conversation. Orders are read from the hotline's own database, so MINSHENG_VAR has to
be that of the hotline; it should be empty, for a caller's earlier order is asked about. Set
MINSHENG_RATE_CONVERSATIONS_PER_HOUR and MINSHENG_RATE_MESSAGES_PER_MINUTE of the hotline high; else this waits as long as it is told to.
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from bench.figures import markdown
from bench.machine import machine
from desk.settings import SettingsError, load_settings
from tests.calls.runner import Heard
from tests.citizens.cast import FILE, BadCast, load_citizens
from tests.citizens.scoring import CHECKS, Score, score
from tests.citizens.talk import hold

TURN_TIMEOUT_S = 120.0
# A hotline that refuses so often in a row is not going to answer.
TRIES = 10
WAITS_S = 5


class HotlineAway(Exception):
    """Nobody answers at the address, or only refusals."""


class WebLine:
    """A conversation over HTTP, as the page in the browser has it."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", timeout=TURN_TIMEOUT_S)
        begun = self._post("/conversations", {"channel": "web"})
        self._path = f"/conversations/{begun['id']}/messages"
        self._client.headers["Authorization"] = f"Bearer {begun['token']}"

    def send(self, text: str) -> Heard:
        told = self._post(self._path, {"message_id": uuid.uuid4().hex, "text": text})
        return Heard(replies=told["replies"], owner=told["owner"])

    def close(self) -> None:
        self._client.close()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Waits where the hotline asks for it; the same message may be sent again. A closed conversation says nothing."""
        for _ in range(TRIES):
            try:
                answer = self._client.post(path, json=body)
            except httpx.TransportError as error:
                raise HotlineAway(str(error)) from error
            if answer.status_code == 409:
                return {"replies": [], "owner": "CLOSED"}
            if answer.status_code not in (429, 503):
                if answer.is_error:
                    raise HotlineAway(f"{answer.status_code} {answer.text}")
                found: dict[str, Any] = answer.json()
                return found
            wait_s = int(answer.headers.get("Retry-After", WAITS_S))
            print(f"the hotline asks to wait {wait_s} s", file=sys.stderr)
            time.sleep(wait_s)
        raise HotlineAway(f"refused {TRIES} times")


def tell(found: Score, show: bool) -> None:
    verdict = "right" if found.is_right else "WRONG"
    print(
        f"{found.talk.citizen.id:<22} {verdict} {len(found.talk.said):>3}  {'; '.join(found.wrong)}",
        flush=True,
    )
    for said in found.talk.transcript if show else ():
        lead = "  > " if said.by == "citizen" else "      "
        print(lead + said.text.replace("\n", "\n      "))


def totals(scores: Sequence[Score]) -> str:
    count = len(scores)

    def share(right: Sequence[bool]) -> str:
        return f"{sum(right) / len(right) * 100:.0f}"

    rows = [["right", share([found.is_right for found in scores]), str(count)]]
    for outcome in sorted({found.talk.gold.outcome for found in scores}):
        of_kind = [found.is_right for found in scores if found.talk.gold.outcome == outcome]
        rows.append([f"right, {outcome}", share(of_kind), str(len(of_kind))])
    for check in CHECKS:
        checked = [not found.faults[check] for found in scores if check in found.faults]
        if checked:
            rows.append([check, share(checked), str(len(checked))])
    means = {
        "misunderstood": sum(found.talk.misunderstood for found in scores),
        "asked again": sum(found.talk.asked_again for found in scores),
        "turns": sum(len(found.talk.said) for found in scores),
    }
    rows += [
        [f"{name}, per conversation", f"{total / count:.2f}", str(count)] for name, total in means.items()
    ]
    return markdown(("what", "% right", "of"), rows)


def main() -> int:
    parser = argparse.ArgumentParser(description="Citizens talk to a running hotline; how they were served.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--file", type=Path, default=FILE, help="another cast (tests/citizens/README.md)")
    parser.add_argument("--only", nargs="+", metavar="ID", default=())
    parser.add_argument("--show", action="store_true", help="print what was said")
    options = parser.parse_args()
    scores: list[Score] = []
    trouble: Exception | None = None
    try:
        settings = load_settings()
        citizens = [one for one in load_citizens(options.file) if not options.only or one.id in options.only]
        print(machine(), flush=True)
        for citizen in citizens:
            line = WebLine(options.url)
            try:
                scores.append(score(hold(citizen, line), settings))
            finally:
                line.close()
            tell(scores[-1], options.show)
    except (SettingsError, BadCast, HotlineAway, OSError) as error:
        print(error, file=sys.stderr)
        trouble = error
    if scores:
        print(f"\n{totals(scores)}")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
