"""What is still missing from a draft, and what is asked next: one thing at a time, never what is known."""

from __future__ import annotations

import re

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phrases import first_match, wants_visit
from desk.orders.drafting.subjects import is_unnamed
from desk.orders.nature import nature_of
from desk.places import namesakes

# A description shorter than this ("我要投诉") says nothing yet.
DESCRIPTION_MIN_CHARS = 5
# In `Draft.checked`: the citizen was asked where it is, and has said what there is to say.
PLACE_TOLD = "place"
# In `Draft.checked`: the type is certain, for the citizen has named it.
ANNOUNCED = "type"
# After so many unusable answers a field is let go.
MAX_TRIES = 2

# Probabilities of the learned nature (desk/orders/nature.py), set on the held-out rows that `bench/understanding.py
# --only natures` prints and on new rows of another hand, so its figures flatter a little. A question too many costs a tap; one too few a department that
# cannot start, or a caller that is hit back.
SOMEBODY_FROM = 0.2
RISK_FROM = 0.12
# Who blames nobody has seldom anybody to fear.
RISK_OF_HELP_FROM = 0.2
# Of these, where the citizen says in so many words that they complain.
_ANNOUNCED_SHARE = 0.5
SURELY_PLACED_FROM = 0.8
PRAISED_SOMEWHERE_FROM = 0.5
HARDLY_PLACED_BELOW = 0.05
_NEEDS_PLACE = frozenset({"help", "complain", "report"})
# What is suggested for a spot needs it; what is suggested for everybody does not.
_SPOT = re.compile(
    r"(?:这|那|我们?|咱们?|俺们?|你们?|附近|门口|楼下|边上)[^,，。;；]{0,8}(?:路口|街|路|小区|公园|广场|大厅|站|桥|楼|学校|医院|图书馆|厕所|坡道|台阶|市场|停车场|斑马线|红绿灯|门口)"
)
# What happens on a screen or in an account has no place; a counter, a shop or a site has one even then.
_PLACELESS = re.compile(
    r"网购|网上(?:买|购|订|下单|付|报名|充)|网店|淘宝|京东|拼多多|闲鱼|抖音|直播间|网贷|网游|游戏(?:账号|充值)|快递(?:丢|弄丢|不见)|社保|社会保险|公积金|医保|养老金|退休金|"
    r"话费|(?:电话|手机|宽带|移动|联通|电信|流量|5G)[^,，。]{0,6}套餐|套餐[^,，。]{0,10}(?:流量|话费|合约|宽带)|(?<!客)(?<!车)(?<!人)流量|电话费|手机卡|(?:骚扰|诈骗|推销)(?:电话|短信)|垃圾短信|软件|小程序|[aA][pP][pP]|微信群?(?:里|转账|支付|红包)"
)
_PLACED = re.compile(
    r"工地|门店|商店|[到进]店|店(?:里|家|门|员|面)|小区|医院|药[店房]|市场|学校|幼儿园|饭店|餐厅|超市|窗口|大厅|营业厅|网点|车站|驿站|厂里|[路街村巷镇](?:上|口|里|边)"
)

# A parcel is lost on its way to somewhere.
_DELIVERED = re.compile(r"快递|驿站|包裹|签收|外卖|送货")

# So is a job, a register or a benefit somewhere.
_OF_SOMEWHERE = re.compile(r"工资|工钱|户口|低保|社保|学籍|房|厂|店|村")

