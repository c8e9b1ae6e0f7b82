import "../shared/tokens.css";
import "../shared/buttons.css";
import "../shared/growing.css";
import { createApp } from "vue";
import { SafeStore } from "../shared/browserPorts";
import OrdersPage from "./OrdersPage.vue";
import { OwnOrders } from "./ownOrders";
import { takeProof } from "./proof";

const visit = new SafeStore(() => sessionStorage);
const device = new SafeStore(() => localStorage);
const found = takeProof(location, device);
// What proves an order must not stay in the address: it is shown, kept in the history and sent on with a tap.
if (location.hash !== "") history.replaceState(null, "", location.pathname);
createApp(OrdersPage, { orders: new OwnOrders(fetch.bind(window), visit), device, found }).mount("#page");
