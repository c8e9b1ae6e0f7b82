import type { InjectionKey } from "vue";

/** How a message's picture is fetched, whatever depth it is drawn at. */
export const LOAD_PICTURE: InjectionKey<(id: string) => Promise<Blob>> = Symbol("load picture");
