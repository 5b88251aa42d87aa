import { h, setText, show } from '../view/dom.ts';

/** Words beside a point of the map. */
export class Callout {
  readonly element: HTMLElement;

  constructor(kind: string) {
    this.element = h('div', { class: `map-words ${kind}`, 'aria-hidden': 'true', hidden: true });
  }

  /** Without a point or words it is not shown. */
  put(at: { x: number; y: number } | undefined, words: string | undefined): void {
    const visible = at !== undefined && words !== undefined;
    show(this.element, visible);
    if (!visible) return;
    setText(this.element, words);
    this.element.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
  }
}
