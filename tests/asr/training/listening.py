"""What libvosk hears of a recording when its graph allows one path only: the likelihood of that path, which we can compute too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from asr.audio import Int16

_WRITE = "import kaldifst, sys; kaldifst.StdConstFst(kaldifst.compile(sys.argv[1])).write(sys.argv[2])"


def one_path(folder: Path, first: int, then: int) -> None:
    """A graph that takes transition `first` for the first frame and `then` for all others, and calls it 啊.

    Written by another process: OpenFst's binding and libvosk in one process wait for each other for ever.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = f"0 1 {first} 1 0\n1 1 {then} 0 0\n1 0\n"
    subprocess.run([sys.executable, "-c", _WRITE, text, str(folder / "HCLG.fst")], check=True, timeout=120)
    (folder / "words.txt").write_text("<eps> 0\n啊 1\n", encoding="utf-8")


def likelihood(model: Path, samples: Int16) -> float:
    """Natural logarithm, of all frames together, as libvosk computes it."""
    import vosk

    vosk.SetLogLevel(-1)
    decoder = vosk.KaldiRecognizer(vosk.Model(str(model)), 16_000)
    decoder.SetMaxAlternatives(1)
    for start in range(0, len(samples), 3200):
        decoder.AcceptWaveform(samples[start : start + 3200].tobytes())
    result = json.loads(decoder.FinalResult())
    assert result["alternatives"][0]["text"].strip() == "啊", result
    return float(result["alternatives"][0]["confidence"])
