"""What a turn with no form open wants, by what was read in it."""

from __future__ import annotations

import pytest

from actions.open_wishes import AFFAIR_SCORE, Wish, wish_of
from desk.orders.drafting.turn import Turn
from language.reading import Reading
from tests.actions.conftest import NOW
from tests.actions.readings import read

ROWS: list[tuple[str, str, Reading, Wish | None]] = [
    # A trouble, whatever the sentence is about.
    ("停水了，家里有产妇和刚出生的娃，翠湖花园3期12栋", "ask_knowledge", read("details"), Wish.ORDER),
    ("二楼天天半夜拖桌子", "chitchat", read("details"), Wish.ORDER),
    ("工地扣着我三个月工钱", "nlu_fallback", read("details"), Wish.ORDER),
    ("健身房关门跑路了", "out_of_scope", read("details", 0.6), Wish.ORDER),
    ("帮我记一下吧", "inform", read("register"), Wish.ORDER),
    ("我要投诉", "affirm", read("register"), Wish.ORDER),
    # A question, also with its background before it.
    ("居住证到期了怎么签注", "order_help", read("ask"), Wish.ANSWER),
    ("一个月能提多少", "inform", read("ask"), Wish.ANSWER),
    ("那我没有居住证咋办", "nlu_fallback", read("ask", 0.7), Wish.ANSWER),
    ("我老家是农村的，孩子要上小学，要啥材料", "order_help", read("ask+details", details=0.6), Wish.ANSWER_FIRST),
    ("房东不给开发票，公积金还能提吗", "order_complain", read("ask+details", details=0.7), Wish.ANSWER_FIRST),
    ("我妈七十了坐公交要不要钱", "nlu_fallback", read("ask+details", details=0.5), Wish.ANSWER_FIRST),
    # A complaint in the shape of a question is a complaint.
    ("楼下烧烤几点才收摊啊，吵死人", "order_complain", read("ask+details", ask=0.5), Wish.ORDER),
    ("怎么还没人来修路灯", "order_help", read("ask+details", ask=0.6), Wish.ORDER),
    # About the hotline.
    ("多久有结果", "order_status", read("process"), Wish.PROCESS),
    ("你是机器人吗", "chitchat", read("process"), Wish.PROCESS),
    ("登记要钱吗", "ask_knowledge", read("process", 0.6), Wish.PROCESS),
    ("会不会保密啊", "ask_knowledge", read("process"), Wish.PROCESS),
    ("打你们有用吗，我家楼下油烟都灌满了", "order_complain", read("process+details"), Wish.PROCESS_FIRST),
    # An earlier order.
    ("我上周那个单子怎么样了", "inform", read("follow"), Wish.FOLLOW),
    ("前天报的路灯还没修，催一下", "order_help", read("follow+details", details=0.6), Wish.FOLLOW),
    ("撤了吧，单号261122000019", "cancel", read("follow"), Wish.FOLLOW),
    ("打过三回了，还是那家烧烤店吵", "order_complain", read("follow+details", follow=0.5), Wish.ORDER),
    # Secrecy before any order.
    ("能不能别让人知道是我", "inform", read("secret"), Wish.SECRET),
    # Anger alone.
    ("你们到底管不管", "out_of_scope", read("grumble"), Wish.GRUMBLE),
    ("就会踢皮球", "chitchat", read("grumble"), Wish.GRUMBLE),
    ("打了三次了没人管", "nlu_fallback", read("grumble", 0.6), Wish.GRUMBLE),
    # Courtesies that the intent has missed.
    ("喂听得到吗", "out_of_scope", read("wait"), Wish.WAIT),
    ("等一下啊我找找", "nlu_fallback", read("wait"), Wish.WAIT),
    ("你好呀", "inform", read("greet"), Wish.GREET),
    ("辛苦了", "inform", read("thanks"), Wish.THANK),
    ("再见", "goodbye", read("bye+thanks"), None),
    ("算了不报了", "chitchat", read("cancel"), Wish.LAY_ASIDE),
    ("和平路88号", "ask_knowledge", read("value"), Wish.DETAIL),
    ("单号261122000019", "inform", read("value"), None),
    # Nothing clear, or nothing read: the intent decides.
    ("嗯", "affirm", read("yes"), None),
    ("没有了", "deny", read("nothing"), None),
    ("今天天气不错", "chitchat", read("chat"), None),
    ("停水了", "order_help", Reading(), None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "intent", "reading", "wish"), ROWS)
def test_what_the_citizen_does_goes_before_what_the_sentence_is_about(
    words: str, intent: str, reading: Reading, wish: Wish | None
) -> None:
    """The acts decide where they are clear, the intent everywhere else."""
    assert wish_of(Turn(words, 1, NOW, intent, 0.8, reading=reading)) is wish


