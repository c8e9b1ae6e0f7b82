"""What can go wrong with categories.

CategoryError (an OrderError)
├── BadCategoryData      a file below data/categories breaks a rule (file and line are named)
└── BadCategoryModel     the trained file is missing, damaged or of another version: train again
"""

from __future__ import annotations

from pathlib import Path

from desk.orders.errors import OrderError


class CategoryError(OrderError):
    """Base of this sub-package."""


class BadCategoryData(CategoryError):
    """`line` counts from 1; 0 means the file as a whole."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class BadCategoryModel(CategoryError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
