/**
 * xterm.js (6.0.0) writes its look into <style> elements and style attributes. Our content security policy refuses both, and allows what script makes of
 * them: sheets and declarations. So for it, and only where a terminal was loaded, the one becomes the other.
 */
export function withAllowedStyles(open: () => void): void {
  HTMLSpanElement.prototype.setAttribute = setAttribute;
  document.createElement = createElement;
  try {
    open();
  } finally {
    Reflect.deleteProperty(document, 'createElement');
  }
}

/** The colours of single characters. */
function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

function createElement(name: string): HTMLElement {
  return name === 'style' ? sheetElement() : Document.prototype.createElement.call(document, name);
}

/** A place in the document that has rules while it stands there. */
function sheetElement(): HTMLElement {
  const sheet = new CSSStyleSheet();
  const element = Document.prototype.createElement.call(document, 'template');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const write = (rules: string): void => {
    sheet.replaceSync(rules);
  };
  Object.defineProperty(element, 'textContent', { set: write });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
