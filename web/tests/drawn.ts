import { type Component, createSSRApp, h, shallowRef } from "vue";
import { renderToString } from "vue/server-renderer";
import { DESK, type DeskContext } from "../src/seat/context";
import { seatPage } from "./seatFakes";

type Page = ReturnType<typeof seatPage>;

/** A part of the console as HTML, with the desk of that page behind it. */
export function drawn(page: Page, part: Component, props: Record<string, unknown>): Promise<string> {
  const { desk } = page;
  const given: Partial<DeskContext> = {
    desk,
    state: shallowRef(desk.state),
    view: (conversation) => shallowRef(desk.view(conversation)),
    now: shallowRef(page.browser.clock.now()),
    config: shallowRef({ timezone: "Asia/Shanghai" } as DeskContext["config"]["value"]),
    directory: shallowRef({ skills: [{ code: "housing_fund", label: "公积金" }], seats: [...desk.state.seats] }),
    highlight: shallowRef(null),
    nameOf: (user) => desk.state.seats.find((seat) => seat.id === user)?.display_name ?? "",
  };
  const app = createSSRApp({ render: () => h(part, props) });
  app.provide(DESK, given as DeskContext);
  return renderToString(app);
}