# Somebody who has a name: a department cannot start without it.
_SOMEBODY = re.compile(
    r"(?:公司|单位|工厂|厂家|厂里|厂子|物业|房东|中介|开发商|包工头|工头|老板|商家|卖家|店家|店主|学校|幼儿园|培训(?:班|机构)|辅导班|托管班|驾校|健身房|健身|美容院|理发店|美发|"
    r"饭店|餐馆|餐厅|火锅店|烧烤店|烧烤摊|酒店|宾馆|超市|商场|便利店|药店|诊所|医院|美容|养生馆|洗车店|修理厂|4[sS]店|银行|保险公司|快递|旅行社|托育|托班|家长群|班主任|月子中心|养老院|敬老院|护理院|福利院|颐养院|康养中心|老年公寓|托老所|养殖场|养猪场|养鸡场|猪场|石场|砂场|采石场|搅拌站|砖厂|[油化电纸糖酒食]\w?厂|作坊|黑网吧|网吧|KTV|酒吧|歌厅|棋牌室|麻将馆|大排档|烧烤|馆子|菜馆|面馆|餐饮|摊(?:主|贩|子)|小贩|快递点|驿站|外卖|平台|主播|直播|[aA][pP][pP]|网店|旗舰店|拉(?:石头|沙子?|渣土|土)的|渣土车|大货车|石料车|施工队|装修队|装修公司|建筑公司|公交车?(?!卡|站|专用道|优惠)|出租车|网约车|的士|滴滴|卖(?:药|菜|肉|酒|水产|保健品)的|讲课|听课|会员|宽带|运营商|停车场(?:乱|收费|多收)|医美|教练|编程|营业厅|补习班|兴趣班|电梯公司|[\u4e00-\u9fff]店)"
    # 学校门口, 超市旁边的路灯: only a landmark.
    r"(?!门口|旁边|对面|附近|后面|前面|边上|周围|楼下|楼上|后门|前门|东门|南门|西门|北门|隔壁|外面|那边|那里|路|街|站|门前|背后|斜对)"
)
# Whose manners are complained of has a name, or a counter.
_MANNERS = re.compile(
    r"(?:大夫|医生|护士|工作人员|办事员|柜员|窗口|保安|司机|城管|民警|客服|老师|服务员|导游|收费员)[^。！!？?]{0,40}(?:态度|骂|凶|吼|推搡|不耐烦|横得|甩脸|甩[^,，。]{0,4}一句|爱理不理|面色|脸色)"
)
# What somebody did, or what came upon the caller, once.
_MOMENT = re.compile(
    r"被[^,，。]{0,10}(?:咬|撞|打(?!扰|电话)|骂|甩|赶|划|刮|砸|推(?!销|诿|荐))|[狗猫蛇][^,，。]{0,6}咬|(?<!别)撞(?:了|上|坏|倒|我)|摔(?:了|倒|伤|断)|拒载|甩客|绕路|赶下(?:车|来)|"
    r"(?:司机|导游|乘务员?|窗口|大夫|医生|护士|柜员|保安|城管|工作人员|服务员|民警|收银员?|店员)[^。]{0,24}(?:甩|赶|骂|吼|不认|拒|绕|不停|投币|推搡|凶|态度|叫我|让我|喊我|关(?:了|上)|锁)|(?:旅行?团|一日游|跟团)[^。]{0,10}(?:坑|骗|强)|被(?:旅行?[团社]|导游)"
)
_AGAIN_AND_AGAIN = re.compile(
    r"天天|每(?:天|次|回|晚|周|个?月)|经常|一直|总是?|老是|长期|常年|动不动|三天两头|隔三[差岔]五|[半一两二三四五六几好0-9]+(?:个多?月|年|个星期|周)(?:了|多)"
)
_MONEY = re.compile(
    r"违约金|合约|销户|扣费|退票|尾款|定金|中介费|服务费|不退|工资|工钱|不给钱|没给钱|不结账|不认账|赖账|跑路|忽悠|上当|被骗|滞纳金|退款|退费|不退|押金|预付|充值|办卡|欠薪|拖欠"
)

# Neighbours of whom nobody knows more than where they live; a shop below has a name.
_OF_NEIGHBOURS = re.compile(
    r"(?:楼上|楼下|隔壁|对门|邻居)(?:那?[家户]|的?邻居|住户|租户|的)?(?![^，,。;；]{0,6}(?:店|馆|摊|厂|场|组|公司|工地|超市|饭|餐|酒吧|KTV|作坊|棋牌|麻将馆|民宿|健身|培训|学校|诊所))(?:天天|每天|老是?|总是?|一直|半夜|晚上|又|还)*(?:在)?[^，,。;；]{0,4}(?:装修|吵|敲|弹|唱|跳|拖|砸|跑|漏水|养|拉琴|钢琴|音响|打麻将|蹦)"
)
# Who is told by what they do: 修路的把土全推到沟里.
_DOERS = re.compile(
    r"(?:修路|施工|挖[沟路管]|埋管子?|盖房子?|装修|拆迁|铺路|送外卖|开饭店|收废品|养[猪鸡鸭牛鸽蜂狗羊]子?|跳舞|摆摊|收费|停车收费|装空调|打井|拉[土沙石]子?|开车|卖[\u4e00-\u9fff]{1,3})的(?:人|那帮|那些|师傅)?(?:把|往|给|在|又|天天|老|不|叫|说|也|全|都)"
)
# Somebody of flesh and blood who does it, and nobody has named: 叫人家拉石子垫了, 有人家养鸽子.
_SOME_PERSON = re.compile(r"(?:有|叫|让|被|给)(?:一?[个户家])?人家(?!说|都|不|觉得|小孩|孩子)")

