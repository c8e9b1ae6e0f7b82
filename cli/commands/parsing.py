"""Texts through the bot's understanding: by the running Rasa server, else by a one-off process of the Rasa environment."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from cli.commands.errors import CommandError
from desk.settings import ROOT, OwnServer, Settings

BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
PARSE_TIMEOUT_S = 30.0


def read_lines(text: str | None, file: Path | None) -> list[str]:
    """The texts to work on: one argument, or the non-empty lines of a UTF-8 file.

    Raises:
        CommandError: neither or both are given, or the file cannot be read.
    """
    if (text is None) == (file is None):
        raise CommandError("give either a TEXT or --file FILE")
    if text is not None:
        return [text]
    assert file is not None
    try:
        return [
            line.rstrip("\r") for line in file.read_text(encoding="utf-8-sig").split("\n") if line.strip()
        ]
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not UTF-8 (byte {error.start}); convert it first") from error


def parse(texts: list[str], settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield, per text and in order: text, intent {name, confidence}, entities, emotion {label, score}, reading."""
    server, headers = settings.rasa_url, settings.own_headers(OwnServer.RASA)
    try:
        with httpx.Client(base_url=server, headers=headers, timeout=PARSE_TIMEOUT_S) as client:
            client.get("/").raise_for_status()
            for text in texts:
                answer = client.post("/model/parse", json={"text": text})
                answer.raise_for_status()
                yield _shape(text, answer.json())
        return
    except httpx.ConnectError:
        pass
    except httpx.HTTPError as error:
        raise CommandError(
            f"the Rasa server at {server} did not answer well: {type(error).__name__}"
        ) from error
    yield from _parse_offline(texts)


def _shape(text: str, parsed: dict[str, Any]) -> dict[str, Any]:
    entities = [
        {key: e.get(key) for key in ("entity", "value", "start", "end")} for e in parsed.get("entities", [])
    ]
    intent = parsed.get("intent") or {}
    return {
        "text": text,
        "intent": {
            "name": intent.get("name"),
            "confidence": round(float(intent.get("confidence") or 0.0), 4),
        },
        "entities": entities,
        "emotion": parsed.get("emotion"),
        "reading": parsed.get("reading"),
    }


def _parse_offline(texts: list[str]) -> Iterator[dict[str, Any]]:
    """Without a server: load the newest model in the Rasa environment once, for all texts (about 20 s to load)."""
    if not BOT_PYTHON.exists():
        raise CommandError("the Rasa environment is not installed; run 'make setup'")
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("".join(text.replace("\n", " ") + "\n" for text in texts))
        file.flush()
        command = [str(BOT_PYTHON), "-m", "bot.parse", "--model", "models", "--file", file.name, "--json"]
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "RASA_TELEMETRY_ENABLED": "false",
        }
        result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8")
    if result.returncode:
        tail = (result.stderr.strip().splitlines() or ["no output"])[-1]
        raise CommandError(f"understanding failed: {tail}. Is there a model? Run 'make train'")
    for text, line in zip(
        texts, (line for line in result.stdout.splitlines() if line.startswith("{")), strict=True
    ):
        yield _shape(text, json.loads(line))
