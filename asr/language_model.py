"""A trigram model of Mandarin in KenLM's format: how likely is a sequence of words?

The default is libime's (LGPL-2.1+, 17 MB, general texts), which Debian packages as libime-data-language-model.
`MINSHENG_ASR_LANGUAGE_MODEL` may name any other KenLM file whose words have no spaces.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from asr.errors import EngineError

DEBIAN_PACKAGE = "libime-data-language-model"
# Debian has a folder per processor architecture, other systems have one.
_PLACES = ("/usr/lib/*/libime/zh_CN.lm", "/usr/lib/libime/zh_CN.lm", "/usr/lib64/libime/zh_CN.lm")
_NATS = math.log(10)
_UNKNOWN = "<unk>"


def installed(root: Path = Path("/")) -> Path | None:
    """The model of this machine, if its package is installed."""
    return next((path for place in _PLACES for path in sorted(root.glob(place.lstrip("/")))), None)


class LanguageModel:
    """Thread-safe."""

    def __init__(self, path: Path, words: Iterable[str]) -> None:
        """Words that are not among `words` are unknown to it. Raises EngineError."""
        try:
            from flashlight.lib.text.decoder.kenlm import KenLM
            from flashlight.lib.text.dictionary import Dictionary
        except ImportError as error:
            raise EngineError(
                f"flashlight-text is not installed (it needs Python 3.11 or 3.12): {error}"
            ) from error
        if not path.is_file():
            raise EngineError(f"no language model in {path}: sudo apt-get install {DEBIAN_PACKAGE}")
        known = [_UNKNOWN, *(word for word in words if word != _UNKNOWN)]
        self._numbers = {word: number for number, word in enumerate(known)}
        try:
            self._model: Any = KenLM(str(path), Dictionary(known))
        except RuntimeError as error:
            raise EngineError(f"{path} is no language model of KenLM: {error}") from error

    def start(self) -> Any:
        """The state before the first word. Take a new one for each sentence: it keeps all states that grow from it
        alive."""
        return self._model.start(False)

    def after(self, state: Any, word: str) -> tuple[Any, float]:
        """The state behind `word`, and how surprising it is there, in nats."""
        behind, logarithm = self._model.score(state, self._numbers.get(word, 0))
        return behind, -logarithm * _NATS
