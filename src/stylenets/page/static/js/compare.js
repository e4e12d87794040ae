// The photo before the painting, as far as a slider says; dragging over the picture moves it too.

/** `free` says whether the pointer may be used for it just now. */
export function compare(view, photo, seam, slider, free) {
  const show = () => {
    const shown = Number(slider.value);
    photo.style.clipPath = `inset(0 ${100 - shown}% 0 0)`;
    seam.hidden = shown === 0 || shown === 100;
    seam.style.left = `${photo.offsetLeft + (photo.offsetWidth * shown) / 100}px`;
  };
  const drag = (event) => {
    if (!free() || !event.buttons) return;
    const { left, width } = photo.getBoundingClientRect();
    slider.value = (100 * (event.clientX - left)) / width;
    show();
  };
  slider.addEventListener("input", show);
  view.addEventListener("pointermove", drag);
  addEventListener("resize", show);
  return show;
}
