"""Units as they are written beside numbers, and how they are said. Pure."""

from __future__ import annotations

UNITS = {
    "μg": "微克",
    "µg": "微克",
    "ug": "微克",
    "mg": "毫克",
    "kg": "公斤",
    "g": "克",
    "t": "吨",
    "mm²": "平方毫米",
    "cm²": "平方厘米",
    "km²": "平方公里",
    "cm2": "平方厘米",
    "km2": "平方公里",
    "㎡": "平方米",
    "m²": "平方米",
    "m2": "平方米",
    "m³": "立方米",
    "m3": "立方米",
    "㎥": "立方米",
    "μm": "微米",
    "µm": "微米",
    "mm": "毫米",
    "cm": "厘米",
    "km": "公里",
    "m": "米",
    "ha": "公顷",
    "mL": "毫升",
    "ml": "毫升",
    "L": "升",
    "dB(A)": "分贝",
    "dB": "分贝",
    "db": "分贝",
    "MHz": "兆赫",
    "kHz": "千赫",
    "Hz": "赫兹",
    "MPa": "兆帕",
    "kPa": "千帕",
    "Pa": "帕",
    "kWh": "度",
    "kW·h": "度",
    "MW": "兆瓦",
    "kW": "千瓦",
    "W": "瓦",
    "kV": "千伏",
    "V": "伏",
    "mA": "毫安",
    "Mbps": "兆",
    "MB": "兆",
    "GB": "G",
    "℃": "摄氏度",
    "°C": "摄氏度",
    "℉": "华氏度",
    "h": "小时",
    "min": "分钟",
    "s": "秒",
}
# The longest first: in an alternative the first that fits is taken.
LATIN_UNITS = "|".join(
    unit.replace("(", r"\(").replace(")", r"\)") for unit in sorted(UNITS, key=len, reverse=True)
)
# What follows 每: 元/㎡·月.
_PER_WORDS = (
    "平方米|平米|立方米|立方|方|吨|度|千瓦时|公斤|千克|斤|克|升|人次|人|户|车次|次|月|年|天|日|小时|分钟|秒|周|学期|学年|季度|季|件|个|张|份|台|"
    "辆|公里|千米|米|亩|公顷|间|栋|套|棵|车|头|只|条|本|桌|晚|班|课时|节|位|名|瓶|盒|箱|袋|兆|单|趟|站|楼|层|平|立"
)
PER_UNIT = rf"(?:{_PER_WORDS}|(?:{LATIN_UNITS})(?![A-Za-z0-9]))"
# After these 2 is 两 and a run of digits is a quantity, however much it looks like a number to dial.
MEASURES = (
    "个|名|位|人次|人|件|项|条|家|户|次|份|张|台|辆|套|间|天|周|小时|个月|岁|种|类|倍|块|元|万|亿|千克|公斤|斤|吨|米|"
    "平方米|平米|公里|千米|亩|度|兆|秒|步|处|例|起|片|棵|只|封|笔|批|组|层楼|多"
)
