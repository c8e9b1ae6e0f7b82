"""Applies a citizen's correction: replaces exactly the part that was named and keeps the rest as it was said."""

from __future__ import annotations

import re
from dataclasses import replace

from desk.places.address import parse_address
from desk.places.corrected_words import Correction, corrected
from desk.places.gazetteer import Gazetteer
from desk.places.likeness import looks_like_place
from desk.places.place import PARTS, Place, format_place
from desk.places.spoken import place_said
from desk.places.stretches import KINDS, NAMES, UPPER, Stretch, same_value, stretches

# The parser calls a village a community after its town, and a village when it stands alone.
_VILLAGES = ("village", "community")
_DOORS = ("number", "building", "unit", "room")
# A telephone number is no door.
_CALL_NUMBER = re.compile("[0-9零〇幺一二三四五六七八九洞动拐勾腰]{7,}")
# What may follow a door without a comma: 学府佳苑 + 后门, 水韵东方小区 + 靠近进门121栋.
_JOINS = re.compile("靠|挨|旁|对面|附近|隔壁|门口|里|内|楼[上下]|[东南西北前后][边面侧头]|[底地]下")


def amend(old: Place, words: str, gazetteer: Gazetteer | None = None) -> Place | None:
    """`old` after the citizen's `words`; None if they name no part of a place.

    * What is taken back (不是66号,是68号) is replaced where it stands; a value alone replaces its own kind.
    * A whole new address (a name of its own that is not the old one, with something more) replaces everything.
    * A part that `said` lacks goes in by size (2单元 behind 3栋) or at the end (靠公交站那个).
    """
    if _CALL_NUMBER.search(re.sub(r"[\s-]", "", words)):
        return None
    correction = corrected(words)
    if not correction.clauses:
        return None
    if not old:
        return (
            place_said("，".join(correction.clauses), gazetteer)
            if looks_like_place(words, gazetteer)
            else None
        )
    said = _amended(format_place(old), correction, gazetteer)
    return None if said is None else _read_anew(old, said, words, gazetteer)


def merge(place: Place, correction: Place) -> Place:
    """`place` with the parts of `correction` put in; neither is changed.

    Where the citizen's words are kept they are amended and read anew. Where only parts are known:

    * A part alone replaces only itself: 三栋 the building, 86号 the number, 人民路 the road (the number stays,
      for a road that was misheard keeps its houses).
    * A whole new address (another road or community, with a door of its own) replaces everything below it.
    * Another district without a street drops the street, which lay in the old one.
    * The road of an address that had only a community is added to it, and the other way round, as long as
      both can lie in one district.
    """
    if not place:
        return correction
    if not correction:
        return place
    if place.said or correction.said:
        return amend(place, correction.said or correction.text or format_place(correction)) or place
    given = {name: value for name in PARTS if (value := getattr(correction, name))}
    kept = {name: value for name in PARTS if (value := getattr(place, name))}
    other_district = _differs(given, kept, "district")
    other_road, other_community = _differs(given, kept, "road"), _differs(given, kept, "community")
    named_elsewhere = ("road" in given or "community" in given) and not (other_road or other_community)
    if (other_road or other_community) and any(door in given for door in _DOORS):
        _drop(kept, "road", "community", *_DOORS, "detail")
    if other_district and named_elsewhere and not (given.keys() & kept.keys() & {"road", "community"}):
        _drop(kept, "road", "community", *_DOORS, "detail")
    if other_district or other_road or other_community:
        # A known new name brings its own street; the old one may no longer fit.
        _drop(kept, "street")
    if other_community:
        _drop(kept, "building", "unit", "room")
    text = (
        "".join(part for part in (place.text, correction.text) if part) if given.keys() <= set(_DOORS) else ""
    )
    merged = Place(**(kept | given))
    return replace(
        merged,
        text=correction.text or text or place.text,
        confidence=max(correction.confidence, min(place.confidence, 0.95)),
    )


def _read_anew(old: Place, said: str, words: str, gazetteer: Gazetteer | None) -> Place:
    if said == format_place(old):
        return old
    found = place_said(said, gazetteer)
    if not found.district and found.road == old.road and found.community == old.community:
        # The district was said separately, or follows from a name that still stands.
        found = replace(found, district=old.district, street=found.street or old.street)
    return replace(found, said=said, text=words.strip())