# Who may take revenge on the one that complains: who pays him, rules his village, lets him live, teaches his child, threatens
# him next door, or wears a uniform.
_RISKY = (
    ("employer", re.compile(r"老板|包工头|工头|厂长|车间主任|领导|上司|我们?(?:公司|单位|厂)|工资|欠薪|加班|辞退|劳动合同|克扣|里面上班|内部员工|工钱|不给钱|入职|离职|HR|人事|交(?:社保|五险|sb)")),
    ("village", re.compile(r"村(?:支书|主任|长|干部|委|书记|会计|霸)|(?:大|小)?队(?:长|书记)|组长|支书|书记|低保(?:名额|户).{0,6}(?:关系|亲戚)")),
    ("landlord", re.compile(r"房东|二房东|宿管")),
    ("management", re.compile(r"物业(?!费)[^。！!？?]{0,24}(?:收|停|锁|不让|不准|占|改|卖|租|乱|强|拍照|罚|威胁|骂|断|拦)|业委会")),
    # Where everybody knows everybody: the card room below, the pigs of the next group, the stall of every day.
    ("neighbours", re.compile(
        rf"麻将馆|棋牌室|养(?:猪|鸡|鸭|牛|羊|殖)场|猪[场圈]|砂场|采石场|作坊|(?:镇|村|庄|集)[上里头][^,，。]{{0,8}}(?:店|点|站|摊)|隔壁组|同村|一个(?:村|庄|组|院)|{_SOME_PERSON.pattern}|"
        r"(?:菜场|菜市场|集市|早市|摊)[^。]{0,30}(?:秤|称|短斤|少两|斤两|注水|假)"
    )),
    ("school", re.compile(r"家长群?|课后服务|辅导员|毕业证|强制[^,，。]{0,8}(?:实习|买|订|补课)|(?:崽|娃儿?|孩子|小孩|伢子?|宝宝)[^,，。]{0,6}(?:读|上)的|老师|教师|班主任|校长|园长|教练|宿管|体罚|(?:学校|幼儿园|老师|补课).{0,12}(?:收|打|骂|罚|补课|食堂|乱收费)")),
    ("violence", re.compile(
        r"(?:邻居|楼上|楼下|隔壁|对门|同村|家里|老公|丈夫).{0,16}(?:打(?!扫|孔|洞|桩|牌|麻将|电话|印|球|羽毛球|开|算|听)|砸|威胁|恐吓|刀|动手|骂人|泼|堵门|扎(?:了)?.{0,3}胎)|黑社会|混混|地痞|恶霸|保护伞"
    )),
    ("police", re.compile(r"民警|警察|派出所|交警|辅警|协警|城管")),
    ("officials", re.compile(r"公务员|公职|干部|局长|科长|处长|镇长|吃拿卡要|受贿|行贿|红包|回扣|贪污|以权谋私|徇私|挪用|冒领|套取")),
)  # fmt: skip


# Who might take revenge is somebody, also where the trade was misheard (幼儿元).
_NAMED_BY_RISK = ("employer", "landlord", "school")


def needs_place(draft: Draft) -> bool:
    """Whether the matter is somewhere: wages of a site and refunds of a shop are, telephone bills are not."""
    told = draft.get("description")
    placed = nature_of(told).placed
    if draft.type in ("suggest", "praise"):
        # 阿拉小区要是有个食堂: who told of a place has one in mind.
        vague = draft.type == "suggest" and bool(draft.place.said) and not draft.place.locatable
        return vague or bool(_SPOT.search(told)) or placed >= PRAISED_SOMEWHERE_FROM
    if draft.type not in _NEEDS_PLACE:
        return False
    if wants_visit(f"{told}，{draft.get('appeal')}"):
        # Whoever is to come has to know where.
        return True
    if _PLACELESS.search(told) and not _PLACED.search(_PLACELESS.sub("", told)):
        return placed >= SURELY_PLACED_FROM
    # 平台把我账号冻了, 视频会员取消不了 hold no word that tells. Where nothing was learned, the place is asked for.
    hardly = placed < HARDLY_PLACED_BELOW and any(nature_of(told).types.values())
    return not hardly or bool(_DELIVERED.search(told) or _OF_SOMEWHERE.search(told))


