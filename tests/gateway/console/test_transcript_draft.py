"""A whole conversation becomes a filled form, each field with its source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.conversations import Message, Sender
from desk.orders.drafting.draft import Draft, Value
from desk.orders.order import Origin
from gateway.backends.categories import shipped_tree
from gateway.console.order_form import FieldProblems, Suggestion, form_fields, order_from
from gateway.console.seat_orders import read_alone
from gateway.console.transcript_draft import Transcript, draft_of, last_wish, read_tracker
from language.encoder.encoder import Encoder, EncoderError
from language.reading import Reading, ReadSpan

TREE = shipped_tree()
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
NOISE = Suggestion(
    code="0101", path=("交通运输", "公路"), department="明州市交通运输局", confidence=0.8, urgency="normal"
)


def transcript(*lines: tuple[str, str], **more: Any) -> Transcript:
    messages = [
        Message(
            conversation_id="c1",
            seq=seq,
            sender=Sender(who),
            text=text,
            format="plain",
            speech=text,
            kind="order_card" if text.startswith("[工单]") else "text",
            quick_replies=(),
            card=None,
            message_id=None,
            payload="/x" if text.startswith("[按钮]") else None,
            reply_to=None,
            at=NOON + timedelta(seconds=seq),
        )  # fmt: skip
        for seq, (who, text) in enumerate(lines, start=1)
    ]
    return Transcript(messages=messages, zone=ZONE, **more)


NIGHT_NOISE = transcript(
    ("bot", "您好"),
    ("citizen", "转人工"),
    ("citizen", "我们小区楼下的烧烤店天天晚上吵到两点,油烟也很大,没人管"),
    ("seat", "请问在什么地址?"),
    ("citizen", "和平路88号幸福里小区3栋"),
    ("seat", "请问您贵姓,电话多少?"),
    ("citizen", "我姓王 13900001234"),
    ("citizen", "希望你们尽快派人来处理"),
)


def test_the_form_is_filled_from_everything_that_was_said() -> None:
    draft = draft_of(NIGHT_NOISE)
    assert draft.type == "complain"
    assert draft.get("description").startswith("我们小区楼下的烧烤店")
    assert draft.place_text == "和平路88号幸福里小区3栋"
    assert (draft.get("phone"), draft.get("caller_name")) == ("13900001234", "王")
    assert draft.fields["phone"].turn == 7
    assert NIGHT_NOISE.messages[6].text[4:15] == "13900001234" and draft.fields["phone"].start == 4
    assert "尽快派人" in draft.get("appeal")
    assert draft_of(NIGHT_NOISE) == draft


def test_a_bare_name_answers_the_seat_who_asked_for_it() -> None:
    told = draft_of(
        transcript(
            ("citizen", "老板拖欠我三个月工资不给"), ("seat", "请问您怎么称呼?"), ("citizen", "李建国")
        )
    )
    assert told.get("caller_name") == "李建国"


def test_a_question_that_was_answered_opens_no_order() -> None:
    told = draft_of(transcript(("citizen", "公积金怎么提取?"), ("bot", "…"), ("citizen", "人工")))
    assert not told.has("description")


def test_the_bots_own_draft_is_the_beginning_and_later_words_are_added() -> None:
    bots = Draft(draft_id="t2", type="report", fields={"description": Value("工地半夜施工", 2, 0, 6)})
    lines = (("citizen", "我要举报"), ("citizen", "工地半夜施工"), ("citizen", "我的电话是13900001234"))
    told = draft_of(transcript(*lines, slot=bots.to_json()))
    assert (told.draft_id, told.type, told.get("description")) == ("t2", "report", "工地半夜施工")
    assert told.get("phone") == "13900001234"
    again = draft_of(transcript(*lines, slot=bots.to_json(), done_drafts=frozenset({"t2"})))
    assert again.draft_id != "t2"


def test_what_has_become_an_order_is_not_told_again() -> None:
    told = draft_of(
        transcript(
            ("citizen", "楼上漏水把我家天花板泡坏了"),
            ("bot", "[工单]"),
            ("citizen", "还有路灯坏了三天没人修"),
        )
    )
    assert "漏水" not in told.get("description") and "路灯" in told.get("description")
    assert told.draft_id == "s2"


def test_the_least_sure_fields_come_first_and_name_their_source() -> None:
    fields = form_fields(draft_of(NIGHT_NOISE), NOISE)
    groups = [f["group"] for f in fields]
    assert groups == sorted(groups)
    for group in set(groups):
        sure = [-1.0 if f.get("problem") else f["confidence"] for f in fields if f["group"] == group]
        assert sure == sorted(sure)
    by_name = {f["name"]: f for f in fields}
    assert by_name["phone"]["span"] == [4, 15] and by_name["phone"]["turn"] == 7
    assert by_name["category_code"]["origin"] == "classifier"


def submit(draft: Draft, **changes: Any) -> Any:
    values = {f["name"]: f["value"] for f in form_fields(draft, NOISE)} | changes
    return order_from(
        values,
        draft=draft,
        draft_id=draft.draft_id,
        conversation_id="c1",
        channel="web",
        suggestion=NOISE,
        tree=TREE,
    )


def test_unchanged_fields_keep_their_source_and_changed_ones_are_the_seats() -> None:
    draft = draft_of(NIGHT_NOISE)
    order = submit(draft, subject="老王烧烤店")
    # The estate stays in the middle of what was said; a column of its own would read it twice.
    assert (order.place_district, order.place) == ("东湖区", "东湖区和平街道和平路88号幸福里小区3栋")
    assert order.sources["phone"].origin is Origin.CITIZEN and order.sources["phone"].turn == 7
    assert order.sources["subject"].origin is Origin.SEAT
    assert order.sources["category_code"].origin is Origin.CLASSIFIER
    moved = submit(draft, place="西岭区松竹街道松竹路5号")
    assert (moved.place_district, moved.place_detail) == ("西岭区", "松竹路5号")
    odd = submit(draft, place="就在那个老火车站后面有个大烟囱的厂子旁边")
    assert odd.place_detail == "就在那个老火车站后面有个大烟囱的厂子旁边"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"description": ""}, "description"),
        ({"phone": "1390000"}, "phone"),
        ({"phone": "", "callback_phone": ""}, "phone"),
        ({"type": "joke"}, "type"),
        ({"urgency": "now"}, "urgency"),
        ({"title": "长" * 300}, "title"),
        ({"place": ""}, "place"),
    ],
)
def test_a_bad_form_says_which_field_and_why(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(FieldProblems) as error:
        submit(draft_of(NIGHT_NOISE), **changes)
    assert wrong in error.value.problems


def test_a_tracker_is_read_and_nonsense_is_left_out() -> None:
    event = {
        "event": "user",
        "metadata": {"seq": 4},
        "parse_data": {
            "intent": {"name": "order_help", "confidence": 0.9},
            "entities": [{"entity": "organisation", "value": "川香阁", "start": 0, "end": 3}, "odd"],
        },
    }
    read = read_tracker(
        {"slots": {"order_draft": {"draft_id": "t1"}}, "events": [event, None, {"event": "bot"}]}
    )
    assert read.slot == {"draft_id": "t1"}
    assert read.intents[4] == ("order_help", 0.9) and read.entities[4][0].value == "川香阁"
    for nonsense in (None, [], {"slots": 3, "events": None}, {"events": [{"event": "user"}]}):
        assert read_tracker(nonsense).slot is None


def test_the_panel_follows_the_last_words_that_mean_something() -> None:
    lines = (("citizen", "公积金提取需要什么材料"), ("bot", "…"), ("citizen", "租房的"), ("citizen", "好的"))
    assert last_wish(transcript(*lines).messages) == "公积金提取需要什么材料 租房的"
    assert (
        last_wish(
            transcript(
                ("citizen", "人工"),
            ).messages
        )
        == ""
    )


@pytest.mark.parametrize("intent", ["ask_human", "chitchat", "thank"])
def test_a_wish_for_a_person_in_words_of_its_own_opens_no_order(intent: str) -> None:
    said = transcript(("citizen", "新帮我传接人工作室"), intents={1: (intent, 0.9)})
    assert not draft_of(said).has("description")
    unsure = transcript(("citizen", "新帮我传接人工作室"), intents={1: (intent, 0.3)})
    assert draft_of(unsure).has("description")


@pytest.mark.parametrize(("words", "sure"), [("新房屋转接人工，谢谢你了", 0.4), ("新帮我传接人工作室", 0.9)])
def test_who_wants_a_person_answers_no_question(words: str, sure: float) -> None:
    """Nothing was asked by 凭单号和手机后四位可以随时查进度,还有什么可以帮您?, but it sounds so."""
    told = transcript(
        ("bot", "登记好了,凭单号和手机后四位可以随时查进度。还有什么可以帮您?"),
        ("citizen", words),
        intents={2: ("ask_human", sure)},
    )
    assert not draft_of(told).fields


def test_a_trouble_told_with_the_wish_for_a_person_is_kept() -> None:
    said = transcript(("citizen", "楼下烧烤店油烟太大了给我转人工"), intents={1: ("ask_human", 0.95)})
    assert draft_of(said).has("description")


@pytest.mark.parametrize(
    "later",
    [
        "我叫赵大海,电话13912345678",
        "我姓王",
        "气死我了,打了三遍电话没人理,转人工!",
        "怎么还没人?",
        "你们到底管不管,给我转人工",
    ],
)
def test_knowledge_follows_the_matter_not_the_person_or_the_waiting(later: str) -> None:
    lines = (("citizen", "公积金提取需要什么材料"), ("citizen", later))
    assert last_wish(transcript(*lines).messages) == "公积金提取需要什么材料"


def test_scolding_opens_no_order() -> None:
    scolded = ("citizen", "你们就是一群骗子")
    assert not draft_of(transcript(scolded, intents={1: ("abuse", 0.9)})).has("description")
    told = ("citizen", "楼下烧烤店油烟太大，在和平路88号")
    draft = draft_of(
        transcript(
            scolded,
            ("citizen", "你们到底管不管"),
            told,
            intents={1: ("abuse", 0.9), 2: ("emotion_anger", 0.9)},
        )
    )
    assert draft.get("description") == "楼下烧烤店油烟太大，在和平路88号"


def test_what_is_added_does_not_end_where_its_place_was_taken_out() -> None:
    more = (("citizen", "小区门口的路灯坏了三天没人修"), ("citizen", "楼下烧烤店油烟太大,在和平路88号"))
    assert draft_of(transcript(*more)).get("description").endswith("没人修；楼下烧烤店油烟太大")


def test_knowledge_does_not_follow_a_yes_and_a_thank_you() -> None:
    lines = (
        ("citizen", "小区的垃圾没有人清理"),
        ("citizen", "对没有问题，请您提交吧。"),
        ("citizen", "谢谢你了"),
    )
    assert last_wish(transcript(*lines).messages) == "小区的垃圾没有人清理"


def test_knowledge_follows_what_is_left_of_an_impatient_message() -> None:
    lines = (("citizen", "小区停暖气三天了,家里老人冻得发烧,你们到底管不管!"),)
    assert last_wish(transcript(*lines).messages) == "小区停暖气三天了，家里老人冻得发烧"


def test_a_question_about_time_limits_opens_no_order() -> None:
    assert not draft_of(transcript(("citizen", "你们一般几天办结"))).has("description")


def test_what_was_said_to_a_seat_is_read_in_the_light_of_what_they_asked() -> None:
    """A shop that no rule knows, a place that ends in a shop's name, an employer who is named after 单位."""
    told = draft_of(
        transcript(
            ("citizen", "转人工"),
            ("seat", "您好，请问什么事？"),
            ("citizen", "老马烧烤 每天晚上弄到一两点 油烟往我家里灌"),
            ("seat", "在什么位置？"),
            ("citizen", "学院路南京理发店隔壁"),
            ("seat", "怎么称呼您？"),
            ("citizen", "叫我小潘吧"),
            read=read_alone,
        )
    )
    assert (told.get("subject"), told.place_text) == ("老马烧烤", "学院路南京理发店隔壁")
    assert told.get("caller_name") == "小潘"
    told = draft_of(
        transcript(
            ("citizen", "我单位三年没给我交公积金了 单位叫宏达机械"),
            ("seat", "有什么诉求？"),
            ("citizen", "把这三年的补上"),
            read=read_alone,
        )
    )
    assert told.get("subject") == "宏达机械" and not told.has("event_time")


