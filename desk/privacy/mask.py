"""Masks personal data in Chinese text: phones, ID numbers, names, addresses, plates, query codes.

Pure functions. They rather mask too much than too little: what they return may be logged or shown on a list, but it
is no substitute for keeping citizen text out of logs in the first place (desk/logs.py does that).
"""

from __future__ import annotations

import re

from language.surnames import COMPOUND, NO_NAME, SINGLE

MASK = "*"

# Digits as people type and say them: 幺 is "one" in phone numbers, 洞/拐/勾 are soldiers' zero, seven, nine.
_WRITTEN = "0-9０-９"
_SPOKEN = "零〇○一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖洞拐勾"
_DIGIT = f"[{_WRITTEN}{_SPOKEN}]"
# One separator of any kind between two digits: "138-0013 8000", "幺三八,零零一三".
_SEPARATOR = r"[\s\-－—–.·,，、]{0,2}"
# Seven digits is the shortest local phone number. A shorter run (a house number, an amount) says little by itself.
_RUN = re.compile(rf"{_DIGIT}(?:{_SEPARATOR}{_DIGIT}){{6,}}[Xx]?")
# Six digits open an order (desk/orders/proof.py).
_QUERY_CODE = re.compile(rf"(查询码[是为:：\s]{{0,3}}){_DIGIT}(?:{_SEPARATOR}{_DIGIT}){{5}}")
# Numbers that anybody may dial; several in a row are no telephone number of anybody's.
_PUBLIC_NUMBER = re.compile(r"11[0249]|12[02]|999|12\d{3}|95\d{3}|96\d{3,4}|100\d{2}", re.ASCII)
_PARTS = re.compile(r"[^0-9]+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ANY_DIGIT = re.compile(f"[{_WRITTEN}{_SPOKEN}Xx]")

_HAN = "一-鿿㐀-䶿"
# As words far more frequent than as names: nobody's name is told by them.
_WORDS_RATHER = "时向解司阳文连席项客"
# Surnames as words of this kind of text know them, beside those of the language room.
_SINGLE = "".join(sorted(set(SINGLE) - set(_WORDS_RATHER))) + "查凤池"
_COMPOUND = "|".join((*COMPOUND, "东方", "皇甫"))
# Words that begin like a name and are none: 马上来的师傅, 我是高血压, 于是经理说.
_NO_NAME = (
    "(?!马上|于是|关于|关键|高血压|高龄|高中|高三|高二|高一|高层|高新|常住|常年|常常|单身|单亲|单位|安全|安置|成年|毛坯|路过|路人|应该|"
    "全职|管理|简单|时间|方便|任何|车主|车间|张贴|金额|包工|包括|毕业|毕竟|万一|龙头|白天|纪委|谢谢|习惯|温泉|石材|江苏|江西|"
    "苏州|温州|常州|武汉|成都|金华|石家庄|贺卡|方案|应急|水务|明天|施工|连续|万家|古城|洪水|康复|齐全|史上|盛大|时候)"
)
# The same for surnames that are words more often than not, where no 我叫 stands before them: 农村老师, 游泳老师, 封窗师傅.
_NO_NAME_EITHER = (
    "(?!农[村民业药贸机]|项目|游[客泳戏乐玩]|展[会厅览馆]|党[委员支群校建]|闻[到着]|桑拿|封[闭窗面门]|柴油|屠宰|廉[租洁价]|景[区点观]|荣[誉获]|"
    "滑[雪冰梯倒]|桂林|漆[工面]|房[东产管屋]|麦[田当]|巩固|习俗|戴[着口头]|吉祥|鹿[茸城]|薄[弱膜]|从[前来]|母婴|甄别|揭[发示]|鲍鱼|蒲[公团]|屈服|鞠躬|麻[将烦辣]|的)"
)
# Before a title or after 我是 anything may stand; after 我叫 a name does, 阳光 too.
_SURNAME = f"(?:{_NO_NAME}{_NO_NAME_EITHER}(?!{NO_NAME.pattern})(?:{_COMPOUND}|[{_SINGLE}]))"
_INTRODUCED = f"(?:{_NO_NAME}(?:{_COMPOUND}|[{_SINGLE}阳文连席项司]))"
_NAME_INTRODUCED = re.compile(
    r"(我叫做?|本人叫?|名叫|叫做|姓名[是为：: ]*|名字[是叫为：: ]*|联系人[是叫为：: ]*|户主[是叫为：: ]*|我的?名字叫做?)"
    rf"(?:({_INTRODUCED})([{_HAN}·]{{1,2}})|(?<!叫做)({_NO_NAME}[{_HAN}])([{_HAN}·]{{1,3}})(?![{_HAN}]))"
)
_SURNAME_INTRODUCED = re.compile(rf"((?:我|本人|免贵|他|她)姓)({_COMPOUND}|[{_HAN}])")
_TITLE = "先生|女士|小姐|师傅|老师|同志|大爷|大妈|阿姨|叔叔|经理|主任"
_NAME_TITLED = re.compile(rf"({_SURNAME})([{_HAN}]{{1,2}})({_TITLE})")
_I_AM = re.compile(rf"(我是)({_SURNAME})([{_HAN}]{{1,2}})(?=[，。,.！!？?；;\s]|$)")

_NUMERAL = rf"[{_WRITTEN}A-Za-z一二两三四五六七八九十百零〇幺甲乙丙丁东西南北\-－#]"
_BUILDING = re.compile(
    rf"(?<!月)(?<!{_NUMERAL}){_NUMERAL}{{1,8}}(号楼|号院|号门|栋|幢|座|单元|楼|室|弄|号|户|排)(?!线|令|坐席)"
)
# A storey or a day of the month names no household, unless it goes on from a building or a road: 四楼太吵, 二十二号停水.
_STOREY = re.compile(r"(?:[0-9０-９]{1,2}|[一二两三四五六七八九十]{1,3})$")
_GOES_ON = re.compile(r"(?:号楼|[栋幢座元号院户室路街巷弄道里村园区胡同组社宅家住在址])\s*$")
_COMMUNITY = re.compile(rf"[{_HAN}]{{2,4}}(小区|花园|公寓|家园|新村|嘉园|华府|花苑|雅苑|名苑|大院|家属院)")
# What stands before 小区 and is no name of one: 我们小区, 好几个小区, 老旧小区, 把小区.
_NOT_NAMED = re.compile(
    r"(?:我们|你们|他们|咱们|咱|俺们|这|那|哪|个|该|各|某|老旧|隔壁|附近|旁边|对面|周边|整|的|把|将|对|给|住|公司|物业|农村|封闭|高档|普通|"
    r"安置|回迁|拆迁|商品房|居民|住宅|智慧|电梯|高层|多层|老年|青年|学生|单身|人才|酒店|政府|机关|后|所有|很多|许多|不少|几|两|多|进|出|在|到|是|和|跟|与|及|从|于|让|被|等|本|开放式)$"
)
_PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])[·\s]?([A-Z0-9]{5,6})"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)

