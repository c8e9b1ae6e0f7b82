"""The skills of seats. A conversation that needs a skill is offered to those who have it."""

from __future__ import annotations

# code -> what people read
SKILLS: dict[str, str] = {
    "general": "综合",
    "housing_fund": "住房公积金",
    "health_insurance": "医疗保障",
    "social_insurance": "社会保险",
    "tax": "税务",
    "enterprise": "企业服务",
    "english": "英语",
    "language": "其他外语",
    "sign_language": "手语视频",
    "dialect": "方言",
}


def skill_label(code: str) -> str:
    """The Chinese name; an unknown code is returned as it is."""
    return SKILLS.get(code, code)
