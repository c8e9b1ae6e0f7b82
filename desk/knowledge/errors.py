"""Errors of the knowledge room.

KnowledgeError
├── ArticleError       one article is wrong; `problems` lists why
├── ImportRefused      a file has wrong rows; nothing was imported
└── IllegalStatus      a status change that the life of an article does not allow
"""

from __future__ import annotations

from dataclasses import dataclass


class KnowledgeError(Exception):
    """Base of this room."""


class ArticleError(KnowledgeError):
    """One article does not have what an article must have."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row (or one file) of an import. `row` counts from 1; None for a whole file."""

    source: str
    row: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.source}{f' row {self.row}' if self.row is not None else ''}: {self.text}"


class ImportRefused(KnowledgeError):
    """The import has wrong rows, so nothing of it was stored."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__(f"{len(problems)} problem(s); nothing was imported")
        self.problems = problems


class IllegalStatus(KnowledgeError):
    """The article cannot go from its status to the wanted one."""
