"""A human word for anger: one sentence that names what the citizen is angry about, and promises nothing."""

from __future__ import annotations

import re

from desk.orders.drafting.phrases import first_match

_MANY = r"(?:[两二三四五六七八九十几多好\d]+|无数|n|N)"
_REPEATED = re.compile(
    rf"(?:打|拨|反映|投诉|举报|说|讲|报|催|找|问|跑|来|登记|提)(?:过|了|你们|电话|咯|嘞|都|有|快|得|至少|起码|[,，、 ])*{_MANY}(?:来|多|几)?(?:次|遍|回|趟|道|个电话)|"
    rf"(?:前后|前前后后|已经|都|我|连着|总共|上)(?:打|反映|说)?(?:了|过)?{_MANY}(?:次|遍|回|趟|道)(?:电话)?(?:了|咯|嘞|$)|"
    r"第(?:[二三四五六七八九十]|\d+)(?:次|遍|回|趟|道|个)|(?:一遍又一遍|一次又一次|一趟一趟|三番(?:五次|两次)|反反复复|翻来覆去)|(?:多次|屡次|反复)(?:反映|投诉|举报|打)|(?:每次|每回|回回|次次)(?:打|说|反映|都)|"
    r"上(?:次|回)(?:打|反映|投诉|说|也)"
)
_ASKED_TOO_MUCH = re.compile(
    r"问东问西|问(?:个)?(?:没完|不停|不完)|问(?:这么|那么|恁|得?这么|怎么)多|(?:又|还|老|一直|净|光)(?:在)?问|查户口|啰嗦|啰里|磨叽|绕来绕去|(?:刚|才|都|已经|刚刚|前面|上面|不是)(?:才|不是|都)*(?:说|讲|告诉|报|给)(?:你)?(?:过|了|完)|说(?:了|过)(?:八百|几)?(?:遍|道)了|听不懂|听不明白|鸡同鸭讲|机器人?(?:就是|真|就|只会)|答非所问|复读"
)
_PASSED_ON = re.compile(
    r"踢皮球|推来推去|推(?:诿|脱|三阻四)|互相推|(?:让|叫|喊)我(?:去)?找(?:这个|那个|他|别人|物业|社区|街道|派出所)|转来转去|都说不归|不归(?:我们|他们)管|来回(?:推|跑|转)"
)
_NOBODY = re.compile(
    r"没(?:有)?(?:一个)?人(?:管|理|来|问|接|处理|给)|管不管|不(?:管|理|作为|办事)|没(?:有)?(?:下文|回音|消息|结果|动静|用|信)|石沉大海|不了了之|拖(?:着|了|到|延)|等(?:了)?(?:这么|那么|好|多)|(?:光|只|就)(?:会)?(?:登记|记|说|敷衍)|糊弄|敷衍|走过场|骗子|吃干饭|摆设|白(?:打|说|养)|形同虚设"
)
_WORDS = (
    ("反映了不止一次还没解决，换谁都会着急，让您受累了。", _REPEATED),
    ("您着急办事，我还一样样地问，给您添麻烦了。", _ASKED_TOO_MUCH),
    ("被推来推去，换谁都会生气，让您受累了。", _PASSED_ON),
    ("事情拖着没人管，您生气是应该的，让您受累了。", _NOBODY),
)
# Questions that want no answer.
_RHETORICAL = re.compile(
    r"还能(?:是|有)谁|(?:用得着|还用)(?:我)?(?:问|说|讲)(?:吗|么)?|还要(?:我)?(?:问|说|讲)(?:几|多少)遍|看不出来(?:是)?(?:谁|吗)|有没有(?:王法|天理|公道)|讲不讲(?:理|道理)|(?:这|那)?不(?:就)?是(?:明)?(?:抢|坑人|坑|骗人|骗|欺负人|耍|糊弄|宰人|讹人)|是不是(?:就|只)(?:会|知道|晓得)(?:问|说|讲)|(?:你们?|您)(?:就|只|光)(?:会|知道|晓得)(?:问|说|讲|这)|"
    r"还有(?:没有)?(?:王法|天理|人管|公道)|(?:天理|王法)何在|(?:算|叫)什么(?:事|服务|态度|话)|良心(?:不会)?(?:痛|疼|被狗)|好意思吗|有完没完|(?:是)?拿(?:我|老百姓)当(?:猴|傻|什么)"
)
_ANY = "您先消消气，遇到这样的事谁都会着急。"


def sympathy(words: str) -> str:
    """One sentence for the anger in these words."""
    return first_match(_WORDS, words) or _ANY


def is_named(words: str) -> bool:
    """Whether the words say what the anger is about."""
    return first_match(_WORDS, words) is not None


def is_rhetorical(words: str) -> bool:
    """Whether a question only vents anger: 这不就是抢吗, 你们是不是就会问这几句."""
    return bool(_RHETORICAL.search(words))


def has_told_before(words: str) -> bool:
    """Whether somebody says that he has called or complained of it before."""
    return bool(_REPEATED.search(words))
