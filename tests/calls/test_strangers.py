"""Two citizens and one telephone number, against the whole product: the second learns and changes nothing of the first's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from launcher.private import PrivateProduct
from tests.calls.runner import Heard
from tests.product import HttpCitizen

pytestmark = pytest.mark.rasa

PHONE = "13912340087"
TROUBLE = "光明路27号楼下烧烤店油烟太大了，天天晚上弄到一两点"


@pytest.fixture
def stranger(product: PrivateProduct) -> Iterator[HttpCitizen]:
    person = HttpCitizen(product)
    yield person
    person.close()


def said(heard: Heard) -> str:
    return "\n".join(str(reply["text"]) for reply in heard.replies)


def register(person: HttpCitizen) -> list[str]:
    """Tells the trouble and answers what is asked; everything that was said back."""
    heard = [said(person.send(words)) for words in (TROUBLE, "不知道店名", "姓高", PHONE)]
    for _ in range(3):
        if person.orders():
            break
        heard.append(said(person.send("不用" if "需要对被反映的一方保密" in heard[-1] else "对")))
    return heard


def test_a_strangers_number_opens_nothing_and_the_desk_learns_of_it(
    citizen: HttpCitizen, stranger: HttpCitizen
) -> None:
    register(citizen)
    (first,) = citizen.orders()
    heard = "\n".join(register(stranger))
    assert "反映过" not in heard and "催办、补充，还是" not in heard
    (second,) = stranger.orders()
    assert second["duplicate_of"] == first["number"]
    assert citizen.orders() == [first]


def test_the_tail_opens_the_status_and_the_code_the_order(
    citizen: HttpCitizen, stranger: HttpCitizen
) -> None:
    register(citizen)
    (order,) = citizen.orders()
    asked = said(stranger.send(f"查一下工单{order['number']}的进度"))
    assert "查询码" in asked and "后四位" in asked
    told = said(stranger.send(PHONE[-4:]))
    assert "已受理" in told and "油烟" not in told and "光明路" not in told
    asked = said(stranger.send("帮我催一下"))
    assert "查询码" in asked
    assert citizen.orders()[0]["hurry_count"] == 0
    hurried = said(stranger.send(order["query_code"]))
    assert "催办" in hurried
    assert citizen.orders()[0]["hurry_count"] == 1
    assert "油烟" in said(stranger.send("现在什么进度了"))
