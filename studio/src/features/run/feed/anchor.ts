/** Remembers what stands at the top of the window, and puts it back there when the page above it has changed. */
export class Anchor {
  private element: Element | null = null;
  private top = 0;

  take(box: HTMLElement, content: HTMLElement): void {
    const edge = box.getBoundingClientRect().top;
    for (const element of content.querySelectorAll("[data-entry]")) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom <= edge) continue;
      this.element = element;
      this.top = top;
      return;
    }
  }

  restore(box: HTMLElement): void {
    if (this.element?.isConnected !== true) return;
    const moved = this.element.getBoundingClientRect().top - this.top;
    if (Math.abs(moved) >= 1) box.scrollTop += moved;
  }
}
