/** The browser's own parts behind the talk's ports. */

import { audioSocketAt, openVoice } from "../../shared/audio/browserVoice";
import { clock } from "../../shared/browserPorts";
import type { TalkPorts } from "./talkLine";

export const talkPorts: TalkPorts = { openSocket: audioSocketAt("/ws/seat/audio"), openVoice, clock };
