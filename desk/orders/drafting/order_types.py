"""What type an order is: as the citizen announces it, else by what he tells.

Somebody who did wrong makes a complaint: a nuisance, a refusal, money that is kept, a promise that was broken. What is
only broken, missing or needed asks for help; the wish for something new is a suggestion. The intent of one sentence is a
hint.
"""

from __future__ import annotations

import re

from desk.orders.drafting.phrases import has_content
from desk.orders.nature import Nature, nature_of

# Shares of the intent and of the rules beside the probabilities of the nature (`bench/understanding.py --only natures`).
_TAKEN_FOR = 0.4
_BY_RULES = 0.15
# Of words like none that were learned, the rules decide alone.
_SURE_OF_NATURE = 0.4
# So likely a party has to be for words of no likely type to blame somebody; set by hand.
_BLAMES_SOMEBODY = 0.5

# Done by somebody, to somebody.
_WRONG = re.compile(
    # a nuisance
    r"噪音|噪声|扰民|吵(?!了?一架)|油烟|臭|呛人|打桩|砸墙|跳舞|大喇叭|音响|唱(?:歌|到|个?不停)|还在(?:唱|吵|砸|打|拉|吼|放|响|施工)|占(?:道|着|了|用)|乱(?:停|放|扔|倒|排|搭|收|扣|涨|建)|偷(?:倒|排|挖|采)|堵(?:门|路|住)|不牵绳|"
    # against the law
    r"(?:往|朝|向)[^,，。;；]{0,6}(?:放|排|倒|扔)|排(?:污|黑水|废水|脏水)|[偷逃]税|不入[账帐]|偷偷摸摸|赌(?:博|场|钱)|抽头|无证|传销|黑(?:车|工厂|作坊|水|中介)|"
    # a refusal
    r"不(?:肯|愿意?|同意|准|许|让|给|退|赔|认账|认帐|承认|理|管|睬|换|修|开(?:票|发票)|接(?!到|收)|签|发(?:工资|货)|交(?:房|社保|五险)|打表|停(?:就|站|车|也)|(?<=[还站]不)停(?!水|电|气))|拒(?:绝|不|载|收|赔|保|诊)|死活|非要|非得|推(?:诿|来推去|脱|三阻四)|踢皮球|爱[理搭]不理|头都不抬|(?:这|什么|啥)(?:叫)?(?:什么|啥)?态度|甩[^,，。;；]{0,4}一句|面色|脸色|(?:老师|班主任|教练)[^,，。;；]{0,16}(?:补习|补课)|拉黑|一分(?:钱|也|没)|没给(?:我|交|发|退|上)|"
    # money
    r"多(?:收|扣|要)(?:了)?(?:我|钱|费)?|扣(?:了)?(?:我|俺|钱|工资|押金)|克扣|拖欠|欠(?:薪|钱|了|着|我|俺|工资)|坑(?!洼|里|坑|塘|边|有|大|深)|宰客|骗|忽悠|诱导|捆绑|自动续(?:费|订)|套路|霸王|"
    # wrong goods, wrong dealings
    r"假(?:货|的|酒|药|烟|冒|冒伪劣)|过期|变质|掺|缺斤|短两|少(?:秤|给|了[一二两三几\d]+[斤两])|货不对板|虚假|造假|吃出|跑路|卷款|关门(?:跑|了)|人去楼空|"
    # pressure and manners
    r"强(?:制|迫|行|逼|买|收)|不(?:交|买|签|去|办|参加)的?(?:就|不|坐|点名|要|家长|学生)|点名|[让叫喊要](?:每|我们|家长|学生|娃|孩子|业主|员工)[^,，。;；]{0,6}(?:交|买|签|办卡|掏)|逼(?:着|我|我们|迫)|威胁|恐吓|骂|辱骂|打(?:了)?(?:我|俺|人|孩子|学生)|体罚|态度(?:很|太|非常|特别)?(?:差|恶劣|不好|蛮横)|甩(?:脸|手)|绕路|服务差|敷衍|糊弄|故意|刁难|为难|违(?:规|约|法)|黑心|拆(?:了)?不|"
    # a broken promise
    r"说好(?:的|了)?|承诺|答应(?:过|了|得)?(?:好好)?|合同(?:上)?(?:写|约定)|一拖再拖|拖(?:了|着|到)|逾期|烂尾|延期|到现在(?:都|还|也)?(?:不|没)|迟迟"
)
# Wished for, and not there yet: 能不能加一趟车. What is wished to stop, or to be repaired, is none of it.
_NEW = re.compile(
    r"建议|提(?:一?个|点|些|条)?意见|(?:能不能|可不可以|能否|可否|可以|希望|盼(?:着|望)?|最好|想让|要是能?|应该|应当)[^,，。;；!！?？]{0,14}(?:加(?!班|重|收|价)|增|添|设|装|建(?!筑)|修(?:一?[条座个]|建)|开(?:通|设|放|一?[条趟家个])|延(?:长|到|迟|后)|推迟|提前|改(?:成|为|到|造|善)|划(?:一|块|条|出)|画|摆|放(?:一|两|几)[个条张把]|弄(?:一|两|几|个|点)|搞(?:一|个|点)|多(?:开|设|放|派|加|弄))"
)
_OWN_CASE = re.compile(r"帮(?:我|我们|俺|咱|忙|下)(?:们)?(?:一下|下)?(?:查|看|处理|协调|解决|弄|催|反映)")
_PRAISE = re.compile(
    r"表扬|感谢|谢谢(?!你们?了?$)|感激|点(?:个)?赞|锦旗|好人|好司机|没得说|没话说|真(?:是)?(?:好|不错|热心|负责)|太(?:好|棒|暖|感人|负责)|热心|暖心|拾金不昧|辛苦(?:他|她)|值得|夸"
)


