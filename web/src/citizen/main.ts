import "../shared/tokens.css";
import "../shared/buttons.css";
import "../shared/growing.css";
import { createApp } from "vue";
import { callPorts } from "./call/browser";
import { browserPorts } from "./chat/browser";
import CitizenPage from "./CitizenPage.vue";
import { followVisibleHeight } from "./visibleHeight";

followVisibleHeight();
createApp(CitizenPage, { ports: browserPorts(), callPorts }).mount("#page");