@pytest.mark.parametrize(
    ("words", "reading", "wish"),
    [
        ("好，登记吧", read("yes+register"), Wish.ORDER),
        ("行嘛", read("yes"), Wish.AGREE),
        ("中", read("yes", 0.6), Wish.AGREE),
        ("好的谢谢，晓得了", read("yes+thanks"), None),
        ("要的，就在和平路88号", read("yes+value"), Wish.ORDER),
        ("和平路88号", read("value"), Wish.ORDER),
        ("不用了", read("no"), Wish.DECLINE),
        ("不消了，谢谢", read("no+thanks"), Wish.DECLINE),
        ("不登记", read("cancel"), Wish.DECLINE),
        ("那要几天", read("ask"), Wish.ANSWER),
    ],
)
def test_after_an_offer_yes_and_no_mean_it(words: str, reading: Reading, wish: Wish | None) -> None:
    """What was offered waits for a yes; thanks for an answer are none."""
    turn = Turn(words, 1, NOW, "chitchat", 0.5, reading=reading)
    assert wish_of(turn, offered_order=True, offered=True) is wish


@pytest.mark.parametrize(
    ("words", "intent", "reading", "wish"),
    [
        # Secrecy errs to secret: read, or in the words alone.
        ("刚才那个电话能不能保密", "order_remark", read("secret"), Wish.SECRET),
        ("哎 别给家里座机打啊", "inform", read("secret"), Wish.SECRET),
        ("千万别让他知道是我", "order_remark", Reading(), Wish.SECRET),
        ("还有个要求，别让刘胜晓得是我带头的", "order_remark", read("secret+details"), Wish.SECRET),
        ("能不能别写我名字，我刚才忘了说", "inform", read("secret"), Wish.SECRET),
        ("匿名啊，别透露", "inform", read("value"), Wish.SECRET),
        # More of the same order.
        ("他们还把我招牌撞歪了 加进去", "order_complain", read("details+follow"), Wish.REMARK),
        ("忘讲了 那个老板姓卞", "inform", read("details"), Wish.REMARK),
        ("再添一句 出事的是负二楼坡道口", "inform", read("details+value"), Wish.REMARK),
        ("对了 回电话尽量晚上", "order_hurry", read("callback"), Wish.REMARK),
        ("加一下：昨天又有人来丈量", "order_help", read("details"), Wish.REMARK),
        # Another matter, a hurry, a question.
        ("还有个事 校门口斑马线磨没了", "inform", read("details"), Wish.ORDER),
        ("我还有一桩，巷子口的公厕夜里锁门", "order_remark", read("details"), Wish.ORDER),
        ("楼道灯也不亮", "order_complain", read("details"), Wish.ORDER),
        ("这单能不能帮我催一下", "inform", read("follow"), Wish.FOLLOW),
        ("大概几天有结果啊", "order_status", read("process"), Wish.PROCESS),
    ],
)
def test_after_an_order_was_written(words: str, intent: str, reading: Reading, wish: Wish) -> None:
    """What is said next is mostly about the order that was just written."""
    assert wish_of(Turn(words, 1, NOW, intent, 0.8, reading=reading), written=True) is wish


@pytest.mark.parametrize(
    ("words", "reading"),
    [
        ("我从厂子辞职了 公积金还在里头 能不能全取出来 我就问问", read("details", ask=0.4)),
        ("哎我寻思问问 我今年七十一了 驾驶本儿还能用不", read("details", ask=0.1)),
        ("俺问问 老头乐能上牌不 不上牌罚不罚", read("details", ask=0.3)),
        ("请问一下哈 腊月间是逢一四七赶场 还是逢二五八哦", read("details", ask=0.2)),
        ("打听个事儿 我妈卧床三年了 能不能上门评残", read("details+ask", ask=0.5)),
        ("唔该 我想问下骨科医生逢星期几坐诊", read("details+ask", ask=0.5)),
    ],
)
@pytest.mark.parametrize("intent", ["order_help", "order_complain", "ask_knowledge", "nlu_fallback"])
def test_who_says_that_he_asks_is_answered(words: str, reading: Reading, intent: str) -> None:
    """However long the story is that the reading takes for a trouble."""
    assert wish_of(Turn(words, 1, NOW, intent, 0.8, reading=reading)) is Wish.ANSWER_FIRST


@pytest.mark.parametrize(
    ("words", "reading"),
    [
        ("公司把我们整个部门都裁了,社保交了六年,失业金怎么弄,能领几个月", read("details+ask", ask=0.6)),
        ("小电驴没给发票,上牌管我要发票,咋整啊", read("details+ask", ask=0.5)),
        ("六月份刚跳的槽,人事说头一年没年假,这说法对吗", read("details", ask=0.35)),
        ("我六十八了 户口不在这儿 坐公交车不要钱那个 我办得到不嘛", read("details", ask=0.2)),
    ],
)
def test_a_story_is_a_question_where_an_article_answers_it(words: str, reading: Reading) -> None:
    """The knowledge base decides where the reading is unsure."""
    turn = Turn(words, 1, NOW, "order_help", 0.8, reading=reading)
    assert wish_of(turn, is_known=lambda least: True) is Wish.ANSWER_FIRST
    assert wish_of(turn) is Wish.ORDER


