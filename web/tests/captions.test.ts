import { expect, test } from "vitest";
import TranscriptView from "../src/seat/components/TranscriptView.vue";
import { drawn } from "./drawn";
import { said, seatPage } from "./seatFakes";

function saying(): ReturnType<typeof seatPage> {
  const page = seatPage();
  page.welcome();
  page.browser.socket.receive({ type: "caption", conversation: "a", from: "citizen", text: "楼下烧", final: false });
  return page;
}

test("what the caller is just saying is shown until its message takes its place", () => {
  const { browser, desk } = saying();
  browser.socket.receive({ type: "caption", conversation: "a", from: "citizen", text: "楼下烧烤店", final: false });
  expect(desk.view("a").caption).toBe("楼下烧烤店");
  expect(desk.view("b").caption).toBe("");
  browser.socket.receive(said("a", 1, "请稍候", { from: "bot" }));
  expect(desk.view("a").caption).toBe("楼下烧烤店");
  browser.socket.receive(said("a", 2, "楼下烧烤店太吵了"));
  expect(desk.view("a")).toMatchObject({ caption: "" });
  expect(desk.view("a").messages.map((one) => one.text)).not.toContain("楼下烧烤店");
});

test("a caption that was taken back, or that nothing follows, goes away", () => {
  const back = saying();
  back.browser.socket.receive({ type: "caption", conversation: "a", from: "citizen", text: "", final: false });
  expect(back.desk.view("a").caption).toBe("");
  const lost = saying();
  lost.browser.clock.advance(10_000);
  expect(lost.desk.view("a").caption).toBe("");
});

test("the transcript ends with it, unfinished and not for screen readers", async () => {
  const page = saying();
  const html = await drawn(page, TranscriptView, { conversation: "a" });
  expect(html).toMatch(/<p class="caption" aria-hidden="true" data-testid="caption"[^>]*><span[^>]*>楼下烧…<\/span>/);
  page.browser.socket.receive(said("a", 1, "楼下烧烤店太吵了"));
  const after = await drawn(page, TranscriptView, { conversation: "a" });
  expect(after).toContain("楼下烧烤店太吵了");
  expect(after).not.toContain('data-testid="caption"');
});
