"""Applies what a citizen corrects: the part that was named is replaced, the rest stays."""

from __future__ import annotations

from desk.places.place import Place


def merge(place: Place, correction: Place) -> Place:
    """`place` with the parts of `correction` put in.

    A larger part that differs drops the smaller ones below it (another road makes the old number wrong); a smaller
    part alone (三栋, 86号) changes only itself.
    """
    raise NotImplementedError
