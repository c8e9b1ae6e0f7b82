"""One knowledge article (知识条目) and its life: draft -> reviewed -> published -> withdrawn. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from desk.knowledge.errors import ArticleError, IllegalStatus
from desk.knowledge.table_files import day_of

ID_PATTERN = re.compile(r"[\w.:-]{1,100}")
# A spoken answer longer than this is no answer: it takes 40 s to say.
VOICE_MAX_CHARS = 200
TITLE_MAX_CHARS = 200
BODY_MAX_CHARS = 20_000
QUESTIONS_MAX = 200
WORDINGS_MAX = 500
# Names of the fields; `answer` is another name of `body`.
COLUMNS = (
    "id", "title", "questions", "wordings", "keywords", "department", "region", "effective_from", "effective_to", "status", "source",
    "voice", "body", "answer",
)  # fmt: skip


class Status(StrEnum):
    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STATUS_LABELS = {
    Status.DRAFT: "草稿",
    Status.REVIEWED: "已审核",
    Status.PUBLISHED: "已发布",
    Status.WITHDRAWN: "已撤下",
}

# Somebody else reviews an article before it answers citizens; a withdrawn article starts over as a draft.
_NEXT = {
    Status.DRAFT: {Status.REVIEWED, Status.WITHDRAWN},
    Status.REVIEWED: {Status.DRAFT, Status.PUBLISHED, Status.WITHDRAWN},
    Status.PUBLISHED: {Status.WITHDRAWN},
    Status.WITHDRAWN: {Status.DRAFT},
}


@dataclass(frozen=True)
class Article:
    """What ops write and citizens hear. `effective_to` is the last day on which it holds; None for no end. `wordings` are
    what citizens say when it is meant, told at length or half: the search compares with them, nobody is shown them."""

    id: str
    title: str
    questions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    department: str = ""
    region: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    status: Status = Status.PUBLISHED
    source: str = ""
    voice: str = ""
    body: str = ""
    wordings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = []
        if not ID_PATTERN.fullmatch(self.id):
            problems.append("id must be 1 to 100 letters, digits or . : - _")
        if not 1 <= len(self.title) <= TITLE_MAX_CHARS:
            problems.append(f"title must have 1 to {TITLE_MAX_CHARS} characters")
        if len(self.body) > BODY_MAX_CHARS:
            problems.append(f"the answer is longer than {BODY_MAX_CHARS} characters")
        if len(self.voice) > VOICE_MAX_CHARS:
            problems.append(f"voice is longer than {VOICE_MAX_CHARS} characters")
        if len(self.questions) > QUESTIONS_MAX:
            problems.append(f"more than {QUESTIONS_MAX} questions")
        if len(self.wordings) > WORDINGS_MAX:
            problems.append(f"more than {WORDINGS_MAX} wordings")
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            problems.append("effective_to lies before effective_from")
        if problems:
            raise ArticleError(problems)

    def in_force(self, day: date) -> bool:
        """Whether a citizen may be answered with it on that day."""
        return (
            self.status is Status.PUBLISHED
            and (self.effective_from is None or self.effective_from <= day)
            and (self.effective_to is None or day <= self.effective_to)
        )

    @property
    def spoken(self) -> str:
        """The voice form; without one, the first sentences of the answer."""
        if self.voice:
            return self.voice
        plain = re.sub(r"[#*>`_\-|]+", "", self.body)
        sentences = re.split(r"(?<=[。!?！？;；])|\n+", plain)
        text = ""
        for sentence in (s.strip() for s in sentences):
            if text and len(text) + len(sentence) > 110:
                break
            text += sentence
        return text[:VOICE_MAX_CHARS]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; `from_dict` reads it back."""
        data = asdict(self)
        data["questions"], data["keywords"] = list(self.questions), list(self.keywords)
        data["wordings"] = list(self.wordings)
        if not self.wordings:
            # An article without any keeps the hash that it had before there were any.
            del data["wordings"]
        data["status"] = self.status.value
        for key in ("effective_from", "effective_to"):
            data[key] = data[key].isoformat() if data[key] else None
        return data

    def content_hash(self) -> str:
        """Changes if, and only if, something changes that a citizen or the search could notice."""
        return hashlib.sha256(
            json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()

    def with_status(self, status: Status) -> Article:
        """The same article in another status.

        Raises:
            IllegalStatus: the life of an article has no such step.
        """
        if status not in _NEXT[self.status]:
            allowed = ", ".join(sorted(_NEXT[self.status])) or "nothing"
            raise IllegalStatus(f"{self.id} is {self.status}; from there only {allowed} is possible")
        return replace(self, status=status)


def article_from_dict(data: dict[str, Any]) -> Article:
    """Build an article from front matter, a JSON line or a CSV row; lenient about forms, strict about content.

    `answer` is another name of `body`; lists may also be one string split at | or new lines.

    Raises:
        ArticleError: with every problem found, not only the first.
    """
    unknown = sorted(str(key) for key in data if key not in COLUMNS)
    # Its content would be lost.
    problems = [f"unknown {', '.join(map(repr, unknown))}; there are {', '.join(COLUMNS)}"] if unknown else []

    def text(*names: str) -> str:
        for name in names:
            value = data.get(name)
            if value is not None and not isinstance(value, (str, int, float, date)):
                problems.append(f"{name} must be text")
            elif value is not None and str(value).strip():
                return str(value).strip()
        return ""

    def texts(name: str) -> tuple[str, ...]:
        value = data.get(name) or []
        if isinstance(value, str):
            value = re.split(r"[|\n]", value)
        if not isinstance(value, list) or not all(isinstance(v, (str, int, float)) for v in value):
            problems.append(f"{name} must be a list of texts")
            return ()
        return tuple(dict.fromkeys(str(v).strip() for v in value if str(v).strip()))

    def day(name: str) -> date | None:
        value = data.get(name)
        if value in (None, "", "null"):
            return None
        if isinstance(value, date):
            return value
        found = day_of(str(value))
        if found is not None:
            return found
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            problems.append(f"{name} must be a date like 2026-01-31, not {value!r}")
            return None

    status_text = text("status") or Status.PUBLISHED.value
    status = Status.DRAFT
    if status_text in {s.value for s in Status}:
        status = Status(status_text)
    else:
        problems.append(f"status must be one of {', '.join(s.value for s in Status)}, not {status_text!r}")
    title = text("title")
    for name, value in (("id", text("id")), ("title", title)):
        if not value:
            problems.append(f"{name} is missing")
    fields = {
        "questions": texts("questions"),
        "keywords": texts("keywords"),
        "wordings": texts("wordings"),
        "effective_from": day("effective_from"),
        "effective_to": day("effective_to"),
    }
    if problems:
        raise ArticleError(problems)
    return Article(
        id=text("id"),
        title=title,
        department=text("department"),
        region=text("region"),
        status=status,
        source=text("source"),
        voice=text("voice"),
        body=text("body", "answer"),
        **fields,  # type: ignore[arg-type]
    )
