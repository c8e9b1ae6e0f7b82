"""The dialplan brings every caller to people unless the hotline said goodbye: its lines are followed here as Asterisk follows
them (docs/asterisk.md tells what a real one did)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import pytest

from desk.settings import ROOT

_LINE = re.compile(
    r"(?:exten => (?P<extension>[^,]+),1|same => n)(?:\((?P<label>\w+)\))?,(?P<app>\w+)\((?P<data>.*)\)"
)
_INNERMOST = re.compile(r"\$\{([^${}]*)\}")
_EXPRESSION = re.compile(r"\$\[([^\[\]]*)\]")
_OPERATORS = {"!=": operator.ne, "=": operator.eq, ">": lambda left, right: int(left) > int(right)}


class Exchange:
    """Follows `extensions.conf` for one caller. `answer` is what the gateway says to a question about the call ("" for a
    gateway that is silent), before the call and after it; `lasted_s` how long the call was."""

    def __init__(self, answers: tuple[str, str], token: str = "t", lasted_s: int = 60) -> None:
        text = (ROOT / "deploy" / "asterisk" / "extensions.conf").read_text(encoding="utf-8")
        self._plan: dict[str, dict[str, list[tuple[str, str, str]]]] = {}
        self.variables: dict[str, str] = {}
        steps: list[tuple[str, str, str]] = []
        context = ""
        for line in text.splitlines():
            if line.startswith("["):
                context = line.strip("[]")
            elif context == "globals" and "=" in line and not line.startswith(";"):
                name, _, value = line.partition("=")
                self.variables[name] = value
            elif found := _LINE.fullmatch(line.strip()):
                if found["extension"]:
                    steps = self._plan.setdefault(context, {}).setdefault(found["extension"], [])
                steps.append((found["label"] or "", found["app"], found["data"]))
        self.variables |= {"HOTLINE_TOKEN": token, "DIALSTATUS": "ANSWER"}
        self._answers = list(answers)
        self._lasted_s = lasted_s
        self._now_s = 1000
        # Applications that a caller notices, in order.
        self.did: list[str] = []

    def call(self, extension: str) -> list[str]:
        self._run("hotline", extension)
        return self.did

    def _run(self, context: str, extension: str) -> bool:
        """Until it returns from a subroutine (True) or ends."""
        steps, at = self._plan[context][extension], 0
        while at < len(steps):
            _, app, data = steps[at]
            at += 1
            data = self._value(data)
            match app:
                case "Set":
                    name, _, value = data.partition("=")
                    self.variables[name] = value
                case "Gosub":
                    where, _, arguments = data.partition("(")
                    for number, argument in enumerate(arguments.removesuffix(")").split(","), 1):
                        self.variables[f"ARG{number}"] = argument
                    context_of, extension_of, _ = where.split(",")
                    self._run(context_of, extension_of)
                case "Return":
                    self.variables["GOSUB_RETVAL"] = data
                    return True
                case "Goto" | "GotoIf":
                    target = data
                    if app == "GotoIf":
                        condition, _, targets = data.partition("?")
                        yes, _, no = targets.partition(":")
                        target = yes if condition == "1" else no
                    if target.count(",") == 2:
                        return self._run(*target.split(",")[:2])
                    if target:
                        at = [label for label, _, _ in steps].index(target)
                case "Dial" | "TryExec":
                    self.did.append("hotline")
                    self._now_s += self._lasted_s
                case "Queue" | "Hangup":
                    self.did.append(app)
                    if app == "Hangup":
                        return False
        return False

    def _value(self, text: str) -> str:
        while found := _INNERMOST.search(text):
            text = text[: found.start()] + self._of(found[1]) + text[found.end() :]
        return _EXPRESSION.sub(lambda found: str(int(self._true(found[1]))), text)

    def _of(self, name: str) -> str:
        function, bracket, rest = name.partition("(")
        if not bracket:
            return self._now() if name == "EPOCH" else self.variables.get(name.split(":")[0], "")
        argument = rest.rsplit(")", 1)[0]
        known: dict[str, Callable[[], str]] = {
            "LEN": lambda: str(len(argument)),
            "FILTER": lambda: argument.split(",", 1)[1],
            "UUID": lambda: "c0ffee",
            "CURL": lambda: self._curl(argument),
        }
        return known[function]() if function in known else ""

    def _now(self) -> str:
        return str(self._now_s)

    def _curl(self, url: str) -> str:
        if "," in url:
            return ""
        return self._answers["hotline" in self.did]

    @staticmethod
    def _true(expression: str) -> bool:
        left, sign, right = re.split(r" (!=|=|<|>) ", expression, maxsplit=1)
        if sign == "<":
            first, _, second = left.partition(" - ")
            return int(first) - int(second) < int(right)
        return bool(_OPERATORS[sign](left, right))


EXTENSIONS = pytest.mark.parametrize("extension", ["12345", "12346"])


@EXTENSIONS
@pytest.mark.parametrize("end", ["human", "unknown", "", "unauthorized"])
def test_whatever_is_no_goodbye_leads_to_people(extension: str, end: str) -> None:
    """With a seat, in the queue of seats, after a crash, and while nobody answers: however long the call was."""
    assert Exchange(("unknown", end)).call(extension)[:2] == ["hotline", "Queue"]


@EXTENSIONS
def test_a_goodbye_ends_the_call(extension: str) -> None:
    assert Exchange(("unknown", "goodbye"), lasted_s=2).call(extension) == ["hotline", "Hangup"]


@EXTENSIONS
@pytest.mark.parametrize("token", ["t", ""])
def test_a_gateway_that_hangs_gets_no_call(extension: str, token: str) -> None:
    """It still takes connections: the caller would hear nothing for ever."""
    assert Exchange(("", ""), token).call(extension)[:1] == ["Queue"]


@pytest.mark.parametrize(("lasted_s", "end"), [(3, "Queue"), (60, "Hangup")])
def test_without_a_token_the_clock_decides(lasted_s: int, end: str) -> None:
    assert Exchange(("{}", "{}"), "", lasted_s).call("12345")[:2] == ["hotline", end]