def test_what_rasa_has_read_is_not_read_again() -> None:
    words = "天天晚上吵死人 老马烧烤"
    reading = Reading({"details": 1.0}, (ReadSpan("subject", 8, 12, 0.9),))
    tracker = {
        "slots": {},
        "events": [
            {
                "event": "user",
                "metadata": {"seq": 1},
                "parse_data": {
                    "intent": {"name": "order_complain", "confidence": 0.9},
                    "reading": reading.to_json(),
                },
            }
        ],
    }
    understood = read_tracker(tracker)
    assert understood.readings == {1: reading}
    told = draft_of(
        transcript(
            ("citizen", words), readings=understood.readings, read=lambda text, asked: pytest.fail(text)
        )
    )
    assert told.get("subject") == "老马烧烤"


@pytest.mark.parametrize("broken", ["no reading", {"spans": [["place"]]}, {"acts": {"ask": "much"}}])
def test_a_broken_reading_of_a_tracker_is_none(broken: object) -> None:
    event = {"event": "user", "metadata": {"seq": 1}, "parse_data": {"reading": broken}}
    assert not read_tracker({"slots": {}, "events": [event]}).readings[1]


def test_without_the_encoder_the_rules_fill_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(encoder: Encoder, text: str, asked: str = "") -> None:
        raise EncoderError("no weights")

    monkeypatch.setattr(Encoder, "load", lambda: type("Broken", (), {"read": broken})())
    assert read_alone("老马烧烤吵", "start") == Reading()
