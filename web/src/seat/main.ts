import "../shared/tokens.css";
import "../shared/buttons.css";
import "../shared/growing.css";
import "./seat.css";
import { createApp } from "vue";
import { browserPorts } from "./browser";
import SeatApp from "./SeatApp.vue";
import { talkPorts } from "./talk/browser";

createApp(SeatApp, { ports: browserPorts(), talkPorts }).mount("#page");