# So much likelier than a complaint a report has to be (tests/data/natures_heldout.tsv: no report less, and no false one).
_REPORT_MARGIN = 0.12
# So much likelier praise has to be that holds no word of it; set by hand.
_PRAISE_MARGIN = 0.2


def judged(order_type: str, told: str, *, law_broken: bool = True, sure: float = 0.0) -> str:
    """The type of an order of which this is told, where the citizen has announced none. `order_type` is what it was
    taken for, with this certainty (0 to 1); the learned nature of the words, the rules and that have a say each."""
    nature = nature_of(told)
    likely = nature.types
    by_rules = by_words(order_type, told, law_broken=law_broken)
    praises = bool(_PRAISE.search(told))
    if max(likely.values(), default=0.0) < _SURE_OF_NATURE:
        # Who praises says so; 对方全责 现在恢复差不多了 does not.
        if any(likely.values()) and by_rules == "praise" and not praises:
            return "help"
        return _by_blame(nature) if by_rules == "help" else by_rules
    scores = dict(likely)
    # Who reports mostly says so; 楼下饭店油烟很大 breaks a law, too, and is a complaint.
    scores["report"] -= _REPORT_MARGIN
    if not praises:
        scores["praise"] -= _PRAISE_MARGIN
    scores[order_type] += _TAKEN_FOR * sure
    if by_rules != "praise" or praises:
        scores[by_rules] += _BY_RULES
    if "consult" not in (order_type, by_rules):
        # Whose order was begun wants more than an answer.
        del scores["consult"]
    return max(scores, key=scores.__getitem__)


def _by_blame(nature: Nature) -> str:
    """Of words of no likely type: help, unless they sooner blame somebody than nobody (会计的亲哥哥两层楼一台小汽车，年年吃低保)."""
    complains, reports = nature.types.get("complain", 0.0), nature.types.get("report", 0.0)
    if nature.somebody < _BLAMES_SOMEBODY or complains + reports <= nature.types.get("help", 0.0):
        return "help"
    return "report" if reports > complains else "complain"


def by_words(order_type: str, told: str, *, law_broken: bool = True) -> str:
    """The type by the rules alone. Most who want something reported or praised say so: where nothing told fits, they
    complain, or ask for help."""
    wrong, new = bool(_WRONG.search(told)), bool(_NEW.search(told))
    match order_type:
        case "report" if not law_broken:
            return "complain"
        case "praise" if not wrong or _PRAISE.search(told):
            return "praise"
        case "suggest" if new:
            return "suggest"
        case "praise" | "suggest" | "help" | "complain" if wrong:
            return "complain"
        case "help" | "complain" if new:
            return "suggest"
        case "suggest":
            return "help"
        case "complain" if not has_content(told):
            return "help"
        # Asked about, but of his own case: it has a place, and somebody to look into it.
        case "consult" if wrong:
            return "complain"
        case "consult" if _OWN_CASE.search(told):
            return "help"
    return order_type
