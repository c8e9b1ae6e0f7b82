"""Added names: how many are heard, before and after they were added, and whether they are heard where nobody says them.

Usage: python -m bench.added_names [--profile mandarin] [--names 20] [--noise-s 30] [--words TABLE] [--no-accent] [--show]
                                   [--model FOLDER ...]
Builds the model of the profile with the words of a table (default tests/data/added_words.csv: names that the bundled model does not
have) in a temporary folder, and compares it with the bundled one, which must be here. Every name stands in a sentence that a
voice reads which the model never heard (Kokoro; with the accent of the profile, if it has a table of pronunciations). As many
sentences without these names, and minutes without speech, tell how often an added name is heard for nothing. Five to ten minutes on
two cores at the defaults; prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from asr.audio import RATE_HZ, Clip, Int16
from asr.choice import OWN
from asr.profiles import load_profiles
from asr.text import TextMender
from asr.training.pronunciation import load_pronunciation
from asr.transcribe import Errors, comparable_digits, thinned, transcribe
from asr.vosk_recognizer import VoskRecognizer
from bench.figures import markdown
from bench.machine import machine
from bench.synthetic import Voice, noises
from bench.understanding import read_tsv
from cli.commands.asr import mender
from cli.commands.build_graph import read_words
from desk.settings import ROOT, load_settings
from launcher.city_model import build_city_model
from launcher.models_speech import model_store

WORDS = ROOT / "tests" / "data" / "added_words.csv"
# None of these is among the shipped texts.
CARRIERS = (
    "我要反映一下，{}的路灯坏了三天了。",
    "{}门口天天有人摆摊，路都走不通。",
    "我住在{}，昨天开始就停水了。",
    "请问{}几点钟上班？",
    "你们派人到{}来看一下嘛。",
    "{}附近半夜还在施工，吵得睡不着。",
    "从{}出来那条路上有个井盖不见了。",
    "上个星期我去过{}，没有人管这个事情。",
)


@dataclass(frozen=True)
class Said:
    """A sentence as sound; `name` is the added name in it, if one is."""

    text: str
    name: str
    samples: Int16


def raw(text: str) -> str:
    return text.replace(" ", "")


def inserted(text: str, names: Sequence[str], said: str = "") -> list[str]:
    return [name for name in names if name in text and name not in said]


async def measure(
    recognizer: VoskRecognizer, mend: TextMender, said: Sequence[Said], names: Sequence[str], show: bool
) -> list[str]:
    """Recall raw and as written, error of all characters, insertions; one row of the table."""
    heard = written = extra = extra_written = with_name = 0
    seconds = took_s = 0.0
    errors = Errors()
    for one in said:
        found = await transcribe(Clip(one.samples, RATE_HZ), recognizer, mend)
        text = raw(found.raw)
        if one.name:
            with_name += 1
            heard += one.name in text
            written += one.name in found.text
        extra += len(inserted(text, names, one.name))
        extra_written += len(inserted(found.text, names, one.name))
        errors.add(comparable_digits(one.text), comparable_digits(text))
        seconds, took_s = seconds + found.seconds, took_s + found.rtf * found.seconds
        if show:
            print(f"  {one.text}\n    {text}")
    recall = [f"{100 * n / with_name:.0f} ({n}/{with_name})" if with_name else "–" for n in (heard, written)]
    return [
        *recall,
        f"{100 * (errors.cer or 0):.0f}",
        f"{extra}, {extra_written} in {len(said)}",
        f"{took_s / seconds:.2f}",
    ]


async def words_in_noise(
    recognizer: VoskRecognizer, mend: TextMender, seconds: float, names: Sequence[str]
) -> list[tuple[str, int, int]]:
    """Kind of noise, characters heard in it, added names among them."""
    rows = []
    for kind, samples in noises(seconds):
        text = raw((await transcribe(Clip(samples, RATE_HZ), recognizer, mend)).raw)
        rows.append((kind, len(text), sum(text.count(name) for name in names)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Names that were added to the bundled model.")
    parser.add_argument("--profile", default="mandarin")
    parser.add_argument("--words", type=Path, default=WORDS)
    parser.add_argument("--names", type=int, default=20, help="how many are said")
    parser.add_argument("--noise-s", type=float, default=30.0, help="seconds of each kind of noise")
    parser.add_argument("--no-accent", action="store_true", help="Mandarin, whatever the profile speaks")
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        help="a model that was built with these words, instead of building it",
    )
    parser.add_argument("--show", action="store_true", help="what was heard")
    options = parser.parse_args()
    print(machine())
    profile = load_profiles().get(options.profile)
    added = read_words(options.words)
    readings = {word.text: word.readings[0] for word in added.words}
    names = list(readings)
    table = None if options.no_accent else profile.pronunciation
    accent = load_pronunciation(table) if table else None
    voice = Voice()
    chosen = thinned(names, options.names)
    texts = [(CARRIERS[n % len(CARRIERS)].format(name), name) for n, name in enumerate(chosen)]
    others = [row["text"] for row in read_tsv(ROOT / "tests" / "data" / "intents_heldout.tsv")]
    plain = [text for text in others if 8 <= len(text) <= 30 and not any(c.isascii() for c in text)]
    texts += [(text, "") for text in thinned(plain, options.names)]
    said = [Said(text, name, voice.say(text, readings, accent)) for text, name in texts]
    store = model_store(load_settings())
    bundled = store.path(OWN)
    if bundled is None:
        raise SystemExit(f"{OWN} is not here: python -m launcher.prepare builds it")
    with tempfile.TemporaryDirectory() as folder:
        built = options.model or [
            Path(
                build_city_model(store.folder, profile, added, (), Path(folder) / f"with {profile.name}").path
            )
        ]
        compare([bundled, *built], said, names, options.noise_s, options.show)


def compare(
    models: Sequence[Path],
    said: Sequence[Said],
    names: Sequence[str],
    noise_s: float,
    show: bool,
) -> None:
    rows, noise = [], []
    for path in models:
        name = path.name
        recognizer, mend = VoskRecognizer(path), mender(model=path)
        if show:
            print(f"\n{name}")
        rows.append([name, *asyncio.run(measure(recognizer, mend, said, names, show))])
        noise.append(asyncio.run(words_in_noise(recognizer, mend, noise_s, names)))
        recognizer.close()
    spoken = sum(1 for one in said if one.name)
    print(f"\n{len(names)} names added; {spoken} sentences with a name, {len(said) - spoken} without\n")
    columns = [
        "model",
        "names heard, %",
        "as written, %",
        "characters wrong, %",
        "names inserted, as written",
        "RTF",
    ]
    print(markdown(columns, rows))
    print(f"\nHeard where nobody speaks, {noise_s:.0f} s each: characters, added names among them\n")
    kinds = [kind for kind, _, _ in noise[0]]
    cells = [[kind, *(f"{found[n][1]}, {found[n][2]}" for found in noise)] for n, kind in enumerate(kinds)]
    total = ["all", *(f"{sum(f[1] for f in found)}, {sum(f[2] for f in found)}" for found in noise)]
    print(markdown(["noise", *(path.name for path in models)], [*cells, total]))


if __name__ == "__main__":
    main()