@pytest.mark.parametrize(
    ("words", "reading"),
    [
        ("驾照8月过期的 现在才发现", read("details", 0.7)),
        ("公司公章丢了", read("details", 0.66)),
        ("居住证去年就该签注 我忘了", read("details", 0.58)),
        ("前年的个税退税忘了弄", read("details", 0.53)),
    ],
)
def test_an_affair_told_in_short_is_answered_where_an_article_is_about_it(
    words: str, reading: Reading
) -> None:
    """What has to be done about it is what he wants to know."""
    turn = Turn(words, 1, NOW, "order_help", 0.8, reading=reading)
    assert wish_of(turn, is_known=lambda least: least <= AFFAIR_SCORE) is Wish.ANSWER_FIRST
    assert wish_of(turn, is_known=lambda least: least < AFFAIR_SCORE) is Wish.ORDER


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("能不能在翠屏小学门口画个斑马线", "details"),
        ("你们能不能派人去看看那个流浪的老大爷", "details"),
        ("我屋企水费突然贵咗咁多 你哋帮我查下啦", "details"),
        ("物业把我家水停了，我要投诉", "details"),
        ("到底啥时候给个说法", "details"),
    ],
)
def test_who_wants_something_done_gets_an_order(words: str, acts: str) -> None:
    """Even in the shape of a question that an article would answer."""
    turn = Turn(words, 1, NOW, "order_help", 0.8, reading=read(acts, ask=0.3))
    assert wish_of(turn, is_known=lambda least: True) is Wish.ORDER


@pytest.mark.parametrize(
    "words",
    ["这单能不能帮我催一下，明天家里办酒", "加急一下吧", "能快点处理不", "帮我催催", "早点给我办行吗"],
)
def test_a_hurry_after_registration_is_carried_out(words: str) -> None:
    """Whatever it was read as."""
    turn = Turn(words, 1, NOW, "order_hurry", 0.8, reading=read("process"))
    assert wish_of(turn, written=True) is Wish.FOLLOW


@pytest.mark.parametrize("words", ["那批下来要几天", "现在补 还给退吗", "国补还有吗", "N+1拿了还能领吧"])
def test_a_question_that_was_taken_for_an_order_status_is_answered(words: str) -> None:
    """No order was ever spoken of."""
    assert wish_of(Turn(words, 1, NOW, "order_status", 0.9, reading=read("ask"))) is Wish.ANSWER


@pytest.mark.parametrize(
    ("words", "intent", "reading", "wish"),
    [
        # An order is asked for by its name, whatever is asked beside.
        ("帮我登记一个咨询工单,我想问一下我们小区什么时候改造", "order_consult", read("process", 0.2), Wish.ORDER),
        ("给我开个工单，路灯几天了都不亮", "ask_knowledge", read("ask+details", details=0.6), Wish.ORDER),
        ("我要登记一张投诉工单", "inform", read("ask", 0.6), Wish.ORDER),
        ("怎么登记工单", "ask_knowledge", read("ask"), Wish.ANSWER),
        # Who reports or complains asks nothing, though a kind of it was read as a question.
        ("我要举报有人在居民楼里私自加工食品没有证", "order_report", read("ask+details", ask=0.7, details=0.4), None),
        ("我要投诉小区门口摆摊占道", "order_complain", read("ask", 0.6), None),
        ("我要投诉物业,电话是多少?", "order_complain", read("ask", 0.8), Wish.ANSWER),
        # Idle talk has no other shape than a telling.
        ("帮我写一首诗", "out_of_scope", read("details", 0.7), None),
        ("给我讲个笑话", "chitchat", read("details", 0.6), None),
        # A trouble at a place that nobody mends is no affair that an article explains.
        ("科苑公寓电梯坏了三天没人修", "order_complain", read("details"), Wish.ORDER),
        ("公厕脏得没人来清", "order_complain", read("details"), Wish.ORDER),
    ],
)  # fmt: skip
def test_orders_are_begun_by_who_wants_something_done(
    words: str, intent: str, reading: Reading, wish: Wish | None
) -> None:
    """Also where an article is known for what is told."""
    turn = Turn(words, 1, NOW, intent, 0.95, reading=reading)
    assert wish_of(turn, is_known=lambda least: True) is wish


@pytest.mark.parametrize("words", ["楼上漏水漏到我家", "路灯坏了一个礼拜了", "半夜施工吵得睡不着"])
def test_a_trouble_is_none_of_idle_talk(words: str) -> None:
    """However sure the intent is."""
    turn = Turn(words, 1, NOW, "chitchat", 0.95, reading=read("details", 0.6))
    assert wish_of(turn) is Wish.ORDER
