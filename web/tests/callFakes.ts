import type { AudioSocketHandlers, VoiceHandlers, VoiceProblem } from "../src/shared/audio/ports";
import { VoiceRefused } from "../src/shared/audio/ports";
import type { CallPorts } from "../src/citizen/call/callLine";
import { FakeClock } from "./fakes";

export class FakeAudioSocket {
  readonly sent: Record<string, unknown>[] = [];
  readonly audio: ArrayBuffer[] = [];
  unsent = 0;
  closedByPage = false;

  constructor(private readonly handlers: AudioSocketHandlers) {}

  open(): void {
    this.handlers.opened();
  }
  receive(frame: object): void {
    this.handlers.received(JSON.stringify(frame));
  }
  sound(pcm: ArrayBuffer): void {
    this.handlers.audio(pcm);
  }
  lose(code = 1006): void {
    this.handlers.closed(code);
  }
  types(): unknown[] {
    return this.sent.map((frame) => frame["type"]);
  }
}

export class FakeVoice {
  readonly played: (ArrayBuffer | "drop")[] = [];
  muted = false;
  closed = false;
  /** How often the page has tried to go on. */
  resumed = 0;

  constructor(readonly handlers: VoiceHandlers) {}

  speak(level = 0.5): void {
    this.handlers.frame(new ArrayBuffer(640), level);
  }
}

/** Microphone, line and clock, played by the test. */
export class FakePhone implements CallPorts {
  readonly clock = new FakeClock();
  readonly sockets: FakeAudioSocket[] = [];
  readonly voices: FakeVoice[] = [];
  /** What the browser says to the wish for a microphone. */
  refusal: VoiceProblem | null = null;
  connected = true;
  /** Set: the citizen has not answered the browser's question yet. */
  hesitating: Promise<void> | null = null;

  online = (): boolean => this.connected;

  openVoice: CallPorts["openVoice"] = async (handlers) => {
    if (this.hesitating !== null) await this.hesitating;
    if (this.refusal !== null) throw new VoiceRefused(this.refusal);
    const voice = new FakeVoice(handlers);
    this.voices.push(voice);
    return {
      play: (pcm) => voice.played.push(pcm),
      drop: () => voice.played.push("drop"),
      mute: (on) => (voice.muted = on),
      resume: () => (voice.resumed += 1),
      close: () => (voice.closed = true),
    };
  };

  openSocket: CallPorts["openSocket"] = (handlers) => {
    const socket = new FakeAudioSocket(handlers);
    this.sockets.push(socket);
    return {
      send: (data) => socket.sent.push(JSON.parse(data) as Record<string, unknown>),
      sendAudio: (pcm) => socket.audio.push(pcm),
      waiting: () => socket.unsent,
      close: () => {
        socket.closedByPage = true;
        socket.lose(1000);
      },
    };
  };

  get socket(): FakeAudioSocket {
    return this.sockets[this.sockets.length - 1] as FakeAudioSocket;
  }
  get voice(): FakeVoice {
    return this.voices[this.voices.length - 1] as FakeVoice;
  }
}
