/** What the console's components share, given once by `ConsolePage.vue`. */

import { inject, type InjectionKey, type ShallowRef } from "vue";
import type { PageConfig } from "../citizen/config";
import type { CannedReply, Category, Directory } from "./desk/answers";
import type { DeskApi } from "./desk/api";
import type { Desk, DeskState } from "./desk/desk";
import type { Drafts } from "./desk/drafts";
import type { View } from "./desk/view";
import type { DeskPorts } from "./desk/ports";

/** What part of a message a form field came from. */
export interface Highlight {
  seq: number;
  span: readonly [number, number] | null;
}

export interface DeskContext {
  desk: Desk;
  api: DeskApi;
  ports: DeskPorts;
  drafts: Drafts;
  state: Readonly<ShallowRef<DeskState>>;
  /** The opened conversation as reactive state; only those drawn now are followed. */
  view(conversation: string): Readonly<ShallowRef<View>>;
  /** The server's time in milliseconds, moving once a second. */
  now: Readonly<ShallowRef<number>>;
  config: Readonly<ShallowRef<PageConfig>>;
  canned: Readonly<ShallowRef<readonly CannedReply[]>>;
  directory: Readonly<ShallowRef<Directory>>;
  /** All categories; empty until they have come. */
  categories: Readonly<ShallowRef<readonly Category[]>>;
  /** Asks for the categories unless they are there; false: they could not be had. */
  needCategories(): Promise<boolean>;
  highlight: ShallowRef<Highlight | null>;
  /** Puts words into the input of the selected conversation. */
  insert(words: string): void;
  focusInput(): void;
  /** How a user id is shown: “1024号 王芳”; empty for the citizen and the system. */
  nameOf(user: string): string;
  /** Runs an action and shows why it failed; true if it succeeded. */
  attempt(act: () => Promise<unknown>, done?: string): Promise<boolean>;
}

export const DESK: InjectionKey<DeskContext> = Symbol("desk");

export function useDesk(): DeskContext {
  const context = inject(DESK);
  if (context === undefined) throw new Error("useDesk outside of the console");
  return context;
}
