/** 大字版: one class on the root element, remembered in this browser. */

import { ref, type Ref } from "vue";
import type { KeyValueStore } from "./chat/ports";

const KEY = "minsheng.large_type";

export function useLargeType(store: KeyValueStore): { large: Ref<boolean>; toggle: () => void } {
  const large = ref(store.get(KEY) === "1");
  const apply = (): void => {
    document.documentElement.classList.toggle("large", large.value);
  };
  apply();
  return {
    large,
    toggle: () => {
      large.value = !large.value;
      if (large.value) store.set(KEY, "1");
      else store.remove(KEY);
      apply();
    },
  };
}
