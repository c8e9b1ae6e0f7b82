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

/** While a telephone call lasts every try is in vain; when it ends nobody tells every browser's page. */
const RESUME_EVERY_MS = 2000;

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
  const tracks = stream.getAudioTracks();
  let interrupted = false;
  let retry = 0;
  const resume = (): void => {
    // Refused during a telephone call, or without a tap: the next try, or the tap, is there for that.
    if (open && context.state !== "running") context.resume().catch(() => undefined);
  };
  const look = (): void => {
    // iOS suspends the context ("interrupted" in Safari) and mutes the track; either alone is silence.
    const now = open && (context.state !== "running" || tracks.some((track) => track.muted));
    if (now === interrupted) return;
    interrupted = now;
    window.clearInterval(retry);
    if (!open) return;
    if (now) {
      retry = window.setInterval(resume, RESUME_EVERY_MS);
      resume();
    }
    handlers.interrupted(now);
  };
  for (const track of tracks) {
    track.onended = () => {
      if (open) handlers.lost();
    };
    track.onmute = look;
    track.onunmute = look;
  }
  context.onstatechange = look;
  document.addEventListener("visibilitychange", resume);
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
  // What came while the microphone was being asked for.
  queueMicrotask(look);
  return {
    play: (pcm) => tell({ type: "play", pcm }, [pcm]),
    drop: () => tell({ type: "drop" }),
    mute: (on) => tell({ type: "mute", on }),
    resume,
    close: () => {
      if (!open) return;
      open = false;
      look();
      document.removeEventListener("visibilitychange", resume);
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
