/** Codes of the wire as people read them. */

import type { Item, SeatStatus } from "./wire";

const REASONS: Record<string, string> = {
  asked: "要求人工",
  not_understood: "机器人未听懂",
  emotion: "情绪激动",
  complex: "问题复杂",
  emergency: "紧急情况",
  low_asr_confidence: "语音听不清",
  vulnerable: "特殊人群",
  policy: "须人工办理",
  failure: "系统故障",
};

export const SKILLS: Record<string, string> = {
  general: "综合",
  housing_fund: "公积金",
  health_insurance: "医保",
  social_insurance: "社保",
  tax: "税务",
  enterprise: "企业服务",
  english: "英语",
  language: "外语",
  sign_language: "手语",
  dialect: "方言",
};

const CHANNELS: Record<string, string> = {
  web: "网页",
  wechat: "微信",
  app: "APP",
  mini: "小程序",
  api: "接口",
  phone: "电话",
  web_voice: "网页通话",
  call: "电话",
};

export const STATUSES: Record<SeatStatus, string> = { ready: "就绪", busy: "忙碌", pause: "小休", offline: "离线" };

export const PAUSE_REASONS = ["用餐", "饮水", "培训", "会议", "其他"] as const;

const VULNERABLE: Record<string, string> = { old: "老年人", blind: "视障", deaf: "听障", child: "未成年人", pregnant: "孕妇" };

const EVENTS: Record<string, string> = {
  requested: "请求人工服务",
  offered: "请坐席接入",
  declined: "坐席未接，继续排队",
  offer_expired: "超时未接，继续排队",
  accepted: "接入会话",
  first_reply: "首次答复",
  seat_lost: "坐席掉线",
  requeued: "重新排队（优先）",
  transferred: "转接",
  taken_over: "接管会话",
  observed: "班长旁听",
  whispered: "班长提示",
  returned_to_bot: "交还智能客服",
  citizen_left: "市民离开",
  citizen_took_bot: "市民转回智能客服",
  ended: "结束对话",
  wrapped: "完成小结",
  closed: "会话关闭",
  callback_requested: "预约回拨",
  called_in: "邀请三方通话",
  joined_call: "加入三方通话",
  left_call: "三方通话结束",
};

/** Events that a seat wants to see as a line in the transcript; the others are bookkeeping. */
export const SHOWN_EVENTS = new Set([
  "requested",
  "accepted",
  "seat_lost",
  "requeued",
  "transferred",
  "taken_over",
  "returned_to_bot",
  "citizen_left",
  "citizen_took_bot",
  "ended",
  "callback_requested",
  "joined_call",
  "left_call",
]);

export interface EmotionMark {
  glyph: string;
  label: string;
  tone: "hot" | "worried" | "low";
}

const EMOTIONS: Record<string, EmotionMark> = {
  angry: { glyph: "怒", label: "愤怒", tone: "hot" },
  anxious: { glyph: "急", label: "焦急", tone: "worried" },
  sad: { glyph: "悲", label: "难过", tone: "low" },
};

/** Weak signs of emotion would only cry wolf. */
const EMOTION_FROM = 0.4;

export const OUTCOMES: { code: string; label: string }[] = [
  { code: "answered", label: "已解答" },
  { code: "order", label: "已转工单" },
  { code: "callback", label: "待回拨" },
  { code: "redirected", label: "已引导" },
  { code: "citizen_left", label: "市民离开" },
  { code: "invalid", label: "无效诉求" },
];

export const WRAP_TAGS = ["政策咨询", "投诉举报", "重复来电", "群体诉求", "情绪安抚", "涉及隐私", "疑难问题", "表扬", "知识缺失"] as const;

const ORDER_TYPES: Record<string, string> = {
  consult: "咨询",
  help: "求助",
  complain: "投诉",
  report: "举报",
  suggest: "建议",
  praise: "表扬",
};

const ORDER_STATUSES: Record<string, string> = {
  accepted: "已受理",
  dispatched: "已派单",
  processing: "办理中",
  answered: "已答复",
  closed: "已办结",
  withdrawn: "已撤回",
  rejected: "不予受理",
};

// A code that this version does not know is better shown as it is than not at all.
export const orderTypeLabel = (type: string): string => ORDER_TYPES[type] ?? type;
export const orderStatusLabel = (status: string): string => ORDER_STATUSES[status] ?? status;
export const reasonLabel = (reason: string): string => REASONS[reason] ?? (reason || "转人工");
export const skillLabel = (skill: string): string => SKILLS[skill] ?? skill;
export const channelLabel = (channel: string): string => CHANNELS[channel] ?? (channel || "网页");
export const vulnerableLabel = (code: string): string => VULNERABLE[code] ?? code;
export const eventLabel = (kind: string): string => EVENTS[kind] ?? kind;
export const outcomeLabel = (code: string): string => OUTCOMES.find((one) => one.code === code)?.label ?? code;

export function emotionMark(item: Item): EmotionMark | null {
  return item.emotion.score >= EMOTION_FROM ? (EMOTIONS[item.emotion.label] ?? null) : null;
}

/** emergency and vulnerable callers first, anger next, then everybody. */
export function reasonTone(reason: string): "alarm" | "warm" | "plain" {
  if (reason === "emergency") return "alarm";
  return reason === "emotion" || reason === "vulnerable" ? "warm" : "plain";
}
