/* What cannot be read or named on a page: text too faint for what is behind it (4.5, large text
   and icons 3), and controls that a screen reader would meet without a name. Colours are those
   that the browser computed. */
() => {
  const channel = (each) => {
    const part = each / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const colour = (text) => {
    if (!known.has(text)) {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = text;
      paint.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
      known.set(text, [r, g, b, a / 255]);
    }
    return known.get(text);
  };
  const over = (top, below) =>
    [0, 1, 2].map((each) => top[each] * top[3] + below[each] * (1 - top[3]));
  const parent = (element) => element.parentElement || element.getRootNode().host || null;
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = parent(each)) {
      const layer = colour(getComputedStyle(each).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] >= 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const faded = (element) => {
    let opacity = 1;
    for (let each = element; each; each = parent(each)) {
      opacity *= Number(getComputedStyle(each).opacity);
    }
    return opacity;
  };
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0;
  const isOff = (element) => element.closest(":disabled, [aria-disabled=true], [inert]") !== null;
  const everything = (root) =>
    [...root.querySelectorAll("*")].flatMap((each) =>
      each.shadowRoot ? [each, ...everything(each.shadowRoot)] : [each],
    );

  const faint = (element) => {
    const words = [...element.childNodes]
      .filter((each) => each.nodeType === Node.TEXT_NODE)
      .map((each) => each.textContent.trim())
      .join(" ");
    const isField = element.matches("input, textarea") && element.value;
    const told = words.trim() || (isField ? element.value : "");
    const isDrawn = element.closest("svg, script, style") !== null;
    if (!told || !isSeen(element) || isOff(element) || isDrawn) {
      return null;
    }
    const look = getComputedStyle(element);
    const below = behind(element);
    const own = colour(look.color);
    const ink = over([own[0], own[1], own[2], own[3] * faded(element)], below);
    const [darker, lighter] = [luminance(ink), luminance(below)].sort((a, b) => a - b);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    const size = parseFloat(look.fontSize);
    const isIcon = look.fontFamily.includes("Material");
    const isLarge = size >= 24 || (size >= 18.66 && Number(look.fontWeight) >= 700);
    return ratio < (isLarge || isIcon ? 3 : 4.5) ? `${told.slice(0, 40)}: ${ratio.toFixed(2)}` : null;
  };

  const controls =
    "button, a[href], input:not([type=hidden]), textarea, select, [role=button], [role=tab]," +
    "[role=combobox], [role=checkbox], [role=switch], [role=menuitem], [role=option]";
  const nameless = (element) => {
    const isHidden = element.closest("[aria-hidden=true]") !== null;
    if (!element.matches(controls) || !isSeen(element) || isHidden) return null;
    const root = element.getRootNode();
    const labels = (element.getAttribute("aria-labelledby") || "")
      .split(/\s+/)
      .map((id) => (id ? root.getElementById(id)?.textContent : ""));
    const name = [
      element.getAttribute("aria-label"),
      ...labels,
      ...[...(element.labels || [])].map((each) => each.textContent),
      element.textContent,
      element.title,
      element.placeholder,
    ];
    return name.some((each) => each && each.trim()) ? null : element.outerHTML.slice(0, 120);
  };

  const all = everything(document.body);
  const found = (check) => [...new Set(all.map(check).filter(Boolean))];
  return { faint: found(faint), nameless: found(nameless) };
}
