/** The call as reactive state, told about the browser's network. */

import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from "vue";
import { CallLine, type CallPorts } from "./callLine";
import type { CallState } from "./callState";

export function useCall(ports: CallPorts): { call: CallLine; callState: ShallowRef<CallState> } {
  const call = new CallLine(ports, (next) => {
    callState.value = next;
  });
  const callState = shallowRef<CallState>(call.state);

  const lost = (): void => call.networkLost();
  // A page that nobody sees any more must not listen on.
  const hidden = (): void => call.hangUp();

  onMounted(() => {
    window.addEventListener("offline", lost);
    window.addEventListener("pagehide", hidden);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("offline", lost);
    window.removeEventListener("pagehide", hidden);
    call.hangUp();
  });
  return { call, callState };
}
