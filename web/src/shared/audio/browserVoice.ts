/** The browser's microphone and loudspeaker behind the ports. */

import { sendOn, webSocketAt } from "../browserPorts";
import { type OpenAudioSocket, type OpenVoice, type Voice, type VoiceProblem, VoiceRefused } from "./ports";
import workletUrl from "./voice.worklet?worker&url";
import { PROCESSOR, type ToPage, type ToWorklet } from "./voiceMessages";

const CONSTRAINTS: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
};

export const openVoice: OpenVoice = async (handlers) => {
  if (!window.isSecureContext) throw new VoiceRefused("insecure");
  if (!navigator.mediaDevices?.getUserMedia || typeof AudioWorkletNode === "undefined") throw new VoiceRefused("unsupported");
  // Before anything is awaited: Safari lets only the user's own tap start sound.
  const context = new AudioContext({ latencyHint: "interactive" });
  const resumed = context.resume();
  let stream: MediaStream | null = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
    await context.audioWorklet.addModule(workletUrl);
    await resumed;
    return connect(context, stream, handlers);
  } catch (error) {
    stream?.getTracks().forEach((track) => track.stop());
    void context.close();
    throw new VoiceRefused(problemOf(error));
  }
};

function connect(context: AudioContext, stream: MediaStream, handlers: Parameters<OpenVoice>[0]): Voice {
  const node = new AudioWorkletNode(context, PROCESSOR, {
    channelCount: 1,
    channelCountMode: "explicit",
    outputChannelCount: [1],
  });
  const tell = (message: ToWorklet, transfer: Transferable[] = []): void => node.port.postMessage(message, transfer);
  let open = true;
  node.port.onmessage = (event: MessageEvent<ToPage>) => {
    if (open) handlers.frame(event.data.pcm, event.data.level);
  };
  for (const track of stream.getAudioTracks()) {
    track.onended = () => {
      if (open) handlers.lost();
    };
  }
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
  return {
    play: (pcm) => tell({ type: "play", pcm }, [pcm]),
    drop: () => tell({ type: "drop" }),
    mute: (on) => tell({ type: "mute", on }),
    close: () => {
      if (!open) return;
      open = false;
      tell({ type: "end" });
      stream.getTracks().forEach((track) => track.stop());
      void context.close();
    },
  };
}

function problemOf(error: unknown): VoiceProblem {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
      return "busy";
    default:
      return "failed";
  }
}

/** Opens the gateway's websocket at `path`; binary frames are audio. */
export function audioSocketAt(path: string): OpenAudioSocket {
  return (handlers) => {
    const socket = webSocketAt(path, handlers);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) handlers.audio(event.data);
    });
    const send = (data: string | ArrayBuffer): void => sendOn(socket, data);
    return { send, sendAudio: send, waiting: () => socket.bufferedAmount, close: () => socket.close() };
  };
}
