"""Asks the classifier where a draft belongs."""

from __future__ import annotations

from actions.ports import Parts
from desk.orders.drafting.building import Filing
from desk.orders.drafting.draft import Draft


def file_under(parts: Parts, draft: Draft) -> Filing:
    about = ",".join(filter(None, (draft.get("description"), draft.get("subject"), draft.get("appeal"))))
    found = parts.judge.judge(draft.type, about)
    return Filing(found.code, found.path, found.department, found.confidence, found.urgency)
