/** The browser's own parts behind the talk's ports. */

import { audioSocketAt, openVoice } from "../../shared/audio/browserVoice";
import type { VoicePorts } from "../../shared/audio/voiceLine";
import { clock } from "../../shared/browserPorts";

export const talkPorts: VoicePorts = { openSocket: audioSocketAt("/ws/seat/audio"), openVoice, clock };
