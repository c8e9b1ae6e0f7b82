import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const gateway = process.env["MINSHENG_DEV_GATEWAY"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: "false" },
  build: {
    // The web views of older phones, WeChat's among them.
    target: ["chrome73", "safari13"],
    // The Content-Security-Policy allows no data: addresses, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // One entry a page.
      input: {
        citizen: fileURLToPath(new URL("index.html", import.meta.url)),
        orders: fileURLToPath(new URL("orders.html", import.meta.url)),
        seat: fileURLToPath(new URL("seat.html", import.meta.url)),
      },
    },
  },
  server: {
    proxy: {
      "/api": gateway,
      "/ws": { target: gateway, ws: true },
    },
  },
});
