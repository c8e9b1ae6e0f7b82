"""Collects the sentences that are the same for everybody, and those with which answers begin, so that they can be
rendered before anybody calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from danger.advice import FILE as ADVICE
from danger.advice import load_advice
from desk.knowledge.article import Article
from desk.orders.drafting import openings
from gateway import sentences
from gateway.recordings.recorder import ANNOUNCEMENT
from gateway.tts.speech_text import pieces_of
from gateway.tts.synthesizer import MANDARIN, SpeechRequest
from gateway.voice import prompts

# "说慢点".
SLOW_SPEED = 0.8
# Patterns may end like a sentence, too, but these signs are never spoken.
_SENTENCES = re.compile(r"(?!.*(?:\||\(\?)).*[一-鿿].*[。？！?!]", re.DOTALL)


def fixed_texts(domain: Path, city: str) -> Iterator[str]:
    """Texts without placeholders: our own, and those of `domain` (Rasa's domain.yml)."""
    yield sentences.greeting(city).speech or sentences.greeting(city).text
    yield from prompts.PROMPTS.values()
    yield from (prompts.GOODBYE, prompts.BROKEN, ANNOUNCEMENT)
    yield from openings.ALL
    yield from (v for k, v in vars(sentences).items() if k.isupper() and isinstance(v, str) and "{" not in v)
    yield from sentences.FAILURES.values()
    responses = yaml.safe_load(domain.read_text(encoding="utf-8")).get("responses") or {}
    for variants in responses.values():
        for variant in variants:
            text = (variant.get("custom") or {}).get("speech") or variant.get("text")
            if isinstance(text, str) and "{" not in text:
                yield text


def answers_in(code: Path) -> Iterator[str]:
    """The answers that stand word for word in the Python files of a folder; so nobody has to keep a list."""
    for file in sorted(code.glob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        filled_in = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in filled_in:
                if _SENTENCES.fullmatch(node.value):
                    yield node.value


def fixed_requests(root: Path, city: str, voice: str = MANDARIN, speed: float = 1.0) -> list[SpeechRequest]:
    """One request a sentence, each sentence once: `fixed_texts`, the advice in danger, then `answers_in` the actions. `root`:
    of the project."""
    advice = load_advice(root / "data" / ADVICE.name).texts()
    texts = (*fixed_texts(root / "domain.yml", city), *advice, *answers_in(root / "actions"))
    return _public((p.spoken for text in texts for p in pieces_of(text)), voice, speed)


def article_requests(
    articles: Iterable[Article], voice: str = MANDARIN, speed: float = 1.0
) -> list[SpeechRequest]:
    """The first sentences of the articles' voice forms, each once. The rest is made while the caller hears the
    first."""
    told = (pieces_of(article.voice) for article in articles if article.voice)
    return _public((pieces[0].spoken for pieces in told if pieces), voice, speed)


def _public(spoken: Iterable[str], voice: str, speed: float) -> list[SpeechRequest]:
    """Each text once."""
    return [SpeechRequest(text=t, voice=voice, speed=speed, personal=False) for t in dict.fromkeys(spoken)]
