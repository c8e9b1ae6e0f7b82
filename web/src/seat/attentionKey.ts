import type { InjectionKey } from "vue";
import type { Attention } from "./attention";

export const ATTENTION: InjectionKey<Attention> = Symbol("attention");
