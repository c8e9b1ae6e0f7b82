/**
 * Runs on the browser's audio thread: the microphone as 16 kHz PCM frames out, frames of the other side in.
 * One node with an input and an output, because browsers may not run a node whose output leads nowhere.
 */

import { JitterBuffer } from "./jitterBuffer";
import { FRAME_SAMPLES, Framer, fromPcm, peak, toPcm, WIRE_HZ } from "./pcm";
import { StreamResampler } from "./resampler";
import { PROCESSOR, type ToPage, type ToWorklet } from "./voiceMessages";

// The types of TypeScript's DOM library end where the audio thread begins.
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Evens out a network that delivers late by this much; more would be heard as slowness. */
const TARGET_S = 0.06;
const MOST_S = 3;

class VoiceProcessor extends AudioWorkletProcessor {
  #up = new StreamResampler(sampleRate, WIRE_HZ);
  #down = new StreamResampler(WIRE_HZ, sampleRate);
  #frames = new Framer(FRAME_SAMPLES);
  #stock = new JitterBuffer(TARGET_S * sampleRate, MOST_S * sampleRate);
  #muted = false;
  #over = false;

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<ToWorklet>) => this.#receive(event.data);
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const heard = inputs[0]?.[0];
    if (heard && !this.#muted) {
      for (const frame of this.#frames.push(this.#up.push(heard))) {
        const pcm = toPcm(frame);
        const told: ToPage = { pcm, level: peak(frame) };
        this.port.postMessage(told, [pcm]);
      }
    }
    const [first, ...others] = outputs[0] ?? [];
    if (first) {
      this.#stock.pull(first);
      for (const channel of others) channel.set(first);
    }
    return !this.#over;
  }

  #receive(message: ToWorklet): void {
    switch (message.type) {
      case "play":
        return this.#stock.push(this.#down.push(fromPcm(message.pcm)));
      case "drop":
        return this.#stock.drop();
      case "mute":
        this.#muted = message.on;
        return;
      case "end":
        this.#over = true;
    }
  }
}

registerProcessor(PROCESSOR, VoiceProcessor);
