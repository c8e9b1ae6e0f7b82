/** Makes itself heard: short tones made on the spot, and notifications while the page is hidden. */

export type Sound = "offer" | "message" | "alert";

const TONES: Record<Sound, { hz: number; at: number; s: number; loud: number }[]> = {
  offer: [
    { hz: 660, at: 0, s: 0.16, loud: 0.16 },
    { hz: 880, at: 0.18, s: 0.22, loud: 0.16 },
  ],
  message: [{ hz: 740, at: 0, s: 0.08, loud: 0.06 }],
  alert: [
    { hz: 990, at: 0, s: 0.14, loud: 0.22 },
    { hz: 740, at: 0.16, s: 0.14, loud: 0.22 },
    { hz: 990, at: 0.32, s: 0.14, loud: 0.22 },
    { hz: 740, at: 0.48, s: 0.2, loud: 0.22 },
  ],
};

const MUTED = "minsheng.seat.muted";

export class Attention {
  #audio: AudioContext | null = null;

  /** Browsers allow sound only after the first touch of the page: call it from an event of the user. */
  unlock(): void {
    try {
      this.#audio ??= new AudioContext();
      if (this.#audio.state === "suspended") void this.#audio.resume();
    } catch {
      this.#audio = null;
    }
  }

  get muted(): boolean {
    try {
      return localStorage.getItem(MUTED) === "1";
    } catch {
      return false;
    }
  }

  set muted(on: boolean) {
    try {
      localStorage.setItem(MUTED, on ? "1" : "0");
    } catch {
      // Not remembered, then.
    }
  }

  play(sound: Sound): void {
    const audio = this.#audio;
    if (audio === null || audio.state !== "running" || (this.muted && sound !== "alert")) return;
    try {
      this.#sound(audio, sound);
    } catch {
      // A machine without a working sound card still shows everything.
    }
  }

  #sound(audio: AudioContext, sound: Sound): void {
    for (const tone of TONES[sound]) {
      const oscillator = audio.createOscillator();
      const gain = audio.createGain();
      const from = audio.currentTime + tone.at;
      oscillator.frequency.value = tone.hz;
      // Rising and falling within hundredths of a second avoids the click of a cut wave.
      gain.gain.setValueAtTime(0.0001, from);
      gain.gain.exponentialRampToValueAtTime(tone.loud, from + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, from + tone.s);
      oscillator.connect(gain).connect(audio.destination);
      oscillator.start(from);
      oscillator.stop(from + tone.s + 0.02);
    }
  }

  /** Ask once, from an event of the user. */
  askPermission(): void {
    if (typeof Notification !== "undefined" && Notification.permission === "default") {
      void Notification.requestPermission().catch(() => undefined);
    }
  }

  /** Shown only while the page is not in view. Says nothing personal: it may stay on the screen of a locked machine. */
  notify(title: string, body: string, tag: string, clicked: () => void): void {
    if (document.visibilityState === "visible" && document.hasFocus()) return;
    if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
    try {
      const shown = new Notification(title, { body, tag, icon: "/favicon.svg" });
      shown.onclick = () => {
        window.focus();
        shown.close();
        clicked();
      };
    } catch {
      // Some browsers allow it only from a service worker; the sound and the title remain.
    }
  }
}
