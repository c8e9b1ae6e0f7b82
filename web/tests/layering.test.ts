import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/** Imports between the files of src/, as paths from there; types count too: whoever moves a file meets them. */
const SRC = resolve(__dirname, "../src");
const IMPORTED = /(?:from|import)\s+"(\.[^"?]+)/g;
/** From the roof down: the console shows what citizens see, so it imports their page, and no other way round. */
const FLOORS = ["seat", "citizen", "shared"];

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : /\.(?:ts|vue)$/.test(entry.name) ? [path] : [];
  });
}

function target(from: string, name: string): string | undefined {
  const base = resolve(dirname(from), name);
  return [base, `${base}.ts`, `${base}.vue`].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

const ARROWS = new Map(
  files(SRC).map((file) => {
    const found = [...readFileSync(file, "utf-8").matchAll(IMPORTED)].map((match) => target(file, match[1] ?? ""));
    return [relative(SRC, file), found.filter((path) => path !== undefined).map((path) => relative(SRC, path))];
  }),
);

function reached(start: string, arrows: Map<string, string[]>): Set<string> {
  const seen = new Set<string>();
  const ahead = [...(arrows.get(start) ?? [])];
  for (let unit = ahead.pop(); unit !== undefined; unit = ahead.pop()) {
    if (!seen.has(unit)) {
      seen.add(unit);
      ahead.push(...(arrows.get(unit) ?? []));
    }
  }
  return seen;
}

const inCircles = (arrows: Map<string, string[]>): string[] =>
  [...arrows.keys()].filter((unit) => reached(unit, arrows).has(unit));

/** The folders of a page as units: `seat/desk`, `seat/recording`; what lies in the page's own folder stays a file. */
function byFolder(page: string): Map<string, string[]> {
  const unit = (path: string): string => path.split("/").slice(0, 2).join("/");
  const arrows = new Map<string, string[]>();
  for (const [file, others] of ARROWS) {
    if (!file.startsWith(`${page}/`)) continue;
    const found = others.filter((other) => other.startsWith(`${page}/`) && unit(other) !== unit(file));
    arrows.set(unit(file), [...(arrows.get(unit(file)) ?? []), ...found.map(unit)]);
  }
  return arrows;
}

describe("the arrows of the pages", () => {
  it("are found", () => {
    expect(ARROWS.get("citizen/call/words.ts")).toContain("citizen/call/callState.ts");
    expect(ARROWS.get("citizen/main.ts")?.length).toBeGreaterThan(0);
  });

  it("go in no circle between files", () => {
    expect(inCircles(ARROWS)).toEqual([]);
  });

  it.each(FLOORS)("go in no circle between the folders of %s", (page) => {
    expect(inCircles(byFolder(page))).toEqual([]);
  });

  it("lead down from page to page", () => {
    const floor = (path: string): number => FLOORS.indexOf(path.split("/")[0] ?? "");
    const wrong = [...ARROWS].filter(([file, found]) => found.some((path) => floor(path) < floor(file)));
    expect(wrong).toEqual([]);
  });
});