def _amended(said: str, correction: Correction, gazetteer: Gazetteer | None) -> str | None:
    """The whole place as said now; None if nothing in the correction is about a place."""
    value, *more = correction.clauses
    new, old = stretches(value, gazetteer), stretches(said, gazetteer)
    if correction.kind in _VILLAGES and (renamed := _renamed(said, old, value, new)):
        return renamed
    if correction.old and _holds(said, correction.old):
        amended: str | None = _replaced(said, old, correction.old, value, new)
    elif correction.old and not any(stretch.kind in {s.kind for s in old} for stretch in new):
        # The wrong part is not in the place (a sum, a day), unless it was heard a little differently.
        # Two doors of one place, of which none had been said: 不是智汇路那个门,是未来大道那个.
        both = bool(new) and looks_like_place(correction.old, gazetteer, bare_names=False)
        adds = both and any(stretch.kind in NAMES for stretch in new)
        return None if _is_number(value) else _with_name(said, value, correction, gazetteer, adds=adds)
    elif _is_number(value):
        amended = _with_number(said, old, value, correction.kind)
    elif _is_elsewhere(new, value, old, said, correction, gazetteer):
        return "，".join(correction.clauses)
    elif new:
        amended = _with_parts(said, old, value, new, correction, gazetteer)
    else:
        amended = _with_name(said, value, correction, gazetteer)
    for clause in more:
        if amended is None:
            amended = _with_parts(said, old, clause, stretches(clause, gazetteer), correction, gazetteer)
        elif (
            not _holds(amended, clause)
            and looks_like_place(clause, gazetteer, bare_names=False)
            and _says_more(clause, amended)
        ):
            amended = f"{amended}，{clause}"
    return amended


def _renamed(said: str, old: list[Stretch], value: str, new: list[Stretch]) -> str:
    """The village or estate alone, if its name was called wrong: 村名讲岔了，是下溪村的石拱桥. Else ""."""
    wrong = next((stretch for stretch in old if stretch.kind in _VILLAGES), None)
    right = next((stretch for stretch in new if stretch.kind in _VILLAGES), None)
    if wrong is None or right is None or same_value(wrong.of(said), right.of(value)):
        return ""
    amended = said[: wrong.start] + right.of(value) + said[wrong.end :]
    rest = value[right.end :].strip("的")
    return amended if not rest or rest in amended else _appended(amended, rest)


def _is_elsewhere(
    new: list[Stretch],
    value: str,
    old: list[Stretch],
    said: str,
    correction: Correction,
    gazetteer: Gazetteer | None,
) -> bool:
    """Whether it is a whole new address: another name of the same kind with a door or a district, or one known to lie
    elsewhere."""
    named = [stretch for stretch in new if stretch.kind in NAMES]
    had = {stretch.kind for stretch in old if stretch.kind in NAMES}
    if not named:
        return False
    if any(_holds(said, stretch.of(value)) for stretch in named):
        return False
    same_kind = any(stretch.kind in had for stretch in named)
    more = len(new) > len(named) or _rest(value, new)
    if same_kind:
        return bool(more) and not _begins_alike(value, said)
    if not had and not any(stretch.kind in UPPER for stretch in old) and not _rest(said, old):
        # Only doors were known: 3栋, then its estate.
        return False
    here, there = parse_address(said, gazetteer), parse_address(value, gazetteer)
    if here.district and there.district and here.district != there.district:
        return True
    # A name of another kind that replaces the old one.
    return correction.denies and bool(had) and bool(more)


def _replaced(said: str, old: list[Stretch], taken_back: str, value: str, new: list[Stretch]) -> str:
    """Replace `taken_back`, which stands in `said`, or the stretch around it, by `value`."""
    there = _bounded(taken_back).search(said)
    if there is None:
        return said
    start, end = there.span()
    # 静海路98 was taken back, 静海路98号 stands there.
    end = max([end, *(s.end for s in old if s.start < end < s.end and s.start > start)])
    for stretch in old:
        if stretch.start <= start and end <= stretch.end and _is_one(new, value, stretch.kind):
            # 502 of 502室, 十一号 of 十一号楼.
            return said[: stretch.start] + value + said[stretch.end :]
        if stretch.start <= start and end <= stretch.end and _is_number(value) and _is_number(taken_back):
            return said[:start] + value + said[end:]
    inside = [stretch for stretch in old if start <= stretch.start and stretch.end <= end]
    if len(inside) > 1 and len(new) == 1:
        # More is taken back than is given: 不是静海路98号,是89弄.
        kinds = ("number", "lane") if new[0].kind in ("number", "lane") else (new[0].kind,)
        same = [stretch for stretch in inside if stretch.kind in kinds]
        if same:
            return said[: same[-1].start] + value + said[same[-1].end :]
    if value.endswith("那个") and "那个" in taken_back:
        # 智汇路那个门 -> 未来大道那个: keep what stands behind it.
        value += taken_back.split("那个", 1)[1]
    later = [s for s in new if s.kind in KINDS]
    after = said[end:]
    if len(later) > 1:
        # 六栋 -> 九栋二单元, where a unit may stand already.
        for stretch in reversed(old):
            if stretch.start >= end and any(s.kind == stretch.kind for s in later[1:]):
                after = said[end : stretch.start] + said[stretch.end :]
    return _joined(said[:start], value, after)


