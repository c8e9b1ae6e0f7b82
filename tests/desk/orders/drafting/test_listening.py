"""The form listens to everything: whatever was asked, each turn is what it was read as, and nothing in it is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.orders.drafting.arbitration import Kind, Step, step
from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.filling import with_line_phone
from desk.orders.drafting.turn import Turn
from desk.places import Place
from language.annotated import read_marks
from language.reading import Reading, ReadSpan
from tests.desk.orders.drafting.conftest import NOW

PHONE = "13912345678"


def turn(
    marked: str,
    acts: str,
    intent: str = "inform",
    confidence: float = 0.4,
    likely: float = 0.9,
    **surer: float,
) -> Turn:
    """turn("就在[和平路88号](place)，多久能来人", "value+process") is a turn that was read so. `surer` gives single acts
    another probability than `likely`."""
    text, marks = read_marks(marked)
    probabilities = {act: likely for act in acts.split("+") if act} | surer
    spans = tuple(ReadSpan(mark.label, mark.start, mark.end, 0.9) for mark in marks)
    return Turn(text, 9, NOW, intent, confidence, reading=Reading(probabilities, spans))


def known(asked: str, without: str = "", order_type: str = "complain") -> Draft:
    """A complaint about noise that is complete up to the field that is asked; `without` names fields that are still open."""
    values = {"description": "夜里施工的声音太大，睡不着", "caller_name": "王", "phone": PHONE}
    order = ["description", "place", "subject", "event_time", "caller_name", "phone", "confidential"]
    name = {"caller": "caller_name"}.get(asked, asked)
    open_from = order.index(name) if name in order else len(order)
    closed = {f for f in order[:open_from] if f not in without.split()}
    fields = {field: Value(value, 1) for field, value in values.items() if field in closed}
    place = Place(road="和平路", number="88号", said="和平路88号", text="和平路88号", confidence=0.9)
    draft = Draft("t1", order_type, fields, place=place if "place" in closed else Place())
    if asked == "phone_check":
        draft = draft.with_field("phone", Value(PHONE, 2, origin="spoken"))
    if asked == "cancel_check":
        draft = replace(known("caller"), before_cancel="caller")
    return draft.asking(asked)


Row = tuple[str, str, str, Kind, str]
TABLE: list[Row] = [
    # asked, what is said, how it was read, what it is, what is asked next
    ("description", "楼下半夜还在打桩", "details", Kind.ANSWERED, "place"),
    ("description", "公积金断缴半年还能贷款吗", "ask", Kind.ONLY_ASKS, "description"),
    ("description", "就问个事，不用登记了", "no", Kind.ONLY_ASKS, "description"),
    ("description", "你们就会踢皮球", "grumble", Kind.GRUMBLE, "description"),
    ("description", "等一下啊我找找", "wait", Kind.COURTESY, "description"),
    ("description", "我要投诉", "register", Kind.ANSWERED, "description"),
    ("description", "你是真人还是机器人", "process", Kind.PROCESS, "description"),
    ("description", "问起来没完 不投了", "cancel+grumble", Kind.ANSWERED, "cancel_check"),
    ("place", "在[桃园路跟解放路交叉口](place)", "value", Kind.ANSWERED, "caller"),
    ("place", "[老供销社对面那栋一楼](place)，多久能来人啊", "value+process", Kind.PROCESS, "caller"),
    ("place", "[北园农贸市场东厅](place)，那注水肉吃了有事没有", "value+ask", Kind.ANSWERED, "caller"),
    ("place", "能拿几个月的钱？上哪拿去", "ask", Kind.QUESTION, "place"),
    ("place", "你问这个干什么", "process", Kind.PROCESS, "place"),
    ("place", "先登记吧", "register", Kind.ANSWERED, "place"),
    ("place", "公司在哪我不太清楚", "unknown", Kind.ANSWERED, "caller"),
    ("place", "不方便说", "refuse", Kind.ANSWERED, "caller"),
    ("place", "昨天夜里还吵到两点，孩子都吓哭了", "details", Kind.ANSWERED, "place"),
    ("place", "千万别让他知道是我", "secret", Kind.ANSWERED, "place"),
    ("place", "你们到底管不管,我打了三次了没人管", "grumble", Kind.GRUMBLE, "place"),
    ("place", "喂听得到吗", "wait", Kind.COURTESY, "place"),
    ("place", "再说一遍", "repeat", Kind.ANSWERED, "place"),
    ("place", "社保交了两年半", "value", Kind.ANSWERED, "place"),
    ("place", "那个就那样", "value", Kind.UNCLEAR, "place"),
    ("place", "还要填这么多啊 那别弄了", "cancel", Kind.ANSWERED, "cancel_check"),
    ("subject", "他名字我不想说", "refuse", Kind.ANSWERED, "caller"),
    ("subject", "[老五烧烤](subject)，你们管得了吗", "value+process", Kind.PROCESS, "caller"),
    ("subject", "这种没有牌子的公司，工商能查到吗", "ask", Kind.QUESTION, "subject"),
    ("caller", "名字就不说了吧", "refuse", Kind.ANSWERED, "phone"),
    ("caller", "名字就不说了吧", "refuse+cancel", Kind.ANSWERED, "phone"),
    ("caller", "匿名", "refuse", Kind.ANSWERED, "phone"),
    ("caller", "不敢说", "refuse", Kind.ANSWERED, "phone"),
    ("caller", "我姓[佟](name)", "value", Kind.ANSWERED, "phone"),
    ("caller", "我姓[夏](name)，留了名字就一定有人来修哈", "value+process", Kind.PROCESS, "phone"),
    ("caller", "名字一定要说么", "process+refuse", Kind.PROCESS, "caller"),
    ("caller", "要真名吗", "process", Kind.PROCESS, "caller"),
    ("caller", "还要名字啊，那我不报了，就当我没打过", "refuse+cancel", Kind.ANSWERED, "cancel_check"),
    ("caller", "不用了吧，就问个事", "refuse", Kind.ONLY_ASKS, "caller"),
    ("caller", "怎么还问名字，问完名字问生肖吗", "grumble", Kind.GRUMBLE, "caller"),
    ("caller", "电梯也三天没修好了，老人下不了楼", "details", Kind.ANSWERED, "caller"),
    ("caller", "生育津贴什么时候发", "ask", Kind.QUESTION, "caller"),
    ("phone", PHONE, "value", Kind.ANSWERED, "confirm"),
    ("phone", "没有手机 用我妈平板打的字", "refuse", Kind.ANSWERED, "confirm"),
    ("phone", "号码我也不记得", "unknown", Kind.ANSWERED, "confirm"),
    ("phone", "非得留吗", "process", Kind.PROCESS, "phone"),
    ("phone", "号码我记不住，等下我问老头子", "unknown+wait", Kind.COURTESY, "phone"),
    ("phone", "噢 等等 我戴个老花眼镜", "wait", Kind.COURTESY, "phone"),
    ("phone", "不要打我电话，我上夜班，短信告诉我就行", "callback", Kind.ANSWERED, "phone"),
    ("phone_check", "对着嘞", "yes", Kind.ANSWERED, "confirm"),
    ("phone_check", "对，白天打，晚上我睡得早", "yes+callback", Kind.ANSWERED, "confirm"),
    ("phone_check", "不对", "no", Kind.ANSWERED, "phone"),
    ("phone_check", "中间少一个零", "correct", Kind.ANSWERED, "phone"),
    ("phone_check", "2209错了，2920", "no+correct+value", Kind.ANSWERED, "phone"),
    ("phone_check", "应该是吧，我自己又不打自己", "unknown", Kind.ANSWERED, "confirm"),
    ("phone_check", "电话就不留了吧", "refuse", Kind.ANSWERED, "confirm"),
    ("phone_check", "对了，电梯也坏了三天", "details", Kind.ANSWERED, "confirm"),
    ("phone_check", "你慢点念", "repeat", Kind.ANSWERED, "phone_check"),
    ("phone_check", "对，那多久能来人", "yes+process", Kind.PROCESS, "confirm"),
    ("confidential", "莫说是我们村里头哪个打的", "secret", Kind.ANSWERED, "confirm"),
    ("confidential", "要的要的，你们转办单上会有我名字吗", "secret+process", Kind.PROCESS, "confirm"),
    ("confidential", "你这个录音他们能不能听到", "process", Kind.PROCESS, "confidential"),
    ("confidential", "保密是啥意思，再说一遍", "repeat", Kind.ANSWERED, "confidential"),
    ("confidential", "保密跟不保密有啥区别", "process", Kind.PROCESS, "confidential"),
    ("confidential", "不用保密，我不怕他", "open", Kind.ANSWERED, "confirm"),
    ("confidential", "这栏我跳过", "refuse", Kind.ANSWERED, "confirm"),
    ("confirm", "都对", "yes", Kind.CONFIRMED, "confirm"),
    ("confirm", "没有了", "nothing", Kind.CONFIRMED, "confirm"),
    ("confirm", "登记吧", "register", Kind.CONFIRMED, "confirm"),
    ("confirm", "对，那他们多久能来人", "yes+process", Kind.CONFIRMED, "confirm"),
    ("confirm", "那要等多久啊", "process", Kind.PROCESS, "confirm"),
    ("confirm", "都对，千万千万匿名", "yes+secret", Kind.CONFIRMED, "confirm"),
    ("confirm", "要保密", "secret", Kind.ANSWERED, "confirm"),
    ("confirm", "对，再补一句，她八十一了一个人住", "yes+details", Kind.ANSWERED, "confirm"),
    ("confirm", "有个地方不对", "no", Kind.ANSWERED, "change"),
    ("confirm", "地址不对", "correct", Kind.ANSWERED, "place"),
    ("confirm", "电话尾号不对", "correct", Kind.ANSWERED, "phone"),
    ("confirm", "不是要求砍树，树是好树不能砍", "correct", Kind.ANSWERED, "confirm"),
    ("confirm", "对了，公积金怎么提取", "ask", Kind.QUESTION, "confirm"),
    ("confirm", "谢谢", "thanks", Kind.COURTESY, "confirm"),
    ("confirm", "听你这么一念 也不是多大事 撤了吧", "cancel", Kind.ANSWERED, "cancel_check"),
    ("confirm", "水来了 不用报了", "cancel+details", Kind.ANSWERED, "cancel_check"),
    ("confirm", "名字还是别写了", "refuse", Kind.ANSWERED, "confirm"),
    ("confirm", "那块牌子还是去年的老样子", "value", Kind.ANSWERED, "confirm"),
    ("confirm", "对了，那就登记吧", "yes", Kind.CONFIRMED, "confirm"),
    ("change", "没有别的了", "nothing", Kind.CONFIRMED, "confirm"),
    ("change", "电话", "value", Kind.ANSWERED, "phone"),
    ("change", "对，就这一处", "yes", Kind.ANSWERED, "confirm"),
    ("change", "墙上没区分本地外地，就这一句", "correct", Kind.ANSWERED, "confirm"),
    ("cancel_check", "要登记的", "yes", Kind.ANSWERED, "caller"),
    ("cancel_check", "不是，继续", "no", Kind.ANSWERED, "caller"),
    ("cancel_check", "不是不登记，是不留名字", "no+refuse", Kind.ANSWERED, "phone"),
    ("cancel_check", "撤了以后再漏还能重新提吗", "process", Kind.PROCESS, "cancel_check"),
    ("cancel_check", "嗯，不登了，我妈来了", "yes+cancel", Kind.CANCELLED, "caller"),
    ("cancel_check", "确定", "yes", Kind.CANCELLED, "caller"),
    ("cancel_check", "那写姓吧，[游](name)，游泳的游", "no+value", Kind.ANSWERED, "phone"),
    ("cancel_check", "说不好，又怕没用，又怕得罪人", "unknown", Kind.ANSWERED, "caller"),
]


@pytest.mark.parametrize(("asked", "said", "acts", "kind", "then"), TABLE)
def test_each_turn_is_what_it_was_read_as(asked: str, said: str, acts: str, kind: Kind, then: str) -> None:
    taken = step(known(asked), turn(said, acts))
    assert (taken.kind, taken.draft.asked) == (kind, then)


@pytest.mark.parametrize(
    "asked", ["description", "place", "caller", "phone", "phone_check", "confidential", "confirm"]
)
@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("叫你们领导来接电话", "grumble"),
        ("有没有人啊", "chat"),
        ("我岁数大说不清，叫个姑娘来", "human"),
        ("换个人", ""),
    ],
)
def test_a_wish_for_a_person_is_heard_at_every_question(asked: str, said: str, acts: str) -> None:
    assert step(known(asked), turn(said, acts)).kind is Kind.HUMAN


def test_a_weak_guess_at_a_wish_for_a_person_is_none() -> None:
    assert step(known("caller"), turn("[王](name)", "value", human=0.55)).kind is Kind.ANSWERED


def test_what_stands_beside_a_wish_for_a_person_is_kept() -> None:
    taken = step(known("place"), turn("[鼓楼步行街悦来百货三楼](place)，说完了能转人了吧", "value+human"))
    assert (taken.kind, taken.draft.asked) == (Kind.HUMAN, "caller")
    assert "悦来百货" in taken.draft.place_text


@pytest.mark.parametrize(
    ("asked", "said"),
    [("caller", "[李堃](name)"), ("caller", "[才让多杰](name)"), ("place", "[火把巷9号](place)")],
)
def test_a_plain_answer_is_no_cry_for_help_whatever_the_intent(asked: str, said: str) -> None:
    assert step(known(asked), turn(said, "value", "emergency", 0.9)).kind is Kind.ANSWERED
    read = turn(said, "value", "emergency", 0.9)
    assert step(known(asked), replace(read, reading=replace(read.reading, danger=0.6))).kind is Kind.DIGRESSED


@pytest.mark.parametrize("asked", ["place", "caller", "phone", "subject"])
def test_what_is_declined_is_never_asked_again(asked: str) -> None:
    draft = step(known(asked, without="place subject caller_name phone"), turn("不方便说", "refuse")).draft
    seen = [draft.asked]
    while draft.asked != "confirm":
        draft = step(draft, turn("不想说", "refuse")).draft
        seen.append(draft.asked)
    assert asked not in seen
    assert len(seen) == len(set(seen))


def test_a_refusal_of_another_field_leaves_out_that_one() -> None:
    taken = step(known("place", without="place"), turn("我名字不想留的哈", "refuse"))
    assert taken.draft.asked == "place"
    assert taken.changed == ("skipped_caller",)
    assert "caller" in taken.draft.skipped


@pytest.mark.parametrize(
    "asked", ["description", "place", "caller", "phone", "phone_check", "confirm", "cancel_check"]
)
@pytest.mark.parametrize(
    "wish", ["千万别让他知道是我", "别写我名字", "我怕他报复", "不要往外说", "名字一个字都别提"]
)
def test_secrecy_is_kept_whenever_it_is_wished_for(asked: str, wish: str) -> None:
    acts = "secret+register" if asked == "cancel_check" else "secret"
    taken = step(known(asked), turn(wish, acts))
    assert taken.draft.get("confidential") == "yes"
    assert "confidential" in taken.changed


def test_secrecy_beside_the_last_yes_is_in_the_confirmed_order() -> None:
    taken = step(known("confirm"), turn("都对，千万千万匿名", "yes+secret"))
    assert (taken.kind, taken.changed) == (Kind.CONFIRMED, ("confidential",))
    assert taken.draft.get("confidential") == "yes"


@pytest.mark.parametrize(
    ("said", "acts", "value"),
    [
        ("那肯定保密撒", "secret", "yes"),
        ("嗯绝对不能说", "secret+yes", "yes"),
        ("要", "yes", "yes"),
        ("随便吧你看着办", "unknown", "yes"),
        ("不用", "no", "no"),
        ("不需要，我光明正大", "open", "no"),
        ("实名就实名", "open", "no"),
        ("不，别说是我", "no+secret", "yes"),
    ],
)
def test_the_answer_about_secrecy(said: str, acts: str, value: str) -> None:
    assert step(known("confidential"), turn(said, acts)).draft.get("confidential") == value


@pytest.mark.parametrize(
    ("asked", "said", "acts", "part"),
    [
        ("caller", "电梯也三天没修好了，老人下不了楼", "details", "老人下不了楼"),
        ("phone", "还有二路一巷隧道口，高压线离地就一米", "details", "高压线离地就一米"),
        ("phone_check", "他们还把渣土倒在河里", "details", "渣土倒在河里"),
        ("confirm", "对，再补一句，她八十一了一个人住", "yes+details", "八十一了"),
        ("phone", "不要打我电话，我上夜班，短信告诉我就行", "callback", "短信告诉我就行"),
        ("confirm", "不是要求砍树，树是好树不能砍", "correct", "树是好树不能砍"),
        ("confidential", "他前年还打过隔壁老头", "details", "打过隔壁老头"),
    ],
)
def test_what_is_told_beside_the_question_is_in_the_order(
    asked: str, said: str, acts: str, part: str
) -> None:
    taken = step(known(asked), turn(said, acts))
    assert part in taken.draft.get("description")
    assert taken.draft.get("description").startswith("夜里施工的声音太大，睡不着")
    assert "description" in taken.changed


def test_who_goes_past_the_read_back_of_the_number_has_confirmed_it_silently() -> None:
    taken = step(known("phone_check", without="place"), turn("[桃园路9号](place)", "value"))
    assert "phone" in taken.draft.checked
    assert taken.draft.fields["phone"].confidence <= 0.6
    assert taken.draft.get("phone") == PHONE


def test_a_number_that_is_corrected_at_its_read_back_is_read_back_again() -> None:
    taken = step(known("phone_check"), turn("不是，是[幺三九幺二三四五六八八](phone)", "no+correct+value"))
    assert (taken.draft.asked, taken.draft.get("phone")) == ("phone_check", "13912345688")


@pytest.mark.parametrize("asked", ["phone_check", "confirm"])
@pytest.mark.parametrize(
    "said", ["尾数应为0957，你念的是0975", "后四位是3012不是3021", "手机号中间少一个零，是8600"]
)
def test_a_number_that_is_corrected_beyond_our_reading_is_asked_anew(asked: str, said: str) -> None:
    taken = step(known(asked), turn(said, "correct"))
    assert taken.draft.asked in ("phone", "phone_check") or taken.draft.get("phone") != PHONE
    assert taken.draft.get("description") == known(asked).get("description")


def test_a_refused_number_of_the_line_is_gone() -> None:
    draft = with_line_phone(known("phone"), "13700002222", 1).asking("phone_check")
    taken = step(draft, turn("电话我就不留了", "refuse"))
    assert not taken.draft.has("phone")
    assert not with_line_phone(taken.draft, "13700002222", 2).has("phone")


@pytest.mark.parametrize(
    ("asked", "said", "acts", "question"),
    [
        ("place", "[北园农贸市场东厅](place)，那注水肉吃了有事没有", "value+ask", "那注水肉吃了有事没有"),
        ("phone", f"[{PHONE}](phone)，路灯归谁管", "value+ask", "路灯归谁管"),
        ("caller", "我姓[夏](name)，多久有结果", "value+process", "我姓夏，多久有结果"),
        ("confirm", "对，那他们多久能来人", "yes+process", "对，那他们多久能来人"),
        ("description", "居住证到期了怎么签注", "ask", "居住证到期了怎么签注"),
        ("caller", "我就问问 生育津贴什么时候发", "ask", "我就问问，生育津贴什么时候发"),
    ],
)
def test_the_words_to_look_up_leave_plain_values_out(asked: str, said: str, acts: str, question: str) -> None:
    assert step(known(asked), turn(said, acts)).question == question


@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("算了不投诉了，就问问生育津贴怎么领", "cancel+ask"),
        ("不登记，就想咨询一下公积金怎么提", "no+ask"),
        ("不用了，我只是打听一下", "no"),
        ("先不投诉，就了解一下政策", "refuse"),
        ("算了，随便问问", "cancel"),
    ],
)
def test_who_only_asks_gets_no_order(said: str, acts: str) -> None:
    assert step(known("caller"), turn(said, acts)).kind is Kind.ONLY_ASKS


@pytest.mark.parametrize(
    ("told", "said", "acts"),
    [
        ("小电驴买的时候没给发票,这会儿上牌管我要发票,咋整啊", "就问问,没啥地址", "unknown"),
        ("公司把我们都裁了,失业金怎么弄,能领几个月", "我就问个事,不用登记", "refuse"),
        ("老头乐能上牌不", "俺就是问问", "value"),
        ("腊月间逢几赶场，多少钱一个摊", "双凤场噻 我问一哈 不用登记", "value"),
        ("想给他办个残疾证，能不能上门评", "俺先问问能办不能", "ask"),
        ("辞职了公积金能不能全取出来", "我就问问 跟地方没关系", "value"),
    ],
)
def test_a_question_that_was_taken_for_a_trouble_ends_the_form(told: str, said: str, acts: str) -> None:
    """Who says that he only asks gives no place and no name."""
    draft = Draft("t1", type="help", asked="place").with_field("description", Value(told, 1))
    assert step(draft, turn(said, acts)).kind is Kind.ONLY_ASKS


@pytest.mark.parametrize(
    ("told", "said", "acts"),
    [
        ("楼上天天半夜拖桌子", "就问问你们，六栋三单元", "value"),
        ("楼道灯坏了一个月", "我就问一下，在幸福路12号", "value+details"),
    ],
)
def test_a_trouble_stays_one(told: str, said: str, acts: str) -> None:
    """A trouble is registered, whatever is asked beside it."""
    draft = Draft("t1", type="help", asked="place").with_field("description", Value(told, 1))
    assert step(draft, turn(said, acts)).kind is not Kind.ONLY_ASKS


def test_a_question_inside_a_running_form_leaves_the_draft_as_it_is() -> None:
    draft = known("caller")
    taken = step(draft, turn("生育津贴什么时候发", "ask", "ask_knowledge", 0.9))
    assert (taken.kind, taken.draft, taken.again) == (Kind.QUESTION, draft, True)


def test_a_place_that_looks_like_none_is_asked_once_more_and_then_taken_as_said() -> None:
    first = step(known("place"), turn("老地方那里", "value"))
    assert (first.kind, first.draft.asked, first.again) == (Kind.UNCLEAR, "place", True)
    second = step(first.draft, turn("老地方那里", "value"))
    assert (second.kind, second.draft.asked) == (Kind.ANSWERED, "caller")
    assert second.draft.place_text
    assert second.draft.place_source and second.draft.place_source.confidence == 0.4


def test_a_wrong_number_is_explained_once_and_then_let_go() -> None:
    first = step(known("phone"), turn("[1391234567](phone)", "value"))
    assert first.kind is Kind.UNCLEAR
    assert first.problem
    second = step(first.draft, turn("[1391234567](phone)", "value"))
    assert (second.kind, second.draft.asked) == (Kind.ANSWERED, "confirm")


@pytest.mark.parametrize(
    "asked", ["place", "subject", "event_time", "caller", "phone", "phone_check", "confidential"]
)
@pytest.mark.parametrize("acts", ["value", "yes+value", "chat+value"])
def test_not_understood_is_said_at_most_once_in_a_row(asked: str, acts: str) -> None:
    draft, kinds = known(asked, without="place subject event_time caller_name phone"), []
    for _ in range(12):
        taken = step(draft, turn("那个啥", acts))
        kinds.append(taken.kind)
        draft = taken.draft
        if draft.asked == "confirm":
            break
    assert not any(one is two is Kind.UNCLEAR for one, two in zip(kinds, kinds[1:], strict=False))


def test_nobody_is_sent_to_a_place_that_nobody_said() -> None:
    """Words that name no place are none at the second time either: the place is let go."""
    taken = step(step(known("place"), turn("那个就那样", "value")).draft, turn("那个就那样", "value"))
    assert (taken.kind, taken.draft.asked, taken.draft.place_text) == (Kind.ANSWERED, "caller", "")


@pytest.mark.parametrize(
    ("said", "acts", "most"), [("你们就会踢皮球", "grumble", 3), ("他还骂了我妈", "details", 6)]
)
def test_a_question_that_is_passed_by_is_not_asked_for_ever(said: str, acts: str, most: int) -> None:
    """Who tells on comes to the answer later than who only grumbles."""
    draft, asked = known("caller"), 1
    while (taken := step(draft, turn(f"{said}{asked}", acts))).draft.asked == "caller":
        draft, asked = taken.draft, asked + 1
    assert asked == most
    assert taken.draft.asked == "phone"


@pytest.mark.parametrize(
    ("said", "acts", "again"),
    [
        ("要真名吗", "process", True),
        ("喂听得到吗", "wait", True),
        ("再说一遍", "repeat", False),
        ("[王](name)", "value", False),
    ],
)
def test_a_question_that_is_asked_again_is_marked(said: str, acts: str, again: bool) -> None:
    assert step(known("caller"), turn(said, acts)).again is again


def test_the_yes_of_a_correction_confirms_nothing() -> None:
    taken = step(known("confirm"), turn("对的，就是名字是[汪](name)不是[王](not)", "yes+correct+value"))
    assert (taken.kind, taken.draft.asked, taken.draft.get("caller_name")) == (Kind.ANSWERED, "confirm", "汪")


def test_a_reading_that_says_nothing_clear_leaves_it_to_the_words() -> None:
    unsure = turn("确认", "", yes=0.3, value=0.3)
    assert step(known("confirm"), unsure).kind is Kind.CONFIRMED


def test_an_own_open_order_is_a_question_that_never_blocks() -> None:
    draft = known("confirm").with_duplicate("261122000013", "11月20日")
    assert step(draft, turn("帮我催一下吧", "follow")).kind is Kind.HURRY_DUPLICATE
    taken = step(draft, turn("这回是另外一家，夜里还放音响", "details"))
    assert taken.kind is Kind.ANSWERED
    assert "duplicate" in taken.draft.checked


def test_the_same_read_turn_twice_gives_the_same_result() -> None:
    said = turn("[桃园路9号](place)，多久能来人", "value+process")
    assert step(known("place"), said) == step(known("place"), said)


ACTS = (
    "details ask process correct refuse unknown yes no nothing human secret open callback cancel grumble register "
    "follow greet thanks bye wait repeat chat value"
).split()


@pytest.mark.parametrize(
    "asked", ["place", "caller", "phone", "phone_check", "confidential", "duplicate", "change", "confirm"]
)
def test_no_pair_of_acts_loses_what_was_known(asked: str) -> None:
    before = known(asked)
    for one in ACTS:
        for two in ACTS:
            taken: Step = step(before, turn("夜里两点还在倒水泥", f"{one}+{two}"))
            assert "夜里施工的声音太大，睡不着" in taken.draft.get("description")
            assert taken.draft.get("caller_name") == before.get("caller_name") or asked == "caller"
            assert bool(taken.draft.place) or asked == "place"


@pytest.mark.parametrize(
    ("said", "acts", "field"),
    [
        ("名字还是别写了", "refuse", "caller_name"),
        ("刚才我给的名字删掉", "correct", "caller_name"),
        ("电话去掉吧", "correct", "phone"),
        ("号码还是不留了", "refuse", "phone"),
        ("姓名这栏不写", "no+refuse", "caller_name"),
    ],
)
@pytest.mark.parametrize("asked", ["confirm", "change"])
def test_what_is_taken_out_again_is_gone_for_good(asked: str, said: str, acts: str, field: str) -> None:
    taken = step(known(asked), turn(said, acts))
    assert (taken.kind, taken.draft.asked) == (Kind.ANSWERED, "confirm")
    assert not taken.draft.has(field)


def test_a_number_that_is_refused_at_its_read_back_is_gone() -> None:
    assert not step(known("phone_check"), turn("电话就不留了吧", "refuse")).draft.has("phone")


@pytest.mark.parametrize("said", ["末尾那个说错了，是五六二二", "后四位不对，是8832", "少说了一位"])
def test_a_piece_of_a_number_is_no_part_of_the_matter(said: str) -> None:
    taken = step(known("phone"), turn(said, "correct+value"))
    assert taken.draft.get("description") == known("phone").get("description")
