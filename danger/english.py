"""English, and other languages that are not Chinese: which messages are written in them, and danger to life in English
words. Pure.

A Chinese sentence with English words in it (landlord不退我deposit) is Chinese; names, brands, addresses of the web, order
numbers and Chinese spelt in Latin letters (wo yao tou su) are no language at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from danger.advice import MISTAKE, OTHER, SAFE

# Skills of seats (desk/seats/skills.py).
ENGLISH, LANGUAGE = "english", "language"

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
# Addresses, e-mail, numbers of orders and cars, and whatever else has a digit in it.
_NO_WORDS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|[A-Za-z-]*\d[A-Za-z0-9-]*|/[a-z_]+\{.*\}", re.DOTALL)
# A letter of a face (°Д°) is no language; three in a row are.
_OTHER_SCRIPT = re.compile(
    r"[\u3041-\u309f\u30a1-\u30ff]{3}|[\uac00-\ud7a3]{2}|[\u0400-\u04ff]{3}|[\u0600-\u06ff]{3}|"
    r"[\u0e00-\u0e7f]{3}|[\u0900-\u097f]{3}|[\u0f00-\u0fff]{3}|[\u1800-\u18af]{3}|[\u0590-\u05ff]{3}|[\u0370-\u03ff]{3}"
)
# Small words, without which nobody writes English; those that are Chinese syllables too (you, he, can, me, she) count
# only beside others.
_SMALL = frozenset(
    "i i'm i've i'd i'll my mine we our us your yours he his him she her they them their it its it's this that these "
    "those there there's here the an is isn't are aren't was wasn't were be been am do don't does doesn't did didn't "
    "have haven't has had will won't would could couldn't should shouldn't must may can can't cannot not no and or but "
    "because if when where what who why how which to of in on at for from with without about into out up off over by "
    "you me please want need help know understand speak talk tell ask call get give take make go come work live stay "
    "pay use find any some someone somebody anyone nobody people very now still just already since until after before "
    "today tomorrow yesterday night day days week month year hour hours english chinese visa passport permit residence "
    "office address police hospital electricity landlord deposit refund noise neighbour neighbor water heating apartment "
    "contract salary broken happened".split()
)
_SYLLABLES = frozenset(
    "you he can me she long an no may do to we pa bang men ban wo ni hao ma de shi bu ta".split()
)
_PINYIN = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|er|[aeiouv])",
    re.IGNORECASE,
)
# Everybody says these, also in Chinese.
_BORROWED = frozenset(
    "hello hi hey ok okay yes no thanks thank you very much so bye goodbye sorry please good morning afternoon evening "
    "night happy new year day nice app vip wifi pos kpi".split()
)
# A message that is nothing but one of these is English.
_ALONE = re.compile(
    r"^\W*(?:english|(?:in )?english,? please|help(?: me)?|sos|foreigner|(?:do you )?speak english|call me back|operator|"
    r"(?:a )?(?:human|real person)(?: please)?)\W*$",
    re.IGNORECASE,
)
_SHARE = 0.6
_FEWEST_WORDS = 3


def language_skill(text: str) -> str:
    """The skill of the seats who can read the message, `ENGLISH` or `LANGUAGE`; "" for Chinese and for no language."""
    if _ALONE.match(text):
        return ENGLISH
    han = len(_HAN.findall(text)) / 2
    if _OTHER_SCRIPT.search(text):
        letters = sum(1 for char in text if char.isalpha() and not _HAN.match(char) and not char.isascii())
        return LANGUAGE if letters > han else ""
    bare = _NO_WORDS.sub(" ", text)
    words = _WORD.findall(bare)
    # Names and titles beside Chinese are written with capitals: Let It Be酒吧, I Do婚纱店.
    told = [word for word in words if not han or word[:1].islower() or word == "I"]
    if (
        len(told) < (_FEWEST_WORDS if han else 2)
        or len(told) / (len(words) + han) < _SHARE
        or _is_spelt_chinese(told)
    ):
        return ""
    lower = [word.lower().replace("’", "'") for word in told]
    if all(word in _BORROWED for word in lower) or _is_name(told):
        return ""
    small = [word for word in lower if word in _SMALL]
    if len(small) >= (3 if han else 2) and not all(word in _SYLLABLES for word in small):
        return ENGLISH
    if not han and len(told) <= 4 and any(word not in _SYLLABLES for word in small):
        return ENGLISH
    # Words of another language that uses our letters; a list of names or of brands has capitals.
    plain = [word for word in told if word.islower()]
    return LANGUAGE if not han and len(plain) >= max(_FEWEST_WORDS, len(told) - 2) else ""


def _is_name(words: list[str]) -> bool:
    """Whether the words are a name: John Smith, The Mix, My House."""
    return len(words) <= _FEWEST_WORDS and all(word[:1].isupper() for word in words) and "I" not in words


def goes_on(text: str) -> bool:
    """Whether somebody who wrote English before goes on in it: the message holds words and none of them is
    Chinese."""
    return bool(_WORD.search(_NO_WORDS.sub(" ", text))) and not _HAN.search(text)


def _is_spelt_chinese(words: Iterable[str]) -> bool:
    """Whether it is pinyin: every word is made of syllables of Chinese."""
    return all(re.fullmatch(f"(?:{_PINYIN.pattern}){{1,4}}", word, re.IGNORECASE) for word in words)


_CHILD = r"(?:child|children|baby|son|daughter|kid|kids|boy|girl|infant|toddler|newborn)"
_ELDER = r"(?:grandmother|grandfather|grandma|grandpa|mother|father|mom|mum|dad|old (?:man|woman|lady))"
_WHO = (
    rf"(?:he|she|they|someone|somebody|a (?:man|woman|guy|person)|my (?:friend|wife|husband|roommate|neighbou?r|colleague)|"
    rf"my {_CHILD}|my {_ELDER}|(?:the|our|that|this) \w+)"
)
_CRY = r"^(?:please,?\s+)?(?:help[!,.\s]+)*"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "self_harm",
            r"\bi(?:'m| am)?\b[^.!?]{0,24}\b(?:kill(?:ing)? myself|end(?:ing)? (?:it all|my (?:own )?life)|hurt(?:ing)? myself|suicidal|"
            r"commit suicide|(?:want|going|ready|wish|rather) (?:to )?(?:die|be dead|jump off)|jump off|better off dead)|"
            r"\b(?:i don'?t want to (?:live|be alive|be here any ?more)|no (?:reason|point) (?:to|in) (?:live|living)|can'?t go on (?:living|any ?more)|"
            r"i (?:took|swallowed|have taken)[^.!?]{0,20}(?:pills|tablets|sleeping)|thinking (?:of|about) (?:suicide|ending))",
        ),
        (
            "suicide_other",
            rf"\b{_WHO}\b[^.!?]{{0,24}}\b(?:kill (?:him|her|them)sel(?:f|ves)|jump (?:off|from|out)|commit(?:ting)? suicide|suicidal|hang(?:ed|ing)? (?:him|her)self|"
            r"cut (?:his|her) wrists?|end (?:his|her) life|(?:took|swallowed)[^.!?]{0,20}pills)",
        ),
        ("carbon_monoxide", r"\bcarbon monoxide\b|\bgas poisoning\b"),
        ("explosion", r"\b(?:explosion|exploded|blew up|blown up)\b"),
        (
            "gas",
            r"\bsmell(?:s|ing|ed)?(?: of| like)?(?: strong)? gas\b|\bgas smell\b|\bgas(?: pipe)?(?: is|'s)? leak(?:ing|s|age)?\b|\bleak(?:ing)? gas\b",
        ),
        (
            "fire",
            rf"{_CRY}fire\b(?! (?:insurance|fighters?|works|exit|door|escape|hydrant|lane|truck|station|department|inspection|permit|hazard|prevention|alarm|drill|safety|extinguisher))|\b(?:on fire(?! sale)|caught fire|is burning|in flames)\b|\bthere(?:'s| is) (?:a |an )?(?:big |huge |large )?fire\b|"
            r"\b(?:house|kitchen|building|apartment|electrical) fire\b|\bsmoke (?:is )?(?:everywhere|all over|coming|pouring|filling)|\b(?:there(?:'s| is)|full of|lots of|so much|thick|black) (?:\w+ )?smoke\b",
        ),
        (
            "drowning",
            r"\bdrown(?:ing|ed)?\b|\bf(?:e|a)ll(?:en)? (?:in|into) (?:the |a )?(?:river|lake|water|sea|pool|well|pond)\b",
        ),
        (
            "sexual_violence",
            r"\b(?:raped|raping|rape me|sexual(?:ly)? assault(?:ed|ing)?|molest(?:ed|ing))\b",
        ),
        (
            "domestic_violence",
            r"\bmy (?:husband|wife|boyfriend|girlfriend|partner|ex|father|stepfather)\b[^.!?]{0,20}\b(?:hit(?:s|ting)?|beat(?:s|ing|en)?|chok(?:es|ed|ing)|attack(?:s|ed|ing)|hurt(?:s|ing)|kick(?:s|ed|ing)) (?:me|us|my)",
        ),
        ("robbery", r"\b(?:robbed|robbing|robbery|mugged|mugging)\b"),
        (
            "kidnap_trafficking",
            r"\b(?:kidnap(?:ped|ping)?|abducted|hostage|locked me (?:in|up)|(?:won't|will not) let (?:me|us) (?:out|go|leave)|human traffick)",
        ),
        (
            "violence",
            r"\b(?:has|have|had|with|holding|got|carrying|waving|a man with)\b[^.!?]{0,8}\b(?:knife|gun|weapon|axe|machete)\b|\bstabb(?:ed|ing)\b|\b(?:been|was|got|is) shot\b(?! (?:on|in|by))|\bshooting (?:at|people)\b|"
            r"\b(?:is|are|'s|'re|was|were|being|been) (?:being )?(?:attack(?:ing|ed)|beaten|beating|hitting|killing|strangl(?:ing|ed))\b|\b(?:try|trying|wants?|threat\w+) to kill\b|\b(?:he|she|they|husband|boyfriend|wife|man|guy)(?:'s|'ll|'re| is| are| will)?(?: going to| gonna)? kill (?:me|us|him|her|my)\b|"
            r"\battack(?:ed|ing) (?:me|us|him|her|my)\b|\bfighting with (?:knives|bottles)\b",
        ),
        (
            "threat",
            r"\b(?:follow(?:ing|s)|stalk(?:ing|s)|threaten(?:ing|s)) (?:me|us)\b|\bbeing (?:followed|stalked|threatened)\b|\b(?:break(?:ing|s)?|broke) in(?:to)? (?:my|our|the) (?:house|home|room|apartment|flat|door)|\btrying to get in\b",
        ),
        (
            "traffic",
            r"\b(?:car|traffic|bus|bike|road|motorbike) (?:accident|crash)\b|\b(?:hit|knocked down|run over|ran over) by a (?:car|truck|bus|van|taxi|scooter|motor\w+|e-?bike)\b|\bcar (?:has |just )?(?:hit|crashed|overturned)\b",
        ),
        (
            "missing_child",
            rf"\b{_CHILD}\b(?: (?:is|are|has|have|went|got|just|been|gone))*(?:'s)? (?:missing\b(?! (?:school|class|out|the|a|his|her))|disappeared|gone missing|lost\b(?! (?:his|her|their|the|a|my|weight|money)))|\b(?:lost|can'?t find|cannot find) my (?:\w+ )?{_CHILD}\b(?!['’])",
        ),
        (
            "missing_elder",
            rf"\b{_ELDER}\b(?: (?:is|has|went|got|just|been|gone))*(?:'s)? (?:missing|disappeared|gone missing|lost\b(?! (?:his|her|their|the|a|my|weight|money)))|\b(?:lost|can'?t find|cannot find) my {_ELDER}\b(?!['’])",
        ),
        (
            "trapped_lift",
            r"\b(?:stuck|trapped|locked) (?:inside|in) (?:the |an? |this )?(?:lift|elevator)\b|\b(?:lift|elevator) (?:is |has )?(?:stuck|stopped)[^.!?]{0,20}\b(?:inside|people|we)",
        ),
        (
            "collapse",
            r"\b(?:building|house|roof|wall|bridge|ceiling|floor|scaffold\w*)(?: has| is| just)* (?:collaps(?:ed|ing)|fell down|fallen)",
        ),
        ("electricity", r"\belectrocut\w+|\belectric(?:al)? shock\b"),
        (
            "child_ill",
            rf"\b{_CHILD}\b[^.!?]{{0,30}}\b(?:not breathing|isn'?t breathing|stopped breathing|can'?t breathe|cannot breathe|chok(?:ed|ing)|seizures?|convuls\w+|unconscious|passed out|won'?t wake|"
            rf"not waking|turning blue|fainted|high fever|not respon\w+|swallowed)|\bmy (?:\w+ )?{_CHILD} (?:is|'s) dying",
        ),
        ("poisoning", r"\b(?:poisoned|poisoning|drank (?:pesticide|bleach|poison))\b"),
        ("allergy", r"\b(?:allergic reaction|anaphyla\w+)\b"),
        (
            "birth",
            r"\b(?:in|into|going into|went into) labou?r\b|\b(?:my wife|wife's|her|she|my|pregnan\w+)\b[^.!?]{0,16}\bwater(?:s)? (?:has |just |have )?broken?\b|\bgiving birth\b|\bbaby is coming\b",
        ),
        (
            "illness",
            r"\b(?:not|isn'?t|stopped|no longer) breathing\b|\b(?:can'?t|cannot|can not|difficulty|trouble) breath(?:e|ing)\b|\b(?:unconscious|passed out|heart attack|chest pains?|seizure|cardiac arrest|"
            r"won'?t wake up|not waking up|fainted|(?:had|having|have|has) a stroke|convulsions?|overdos\w+)\b|"
            rf"\b(?:he|she|{_ELDER}|(?:my|a|this) (?:friend|wife|husband|colleague|man|woman|guy|person)) (?:has |just |suddenly )?collapsed\b|\b(?:need|send|call)(?: \w+)? (?:an )?ambulance\b",
        ),
        (
            "injury",
            r"\bbleeding\b|\b(?:badly|seriously|severely) (?:hurt|injured|burn(?:ed|t))\b|\bfell (?:from|off|out of) (?:the |a |an )?(?:\w+ )?(?:roof|floor|ladder|balcony|building|window|scaffold\w*)\b|\b(?:broken|broke) (?:his|her|my|a) (?:leg|neck|back)\b",
        ),
        (
            "animal",
            r"\b(?:dog|dogs|snake|boar)\b[^.!?]{0,10}\b(?:bit|biting|bitten|attack(?:ed|ing))\b|\b(?:bitten|attacked) by an? (?:\w+ )?(?:dog|snake|boar|monkey)\b",
        ),
        (
            "trapped_other",
            r"\b(?:trapped|buried|stuck) (?:under|in(?:side)?|by|on) (?:the |a |an |my |our |this )?(?:\w+ )?(?:room|house|home|building|car|basement|garage|fire|smoke|flood|water|mud|rubble|debris|roof|mountain|cliff|cave|well|tree|wall)\b|"
            r"\bcan'?t get out\b(?! of (?:the |my |this )?(?:contract|lease|deal|bed))",
        ),
        (
            OTHER,
            r"^\W*(?:(?:somebody |someone |please )?help(?: me| us)?\W*[!！]+\W*|help\W+help\b.*|sos\W*|emergency\W*)$|\b(?:it'?s an? (?:real )?emergency|this is an emergency|save (?:me|us|him|her)\b(?! money| time)|"
            r"(?:is|are|am|'m) dying\b(?! (?:to|for|of (?:heat|boredom|hunger)))|life or death|(?:need|send|call)(?: the| some)? police\b)",
        ),
    )
)
# Danger in the past, in a rule, a film or a question does not count.
_NOT_NOW = re.compile(
    r"\b(?:last (?:week|month|year|night|time|summer|winter)|yesterday|(?:years?|months?|weeks?|days?) ago|used to|insurance|compensat\w+|certificate|reimburs\w+|"
    r"how (?:do|can|should|to)\b.{0,20}\b(?:apply|claim|get|report a)|what (?:should|do) (?:i|we|you) do if|in case of|if there (?:is|was|were)|drills?|safety|extinguishers?|"
    r"fire (?:exit|door|escape|hydrant|lane|truck|station|department|inspection|permit|hazard|prevention|alarm)|hazard|regulations?|polic(?:y|ies)|movie|film|book|game|news|novel|fired|training|"
    r"prevent|every (?:day|night|morning|evening|week|time)|always|often|might|could (?:cause|be|get)|may (?:cause|be)|dangerous if|before someone|complain(?:t|ing)? about|deposit|refund|salary|visa)\b",
    re.IGNORECASE,
)
_RIGHT_NOW = re.compile(
    r"\b(?:right now|now|help|hurry|quick(?:ly)?|just|still|immediately|urgent|emergency)\b|!", re.IGNORECASE
)


def english_danger(text: str) -> str:
    """The kind of danger that English words tell of now, one of `danger.advice.KINDS`; "" where there is none."""
    han, words = len(_HAN.findall(text)) / 2, len(_WORD.findall(text))
    if not words or (language_skill(text) != ENGLISH and han > words):
        return ""
    for kind, pattern in _RULES:
        if not pattern.search(text):
            continue
        if kind == "self_harm" or not _NOT_NOW.search(text) or _RIGHT_NOW.search(_NOT_NOW.sub("", text)):
            return kind
    return ""


_OVER = (
    (
        MISTAKE,
        re.compile(
            r"\b(?:false alarm|by mistake|just (?:kidding|testing|a joke|a test)|(?:no|not (?:an?|in)) (?:danger|emergency)|wrong button)\b",
            re.IGNORECASE,
        ),
    ),
    (
        SAFE,
        re.compile(
            r"\b(?:(?:we|i|they|he|she|everyone|everybody)(?:'re|'m|'s| are| am| is)(?: all)? (?:safe|ok|okay|fine|all right|alright|out)|"
            r"(?:police|ambulance|firemen|firefighters|fire brigade|doctors?|help|paramedics)(?:'s| is| are| has| have|'ve)*(?: already| just| finally)? (?:here|arrived|come|came)|"
            r"fire is out|it'?s (?:all )?over|(?:have |has |'ve )?found (?:him|her|them|my)|in (?:the )?hospital now)\b",
            re.IGNORECASE,
        ),
    ),
)
_NOT_OVER = re.compile(
    r"n't\b|\bnot (?:here|come|arrived|safe|ok|over)|\b(?:if|when|still|hope|until|but|waiting|no one|nobody|is anyone)\b|[?？]",
    re.IGNORECASE,
)


def english_over(text: str) -> str:
    """`danger.advice.SAFE` or `MISTAKE` where English words tell that danger is over or never was; else ""."""
    if _NOT_OVER.search(text):
        return ""
    return next((ending for ending, pattern in _OVER if pattern.search(text)), "")
