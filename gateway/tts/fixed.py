"""The sentences that are the same for everybody, and those that answers begin with: they are rendered before anybody calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from danger.advice import FILE as ADVICE
from danger.advice import load_advice
from desk import openings
from desk.knowledge.article import Article
from gateway import sentences
from gateway.recordings.recorder import ANNOUNCEMENT
from gateway.tts.synthesizer import MANDARIN, SpeechRequest
from gateway.voice import prompts
from gateway.voice.speech_text import pieces_of

# "说慢点".
SLOW_SPEED = 0.8
# Patterns may end like that, too, but nobody says their signs.
_SENTENCES = re.compile(r"(?!.*(?:\||\(\?)).*[一-鿿].*[。？！?!]", re.DOTALL)


def fixed_texts(domain: Path, city: str) -> Iterator[str]:
    """Texts without a place to fill in: our own, and those of `domain` (Rasa's domain.yml)."""
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
    """The answers that stand word for word in the Python files of a folder, so that nobody has to keep a list of them."""
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
    """How the answers of articles with a voice form begin, each beginning once. What follows is made while that is heard."""
    told = (pieces_of(article.voice) for article in articles if article.voice)
    return _public((pieces[0].spoken for pieces in told if pieces), voice, speed)


def _public(spoken: Iterable[str], voice: str, speed: float) -> list[SpeechRequest]:
    """Each text once."""
    return [SpeechRequest(text=t, voice=voice, speed=speed, personal=False) for t in dict.fromkeys(spoken)]
