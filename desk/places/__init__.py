"""Addresses: from what a citizen says to the place as said, with district, street, community, road and door beside it.

`place.py` holds the record, `gazetteer.py` the city's names, `address.py` the parser (`names.py` and `doors.py`
are its parts). `spoken.py` keeps the citizen's words, `likeness.py` tells a place from a sentence, `extent.py` where one ends and
the other begins, `generic.py` a place from any of its kind,
`namesakes.py` places of one name, `passing.py` finds the address in a telling, `correction.py`
puts in what is corrected (`corrected_words.py` reads it, `stretches.py` finds where it goes), `columns.py` gives
what an order stores.
"""

from desk.places.address import parse_address
from desk.places.columns import columns_of
from desk.places.correction import amend, merge
from desk.places.extent import place_part, whole_end, whole_start
from desk.places.gazetteer import Gazetteer, GazetteerError, default_gazetteer
from desk.places.generic import names_one
from desk.places.likeness import looks_like_place
from desk.places.namesakes import chosen, namesakes, within
from desk.places.passing import told_in_passing
from desk.places.place import Place, format_place
from desk.places.spoken import as_said, place_said

__all__ = [
    "Gazetteer",
    "GazetteerError",
    "Place",
    "amend",
    "as_said",
    "chosen",
    "columns_of",
    "default_gazetteer",
    "format_place",
    "looks_like_place",
    "merge",
    "names_one",
    "namesakes",
    "parse_address",
    "place_part",
    "place_said",
    "told_in_passing",
    "whole_end",
    "whole_start",
    "within",
]
