// The page: a photo comes, a look is chosen, the worker paints, the painting is shown and saved.

import { Board } from "./board.js";
import { Brush } from "./brush.js";
import { camera } from "./camera.js";
import { compare } from "./compare.js";
import { isolate } from "./isolation.js";
import { resized } from "./labels.js";
import { Looks } from "./looks.js";
import { ask } from "./painter.js";
import { drawn, pixelsOf, save, show, toCanvas } from "./photo.js";
import { listen } from "./sources.js";
import { addTile, PHOTO, press, showSliders, showTiles } from "./tiles.js";

const MOST_SHOWN = 800_000; // pixels painted for the view; a download has the photo's own size
const LONGEST_STYLE = 2048; // pixels of a style picture
const STYLE_SIDE = 512; // pixels of its shortest side, as networks have learned them

await isolate();

const part = (id) => document.getElementById(id);
const view = part("view");
const list = await (await fetch("networks.json")).json();
const own = new Map(); // style pictures of the person's own: {name: picture}
let about = list.networks[0];
let looks = new Looks({ [firstStyle()]: 1 });
let photo = null; // {name, whole, canvas}: the photo, and how large it is painted for the view
let wanted = 0; // which painting is the newest asked for

function firstStyle() {
  return about.styles.find((name) => name !== PHOTO) ?? PHOTO;
}

function tell(text) {
  part("status").textContent = text;
}

/** Do something that may fail, and say so where it does. */
async function trying(action) {
  try {
    await action();
  } catch (error) {
    view.classList.remove("working");
    part("save").disabled = photo === null;
    tell(`That did not work: ${error.message}`);
  }
}

async function take(blob, name = blob.name) {
  const whole = await toCanvas(blob);
  if (Math.min(whole.width, whole.height) < 32) throw new Error("a photo has 32 pixels a side");
  const canvas = fitting(whole);
  photo = { name: (name || "photo").replace(/\.\w+$/, ""), whole, canvas };
  const { width, height } = canvas;
  looks.clear();
  looks.labels = new Uint8Array(width * height);
  show(part("photo"), pixelsOf(photo.canvas));
  show(part("painted"), pixelsOf(photo.canvas));
  view.classList.remove("empty");
  part("welcome").hidden = true;
  part("comparing").hidden = false;
  brush.begin(looks.labels, width, height);
  brush.switch(looks.brushing);
  refresh();
  await paint();
}

/** The picture, smaller where it would take long to paint. */
function fitting(canvas) {
  const scale = Math.sqrt(MOST_SHOWN / (canvas.width * canvas.height));
  if (scale >= 1) return canvas;
  return drawn(canvas, Math.round(canvas.width * scale), Math.round(canvas.height * scale));
}

/** The painting at the photo's own size, as a canvas. */
async function ofOwnSize() {
  const { whole, canvas } = photo;
  if (whole === canvas) return part("painted");
  const request = looks.request(part("strength").value / 100);
  request.labels = resized(request.labels, canvas, whole);
  const given = { network: about.name, pixels: pixelsOf(whole), request };
  const size = `${whole.width} × ${whole.height} pixels`;
  const painted = await ask("paint", given, (done) =>
    tell(`Painting ${size}: ${Math.round(100 * done)} %`),
  );
  tell(`${size}, painted in ${painted.seconds.toFixed(2)} s`);
  const result = document.createElement("canvas");
  show(result, painted);
  return result;
}

/** Paint the newest wishes; what was asked for meanwhile comes afterwards, once. */
async function paint() {
  if (!photo) return;
  const number = ++wanted;
  view.classList.add("working");
  part("save").disabled = true;
  tell("Painting …");
  const told = await ask("open", { about });
  part("machine").textContent = `It runs on ${told}.`;
  if (number !== wanted) return;
  const request = looks.request(part("strength").value / 100);
  const pixels = pixelsOf(photo.canvas);
  const painted = await ask("paint", { network: about.name, pixels, request });
  if (number !== wanted) return;
  show(part("painted"), painted);
  view.classList.remove("working");
  part("save").disabled = false;
  const size = `${painted.width} × ${painted.height} pixels`;
  const { whole, canvas } = photo;
  const own = ` A download has all ${whole.width} × ${whole.height}, with finer strokes.`;
  tell(`${size}, painted in ${painted.seconds.toFixed(2)} s.${whole === canvas ? "" : own}`);
}

