"""Checks what a model's folder must hold. Only looks; reports every fault, not only the first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from asr.download import sha256

_IVECTOR = ("final.ie", "final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")


def faults(folder: Path, engine: str) -> list[str]:
    """Empty if the engine will be able to read the folder."""
    if not folder.is_dir():
        return [f"{folder} is no folder"]
    return _vosk_faults(folder) if engine == "vosk" else _whisper_faults(folder)


def wrong_sums(folder: Path, files: Mapping[str, str]) -> list[str]:
    return [
        f"{name} is missing"
        if not (folder / name).is_file()
        else f"{name} is not the file we know (SHA-256 differs)"
        for name, wanted in files.items()
        if not (folder / name).is_file() or sha256(folder / name) != wanted
    ]


def _missing(folder: Path, *names: str) -> list[str]:
    return [f"{name} is missing" for name in names if not (folder / name).is_file()]


def _vosk_faults(folder: Path) -> list[str]:
    if (folder / "final.mdl").is_file():  # the flat layout of old models
        wrong = _missing(folder, "mfcc.conf")
        graph, ivector = folder, folder / "ivector"
    else:
        wrong = _missing(folder, "am/final.mdl", "conf/model.conf")
        if not (folder / "conf/mfcc.conf").is_file() and not (folder / "conf/fbank.conf").is_file():
            wrong.append("conf/mfcc.conf or conf/fbank.conf is missing")
        graph, ivector = folder / "graph", folder / "ivector"
    if (graph / "HCLG.fst").is_file():
        # A dynamic graph carries its words; a static one needs the list beside.
        wrong += [f"{graph.name}/{fault}" for fault in _missing(graph, "words.txt")]
    elif not ((graph / "HCLr.fst").is_file() and (graph / "Gr.fst").is_file()):
        wrong.append("graph/HCLG.fst, or graph/HCLr.fst with graph/Gr.fst, is missing")
    else:
        wrong += [f"graph/{fault}" for fault in _missing(graph, "disambig_tid.int")]
    if ivector.is_dir():
        wrong += [f"ivector/{fault}" for fault in _missing(ivector, *_IVECTOR)]
    return wrong


def _whisper_faults(folder: Path) -> list[str]:
    wrong = _missing(folder, "model.bin", "config.json", "tokenizer.json")
    if not any((folder / name).is_file() for name in ("vocabulary.txt", "vocabulary.json")):
        wrong.append("vocabulary.txt or vocabulary.json is missing")
    return wrong
