// Ways in which a photo comes: chosen, from the camera, dropped or pasted.

/** Call `take` with every picture file that comes. */
export function listen(view, inputs, take) {
  const first = (list) => [...list].find((file) => file.type.startsWith("image/")) ?? list[0];
  for (const input of inputs) {
    input.addEventListener("change", () => {
      if (input.files.length) take(first(input.files));
      input.value = ""; // the same file can be chosen again
    });
  }
  const over = (event) => {
    event.preventDefault();
    view.classList.toggle("over", event.type === "dragover");
  };
  for (const kind of ["dragover", "dragleave", "drop"]) addEventListener(kind, over);
  addEventListener("drop", ({ dataTransfer }) => {
    if (dataTransfer.files.length) take(first(dataTransfer.files));
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData.files.length) take(first(clipboardData.files));
  });
}
