/** Every sentence of the call's panel. */

import type { VoiceFailure } from "../../shared/audio/voiceLine";
import type { CallState } from "./callState";
import type { EndedBy } from "./wire";

export const VOICE_WORDS: Record<VoiceFailure, string> = {
  denied: "没有麦克风权限。请点地址栏旁的图标，或在手机设置里允许本网站使用麦克风，然后再试。",
  missing: "没有找到麦克风。请接上麦克风或耳机，然后再试。",
  busy: "麦克风正被其他程序使用。请关掉其他通话或录音程序，然后再试。",
  insecure: "这个网址不是安全连接，浏览器不允许使用麦克风。您可以继续打字，或直接拨打 12345。",
  unsupported: "您的浏览器不支持网页通话。请换用新版浏览器，或直接拨打 12345。",
  failed: "麦克风没能打开，请再试一次。您也可以继续打字，或直接拨打 12345。",
  microphone_lost: "麦克风断开了，通话已结束。请检查麦克风后再试。",
  no_answer: "没有接通，请稍后再试。您可以继续打字，或直接拨打 12345。",
  line_lost: "通话中断了，可能是网络不稳定。说过的话都已保存，可以重新接通。",
};
export const OFFLINE = "网络已断开，暂时不能通话。请检查网络后再试。";

const ENDED: Record<EndedBy, string> = {
  caller: "通话已结束",
  hotline: "通话已结束",
  idle: "长时间没有收到声音，通话已结束",
  muted_too_long: "静音时间太长，通话已结束",
  too_long: "已到单次通话的最长时间，通话已结束",
};

export function endedWords(why: EndedBy): string {
  return ENDED[why];
}

/** What the caller can expect now. */
export function activityWords(state: CallState): string {
  switch (state.phase) {
    case "asking":
      return "请允许使用麦克风";
    case "connecting":
      return "正在接通…";
    case "talking":
      break;
    default:
      return "";
  }
  if (state.interrupted) return "通话被打断，热线暂时听不到您";
  if (state.muted) return "您已静音";
  switch (state.activity) {
    case "listening":
      return "请讲，我在听";
    case "thinking":
      return "正在为您查询…";
    case "speaking":
      return "正在回答，可随时打断";
    case "waiting":
      return "正在等候人工坐席";
    case "seat":
      return "人工坐席为您服务";
  }
}
