"""Every Chinese sentence that only a call needs. What the bot says is in domain.yml and in actions/."""

from __future__ import annotations

from gateway.voice.turn_events import Prompt

PROMPTS = {
    Prompt.SILENT: "您好，请问您还在吗？请讲，我在听。",
    Prompt.UNCLEAR: "不好意思，没有听清楚，请您靠近话筒再说一遍。",
    Prompt.ENCOURAGE: "您请讲，我在听。",
    Prompt.ACKNOWLEDGE: "嗯，您继续说。",
    Prompt.WAIT: "正在为您查询，请稍等。",
}
GOODBYE = "一直没有听到您的声音，先挂断了，有需要请再拨12345，再见。"
BROKEN = "非常抱歉，系统出现故障，请您稍后再拨12345。"
# What a caller who pressed 0, or whom we cannot understand, is taken to have said.
WANTS_HUMAN = "转人工"
