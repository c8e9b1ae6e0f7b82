"""What the script of accuracy counts; the engines themselves are tested beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asr.audio import Clip
from bench.accuracy import Score, Written, chosen, measured
from tests.asr.test_audio import write_wav


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    rows = ["path\ttext"]
    for folder, count in (("calls", 4), ("commands", 2)):
        (tmp_path / folder).mkdir()
        for n in range(count):
            write_wav(tmp_path / folder / f"{n}.wav", np.full(1_600, n, dtype=np.int16), 16_000)
            rows.append(f"{folder}/{n}.wav\t路灯坏了{n}")
    path = tmp_path / "manifest.tsv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_folders_are_chosen_and_thinned_evenly(manifest: Path) -> None:
    assert [line.path.parent.name for line in chosen(manifest, ["commands"], None)] == ["commands"] * 2
    assert [str(line.path.relative_to(manifest.parent)) for line in chosen(manifest, [], 2)] == [
        "calls/0.wav", "calls/2.wav", "commands/0.wav", "commands/1.wav",
    ]  # fmt: skip
    with pytest.raises(SystemExit, match="nowhere"):
        chosen(manifest, ["nowhere"], None)


async def test_errors_are_counted_by_folder_with_and_without_the_layers(manifest: Path) -> None:
    async def hear(clip: Clip) -> Written:
        number = int(np.median(clip.samples))
        return f"路灯坏了{number}。", f"路 灯 怪 了 {number}"

    found = await measured(hear, chosen(manifest, [], None), telephone=False)
    assert {folder: str(score) for folder, score in found.scores.items()} == {
        "calls": "0.0 (20.0)", "commands": "0.0 (20.0)",
    }  # fmt: skip
    assert found.recorded_s == pytest.approx(0.6)
    assert found.core_s_per_s == found.core_s / found.recorded_s > 0


def test_an_engine_that_stands_for_itself_has_one_figure() -> None:
    score = Score()
    assert str(score) == "–"
    score.add("您好", ("你好", "你好"))
    assert str(score) == "50.0"
