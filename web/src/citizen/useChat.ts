/** The connection as reactive state, told about the browser's network and visibility. */

import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from "vue";
import { ChatConnection, type ChatState } from "./chat/connection";
import type { Ports } from "./chat/ports";

export function useChat(ports: Ports): { chat: ChatConnection; state: ShallowRef<ChatState> } {
  const chat = new ChatConnection(ports, (next) => {
    state.value = next;
  });
  const state = shallowRef<ChatState>(chat.state);

  const lost = (): void => chat.networkLost();
  const back = (): void => chat.networkBack();
  const shown = (): void => {
    if (document.visibilityState === "visible") chat.pageShown();
  };
  // A page kept by the back button must not hold a socket, and opens it again when it returns.
  const hidden = (): void => chat.stop();
  const returned = (event: PageTransitionEvent): void => {
    if (event.persisted) chat.start();
  };

  onMounted(() => {
    window.addEventListener("offline", lost);
    window.addEventListener("online", back);
    window.addEventListener("pagehide", hidden);
    window.addEventListener("pageshow", returned);
    document.addEventListener("visibilitychange", shown);
    chat.start();
  });
  onBeforeUnmount(() => {
    window.removeEventListener("offline", lost);
    window.removeEventListener("online", back);
    window.removeEventListener("pagehide", hidden);
    window.removeEventListener("pageshow", returned);
    document.removeEventListener("visibilitychange", shown);
    chat.stop();
  });
  return { chat, state };
}