def _bounded(words: str) -> re.Pattern[str]:
    """Whether it stands there as a whole: 6号 does not stand in 66号."""
    numeral = "[0-9一二三四五六七八九十]"
    before = f"(?<!{numeral})" if re.match(numeral, words) else ""
    return re.compile(before + re.escape(words) + (f"(?!{numeral})" if words[-1:].isdigit() else ""))


def _holds(said: str, words: str) -> bool:
    return bool(words) and _bounded(words).search(said) is not None


def _is_one(new: list[Stretch], value: str, kind: str) -> bool:
    return len(new) == 1 and new[0].kind == kind and new[0].of(value) == value


def _joined(before: str, value: str, after: str) -> str:
    """Join two texts without doubling what both hold: 枣岭村 + 村四组, 学府路 + 学府路68号."""
    for length in range(min(len(value), len(after)), 0, -1):
        if after.startswith(value[-length:]):
            after = after[length:]
            break
    for length in range(min(len(value), len(before)), 1, -1):
        if before.endswith(value[:length]):
            before = before[: len(before) - length]
            break
    return before + value + after


def _is_number(words: str) -> bool:
    return words.isascii() and bool(re.fullmatch(r"[A-Za-z]?\d{1,5}[A-Za-z]?(?:-\d{1,4})*", words))


def _with_number(said: str, old: list[Stretch], value: str, kind: str) -> str | None:
    """Put in a bare numeral: at the door that was named, else at the only door that looks like it."""
    if kind:
        fitting = [stretch for stretch in old if stretch.kind == kind]
    elif "-" in value:
        # B2-171 for B2-117: the letter belongs to the number; 117 alone keeps it.
        lettered = "[A-Za-z]?" if value[:1].isalpha() else ""
        doors = re.search(rf"{lettered}\d+[A-Za-z]?(?:-\d+[A-Za-z]?)+", said)
        return said[: doors.start()] + value + said[doors.end() :] if doors else said + value
    elif value[0].isalpha() and (codes := re.findall(r"(?<![A-Za-z0-9])[A-Za-z]\d{1,5}(?![0-9-])", said)):
        # A21 for A12: the only stall, pitch or post with a letter.
        return said.replace(codes[0], value) if len(codes) == 1 else None
    elif re.fullmatch(r"\d{3,4}", value):
        fitting = [stretch for stretch in old if stretch.kind == "room"] or [
            s for s in old if s.kind == "number"
        ]
    else:
        fitting = [stretch for stretch in old if stretch.kind in ("number", "building", "lane")]
        fitting = fitting if len(fitting) == 1 else []
    if not fitting:
        if (
            kind
            or re.fullmatch(r"\d{3,4}", value)
            and any(s.kind in ("building", "unit", "floor") for s in old)
        ):
            return said + value + {"number": "号", "building": "栋", "unit": "单元"}.get(kind, "")
        return None
    last = fitting[-1]
    held = re.sub(r"[0-9A-Za-z零一二三四五六七八九十百]+", lambda _: value, last.of(said), count=1)
    return said[: last.start] + held + said[last.end :]


def _with_parts(
    said: str,
    old: list[Stretch],
    value: str,
    new: list[Stretch],
    correction: Correction,
    gazetteer: Gazetteer | None,
) -> str | None:
    """Put each part of `value` in the place of its kind; parts that `said` lacks are added."""
    if _holds(said, value):
        return said
    kinds = {stretch.kind for stretch in old}
    if new and new[0].start > 0 and not any(s.kind in kinds for s in new):
        # 靠近进门121栋 is one phrase: keep it together.
        return (
            _appended(said, value)
            if looks_like_place(value, gazetteer, bare_names=correction.denies)
            else None
        )
    if not new:
        return (
            _appended(said, value)
            if looks_like_place(value, gazetteer, bare_names=correction.denies)
            else None
        )
    amended = said
    for position, stretch in enumerate(new):
        until = new[position + 1].start if position + 1 < len(new) else len(value)
        part, rest = stretch.of(value), value[stretch.end : until]
        amended = _put(amended, stretch.kind, part, rest, correction, gazetteer)
    return amended