let soon;
const repaint = () => {
  clearTimeout(soon);
  soon = setTimeout(() => trying(paint), 120); // a slider asks many times
};

function styles() {
  const names = about.styles.filter((name) => name !== PHOTO || looks.brushing);
  const bundled = names.map((name) => ({ name, picture: about.pictures[name] }));
  const added = about.encoder ? [...own].map(([name, picture]) => ({ name, picture })) : [];
  return [...bundled, ...added];
}

function showStyles() {
  showTiles(part("tiles"), styles(), looks.current, (name) => {
    if (part("mixing").checked) looks.toggle(name);
    else looks.choose(name);
    erasing(false);
    refresh();
  });
  if (about.encoder) addTile(part("tiles"), (file) => trying(() => learn(file)));
  refresh();
}

function refresh() {
  press(part("tiles"), looks.current);
  showSliders(part("sliders"), looks.current, (name, share) => {
    looks.share(name, share);
    refresh();
  });
  board.show(looks.current, new Map(styles().map(({ name, picture }) => [name, picture])));
  if (!looks.brushing) repaint();
}

async function learn(file) {
  const canvas = await toCanvas(file, LONGEST_STYLE);
  const scale = STYLE_SIDE / Math.min(canvas.width, canvas.height);
  const scaled = drawn(canvas, Math.round(canvas.width * scale), Math.round(canvas.height * scale));
  const name = `${file.name || "style"}`.replace(/\.\w+$/, "");
  await ask("open", { about });
  await ask("learn", { network: about.name, name, pixels: pixelsOf(scaled) });
  own.set(name, scaled.toDataURL("image/jpeg"));
  looks.choose(name);
  showStyles();
}

function choose(network) {
  about = network;
  const labels = looks.labels;
  const brushing = looks.brushing;
  looks = Object.assign(new Looks({ [firstStyle()]: 1 }), { labels, brushing });
  looks.clear();
  brush.clear();
  showStyles();
}

function erasing(on) {
  part("erase").setAttribute("aria-pressed", String(on));
}

const isErasing = () => part("erase").getAttribute("aria-pressed") === "true";
const brush = new Brush({
  view,
  canvas: part("mask"),
  ring: part("ring"),
  size: part("size"),
  label: () => (isErasing() ? 0 : looks.label()),
  done: repaint,
});

const board = new Board(part("board"), (mix) => {
  looks.current = mix;
  refresh();
});

for (const network of list.networks) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "network", value: network.name });
  input.checked = network === about;
  input.addEventListener("change", () => choose(network));
  label.append(input, ` ${network.name}`);
  part("networks").append(label);
}

listen(view, [part("file"), part("camera")], (file) => trying(() => take(file)));
camera(
  { button: part("webcam"), dialog: part("lens"), video: part("video"), shutter: part("shutter") },
  (blob) => trying(() => take(blob, "camera")),
  (error) => trying(() => Promise.reject(error)),
);
compare(view, part("photo"), part("seam"), part("compare"), () => !looks.brushing)();
part("strength").addEventListener("input", ({ target }) => {
  part("strength-told").textContent = `${target.value} %`;
  repaint();
});
part("mixing").addEventListener("change", ({ target }) => {
  if (target.checked) return;
  looks.choose(Object.keys(looks.current)[0]);
  refresh();
});
part("painting").addEventListener("change", ({ target }) => {
  looks.brushing = target.checked;
  part("brush").hidden = !target.checked;
  erasing(false);
  brush.switch(target.checked);
  showStyles();
});
part("erase").addEventListener("click", () => erasing(!isErasing()));
part("clear").addEventListener("click", () => {
  looks.clear();
  brush.clear();
  repaint();
});
part("save").addEventListener("click", () =>
  trying(async () => {
    part("save").disabled = true;
    await save(await ofOwnSize(), `${photo.name}_${Object.keys(looks.ground).join("_")}.png`);
    part("save").disabled = false;
  }),
);
part("example").addEventListener("click", () =>
  trying(async () => take(await (await fetch("example.jpg")).blob(), "example")),
);

showStyles();
part("license").textContent = list.license;
await trying(async () => {
  const forced = new URLSearchParams(location.search).get("on");
  part("machine").textContent = `It runs on ${await ask("start", { forced })}.`;
  tell("");
});
