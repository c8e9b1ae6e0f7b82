/** All keys of the console: one table for the handler and the help sheet. */

export type Act =
  | "help"
  | "next"
  | "previous"
  | "urgent"
  | "accept"
  | "decline"
  | "input"
  | "order"
  | "knowledge"
  | "citizen"
  | "note"
  | "transfer"
  | "pullIn"
  | "takeOver"
  | "toBot"
  | "end"
  | "talk"
  | "talkMute"
  | "callIn"
  | "status"
  | "ready"
  | "viewDesk"
  | "viewOrders"
  | "viewCallbacks"
  | "viewLead"
  | "region"
  | "regionBack"
  | "insert1"
  | "insert2"
  | "insert3";

export interface Shortcut {
  act: Act;
  /** `KeyboardEvent.code`: the place of the key, whatever an input method or Alt makes of it. */
  code: string;
  alt: boolean;
  shift?: boolean;
  shown: string;
  label: string;
  group: "会话" | "新会话" | "办理" | "移动";
}

const alt = (act: Act, code: string, key: string, label: string, group: Shortcut["group"]): Shortcut => ({
  act,
  code,
  alt: true,
  shown: `Alt+${key}`,
  label,
  group,
});

export const SHORTCUTS: readonly Shortcut[] = [
  alt("accept", "KeyA", "A", "接起新会话", "新会话"),
  alt("decline", "KeyX", "X", "婉拒新会话", "新会话"),
  alt("status", "KeyS", "S", "切换状态", "新会话"),
  alt("ready", "KeyR", "R", "立即就绪", "新会话"),
  alt("next", "ArrowDown", "↓", "下一个会话", "移动"),
  alt("previous", "ArrowUp", "↑", "上一个会话", "移动"),
  alt("urgent", "KeyU", "U", "等得最久的会话", "移动"),
  alt("input", "KeyI", "I", "到输入框", "移动"),
  alt("order", "KeyO", "O", "到工单", "移动"),
  alt("knowledge", "KeyK", "K", "搜索知识", "移动"),
  alt("citizen", "KeyC", "C", "市民信息", "移动"),
  { act: "region", code: "F6", alt: false, shown: "F6", label: "下一个区域", group: "移动" },
  { act: "regionBack", code: "F6", alt: false, shift: true, shown: "Shift+F6", label: "上一个区域", group: "移动" },
  alt("insert1", "Digit1", "1", "插入第 1 条知识", "会话"),
  alt("insert2", "Digit2", "2", "插入第 2 条知识", "会话"),
  alt("insert3", "Digit3", "3", "插入第 3 条知识", "会话"),
  alt("talk", "KeyV", "V", "接通来电语音", "会话"),
  alt("talkMute", "KeyM", "M", "通话静音", "会话"),
  alt("callIn", "KeyY", "Y", "三方通话：邀请坐席", "会话"),
  alt("note", "KeyN", "N", "写内部备注", "会话"),
  alt("transfer", "KeyT", "T", "转接", "办理"),
  alt("pullIn", "KeyP", "P", "请班长协助", "办理"),
  alt("toBot", "KeyB", "B", "交还智能客服", "办理"),
  alt("takeOver", "KeyG", "G", "接管会话（班长）", "办理"),
  alt("end", "KeyW", "W", "结束对话、写小结", "办理"),
  alt("viewDesk", "KeyJ", "J", "接待台", "移动"),
  alt("viewOrders", "KeyQ", "Q", "工单查询", "移动"),
  alt("viewCallbacks", "KeyH", "H", "回拨", "移动"),
  alt("viewLead", "KeyL", "L", "值班总览（班长）", "移动"),
];

/** Keys that the input itself understands; shown in the help sheet only. */
export const INPUT_KEYS: readonly { shown: string; label: string }[] = [
  { shown: "Enter", label: "发送" },
  { shown: "Shift+Enter", label: "换行" },
  { shown: "/", label: "常用语（拼音或文字筛选）" },
  { shown: "Ctrl+V", label: "粘贴图片" },
  { shown: "Ctrl+Enter", label: "提交工单（在工单中）" },
  { shown: "Esc", label: "关闭弹窗，回到输入框" },
  { shown: "?", label: "本帮助（不在输入时；任何时候用 F1）" },
];

export interface Key {
  code: string;
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/** @param writing the key goes into a field: then only keys with Alt and function keys are shortcuts */
export function actOf(key: Key, writing: boolean): Act | null {
  if (key.ctrlKey || key.metaKey) return null;
  if (key.code === "F1" || (!writing && !key.altKey && (key.key === "?" || key.key === "？"))) return "help";
  const found = SHORTCUTS.find(
    (one) => one.code === key.code && one.alt === key.altKey && (one.shift ?? false) === key.shiftKey,
  );
  return found?.act ?? null;
}

export function keysOf(act: Act): string {
  return SHORTCUTS.find((one) => one.act === act)?.shown ?? "";
}
