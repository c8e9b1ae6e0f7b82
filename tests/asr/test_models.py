"""Models come whole and checked, or not at all; served here by a local web server with all its moods."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from asr.download import fetch
from asr.errors import DownloadError, ModelError
from asr.layout import faults
from asr.models import ModelStore, unpack
from asr.registry import ModelEntry, Registry, load_registry

VOSK_FILES = (
    "am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int",
)  # fmt: skip


def make_zip(names: tuple[str, ...] = VOSK_FILES, root: str = "vosk-model-tiny/") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name in names:
            zipped.writestr(root + name, name.encode() * 5_000)
    return buffer.getvalue()


class Site:
    """A web server for one file: with or without ranges, and it hangs up after `cut` bytes for `cuts` times."""

    def __init__(self, content: bytes) -> None:
        self.content, self.ranges, self.cut, self.cuts, self.status = content, True, 0, 0, 200
        self.asked: list[str | None] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.headers.get("Range"))
                etag = '"' + hashlib.sha256(site.content).hexdigest()[:8] + '"'
                body, start = site.content, 0
                if site.status != 200:
                    self.send_error(site.status)
                    return
                same = self.headers.get("If-Range", etag) == etag
                if site.ranges and same and self.headers.get("Range"):
                    start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
                    body = site.content[start:]
                    if not body:
                        self.send_response(416)
                        self.send_header("Content-Range", f"bytes */{len(site.content)}")
                        self.send_header("Content-Length", "0")
                        self.end_headers()
                        return
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", etag)
                self.end_headers()
                if site.cuts > 0:
                    site.cuts -= 1
                    body = body[: site.cut]
                    self.wfile.write(body)
                    self.close_connection = True
                    return
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/model.zip"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(make_zip())
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()


def entry(url: str, **changes: object) -> ModelEntry:
    base = ModelEntry("tiny", "vosk", "for tests", "zh", 16_000, "Apache-2.0", 1, url=url)
    return replace(base, **changes)  # type: ignore[arg-type]


def store(tmp_path: Path, *entries: ModelEntry) -> ModelStore:
    return ModelStore(tmp_path / "models", Registry(entries))


def test_a_model_is_pulled_checked_and_found(tmp_path: Path, site: Site) -> None:
    sum_of_one = hashlib.sha256(b"am/final.mdl" * 5_000).hexdigest()
    ours = store(tmp_path, entry(site.url, files={"am/final.mdl": sum_of_one}))
    seen: list[tuple[int, int]] = []
    assert ours.path("tiny") is None
    path = ours.pull("tiny", progress=lambda done, total: seen.append((done, total)))
    assert path == ours.path("tiny") and ours.check("tiny").sound
    assert seen[-1] == (len(site.content), len(site.content))
    assert sorted(p.name for p in path.parent.iterdir()) == [".tiny.lock", "tiny"]


def test_what_is_here_is_not_fetched_again(tmp_path: Path, site: Site) -> None:
    ours = store(tmp_path, entry(site.url))
    ours.pull("tiny")
    ours.pull("tiny")
    assert len(site.asked) == 1
    ours.pull("tiny", again=True)
    assert len(site.asked) == 2


def test_a_broken_connection_goes_on_where_it_stopped(tmp_path: Path, site: Site) -> None:
    site.cut, site.cuts = 400, 2
    fetch(site.url, tmp_path / "a.part", pause_s=0)
    assert (tmp_path / "a.part").read_bytes() == site.content
    assert site.asked == [None, "bytes=400-", "bytes=800-"]


def test_the_part_stays_for_the_next_run(tmp_path: Path, site: Site) -> None:
    site.cut, site.cuts = 100, 4
    with pytest.raises(DownloadError):
        fetch(site.url, tmp_path / "a.part", pause_s=0)
    assert (tmp_path / "a.part").stat().st_size == 400
    fetch(site.url, tmp_path / "a.part", pause_s=0)
    assert (tmp_path / "a.part").read_bytes() == site.content


def test_a_server_without_ranges_begins_anew(tmp_path: Path, site: Site) -> None:
    (tmp_path / "a.part").write_bytes(b"an old part")
    site.ranges = False
    fetch(site.url, tmp_path / "a.part")
    assert (tmp_path / "a.part").read_bytes() == site.content


def test_a_file_that_changed_meanwhile_is_not_glued_together(tmp_path: Path, site: Site) -> None:
    site.cut, site.cuts = 100, 4
    with pytest.raises(DownloadError):
        fetch(site.url, tmp_path / "a.part", pause_s=0)
    site.content = make_zip(root="another/")
    fetch(site.url, tmp_path / "a.part", pause_s=0)
    assert (tmp_path / "a.part").read_bytes() == site.content


def test_a_whole_part_needs_no_more_bytes(tmp_path: Path, site: Site) -> None:
    (tmp_path / "a.part").write_bytes(site.content)
    fetch(site.url, tmp_path / "a.part")
    assert (tmp_path / "a.part").read_bytes() == site.content


def test_a_wrong_sum_is_refused_and_removed(tmp_path: Path, site: Site) -> None:
    ours = store(tmp_path, entry(site.url, sha256="0" * 64))
    with pytest.raises(DownloadError, match="SHA-256"):
        ours.pull("tiny")
    assert ours.path("tiny") is None and not list((tmp_path / "models").glob("*.part"))


def test_a_wrong_file_inside_is_refused(tmp_path: Path, site: Site) -> None:
    ours = store(tmp_path, entry(site.url, files={"am/final.mdl": "0" * 64}))
    with pytest.raises(ModelError, match="am/final.mdl is not the file we know"):
        ours.pull("tiny")
    assert ours.path("tiny") is None


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_refusing_server_is_one_clear_line(tmp_path: Path, site: Site, status: int) -> None:
    site.status = status
    with pytest.raises(DownloadError, match=str(status)):
        fetch(site.url, tmp_path / "a.part", pause_s=0)


def test_no_server_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="cannot be reached"):
        fetch("http://127.0.0.1:9/model.zip", tmp_path / "a.part", pause_s=0)


def test_a_zip_carried_by_hand_is_taken(tmp_path: Path) -> None:
    """Sites without a way out bring the file on a stick."""
    (tmp_path / "model.zip").write_bytes(make_zip())
    ours = store(tmp_path, entry("http://127.0.0.1:9/none.zip"))
    ours.pull("tiny", archive=tmp_path / "model.zip")
    assert ours.check("tiny").sound
    assert (tmp_path / "model.zip").exists()


def test_a_zip_that_is_no_such_model_changes_nothing(tmp_path: Path) -> None:
    ours = store(tmp_path, entry("http://127.0.0.1:9/none.zip"))
    (tmp_path / "good.zip").write_bytes(make_zip())
    (tmp_path / "bad.zip").write_bytes(make_zip(VOSK_FILES[1:]))
    ours.pull("tiny", archive=tmp_path / "good.zip")
    with pytest.raises(ModelError, match="am/final.mdl is missing"):
        ours.pull("tiny", archive=tmp_path / "bad.zip")
    assert ours.check("tiny").sound


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "a/../../outside.txt"])
def test_a_zip_cannot_write_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.zip").write_bytes(make_zip((name,), root=""))
    with pytest.raises(ModelError, match="leave the folder"):
        unpack(tmp_path / "a.zip", tmp_path / "in")
    assert not (tmp_path / "outside.txt").exists()


def test_a_broken_zip_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(make_zip()[:-100])
    with pytest.raises(ModelError, match="no readable zip"):
        unpack(tmp_path / "a.zip", tmp_path / "in")


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "ivector").mkdir()
    (tmp_path / "graph" / "HCLG.fst").write_bytes(b"x")
    found = "; ".join(faults(tmp_path, "vosk"))
    for name in ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/words.txt", "ivector/final.ie"):
        assert name in found
    assert "model.bin is missing" in faults(tmp_path, "whisper")


def test_an_unknown_model_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="known: tiny"):
        store(tmp_path, entry("")).pull("huge")


def test_our_registry_is_complete() -> None:
    registry = load_registry()
    assert {"vosk-model-small-cn-0.22", "vosk-model-cn-0.22", "whisper-base"} <= {
        e.name for e in registry.entries
    }
    for known in registry.entries:
        assert known.engine in ("vosk", "whisper") and known.licence and known.size_mb > 0
        assert bool(known.url) != bool(known.packages)
        assert all(len(s) == 64 for s in [*known.files.values(), *(p.sha256 for p in known.packages)])
