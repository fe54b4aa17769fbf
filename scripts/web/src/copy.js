// To the clipboard what stands in a place or, where a page may not, selected there; says which.

export async function copy(place) {
  try {
    await navigator.clipboard.writeText(place.textContent);
    return "Copied.";
  } catch {
    place.hidden = false;
    getSelection().selectAllChildren(place);
    return "Selected; copy it with Ctrl+C.";
  }
}
