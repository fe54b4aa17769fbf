// Elements from names, attributes and children; text is always text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function fill(place, ...children) {
  place.replaceChildren(...children);
  return children[0];
}
