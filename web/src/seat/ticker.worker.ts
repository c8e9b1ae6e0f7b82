/**
 * A clock that browsers do not slow down in hidden tabs, as they do with the page's own timers (to once a minute):
 * with those the heartbeat of a seat who looks at another window would stop, and his conversations be given away.
 */

const timers = new Map<number, ReturnType<typeof setInterval>>();

self.onmessage = (event: MessageEvent<{ id: number; everyMs: number }>) => {
  const { id, everyMs } = event.data;
  clearInterval(timers.get(id));
  timers.delete(id);
  if (everyMs > 0) timers.set(id, setInterval(() => self.postMessage(id), everyMs));
};
