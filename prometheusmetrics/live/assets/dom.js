// Elements are made from text alone: nothing here takes markup.

import { visible } from "./format.js";

// h makes an element. Attributes that begin with "on" are listeners, and those
// that are null or false are left out.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== false && c !== undefined));
  return element;
}

// svg makes an element of a drawing.
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// foreign shows text that comes from a metric: isolated, so that it can't turn its
// neighbours around, and with what can't be seen written out.
export function foreign(text, className) {
  return h("bdi", { class: className }, visible(text));
}

// setText touches the page only where the text has changed.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// theme returns the value of a colour of the style sheet.
export function theme(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// fit gives a canvas as many pixels as the screen has for it, and returns its
// context, in which lengths are those of the page.
export function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, hgt] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== hgt) [canvas.width, canvas.height] = [w, hgt];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