def needs_subject(draft: Draft) -> bool:
    """Whether the matter is about somebody who has to be named: a shop, an employer, a school, a developer."""
    if draft.type in ("report", "praise"):
        return True
    told = draft.get("description")
    if draft.type not in ("complain", "help"):
        return False
    if _OF_NEIGHBOURS.search(told) and not (_SOMEBODY.search(told) or _MONEY.search(told)):
        # 楼上天天半夜装修: who it is has been told.
        return False
    least = SOMEBODY_FROM * (_ANNOUNCED_SHARE if _is_announced(draft) else 1)
    if nature_of(told).somebody >= least or _DOERS.search(told):
        return True
    named = (
        _MONEY.search(told) or _SOMEBODY.search(told) or _MANNERS.search(told) or _SOME_PERSON.search(told)
    )
    return bool(named) or risk_in(draft) in _NAMED_BY_RISK


def _is_announced(draft: Draft) -> bool:
    """Whether the citizen has said that they complain: then there is sooner somebody of whom."""
    return draft.type == "complain" and ANNOUNCED in draft.checked


def tells_of_manners(draft: Draft) -> bool:
    """Whether somebody at a counter is complained of, by their trade: 那大夫头都不抬."""
    return bool(_MANNERS.search(draft.get("description")))


def risk_in(draft: Draft) -> str:
    """Who might take revenge for a complaint: "employer", "village", …; "" for nobody in sight."""
    told = " ".join((draft.get("description"), draft.get("subject")))
    return first_match(_RISKY, told) or ""


def needs_secrecy_asked(draft: Draft) -> bool:
    """Whether somebody is accused, near the caller or above them, who may not be told who called. A lamp is not."""
    if draft.type == "report":
        return True
    if draft.type not in ("complain", "help"):
        return False
    least = RISK_FROM if draft.type == "complain" else RISK_OF_HELP_FROM
    least *= _ANNOUNCED_SHARE if _is_announced(draft) else 1
    return bool(risk_in(draft)) or nature_of(draft.get("description")).risk >= least


def happened_once(draft: Draft) -> bool:
    """Whether somebody did it at one moment, which a department looks for in its records and pictures: 司机叫我下车, 被狗咬了."""
    told = draft.get("description")
    return draft.type == "complain" and bool(_MOMENT.search(told)) and not _AGAIN_AND_AGAIN.search(told)


def missing(draft: Draft) -> list[str]:
    """Askable fields that are still open, in the order in which they are asked."""
    open_fields: list[str] = []

    def want(name: str, known: bool) -> None:
        if not known and name not in draft.skipped and draft.tries.get(name, 0) <= MAX_TRIES:
            open_fields.append(name)

    want("description", draft.has("description"))
    if needs_place(draft):
        # Of a whole road it is asked where on it, once; of a name that stands for several places, which it is.
        long = draft.place.is_long and PLACE_TOLD not in draft.checked
        want("place", draft.place.locatable and not long and not namesakes(draft.place))
    if needs_subject(draft):
        # 那个老板娘 is asked once for the name of her shop.
        unnamed = draft.tries.get("subject", 0) == 1 and is_unnamed(draft.get("subject"))
        want("subject", draft.has("subject") and not unnamed)
    if draft.type == "report" or happened_once(draft):
        want("event_time", draft.has("event_time"))
    want("caller", draft.has("caller_name"))
    want("phone", draft.has("phone"))
    # A number that was typed is read back in passing; one that was heard is asked back, for a digit is easily misheard,
    # and the number of the line, for he may want to be reached at another.
    if draft.has("phone") and draft.fields["phone"].origin in ("spoken", "line"):
        want("phone_check", "phone" in draft.checked)
    if needs_secrecy_asked(draft):
        want("confidential", draft.has("confidential"))
    return open_fields


def next_field(draft: Draft) -> str:
    """The field to ask for; "confirm" when nothing is missing."""
    open_fields = missing(draft)
    return open_fields[0] if open_fields else "confirm"