def _put(
    said: str, kind: str, part: str, rest: str, correction: Correction, gazetteer: Gazetteer | None
) -> str:
    here = stretches(said, gazetteer)
    same = [stretch for stretch in here if stretch.kind == kind]
    rest = rest if rest and rest not in said else ""
    equal = next((stretch for stretch in same if same_value(stretch.of(said), part)), None)
    if equal is not None:
        return _appended(said, rest) if len(rest) > 1 else said
    if same and (len(same) == 1 or kind not in NAMES):
        last = same[-1]
        amended = said[: last.start] + part + said[last.end :]
        return _appended(amended, rest) if len(rest) > 1 else amended
    if kind in NAMES and not correction.denies and not any(s.kind in NAMES for s in here):
        if here and here[0].start == 0 and here[0].kind not in UPPER and not _rest(said, here):
            return part + rest + said
        return f"{said}{part}{rest}" if _all_upper(said, here) else f"{said}，{part}{rest}"
    if kind in NAMES:
        stands, known = parse_address(said, gazetteer), parse_address(part, gazetteer)
        glued = bool(known.street and stands.street == known.street)
        return f"{said}{part}{rest}" if glued else f"{said}，{part}{rest}"
    return _inserted(said, here, kind, part + rest)


def _inserted(said: str, here: list[Stretch], kind: str, part: str) -> str:
    """Put in a part of a kind that `said` lacks, behind the last larger part."""
    if kind not in KINDS:
        return _appended(said, part)
    larger = [s for s in here if s.kind in KINDS and KINDS.index(s.kind) < KINDS.index(kind)]
    smaller = [s for s in here if s.kind in KINDS and KINDS.index(s.kind) > KINDS.index(kind)]
    if kind in ("district", "city", "street"):
        at = larger[-1].end if larger else 0
        return said[:at] + part + said[at:]
    if larger and smaller and larger[-1].end == smaller[0].start:
        return said[: larger[-1].end] + part + said[larger[-1].end :]
    if larger and larger[-1].end == len(said):
        return said + part
    if not larger and smaller and smaller[0].start == 0:
        return part + said
    return _appended(said, part)


def _with_name(
    said: str, value: str, correction: Correction, gazetteer: Gazetteer | None, *, adds: bool = True
) -> str | None:
    """Put in a value of no kind (黄泥岗, 未来大道那个): in place of what it resembles, else at the end."""
    if _holds(said, value):
        return said
    for start in range(len(said) - len(value) + 1):
        window = said[start : start + len(value)]
        alike = sum(one == other for one, other in zip(window, value, strict=True))
        if len(value) > 2 and alike == len(value) - 1:
            return said[:start] + value + said[start + len(value) :]
    if not adds or not looks_like_place(value, gazetteer, bare_names=correction.denies):
        return None
    return _appended(said, value)


def _appended(said: str, words: str) -> str:
    words = words.strip("，、的")
    if not words or _holds(said, words):
        return said
    first = next(iter(stretches(words)), None)
    direct = _JOINS.match(words) or (first is not None and first.start == 0 and first.kind not in NAMES)
    return f"{said}{words}" if direct else f"{said}，{words}"


def _says_more(clause: str, said: str) -> bool:
    return not all(_holds(said, part.of(clause)) for part in stretches(clause)) or not stretches(clause)


def _begins_alike(value: str, said: str) -> bool:
    return len(value) > 2 and value[:2] == said[:2]


def _all_upper(said: str, here: list[Stretch]) -> bool:
    return all(s.kind in UPPER for s in here) and not _rest(said, here)


def _rest(text: str, found: list[Stretch]) -> str:
    """The text outside the stretches, without joints."""
    kept = list(text)
    for stretch in found:
        kept[stretch.start : stretch.end] = " " * (stretch.end - stretch.start)
    return re.sub(r"[\s，、的]", "", "".join(kept))


def _differs(given: dict[str, str], kept: dict[str, str], part: str) -> bool:
    return part in given and part in kept and given[part] != kept[part]


def _drop(parts: dict[str, str], *names: str) -> None:
    for name in names:
        parts.pop(name, None)
