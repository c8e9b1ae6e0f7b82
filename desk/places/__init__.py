"""Addresses: from what a citizen says to district, street, community, road, number, building, unit and room.

`place.py` holds the record, `gazetteer.py` the city's names, `address.py` the parser (`names.py` and `doors.py`
are its parts), `correction.py` the merge rules.
"""

from desk.places.address import parse_address
from desk.places.correction import merge
from desk.places.gazetteer import Gazetteer, GazetteerError, default_gazetteer
from desk.places.place import Place, format_place

__all__ = [
    "Gazetteer",
    "GazetteerError",
    "Place",
    "default_gazetteer",
    "format_place",
    "merge",
    "parse_address",
]
