/** What can stand in an element; null and false are nothing. */
export type Child = Node | string | number | null | false;

type Listener = (event: Event) => void;
/** Attributes by name, and listeners by `on` and the event's name. True is an attribute without a value, null and false are none. */
export type Props = Readonly<Record<string, string | number | boolean | null | Listener>>;

const namespace = 'http://www.w3.org/2000/svg';

const apply = (element: Element, props: Props): void => {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
};

const append = (element: Element, children: readonly Child[]): void => {
  // Strings become text nodes: whatever a product is called, it is never markup.
  for (const child of children) {
    if (child !== null && child !== false) element.append(typeof child === 'number' ? String(child) : child);
  }
};

/** Builds an element. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  apply(element, props);
  append(element, children);
  return element;
};

/** Builds an icon: a path of 16 by 16, in the colour of the text, for the eye alone. */
export const icon = (path: string): SVGElement => {
  const svg = document.createElementNS(namespace, 'svg');
  const line = document.createElementNS(namespace, 'path');
  apply(svg, { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' });
  apply(line, { d: path });
  svg.append(line);
  return svg;
};

/** Sets a text only where it changes, so that nothing is announced or laid out for nothing. */
export const setText = (element: Element, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
};

/** Replaces what stands in an element. */
export const fill = (element: Element, ...children: readonly Child[]): void => {
  element.replaceChildren();
  append(element, children);
};

let ids = 0;
/** An id of which there is one in the page, for a label to point at. */
export const uniqueId = (stem: string): string => `${stem}-${String((ids += 1))}`;
