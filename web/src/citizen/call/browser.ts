/** The browser's own parts behind the call's ports. */

import { audioSocketAt, openVoice } from "../../shared/audio/browserVoice";
import { clock } from "../../shared/browserPorts";
import type { CallPorts } from "./callLine";

export const callPorts: CallPorts = {
  openSocket: audioSocketAt("/ws/call"),
  openVoice,
  clock,
  online: () => navigator.onLine,
};
