/** Keeps `--visible-height` at what the on-screen keyboard leaves; iOS shrinks only the visual viewport. */
export function followVisibleHeight(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const apply = (): void => {
    // Zoomed in by the reader's fingers, the viewport is smaller without any keyboard.
    if (viewport.scale > 1.01) return;
    document.documentElement.style.setProperty("--visible-height", `${Math.round(viewport.height)}px`);
    window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", apply);
  apply();
}