# The longest beginning of an address that names no household: province, city, district, street office, road.
_PUBLIC_PART = re.compile(
    rf"^(?:[{_HAN}]{{2,8}}?(?:省|自治区))?(?:[{_HAN}]{{2,8}}?(?:市|自治州|地区|盟))?"
    rf"(?:[{_HAN}]{{1,8}}?(?:新区|(?<![小社园厂校])区|县|旗|市))?(?:[{_HAN}]{{1,8}}?(?:街道办事处|街道|镇|乡))?"
    rf"(?:[{_HAN}]{{1,8}}?(?:大道|路|街|巷|胡同)(?:[东西南北中]段)?)?"
)


def mask_phone(phone: str) -> str:
    """`13800138000` -> `138****8000`; a landline keeps its last two digits. Separators are dropped."""
    digits = "".join(_ANY_DIGIT.findall(phone))
    if digits.startswith(("86", "８６")) and len(digits) == 13:
        digits = digits[2:]
    return _mask_digits(digits) if digits else ""


def mask_id(number: str) -> str:
    """An ID number keeps its first three and last two characters: province and city tell little, the birthday much."""
    digits = "".join(_ANY_DIGIT.findall(number))
    if len(digits) <= 5:
        return MASK * len(digits)
    return digits[:3] + MASK * (len(digits) - 5) + digits[-2:]


def mask_name(name: str) -> str:
    """`王小明` -> `王*`, `欧阳锋` -> `欧阳*`. The number of stars does not tell the length of the name."""
    name = name.strip()
    if not name:
        return ""
    compound = re.match(f"(?:{_COMPOUND})", name)
    kept = compound.group() if compound and len(name) > 2 else name[0]
    return kept + MASK


def mask_address(address: str) -> str:
    """Keeps city, district, street office and road; community, building and room become `****`."""
    address = address.strip()
    match = _PUBLIC_PART.match(address)
    kept = match.group() if match else ""
    return kept if kept == address else kept + MASK * 4


def mask_plate(plate: str) -> str:
    """`浙A12345` -> `浙A***45`."""
    return _PLATE.sub(_mask_plate_match, plate)


def mask_text(text: str) -> str:
    """Free text with everything that looks like personal data masked. Dates such as 2026-11-22 stay."""
    text = _EMAIL.sub("***@***", text)
    text = _PLATE.sub(_mask_plate_match, text)
    text = _QUERY_CODE.sub(lambda m: m[1] + MASK * 6, text)
    text = _RUN.sub(_mask_run, text)
    text = _NAME_INTRODUCED.sub(_mask_introduced, text)
    text = _SURNAME_INTRODUCED.sub(lambda m: m[1] + MASK, text)
    text = _NAME_TITLED.sub(lambda m: m[1] + MASK + m[3], text)
    text = _I_AM.sub(lambda m: m[1] + m[2] + MASK, text)
    text = _COMMUNITY.sub(_mask_community, text)
    return _BUILDING.sub(_mask_building, text)


def _mask_building(match: re.Match[str]) -> str:
    # A seat's badge is public.
    before = match.string[: match.start()]
    badge = before.rstrip().endswith(("坐席", "工号"))
    number = match.group()[: -len(match[1])]
    alone = match[1] in ("楼", "号") and _STOREY.match(number) and not _GOES_ON.search(before)
    return match.group() if badge or (alone and not before.endswith(MASK)) else MASK * 2 + match[1]


def _mask_community(match: re.Match[str]) -> str:
    before = match.group()[: -len(match[1])]
    return match.group() if _NOT_NAMED.search(before) else MASK * 2 + match[1]


def _mask_run(match: re.Match[str]) -> str:
    run = match.group()
    # "2026-11-22 08:30" must stay readable; a phone number never has this shape.
    if _ISO_DATE.match(run):
        rest = run[10:]
        return run[:10] + (_RUN.sub(_mask_run, rest) if rest else "")
    if all(_PUBLIC_NUMBER.fullmatch(part) for part in _PARTS.split(run.rstrip("、，,. "))):
        return run
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    digits = "".join(_ANY_DIGIT.findall(run))
    # Part of an identifier of ours (hexadecimal): not a number that a person has. A real phone number next to
    # letters is still caught, because it begins with 1 and has exactly eleven digits.
    inside_identifier = _is_ascii_letter(before) or (_is_ascii_letter(after) and after not in "Xx")
    if inside_identifier and not (len(digits) == 11 and digits[0] in "1１幺一"):
        return run
    return _mask_digits(digits)


def _mask_digits(digits: str) -> str:
    if len(digits) == 11 and digits[0] in "1１幺一":
        return digits[:3] + MASK * 4 + digits[-4:]
    if len(digits) >= 15:
        return mask_id(digits)
    return MASK * max(len(digits) - 2, 0) + digits[-2:]


def _mask_introduced(match: re.Match[str]) -> str:
    return match[1] + (match[2] or match[4]) + MASK


def _mask_plate_match(match: re.Match[str]) -> str:
    return match[1] + MASK * 3 + match[2][-2:]


def _is_ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
